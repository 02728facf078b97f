"""Toy trainings: what is promised of every loss, what a seed decides, and what goes wrong on purpose."""

import threading
import time

import numpy as np
import pytest

from lossviz import losses
from lossviz.toy import bench
from lossviz.toy.bench import Bench, Entrant
from lossviz.toy.cloud import CloudKnobs
from lossviz.toy.diagnosis import best_angle, diagnose
from lossviz.toy.training import ToyKnobs, train_toy

SHORT = ToyKnobs(steps=20, points=60)
FOUR = CloudKnobs(classes=4)


@pytest.mark.parametrize("name", losses.available())
@pytest.mark.parametrize("dim", [2, 3])
def test_every_loss_trains_and_keeps_its_steps(name, dim):
    knobs = ToyKnobs(steps=20, points=60, dim=dim)
    toy = train_toy(losses.get(name)(), knobs, FOUR)
    assert toy.steps == tuple(range(21))
    assert toy.frames.shape == (21, 60, dim)
    assert np.isfinite(toy.frames).all() and toy.diverged == -1
    assert len(toy.losses) == 20
    assert (toy.prototypes is None) == (toy.prototype_labels is None)


@pytest.mark.parametrize("body", ["net", "free"])
def test_two_losses_start_from_the_same_points_and_a_seed_gives_the_same_run_twice(body):
    knobs = ToyKnobs(steps=20, points=60, body=body)
    one, two = (train_toy(losses.get(name)(), knobs, FOUR) for name in ("softmax", "triplet"))
    again = train_toy(losses.get("softmax")(), knobs, FOUR)
    other = train_toy(losses.get("softmax")(), knobs, CloudKnobs(classes=4, seed=1))
    np.testing.assert_array_equal(one.frames[0], two.frames[0])
    np.testing.assert_array_equal(one.frames, again.frames)
    assert np.abs(one.frames[-1] - two.frames[-1]).max() > 0.01
    assert np.abs(one.frames[0] - other.frames[0]).max() > 0.01


def test_long_trainings_keep_a_bounded_number_of_steps_with_the_last():
    toy = train_toy(losses.get("softmax")(), ToyKnobs(steps=130, points=60), FOUR)
    assert len(toy.steps) <= 42
    assert toy.steps[-1] == 130


def test_training_separates_the_classes_and_not_training_does_not():
    knobs = ToyKnobs(steps=200, points=120)
    loss = losses.get("softmax")()
    toy = train_toy(loss, knobs, FOUR)
    untrained = train_toy(loss, ToyKnobs(steps=20, points=120, lr=0.0005), FOUR)
    assert diagnose(loss, toy, knobs, FOUR).accuracy > 0.95
    assert diagnose(loss, untrained, knobs, FOUR).accuracy < 0.9


def test_on_a_circle_a_cold_start_freezes_the_order_and_a_warm_one_does_not():
    knobs, loss = ToyKnobs(steps=200, body="free"), losses.get("arcface")()
    cloud = CloudKnobs(classes=6)
    cold, warm = (train_toy(loss, knobs, cloud, warm=each) for each in (False, True))
    told_cold, told_warm = (diagnose(loss, each, knobs, cloud) for each in (cold, warm))
    assert told_cold.accuracy < 0.8
    assert told_warm.accuracy > 0.95
    assert any("frozen" in words for words in told_cold.words)
    assert not any("frozen" in words for words in told_warm.words)
    assert cold.warm == 0 and warm.warm == 50


@pytest.mark.parametrize(("margin", "told"), [(0.45, True), (0.25, False)])
def test_a_margin_that_no_eight_directions_can_meet_is_told(margin, told):
    knobs, cloud, loss = ToyKnobs(steps=20, points=60), CloudKnobs(classes=8), losses.get("cosface")(margin=margin)
    words = diagnose(loss, train_toy(loss, knobs, cloud), knobs, cloud).words
    assert any("cannot be met" in each for each in words) == told  # 1 - cos(45 deg) = 0.293


