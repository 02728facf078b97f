"""The real originals: the numbers that everybody who uses these sets knows."""

import hashlib

import numpy as np
import pytest

from lossviz import data
from lossviz.data import FolderOptions, register_folder


def test_mnist(real_data):
    real_data("MNIST")
    images = data.open_set("mnist")
    assert np.bincount(images.labels[~images.is_test]).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert images.is_test.sum() == 10000
    assert images.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert images.mean == pytest.approx((0.1307,), abs=5e-5)
    assert images.std == pytest.approx((0.3081,), abs=5e-5)


def test_lfw(real_data):
    home = real_data("lfw_home")
    images = data.open_set("lfw")
    assert (len(images.class_names), int((images.labels >= 0).sum())) == (158, 4324)
    counts = np.bincount(images.labels[images.labels >= 0])
    assert images.class_names[counts.argmax()] == "George W Bush"
    assert counts.max() == 530
    assert len(data.open_set("lfw", {"min_faces": 20}).class_names) == 62
    assert len(data.open_set("lfw", {"min_faces": 2}).class_names) == 1680
    view2 = images.pairs["view2"]
    assert np.bincount(view2.fold).tolist() == [600] * 10
    assert [int(view2.same[view2.fold == fold].sum()) for fold in range(10)] == [300] * 10
    assert (len(images.pairs["devtest"].same), len(images.pairs["devtrain"].same)) == (1000, 2200)
    assert not (home / "joblib").exists(), "scikit-learn's copy of the photographs is not left behind"
    everybody = data.open_set("lfw", {"min_faces": 2})
    for pairs in everybody.pairs.values():
        people = everybody.labels[pairs.index]
        assert (people[pairs.same] >= 0).all()
        assert (people[pairs.same, 0] == people[pairs.same, 1]).all(), "the lists and the folders agree"
        known = ~pairs.same & (people >= 0).all(axis=1)
        assert (people[known, 0] != people[known, 1]).all()


def test_lfw_splits_that_set_people_apart(real_data):
    real_data("lfw_home")
    usual = data.open_set("lfw", {"min_faces": 2})
    assert usual.strangers == () and not usual.leaks
    digests = {usual.digest}
    folds = [({"split": "fold", "fold": fold}, None) for fold in (1, 2)]
    for knobs, count in (({"split": "devtest"}, 418), *folds):
        images = data.open_set("lfw", {"min_faces": 2, **knobs})
        digests.add(images.digest)
        parts = data.split(images, seed=0)
        people = set(images.labels[parts.train])
        assert count is None or len(images.strangers) == count
        assert not people & set(images.strangers) and not people & set(images.labels[parts.probe])
        kept = data.pairs(images, parts)
        if knobs["split"] == "devtest":
            assert len(kept["devtest"].same) == 1000, "every pair of the list is of strangers"
        else:
            assert (kept["view2"].fold == knobs["fold"] - 1).sum() == 600
    assert len(digests) == 4
    assert data.get("lfw")(fold=7).told_apart() == {"min_faces": 10}, "older runs know their images"


def test_the_leaking_lfw_split_trains_on_who_is_tested_and_the_usual_one_never_does(real_data):
    real_data("lfw_home")
    leaking = data.open_set("lfw", {"min_faces": 1, "split": "leaking"})
    assert (len(leaking.class_names), int(leaking.is_test.sum())) == (5749, 2741)
    parts = data.split(leaking, seed=0, probe=50_000)
    assert len(parts.train) == 13233 and len(parts.probe) == 2741
    assert set(parts.probe) <= set(parts.train)
    usual = data.open_set("lfw", {"min_faces": 1})
    parts = data.split(usual, seed=0, probe=50_000)
    assert not set(parts.probe) & set(parts.train)
    assert data.get("lfw")(split="leaking").faults() and not data.get("lfw")(split="devtest").faults()


def test_cifar10_copies_come_in_with_their_own_test_folder(real_data, tmp_path):
    folder = real_data("cifar10-images")
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        for label in ("cat", "truck"):
            (tmp_path / part / label).symlink_to(folder / part / label)
    added = register_folder("cifar-two", tmp_path / "train", tmp_path / "test", FolderOptions(flip=True))
    assert (added.classes, added.train, added.test, added.channels) == (2, 10000, 2000, 3)
    assert added.skipped == ()
    images = data.open_set("cifar-two")
    assert (images.flip, images.pad) == (True, 4)


def test_omniglot_small_has_alphabets_once(real_data):
    added = register_folder("omniglot-small", real_data("omniglot-small"), options=FolderOptions(size=28, invert=True))
    assert (added.classes, added.train + added.test, added.channels) == (242, 4840, 1)
    assert len(added.skipped) == 1000, "Greek and Latin are in both halves"
    assert all("the same file as" in reason for _, reason in added.skipped)
    images = data.open_set("omniglot-small")
    assert len(set(images.groups)) == 8
    assert 0.05 < images.mean[0] < 0.15, "ink is light and rare"
    parts = data.split(images, seed=0, unseen_classes=0.3)
    seen = {images.groups[label] for label in parts.train_classes}
    unseen = {images.groups[label] for label in images.labels[parts.probe]}
    assert not seen & unseen
    twins = {hashlib.sha256(images.images[row].tobytes()).digest() for row in range(len(images.labels))}
    assert len(twins) == len(images.labels), "no drawing is there twice"
