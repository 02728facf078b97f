"""Classes from a few images of somebody's own, found again among strangers; a file of them comes back whole or not."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from lossviz import data, inference
from lossviz.errors import DataError, RunError
from lossviz.inference import Enrolled, Search
from tests.inference.conftest import images_of


@pytest.fixture
def strangers(unseen_run):
    """Images of the digits that the run never saw: three to enrol and forty to find of each, by their label."""
    digits = data.open_set("digits")
    unseen = np.setdiff1d(np.arange(10), unseen_run.train_classes)
    assert len(unseen) == 3
    return {label: images_of(np.flatnonzero(digits.labels == label)[:43]) for label in unseen.tolist()}


def enrolled(run, strangers, shots=3, leave=()):
    gallery = Enrolled.nobody(run)
    for label, images in strangers.items():
        if label not in leave:
            gallery = gallery.with_class(str(label), images[:shots])
    return gallery


def test_classes_never_seen_in_training_are_found_from_three_images_each(unseen_run, strangers):
    search = Search(inference.space(unseen_run, 12), enrolled(unseen_run, strangers))
    found = []
    for label, images in strangers.items():
        told = search.identify(inference.embed(unseen_run, 12, images[3:]))
        found += [told.name(row) == str(label) for row in range(len(images) - 3)]
    assert np.mean(found) > 0.75, "chance is a third"
    mixed = dict(zip(strangers, list(strangers.values())[1:] + list(strangers.values())[:1], strict=True))
    wrong = Search(inference.space(unseen_run, 12), enrolled(unseen_run, mixed))
    label, images = next(iter(strangers.items()))
    told = wrong.identify(inference.embed(unseen_run, 12, images[3:]))
    assert np.mean([told.name(row) == str(label) for row in range(40)]) < 0.3


def test_nobody_enrolled_is_unknown_in_an_open_set(unseen_run, strangers):
    label, *_ = strangers
    search = Search(inference.space(unseen_run, 12), enrolled(unseen_run, strangers, leave=(label,)))
    threshold = search.threshold(0.1)
    missing = inference.embed(unseen_run, 12, strangers[label][3:])
    there = {
        other: inference.embed(unseen_run, 12, images[3:]) for other, images in strangers.items() if other != label
    }
    refused = np.mean(search.identify(missing, threshold).found == -1)
    accepted = np.mean([np.mean(search.identify(each, threshold).found != -1) for each in there.values()])
    assert refused > 0.7 and accepted > 1.5 * (1 - refused)
    assert (search.identify(missing).found >= 0).all(), "a closed set knows no strangers"
    assert search.identify(missing, 0.0).name(0) == "unknown"
    assert search.threshold(1e-6) is None


def test_a_gallery_is_changed_by_making_another(unseen_run, strangers):
    whole = enrolled(unseen_run, strangers)
    first, second, third = whole.names
    assert (whole.shots, len(whole.images)) == (3, 9)
    less = whole.without(second)
    assert less.names == (first, third) and less.labels.tolist() == [0] * 3 + [1] * 3 and len(whole.images) == 9
    more = less.with_class(third, strangers[int(third)][10:12])
    assert np.bincount(more.labels).tolist() == [3, 5] and more.shots == 3
    with pytest.raises(DataError, match="nobody called"):
        less.without(second)


def test_a_file_of_a_gallery_comes_back(unseen_run, strangers):
    whole = enrolled(unseen_run, strangers).with_class("Ünïcødé ☃", strangers[min(strangers)][:2])
    again = Enrolled.parse(whole.dump())
    assert (again.names, again.data_set) == (whole.names, "digits")
    assert np.array_equal(again.images, whole.images) and np.array_equal(again.labels, whole.labels)


def _file(names, images, labels, **about):
    said = {"format": 1, "data_set": "digits", "names": names} | about
    return save({"images": images, "labels": labels}, {"gallery": json.dumps(said)})


IMAGES, LABELS = np.zeros((2, 1, 8, 8), np.uint8), np.array([0, 1])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no file of an enrolled gallery"),
        (b"\x80\x04pickle", "no file of an enrolled gallery"),
        (save({"images": IMAGES}), "no file of an enrolled gallery"),
        (_file(["a", "b"], IMAGES, LABELS, format=2), "format 2"),
        (_file(["a", "a"], IMAGES, LABELS), "does not fit together"),
        (_file(["a"], IMAGES, LABELS), "does not fit together"),
        (_file(["a", "b"], IMAGES.astype(np.float32), LABELS), "does not fit together"),
        (_file(["a", "b\n"], IMAGES, LABELS + 5), "does not fit together"),
        (_file(["a", "x" * 61], IMAGES, LABELS), "1 to 60 printable characters"),
        (_file(["a", 7], IMAGES, LABELS), "1 to 60 printable characters"),
        (
            _file([str(n) for n in range(201)], np.zeros((201, 1, 8, 8), np.uint8), np.arange(201)),
            "at most 200 classes",
        ),
    ],
)
def test_any_other_file_is_refused(content, sentence):
    with pytest.raises(DataError, match=sentence):
        Enrolled.parse(content)


def test_mutated_files_of_galleries_raise_nothing_but_a_sentence():
    rng, whole = np.random.default_rng(0), _file(["a", "b"], IMAGES, LABELS)
    outcomes = [0, 0]
    for _ in range(800):
        content = bytearray(whole)
        for _ in range(rng.integers(1, 5)):
            content[rng.integers(0, len(content))] = rng.integers(0, 256)
        try:
            outcomes[len(Enrolled.parse(bytes(content)).names) > 0] += 1
        except DataError:
            outcomes[0] += 1
    assert min(outcomes) > 50


def test_what_cannot_be_enrolled_or_searched_is_told(unseen_run, digits_run, strangers):
    nobody = Enrolled.nobody(unseen_run)
    with pytest.raises(DataError, match="nobody is enrolled yet"):
        Search(inference.space(unseen_run, 12), nobody)
    for name in ("", "two\nlines", "unknown", "x" * 61):
        with pytest.raises(DataError, match="1 to 60 printable"):
            nobody.with_class(name, strangers[min(strangers)][:1])
    with pytest.raises(DataError, match="are enrolled here"):
        nobody.with_class("a", np.zeros((1, 3, 8, 8), np.uint8))
    other = Enrolled("mnist", ("a",), np.zeros((1, 1, 28, 28), np.uint8), np.zeros(1, np.int64))
    with pytest.raises(RunError, match="they were prepared for mnist"):
        Search(inference.space(digits_run, 4), other)


def test_enrolling_writes_nothing(unseen_run, strangers):
    def state():
        return {path: path.stat().st_mtime_ns for path in unseen_run.folder.rglob("*")}

    before = state()
    search = Search(inference.space(unseen_run, 12), enrolled(unseen_run, strangers))
    search.identify(inference.embed(unseen_run, 12, strangers[min(strangers)]), search.threshold(0.1))
    assert state() == before
