"""What is measured before a study is told how long it takes: little, once, and never for long."""

from dataclasses import replace

import pytest

from lossviz import data
from lossviz.jobs import rates
from lossviz.jobs.forecast import forecast, to_measure
from lossviz.jobs.queue import Queue
from lossviz.jobs.rates import Rate, extrapolated
from lossviz.jobs.studying import Studying
from lossviz.records import Choice, Config, Settings
from lossviz.studies.reading import parse
from tests.studies.made import TEXT, InThisProcess

CONFIG = Config(Choice("softmax"), Choice("digits"), Choice("mlp"), Settings(batch_size=256, threads=1))
TWO_NETS = TEXT + '\n[[model]]\nname = "convnet"\n'


@pytest.fixture(autouse=True)
def digits_prepared():
    data.open_set("digits")


def test_a_whole_batch_is_told_from_two_smaller_ones():
    def seconds(images):
        return images, 0.1 + 0.02 * images

    assert extrapolated(seconds(4), seconds(40), 256) == pytest.approx(256 / (0.1 + 0.02 * 256))


def test_an_unsteady_clock_gives_neither_nonsense_nor_wonders():
    assert extrapolated((4, 2.0), (40, 1.0), 256) == pytest.approx(40)
    assert extrapolated((4, 0.001), (40, 4.0), 256) == pytest.approx(10)


@pytest.mark.parametrize(
    ("step", "image", "sizes"),
    [(0.0, 1e-4, [4, 256]), (0.0, 0.02, [4, 75]), (0.0, 3.0, [4]), (0.4, 0.001, [4, 14])],
    ids=["quick", "slow", "very slow", "slow whatever the batch"],
)
def test_the_slower_a_net_the_smaller_the_batches_that_are_measured(monkeypatch, step, image, sizes):
    measured = []

    def seconds(plan, lasting):
        measured.append(plan.settings.batch_size)
        return step + image * plan.settings.batch_size

    monkeypatch.setattr(rates, "_step_seconds", seconds)
    found = rates.measure(rates.measurable(CONFIG), (1, 8, 8), 10, began=0.0)
    assert measured == sizes
    assert all(step + image * size <= 1.5 for size in measured[1:]), "no step that takes long"
    assert found.training == pytest.approx(256 / (step + 256 * image) if len(sizes) > 1 else 1 / image)


def test_what_is_measured_is_each_speed_once_and_nothing_that_is_known(runs_home):
    queue = Queue(runs_home, InThisProcess())
    results = Studying(parse(TWO_NETS, "two"), queue).look()
    lacking = to_measure(results, queue)
    assert results.total == 16 and [each.config.model.name for each in lacking] == ["mlp", "convnet"]
    rates.keep(lacking[0].file, Rate(100.0, 400.0, 4.0))
    assert [each.config.model.name for each in to_measure(results, queue)] == ["convnet"]
    found = forecast(results, queue)
    assert (found.trainings, found.known, found.seconds) == (16, 8, None)
    assert found.known_seconds > 8 * 4 / queue.at_once and len(found.unknown) == 1
    rates.keep(lacking[1].file, Rate(100.0, 400.0, 4.0))
    assert to_measure(results, queue) == ()
    whole = forecast(results, queue)
    assert whole.known == 16 and whole.seconds == whole.known_seconds == pytest.approx(2 * found.known_seconds)


def test_what_runs_tell_is_not_measured(runs_home, monkeypatch):
    queue = Queue(runs_home, InThisProcess())
    results = Studying(parse(TWO_NETS, "two"), queue).look()
    assert [each.config.model.name for each in to_measure(results, queue)] == ["mlp", "convnet"]
    monkeypatch.setattr(
        rates, "epoch_seconds", lambda config, images, among: 2.0 if config.model.name == "mlp" else None
    )
    assert [each.config.model.name for each in to_measure(results, queue)] == ["convnet"]


def test_a_measurement_is_of_the_real_steps_of_training():
    """A net of four times the width, whose whole batch is never stepped, is still told to be slower."""
    wide = replace(CONFIG, model=Choice("mlp", {"hidden": 4096}), settings=replace(CONFIG.settings, batch_size=4096))
    narrow = replace(wide, model=Choice("mlp", {"hidden": 64}))
    slow, quick = (rates.measure(rates.measurable(each), (1, 8, 8), 10, began=0.0) for each in (wide, narrow))
    assert 0 < slow.training < quick.training / 3
