"""Splits: who trains, who is tested, and that nobody is both."""

from dataclasses import replace

import numpy as np
import pytest

from lossviz.data import Pairs, pairs, split
from lossviz.data._splits import held_out
from lossviz.errors import DataError
from tests.data.conftest import made

SEEDS = range(6)
UNEVEN = [(40, 10), (20, 5), (60, 12), (8, 3), (30, 10), (16, 4), (100, 30), (12, 2)]
ALPHABETS = ("a", "a", "b", "b", "b", "c", "c", "d")


def sizes(images, rows, classes):
    return np.array([(images.labels[rows] == label).sum() for label in classes])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_closed_set_keeps_test_and_training_images_apart(seed):
    images = made(UNEVEN)
    parts = split(images, seed=seed, limit=100, probe=30, gallery=40)
    assert not images.is_test[parts.train].any()
    assert images.is_test[parts.probe].all()
    assert set(parts.gallery) <= set(parts.train), "a seen class is compared with images that were trained on"
    assert (len(parts.train), len(parts.probe), len(parts.gallery)) == (100, 30, 40)
    assert parts.train_classes.tolist() == list(range(8))
    assert set(images.labels[parts.probe]) == set(images.labels[parts.gallery])
    assert parts.known is None
    assert parts.known_gallery is None
    for rows in (parts.train, parts.probe, parts.gallery):
        assert len(np.unique(rows)) == len(rows)
        assert (np.diff(rows) > 0).all()


def test_without_a_limit_every_training_image_is_trained_on():
    images = made(UNEVEN)
    parts = split(images, seed=0)
    assert parts.train.tolist() == np.flatnonzero(~images.is_test).tolist()
    assert parts.probe.tolist() == np.flatnonzero(images.is_test).tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_limit_is_shared_out_in_proportion(seed):
    images = made(UNEVEN)
    full = sizes(images, np.flatnonzero(~images.is_test), range(8))
    counts = sizes(images, split(images, seed=seed, limit=143).train, range(8))
    assert counts.sum() == 143
    assert np.abs(counts - full / 2).max() <= 1
    counts = sizes(images, split(images, seed=seed, limit=8).train, range(8))
    assert counts.tolist() == [1] * 8, "with one image a class allowed, each class has its one"


def test_equal_classes_get_equal_shares():
    images = made([(50, 20)] * 10)
    parts = split(images, seed=3, limit=200, probe=100, gallery=50)
    assert sizes(images, parts.train, range(10)).tolist() == [20] * 10
    assert sizes(images, parts.probe, range(10)).tolist() == [10] * 10
    assert sizes(images, parts.gallery, range(10)).tolist() == [5] * 10


def test_the_seed_decides_and_nothing_else_does():
    images = made(UNEVEN)
    first, again, other = (split(images, seed=seed, limit=100, unseen_classes=0.3, probe=20) for seed in (4, 4, 5))
    for name in ("train", "train_classes", "probe", "gallery", "known", "known_gallery"):
        assert np.array_equal(getattr(first, name), getattr(again, name)), name
    assert not np.array_equal(first.train, other.train)
    assert not np.array_equal(first.probe, other.probe)


def test_the_probe_does_not_depend_on_how_much_is_trained_on():
    images = made(UNEVEN)
    assert np.array_equal(split(images, seed=1, probe=30).probe, split(images, seed=1, limit=50, probe=30).probe)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("groups", [(), ALPHABETS])
def test_an_open_set_tests_on_classes_that_nobody_trained_on(seed, groups):
    images = made(UNEVEN, groups)
    parts = split(images, seed=seed, unseen_classes=0.4, probe=20, gallery=50)
    unseen, seen = set(images.labels[parts.probe]), set(parts.train_classes)
    assert not unseen & seen
    assert unseen | seen == set(range(8)), "no class is lost"
    assert set(images.labels[parts.gallery]) == unseen
    assert set(images.labels[parts.train]) == seen
    assert images.is_test[parts.probe].all()
    assert not images.is_test[parts.gallery].any()
    assert set(images.labels[parts.known]) == seen
    assert images.is_test[parts.known].all()
    assert set(parts.known_gallery) <= set(parts.train)
    assert abs(len(unseen) - 0.4 * 8) <= (1.5 if groups else 0.5), "nearer than half the largest alphabet"
    if groups:
        assert not {groups[label] for label in unseen} & {groups[label] for label in seen}, "an alphabet was split"


