"""Synthetic runs in which one thing happens, beside a control in which nothing does."""

import numpy as np
import pytest

from lossviz.analysis import Story, events
from lossviz.records import EpochRecord

CLASSES = 4
LABELS = np.repeat(np.arange(CLASSES), 50)
NAMES = ["ant", "bee", "cat", "dog"]
CENTERS = np.eye(CLASSES, 6, dtype=np.float32) * 5
PERFECT = LABELS.copy()


def cloud(scale=1.0, seed=0, centers=CENTERS):
    noise = np.random.default_rng(seed).normal(size=(len(LABELS), 6)) * 0.3
    return ((centers[LABELS] + noise) * scale).astype(np.float32)


def noisy(predicted, share, seed):
    """A share of all images taken for any class."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(len(LABELS)) < share, rng.integers(0, CLASSES, len(LABELS)), predicted)


def swapped(one, other, share):
    """The first part of both classes taken for the other one."""
    predicted = LABELS.copy()
    for mine, taken in ((one, other), (other, one)):
        predicted[np.flatnonzero(mine == LABELS)[: int(share * 50)]] = taken
    return predicted


def story(predictions, embeddings=None, losses=None, phases=None, notes=None):
    count = len(predictions)
    embeddings = embeddings or [cloud(seed=epoch) for epoch in range(count)]
    losses = losses or [None] + [1.0 / epoch for epoch in range(1, count)]
    phases = phases or ["start"] + ["train"] * (count - 1)
    records = [
        EpochRecord(epoch, phases[epoch], losses[epoch], None, 1e-3, 200, 1.0, "", (notes or {}).get(epoch, ()))
        for epoch in range(count)
    ]
    return Story(records, embeddings, predictions, LABELS, NAMES)


def told(*arguments, **more):
    return [(event.epoch, event.text) for event in events(story(*arguments, **more))]


def test_nothing_is_told_where_nothing_happens():
    """Noise about one state, epoch for epoch: of accuracy, loss, embeddings and confusions."""
    rng = np.random.default_rng(0)
    for share in (0.02, 0.14, 0.3, 0.7):
        predictions = [noisy(PERFECT, share, seed) for seed in range(12)]
        best = max((predicted == LABELS).mean() for predicted in predictions)
        losses = [None, *(1 + 0.1 * rng.random(11))]
        found = told(predictions, losses=losses)
        assert [text for _, text in found if not text.startswith(("Accuracy reaches", "Class"))] == []
        assert len(found) <= 2, (best, found)
    assert told([PERFECT] * 8) == []


def test_a_class_separates_when_it_stays_separate():
    mixed = swapped(1, 2, 0.4)
    assert (3, "Classes bee and cat separate") in told([mixed, mixed, mixed, PERFECT, PERFECT])
    for unstable in ([mixed, PERFECT, mixed, mixed], [PERFECT, PERFECT], [mixed] * 4):
        assert not [text for _, text in told(unstable) if "separate" in text]


def test_a_class_that_swallows_others_has_not_separated():
    swallowed = np.where(LABELS == 1, 0, LABELS)
    start = noisy(PERFECT, 1.0, 0)
    (event,) = [event for event in events(story([start, swallowed, swallowed])) if "separate" in event.text]
    assert event.text == "Classes cat and dog separate" and event.classes == (2, 3)


def test_all_classes_at_once_are_called_so():
    start = noisy(PERFECT, 1.0, 0)
    assert (1, "All 4 classes separate") in told([start, PERFECT, PERFECT])


def test_two_classes_part_and_merge():
    mixed, half = swapped(0, 3, 0.5), swapped(0, 3, 0.1)
    assert (3, "ant and dog part") in told([mixed, mixed, half, PERFECT, PERFECT])
    assert (2, "ant and dog merge") in told([PERFECT, PERFECT, mixed, mixed])
    for neither in ([mixed, PERFECT, PERFECT], [half, half, PERFECT], [PERFECT, PERFECT, mixed, PERFECT, mixed, half]):
        assert not [text for _, text in told(neither) if text.endswith(("part", "merge"))]


def test_few_images_do_not_make_two_classes_merge():
    mixed = swapped(0, 3, 0.5)
    for rows, merged in ((10, True), (9, False)):
        few = np.concatenate(
            [np.flatnonzero(label == LABELS)[np.linspace(0, 49, rows).astype(int)] for label in range(4)]
        )
        whole = story([LABELS[few], LABELS[few], mixed[few], mixed[few]], embeddings=[cloud()[few]] * 4)
        found = events(Story(whole.records, whole.embeddings, whole.predictions, LABELS[few], NAMES))
        assert any(event.text == "ant and dog merge" for event in found) == merged


def test_many_classes_are_counted_and_long_names_cut():
    labels = np.repeat(np.arange(8), 20)
    chance = np.random.default_rng(0).integers(0, 8, 160)
    records = story([PERFECT] * 3).records
    names = [f"a/very/long/way/to/the/folder/of/class/{label}" for label in range(8)]

    def separated(count):
        learnt = np.where(labels < count, labels, np.where(labels % 2, labels - 1, labels + 1))
        found = events(Story(records, [np.eye(160, 3)] * 3, [chance, learnt, learnt], labels, names))
        return [event.text for event in found if event.text.endswith("separate")]

    assert separated(6) == ["6 of 8 classes separate"]
    assert separated(2) == ["Classes …way/to/the/folder/of/class/0 and …way/to/the/folder/of/class/1 separate"]


def test_a_collapse_and_its_end():
    point = (1 + cloud(scale=1e-3)).astype(np.float32)
    embeddings = [cloud(), cloud(seed=1), point, point, cloud(seed=2)]
    found = told([PERFECT] * 5, embeddings=embeddings)
    assert (2, "The embedding collapses: all images lie on nearly one point") in found
    assert (4, "The embedding opens up again") in found
    from_the_start = told([PERFECT] * 3, embeddings=[point, point, cloud()])
    assert not [text for _, text in from_the_start if "collapses" in text or "again" in text]


def test_lengths_that_fall():
    found = told([PERFECT] * 4, embeddings=[cloud(), cloud(), cloud(scale=0.1), cloud(scale=0.1)])
    ((epoch, text),) = found
    assert epoch == 2 and text.startswith("Embeddings shorten from a norm of 5")
    assert told([PERFECT] * 4, embeddings=[cloud(scale=scale) for scale in (9, 1, 0.5, 0.3)]) == []


def test_classes_that_close_up():
    narrow = CENTERS + 12
    found = told([PERFECT] * 4, embeddings=[cloud(), cloud(), cloud(centers=narrow), cloud(centers=narrow)])
    ((epoch, text),) = found
    assert epoch == 2 and text.startswith("Classes close up: the mean angle between them falls from 9")


def test_accuracy_is_told_once_a_level_and_when_it_falls():
    shares = (0.9, 0.2, 0.2, 0.75, 0.2, 0.01)
    found = told([noisy(PERFECT, share, 3) for share in shares])
    reached = [(epoch, text.split("above ")[1]) for epoch, text in found if "reaches" in text]
    assert reached == [(1, "80 %"), (5, "99 %")]
    assert [epoch for epoch, text in found if text.startswith("Accuracy falls from")] == [3]


def test_a_loss_that_jumps():
    def jumps(*losses, phases=None):
        found = told([PERFECT] * (len(losses) + 1), losses=[None, *losses], phases=phases)
        return [(epoch, text) for epoch, text in found if "jumps" in text]

    assert jumps(2.0, 1.0, 0.5, 1.5, 1.4) == [(4, "The training loss jumps from 0.5 to 1.5")]
    assert jumps(2.0, 1.0, 0.5, 0.6, 0.5) == []
    assert jumps(2.0, 0.02, 0.01, 0.02) == []
    assert jumps(-1.0, -2.0, -3.0, -1.0) == [(4, "The training loss jumps from -3 to -1")]
    other_loss = ["start", "warm start", "warm start", "train", "train"]
    assert jumps(2.0, 1.0, 20.0, 15.0, phases=other_loss) == []


def test_the_warm_starts_end_and_the_trainings_remarks():
    phases = ["start", "warm start", "warm start", "train", "train"]
    remark = ("collapsed: all are the same. A lower rate helps",)
    notes = {3: remark, 4: remark}
    found = told([PERFECT] * 5, phases=phases, notes=notes)
    assert (3, "The warm start is over: from here the loss itself trains") in found
    assert [event for event in found if "same" in event[1]] == [(3, "Collapsed: all are the same")]


def test_there_are_never_many_and_they_are_in_order():
    rng = np.random.default_rng(0)
    wild = [noisy(PERFECT, share, seed) for seed, share in enumerate(rng.random(80))]
    losses = [None, *rng.lognormal(0, 2, 79)]
    found = events(story(wild, losses=losses))
    assert len(found) == 20 and [event.epoch for event in found] == sorted(event.epoch for event in found)


@pytest.mark.parametrize("count", [0, 1])
def test_without_training_there_is_nothing_to_tell(count):
    assert events(story([PERFECT] * count, losses=[None] * count, phases=["start"] * count, embeddings=None)) == []
