"""Prepared files: whole or not there, opened without copying, and plain about damage."""

import errno
import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pytest

from lossviz import data
from lossviz.data import _prepared as prepared
from lossviz.data.base import Pairs, Raw
from lossviz.data.digits import Digits
from lossviz.errors import DataError

ABOUT = prepared.About("Tiny", "folder", "here", "none", pad=1)


def silent(what, share):
    """Report to nobody."""


def tiny() -> Raw:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (10, 3, 4, 4), dtype=np.uint8)
    pairs = {"view2": Pairs(np.array([[0, 1], [2, 3]]), np.array([True, False]), np.array([0, 1]))}
    return Raw(pixels, np.arange(10) % 2, np.arange(10) >= 6, ("a", "b"), ("x", "y"), pairs)


@pytest.fixture
def folder(data_home) -> Path:
    with prepared.lock("tiny", silent):
        prepared.write("tiny", tiny(), ABOUT)
    return data_home / "prepared" / "tiny"


def test_what_is_written_is_what_is_opened(folder):
    raw, images = tiny(), prepared.load("tiny")
    assert np.array_equal(images.images, raw.images)
    assert np.array_equal(images.labels, raw.labels)
    assert np.array_equal(images.is_test, raw.is_test)
    assert (images.name, images.title, images.class_names, images.groups) == ("tiny", "Tiny", ("a", "b"), ("x", "y"))
    for written, opened in ((raw.pairs["view2"], images.pairs["view2"]),):
        for name in ("index", "same", "fold"):
            assert np.array_equal(getattr(written, name), getattr(opened, name))
    assert images.pairs["view2"].same.dtype == bool
    train = raw.images[:6] / 255
    assert np.allclose(images.mean, train.mean(axis=(0, 2, 3)))
    assert np.allclose(images.std, train.std(axis=(0, 2, 3)))


def test_opening_maps_the_pixels_and_reads_none(folder):
    images = prepared.load("tiny")
    assert isinstance(images.images, np.memmap)
    assert Path(images.images.filename) == folder / "images.npy"
    assert not images.images.flags.writeable
    images.labels[0] = 1  # labels are few and belong to whoever opened the set


def test_the_digest_notices_pixels_labels_and_split(data_home):
    digests = set()
    changed = [tiny() for _ in range(4)]
    changed[1].images[3, 0, 0, 0] += 1
    changed[2].labels[0] = 1
    changed[3].is_test[0] = True
    for raw in changed:
        prepared.write("tiny", raw, ABOUT)
        digests.add(prepared.load("tiny").digest)
    assert len(digests) == 4
    prepared.write("tiny", tiny(), ABOUT)
    assert prepared.load("tiny").digest in digests, "and nothing else, the time for one"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def edit(**changes: object):
    def change(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return change


DAMAGE = [
    ("images.npy", Path.unlink, "images.npy is missing or cut short"),
    ("images.npy", truncate, "images.npy is missing or cut short"),
    ("images.npy", lambda path: path.write_bytes(b""), "images.npy is missing or cut short"),
    ("images.npy", lambda path: np.save(path, np.zeros((10, 3, 4, 4))), "images.npy has shape"),
    ("labels.npy", Path.unlink, "labels.npy is missing or cut short"),
    ("labels.npy", lambda path: np.save(path, np.arange(9)), "labels.npy has shape"),
    ("labels.npy", lambda path: np.save(path, np.arange(10)), "names classes that meta.json does not have"),
    ("labels.npy", lambda path: np.save(path, np.array([{}] * 10)), "labels.npy is missing or cut short"),
    ("test.npy", truncate, "test.npy is missing or cut short"),
    ("pairs-view2.npy", Path.unlink, "pairs-view2.npy is missing or cut short"),
    ("meta.json", Path.unlink, "meta.json cannot be read"),
    ("meta.json", truncate, "meta.json cannot be read"),
    ("meta.json", lambda path: path.write_text("[]"), "of format None"),
    ("meta.json", edit(format=99), "of format 99, this program writes format 1"),
    ("meta.json", edit(shape=None), "lacks what it needs"),
    ("meta.json", lambda path: path.write_text('{"format": 1}'), "lacks what it needs"),
    ("meta.json", lambda path: path.write_text('{"format": 1, "shape": [10, 3, 4, 4], "pairs": {}}'), "lacks what it"),
]


@pytest.mark.parametrize(("file", "damage", "sentence"), DAMAGE)
def test_damage_is_told_and_says_to_add_the_folder_again(folder, file, damage, sentence):
    assert data.open_set("tiny").title == "Tiny"
    damage(folder / file)
    with pytest.raises(DataError, match=sentence) as caught:
        data.open_set("tiny")
    assert "add the folder again under this name (python -m lossviz data add tiny FOLDER)" in str(caught.value)
    assert [line.name for line in data.describe() if line.kind == "folder"] == ["tiny"], "the list still works"
    data.remove("tiny")
    assert not folder.exists()


def test_a_damaged_known_set_is_prepared_again(data_home):
    whole = data.open_set("digits").digest
    truncate(data_home / "prepared" / "digits" / "images.npy")
    assert data.open_set("digits").digest == whole
    assert data.open_set("digits").images[:].max() == 255


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk that holds .* is full: 'tiny' needs"),
        (OSError(errno.EACCES, "Permission denied"), "'tiny' cannot be written under .*: Permission denied"),
    ],
)
def test_a_disk_that_does_not_take_it_leaves_the_old_set(folder, monkeypatch, error, sentence):
    def fail(*args, **kwargs):
        raise error

    with monkeypatch.context() as patch, pytest.raises(DataError, match=sentence):
        patch.setattr(np, "save", fail)
        prepared.write("tiny", tiny(), ABOUT)
    assert prepared.load("tiny").images.shape == (10, 3, 4, 4)
    assert [path.name for path in folder.parent.iterdir() if path.suffix == ".partial"] == []


def test_a_folder_that_may_not_be_written_is_said(data_home, monkeypatch):
    (data_home / "file").touch()
    monkeypatch.setenv("LOSSVIZ_DATA", str(data_home / "file" / "below"))
    with pytest.raises(DataError, match="point LOSSVIZ_DATA at a folder that you may write to"):
        data.open_set("digits")


def test_a_crash_between_the_two_renames_does_not_block_the_next_writing(folder):
    folder.rename(folder.with_name(".tiny.old"))
    (folder.parent / ".tiny.abc.partial").mkdir()
    for _ in range(2):
        prepared.write("tiny", tiny(), ABOUT)
        assert prepared.load("tiny").images.shape == (10, 3, 4, 4)
    assert prepared.names() == ["tiny"]
    assert not [path for path in folder.parent.iterdir() if path.suffix in (".old", ".partial")]


def _slow_build(self, report):
    marker = Path(os.environ["LOSSVIZ_DATA"]) / f"built-by-{os.getpid()}"
    marker.touch()
    time.sleep(0.3)
    return _build(self, report)


_build = Digits.build


def _open_digits(start, results):
    Digits.build = _slow_build
    start.wait()
    results.put(data.open_set("digits").digest)


def test_two_processes_at_once_prepare_once(data_home):
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(3), context.Queue()
    workers = [context.Process(target=_open_digits, args=(start, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    digests = {results.get(timeout=180) for _ in workers}
    for worker in workers:
        worker.join(180)
    assert len(digests) == 1
    assert len(list(data_home.glob("built-by-*"))) == 1, "the others waited and used what the first one made"
