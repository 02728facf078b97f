"""How fast this machine trains: measured in a process of its own, or read from runs that it made."""

import os
from dataclasses import replace

import pytest

from lossviz import runs
from lossviz.jobs import rates
from lossviz.jobs.processes import Processes
from lossviz.jobs.rates import Rate, Wanted
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice, Config, Settings
from tests.jobs.test_processes import until

SMALL = Config(Choice("arcface"), Choice("digits"), Choice("mlp"), Settings(batch_size=32, threads=1))


def wanted(config=SMALL, shape=(1, 8, 8), classes=10):
    return Wanted(rates.measurable(config), shape, classes)


def test_a_run_takes_its_start_its_epochs_and_its_embeddings():
    assert Rate(100.0, 200.0, 4.0).seconds(images=500, embedded=400, epochs=3) == 4 + 3 * 5 + 4 * 2


def test_a_process_measures_it_and_it_is_kept():
    processes = Processes(at_once=1, threads=1)
    assert rates.measured(wanted()) is None
    rates.start(processes, wanted())
    until(lambda: processes.state(str(wanted().file)) == "gone")
    found = rates.measured(wanted())
    assert found is not None, wanted().file.with_suffix(".txt").read_text()
    assert found.training > 0 and found.embedding > 0 and 0.1 < found.start < 300
    processes.close()


@pytest.mark.parametrize(
    "other",
    [
        wanted(replace(SMALL, model=Choice("convnet"))),
        wanted(replace(SMALL, model=Choice("mlp", {"layers": 4}))),
        wanted(replace(SMALL, settings=Settings(batch_size=64, threads=1))),
        wanted(replace(SMALL, settings=Settings(batch_size=32, threads=1, dim=64))),
        wanted(replace(SMALL, settings=Settings(batch_size=32, threads=2))),
        wanted(shape=(1, 28, 28)),
    ],
)
def test_what_would_change_the_speed_is_measured_apart(other):
    assert other.file != wanted().file
    assert wanted(replace(SMALL, loss=Choice("softmax"))).file == wanted().file
    assert wanted(replace(SMALL, settings=replace(SMALL.settings, epochs=99, seed=4))).file == wanted().file


def test_a_larger_net_is_measured_as_slower():
    large = replace(SMALL, model=Choice("mlp", {"hidden": 4096}))
    small_rate, large_rate = (
        rates.measure(rates.measurable(config), (1, 8, 8), 10, began=0.0) for config in (SMALL, large)
    )
    assert large_rate.training < small_rate.training / 3


@pytest.fixture
def made(runs_home):
    """A run whose snapshots came ten seconds apart."""
    small = Settings(epochs=3, limit=300, probe=50, gallery=50, threads=1)
    run = make_run(Config(Choice("softmax"), Choice("digits"), Choice("mlp"), small), Audience(), "made", runs_home)
    for epoch in run.epochs():
        os.utime(run.folder / "snapshots" / f"epoch-{epoch:04d}.safetensors", (1000 + 10 * epoch,) * 2)
    return run


def test_runs_made_here_tell_how_long_an_epoch_takes(made):
    asked = replace(SMALL, settings=Settings(threads=1))
    assert rates.epoch_seconds(asked, 300, runs.list_runs()) == pytest.approx(10)
    assert rates.epoch_seconds(asked, 450, runs.list_runs()) == pytest.approx(15)


@pytest.mark.parametrize(
    "other",
    [
        replace(SMALL, model=Choice("convnet")),
        replace(SMALL, data=Choice("mnist")),
        replace(SMALL, settings=Settings(threads=2)),
        replace(SMALL, settings=Settings(dim=64)),
        replace(SMALL, settings=Settings(batch_size=64)),
    ],
)
def test_runs_unlike_it_tell_nothing(made, other):
    assert rates.epoch_seconds(other, 300, runs.list_runs()) is None
    assert rates.epoch_seconds(replace(SMALL, settings=Settings()), 30_000, runs.list_runs()) is None