def test_collapse_is_told_with_the_loss_at_its_margin():
    loss = losses.get("triplet")(margin=0.2, mining="all", normalise=False)
    toy = train_toy(loss, SHORT, FOUR)
    flat = toy.__class__(**{**vars(toy), "frames": np.ones_like(toy.frames), "losses": np.full(20, 0.2, np.float32)})
    words = diagnose(loss, flat, SHORT, FOUR).words
    assert any("Collapsed" in each and "0.200" in each for each in words)
    assert not any("Collapsed" in each for each in diagnose(loss, toy, SHORT, FOUR).words)


def test_a_training_that_leaves_the_numbers_stops_and_says_when(monkeypatch):
    from lossviz.toy import training

    real = training.Trainer.step
    steps = []

    def step(self, rows, warming, progress):
        steps.append(1)
        return float("nan") if len(steps) == 7 else real(self, rows, warming, progress)

    monkeypatch.setattr(training.Trainer, "step", step)
    loss = losses.get("softmax")()
    toy = train_toy(loss, SHORT, FOUR)
    assert toy.diverged == 7 and toy.steps[-1] == 6 and np.isfinite(toy.frames).all()
    assert "step 7" in diagnose(loss, toy, SHORT, FOUR).words[0]


def test_imbalance_reaches_the_labels():
    toy = train_toy(losses.get("softmax")(), ToyKnobs(steps=20, points=200), CloudKnobs(classes=4, imbalance=10.0))
    counts = np.bincount(toy.labels)
    assert counts[0] / counts[-1] == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize("classes", range(3, 13))
def test_best_angles_are_not_beaten_by_chance(classes):
    rng = np.random.default_rng(classes)
    assert best_angle(classes, 2) == pytest.approx(360 / classes)
    tried = rng.normal(size=(4000, classes, 3))
    tried /= np.linalg.norm(tried, axis=2, keepdims=True)
    cosines = tried @ tried.transpose(0, 2, 1) - 3 * np.eye(classes)
    assert np.degrees(np.arccos(cosines.max((1, 2)))).max() <= best_angle(classes, 3) + 1e-3


def test_an_order_is_made_in_the_background_once_and_kept():
    made, softmax = Bench(), [Entrant(losses.get("softmax")(), False)]
    order = made.ask("me", softmax, SHORT, FOUR)
    assert order.results()[0].steps[-1] == 20
    assert order.fraction == 1
    assert made.ask("you", softmax, SHORT, FOUR) is order
    assert made.ask("you", softmax, SHORT, CloudKnobs(classes=5)) is not order


def test_a_new_order_of_the_same_visitor_drops_the_old_one_and_nobody_elses(monkeypatch):
    going, seen = threading.Event(), []

    def slow(loss, knobs, cloud, *, warm, told):
        going.set()
        for step in range(1, 500):
            told(step)
            time.sleep(0.01)
        seen.append(cloud.classes)

    monkeypatch.setattr(bench, "train_toy", slow)
    made, one = Bench(), [Entrant(losses.get("softmax")(), False)]
    first = made.ask("me", one, SHORT, CloudKnobs(classes=3))
    assert going.wait(180)
    assert not first.done
    made.ask("you", one, SHORT, CloudKnobs(classes=3))
    made.ask("me", one, SHORT, CloudKnobs(classes=4))
    assert not first.dropped.is_set()  # you still wait for it
    last = made.ask("you", one, SHORT, CloudKnobs(classes=5))
    assert first.dropped.is_set()
    with pytest.raises(bench._Dropped):
        first.future.result(180)
    made.ask("me", one, SHORT, CloudKnobs(classes=6))
    made.ask("you", one, SHORT, CloudKnobs(classes=6))
    assert last.dropped.is_set() and seen == []
    for order in list(made._jobs.values()):
        order.dropped.set()