def test_without_groups_an_alphabet_is_split():
    """The negative control: the same draw over single classes does tear some alphabet apart."""
    images = made(UNEVEN)
    torn = 0
    for seed in SEEDS:
        parts = split(images, seed=seed, unseen_classes=0.4)
        unseen, seen = set(images.labels[parts.probe]), set(parts.train_classes)
        torn += bool({ALPHABETS[label] for label in unseen} & {ALPHABETS[label] for label in seen})
    assert torn >= 4


def test_which_classes_are_unseen_changes_with_the_seed():
    images = made([(5, 2)] * 20)
    chosen = {tuple(split(images, seed=seed, unseen_classes=0.3).train_classes) for seed in SEEDS}
    assert len(chosen) == len(SEEDS)
    assert {len(classes) for classes in chosen} == {14}


def test_targets_are_positions_in_the_classes_trained_on():
    images = made(UNEVEN)
    parts = split(images, seed=2, unseen_classes=0.5)
    targets = parts.targets(images.labels)
    assert np.array_equal(parts.train_classes[targets], images.labels[parts.train])
    assert set(targets) == set(range(len(parts.train_classes)))


def test_images_that_take_no_part_are_in_nothing():
    images = made(UNEVEN)
    images = replace(images, labels=np.where(images.labels == 6, -1, images.labels))
    parts = split(images, seed=0, unseen_classes=0.3)
    for rows in (parts.train, parts.probe, parts.gallery, parts.known, parts.known_gallery):
        assert (images.labels[rows] >= 0).all()


def test_a_class_without_test_images_trains_and_is_not_probed():
    images = made([(5, 2), (5, 2), (1, 0)])
    parts = split(images, seed=0)
    assert parts.train_classes.tolist() == [0, 1, 2]
    assert set(images.labels[parts.probe]) == {0, 1} == set(images.labels[parts.gallery])


def test_a_probe_smaller_than_the_number_of_classes_takes_one_image_each():
    images = made([(5, 2)] * 30)
    parts = split(images, seed=0, probe=10, gallery=20)
    assert len(np.unique(images.labels[parts.probe])) == len(parts.probe) == 10
    assert set(images.labels[parts.gallery]) == set(images.labels[parts.probe])
    assert len(parts.gallery) == 20


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", [None, 120])
def test_validation_divides_what_the_run_itself_trains_on(seed, limit):
    images = made(UNEVEN)
    trial = split(images, seed=seed, limit=limit, validation=0.25)
    final = split(images, seed=seed, limit=limit)
    assert trial.validation and not final.validation
    assert not set(trial.train) & set(trial.probe)
    assert sorted([*trial.train, *trial.probe]) == final.train.tolist(), "no image beyond those of the run itself"
    assert set(trial.gallery) <= set(trial.train)
    whole, held = sizes(images, final.train, range(8)), sizes(images, trial.probe, range(8))
    assert np.abs(held - whole / 4).max() <= 0.75 and (held >= 1).all(), "a quarter of each class, one at least"
    assert images.is_test[final.probe].all() and not images.is_test[trial.probe].any()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("groups", [(), ALPHABETS])
def test_validation_of_an_open_set_is_on_other_classes_and_never_on_the_tests(seed, groups):
    images = made(UNEVEN, groups)
    asked = {"unseen_classes": 0.3, "class_seed": 11}
    trial = split(images, seed=seed, validation=0.3, **asked)
    for other in SEEDS:
        final = split(images, seed=other, **asked)
        tested = set(images.labels[final.probe])
        for rows in (trial.train, trial.probe, trial.gallery):
            assert not tested & set(images.labels[rows]), "a class that is tested on was seen while choosing"
            assert not images.is_test[rows].any()
    judged = set(images.labels[trial.probe])
    assert judged == set(images.labels[trial.gallery]) and not judged & set(trial.train_classes)
    assert not set(trial.probe) & set(trial.gallery)
    assert trial.known is None and trial.known_gallery is None
    assert sorted([*trial.train, *trial.probe, *trial.gallery]) == split(images, seed=seed, **asked).train.tolist()
    if groups:
        assert not {groups[label] for label in judged} & {groups[label] for label in trial.train_classes}


def test_without_a_class_seed_another_seeds_trial_sees_classes_that_are_tested_on():
    """The negative control of the test before."""
    images = made(UNEVEN)
    tested = set(images.labels[split(images, seed=0, unseen_classes=0.3).probe])
    trials = [split(images, seed=seed, unseen_classes=0.3, validation=0.3) for seed in SEEDS[1:]]
    assert any(tested & set(trial.train_classes) for trial in trials)


def test_the_class_seed_chooses_classes_and_nothing_else():
    images = made([(5, 2)] * 20)
    chosen = [split(images, seed=seed, unseen_classes=0.3, class_seed=9, probe=5) for seed in SEEDS]
    assert len({tuple(parts.train_classes) for parts in chosen}) == 1
    assert len({tuple(parts.probe) for parts in chosen}) > 1, "other images of the same classes"
    own = split(images, seed=9, unseen_classes=0.3)
    assert np.array_equal(own.train_classes, chosen[0].train_classes)


def test_validation_that_cannot_be_done_is_said():
    with pytest.raises(DataError, match="validation must be at least 0 and below 1, got 1"):
        split(made(UNEVEN), seed=0, validation=1.0)
    with pytest.raises(DataError, match="seed of a split must be a whole number of at least 0, got -2"):
        split(made(UNEVEN), seed=0, class_seed=-2)
    with pytest.raises(DataError, match="fewer than 2 classes have training images to validate on"):
        split(made([(1, 2), (1, 2), (4, 2)]), seed=0, validation=0.2)
    with pytest.raises(DataError, match="too few to keep some out of training"):
        split(made([(5, 2)] * 5), seed=0, unseen_classes=0.4, validation=0.4)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"limit": 7}, "limit must be at least 8, one image for each class trained on, got 7"),
        ({"limit": 0}, "limit must be a whole number of at least 1, got 0"),
        ({"probe": 0}, "probe must be a whole number of at least 1, got 0"),
        ({"gallery": 7}, "gallery must be at least 8, one image for each class probed, got 7"),
        ({"unseen_classes": 1.0}, "unseen_classes must be at least 0 and below 1, got 1.0"),
        ({"unseen_classes": -0.1}, "unseen_classes must be at least 0 and below 1, got -0.1"),
        ({"unseen_classes": float("nan")}, "unseen_classes must be at least 0 and below 1, got nan"),
        ({"seed": -1}, "the seed of a split must be a whole number of at least 0, got -1"),
    ],
)
def test_what_cannot_be_done_is_said(asked, sentence):
    with pytest.raises(DataError, match=sentence.replace("(", r"\(")):
        split(made(UNEVEN), **{"seed": 0, **asked})


@pytest.mark.parametrize("groups", [("a", "a", "a", "b"), ()])
def test_too_few_classes_for_an_open_set(groups):
    counts = [(5, 2)] * (4 if groups else 3)
    with pytest.raises(DataError, match="too few to keep some out of training"):
        split(made(counts, groups), seed=0, unseen_classes=0.5)


def test_unseen_classes_without_test_images_cannot_be_tested_on():
    with pytest.raises(DataError, match=r"fewer than 2 of the unseen|no test images"):
        split(made([(5, 0), (5, 0), (5, 0), (5, 0), (5, 0), (5, 2), (5, 2)]), seed=0, unseen_classes=0.3)


@pytest.mark.parametrize("seed", SEEDS)
def test_held_out_is_a_share_of_every_class(seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(5), [1, 2, 3, 50, 100]))
    is_test = held_out(labels, 0.2, seed)
    assert [int(is_test[labels == label].sum()) for label in range(5)] == [0, 1, 1, 10, 20]
    assert np.array_equal(is_test, held_out(labels, 0.2, seed))
    assert not np.array_equal(is_test, held_out(labels, 0.2, seed + 1))


def test_held_out_leaves_one_to_train_on():
    assert held_out(np.array([0, 0, 0]), 0.9, 0).sum() == 2


def test_validation_has_no_pairs():
    images = made([(6, 2)] * 8)
    protocol = Pairs(np.arange(8).reshape(4, 2), np.zeros(4, np.bool_), np.zeros(4, np.int64))
    images = replace(images, pairs={"view2": protocol})
    assert pairs(images, split(images, seed=0, unseen_classes=0.4, validation=0.3)) == {}
    assert pairs(images, split(images, seed=0, unseen_classes=0.4)) != {}


def test_pairs_show_nobody_who_was_trained_on():
    images = made([(6, 2)] * 6)
    first = {label: np.flatnonzero(images.labels == label) for label in range(6)}
    index = np.array([[first[a][0], first[b][1]] for a in range(6) for b in range(6)])
    labels = np.where(images.labels == 5, -1, images.labels)
    protocol = Pairs(index, images.labels[index[:, 0]] == images.labels[index[:, 1]], np.arange(36) // 6)
    images = replace(images, labels=labels, pairs={"view2": protocol})
    parts = split(images, seed=0, unseen_classes=0.4)
    strangers = {*range(5)} - set(parts.train_classes) | {-1}
    kept = pairs(images, parts)["view2"]
    assert set(labels[kept.index].ravel()) == strangers, "people who take no part are strangers too"
    assert len(kept.same) == len(strangers) ** 2
    assert kept.same.sum() == len(strangers)
    assert set(kept.fold) == {*range(6)} - set(parts.train_classes)


def test_a_protocol_of_known_people_only_is_left_out():
    images = made([(6, 2)] * 3)
    everybody = Pairs(np.array([[0, 1]]), np.array([True]), np.array([0]))
    images = replace(images, pairs={"view2": everybody})
    assert pairs(images, split(images, seed=0)) == {}


def test_a_set_that_leaks_shares_its_test_images_with_training_and_no_other_does():
    images = made(UNEVEN)
    for seed in SEEDS:
        assert not set(split(images, seed=seed).probe) & set(split(images, seed=seed).train)
    leaking = split(replace(images, leaks=True), seed=0)
    assert set(leaking.probe) <= set(leaking.train)
    assert len(leaking.train) == len(images.labels)


def test_the_strangers_of_a_set_are_kept_out_of_training_and_are_all_that_is_probed():
    images = replace(made(UNEVEN), strangers=(1, 4, 7))
    for seed in SEEDS:
        parts = split(images, seed=seed)
        assert parts.train_classes.tolist() == [0, 2, 3, 5, 6]
        assert set(images.labels[parts.probe]) == set(images.labels[parts.gallery]) == {1, 4, 7}
        assert not set(images.labels[parts.train]) & {1, 4, 7}
    assert split(replace(images, strangers=()), seed=0).train_classes.tolist() == list(range(8))
    with pytest.raises(DataError, match="leave unseen_classes at 0"):
        split(images, seed=0, unseen_classes=0.3)


def test_validation_on_a_set_with_strangers_looks_at_none_of_them():
    images = replace(made(UNEVEN), strangers=(1, 4))
    parts = split(images, seed=0, validation=0.4)
    looked_at = np.concatenate([parts.train, parts.probe, parts.gallery])
    assert parts.validation and not images.is_test[looked_at].any()
    assert not set(images.labels[looked_at]) & {1, 4}
    assert not set(images.labels[parts.probe]) & set(parts.train_classes)
