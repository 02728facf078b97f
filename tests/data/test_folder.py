"""A folder of class folders becomes a data set, and says what it left out."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossviz import data
from lossviz.data import FolderOptions, open_set, register_folder
from lossviz.errors import DataError, KnobError, UnknownName
from tests.data.conftest import noise

pytestmark = pytest.mark.usefixtures("data_home")


def test_a_folder_opens_by_name_afterwards(class_folder):
    told = []
    added = register_folder("pets", class_folder("pets", {"cat": 10, "dog": 5}), report=lambda *a: told.append(a))
    images = open_set("pets")
    assert (added.classes, added.train, added.test, added.channels, added.size) == (2, 12, 3, 3, 32)
    assert added.skipped == ()
    assert told[-1] == ("reading 15 pictures", 1.0)
    assert isinstance(images.images, np.memmap)
    assert images.images.shape == (15, 3, 32, 32)
    assert images.class_names == ("cat", "dog")
    assert images.groups == ()
    assert (images.flip, images.pad, images.fit, images.invert) == (False, 4, "crop", False)
    assert np.bincount(images.labels[images.is_test]).tolist() == [2, 1]
    assert "pets" in data.available()
    train = images.images[~images.is_test] / 255
    assert np.allclose(images.mean, train.mean(axis=(0, 2, 3)))
    assert np.allclose(images.std, train.std(axis=(0, 2, 3)))


def test_every_picture_keeps_its_class(tmp_path):
    for shade, label in ((0, "black"), (128, "grey"), (255, "white")):
        (tmp_path / "shades" / label).mkdir(parents=True)
        for number in range(4):
            Image.new("L", (20 + number, 30), shade).save(tmp_path / "shades" / label / f"{number}.png")
    register_folder("shades", tmp_path / "shades")
    images = open_set("shades")
    assert images.images.shape == (12, 1, 32, 32), "a set of grey pictures has one channel"
    shades = images.images.mean(axis=(1, 2, 3))
    assert dict(zip(images.labels.tolist(), shades.tolist(), strict=True)) == {0: 0.0, 1: 128.0, 2: 255.0}


def test_one_coloured_picture_makes_three_channels(class_folder):
    folder = class_folder("mixed", {"a": 3, "b": 3}, mode="L")
    assert register_folder("grey", folder).channels == 1
    noise(99).save(folder / "a" / "colour.png")
    assert register_folder("mixed", folder).channels == 3


def test_nested_folders_give_classes_and_groups(class_folder):
    folder = class_folder("scripts", {"Greek/alpha": 3, "Greek/beta": 3, "Latin/a": 3, "Latin/b": 3})
    register_folder("scripts", folder)
    images = open_set("scripts")
    assert images.class_names == ("Greek/alpha", "Greek/beta", "Latin/a", "Latin/b")
    assert images.groups == ("Greek", "Greek", "Latin", "Latin")
    parts = data.split(images, seed=0, unseen_classes=0.5)
    assert len({images.groups[label] for label in parts.train_classes}) == 1


def test_bad_files_are_named_and_skipped(class_folder):
    folder = class_folder("dirty", {"a": 4, "b": 4})
    (folder / "a" / "notes.txt").write_text("not a picture")
    (folder / "a" / "zero.png").write_bytes(b"")
    whole = (folder / "b" / "000.png").read_bytes()
    (folder / "b" / "half.png").write_bytes(whole[: len(whole) // 2])
    (folder / "b" / "again.png").write_bytes((folder / "a" / "000.png").read_bytes())
    (folder / "b" / "nowhere.png").symlink_to(folder / "gone.png")
    (folder / "a" / ".DS_Store").write_bytes(b"hidden")
    (folder / "stray.png").write_bytes(whole)
    added = register_folder("dirty", folder)
    reasons = {Path(path).name: reason for path, reason in added.skipped}
    assert sorted(reasons) == ["again.png", "half.png", "notes.txt", "nowhere.png", "zero.png"]
    assert "not a picture" in reasons["notes.txt"]
    assert "empty" in reasons["zero.png"]
    assert "cut short" in reasons["half.png"]
    assert reasons["again.png"].endswith("a/000.png"), "a copy in another class would be a wrong label"
    assert "not an ordinary file" in reasons["nowhere.png"]
    assert added.train + added.test == 8
    assert (np.bincount(open_set("dirty").labels) == 4).all()


def test_a_class_of_which_nothing_can_be_read_is_left_out(class_folder):
    folder = class_folder("half", {"a": 3, "b": 3, "c": 1})
    (folder / "c" / "000.png").write_bytes(b"broken")
    assert register_folder("half", folder).classes == 2
    assert open_set("half").class_names == ("a", "b")


def test_a_test_folder_is_the_test_split(class_folder):
    train, test = class_folder("train", {"a": 4, "b": 4, "c": 2}), class_folder("test", {"b": 3, "a": 1})
    added = register_folder("split", train, test)
    assert (added.train, added.test) == (10, 4)
    images = open_set("split")
    assert np.bincount(images.labels[images.is_test], minlength=3).tolist() == [1, 3, 0]


def test_a_picture_of_the_training_folder_is_not_tested_on(class_folder):
    train, test = class_folder("train", {"a": 4, "b": 4}), class_folder("test", {"a": 2, "b": 2})
    shutil.copy(train / "a" / "001.png", test / "a" / "copy.png")
    added = register_folder("leak", train, test)
    assert added.test == 4
    assert [Path(path).name for path, _ in added.skipped] == ["copy.png"]


def test_options_shape_the_set(class_folder):
    folder = class_folder("plain", {"a": 6, "b": 6}, mode="L")
    options = FolderOptions(size=12, test_fraction=0.5, flip=True, pad=3, fit="pad", note=" scans ")
    register_folder("plain", folder, options=options)
    register_folder("inverted", folder, options=FolderOptions(size=12, invert=True))
    images, inverted = open_set("plain"), open_set("inverted")
    assert (images.flip, images.pad, images.fit, images.note) == (True, 3, "pad", "scans")
    assert images.is_test.sum() == 6
    assert inverted.invert
    assert np.array_equal(inverted.images, 255 - images.images), "12x12 into 12x12: nothing but the inversion"


def test_the_seed_draws_the_held_out_pictures(class_folder):
    folder = class_folder("seeds", {"a": 20, "b": 20})
    tests = []
    for name, seed in (("one", 1), ("same", 1), ("two", 2)):
        register_folder(name, folder, options=FolderOptions(seed=seed))
        tests.append(open_set(name).is_test.tolist())
    assert tests[0] == tests[1] != tests[2]
    assert open_set("one").digest == open_set("same").digest != open_set("two").digest


def test_adding_again_replaces_and_removing_forgets(class_folder):
    folder = class_folder("pets", {"cat": 4, "dog": 4})
    register_folder("pets", folder)
    opened = open_set("pets")
    before = opened.images[:].copy()
    register_folder("pets", folder, options=FolderOptions(size=16))
    assert open_set("pets").images.shape[-1] == 16
    assert np.array_equal(opened.images, before), "whoever has it open keeps what was opened"
    data.remove("pets")
    assert "pets" not in data.available()
    assert (folder / "cat" / "000.png").is_file(), "the pictures themselves stay"
    with pytest.raises(UnknownName, match="no data set called 'pets'"):
        open_set("pets")
    with pytest.raises(UnknownName):
        data.remove("pets")


def test_a_failed_addition_leaves_the_old_set(class_folder):
    folder = class_folder("pets", {"cat": 4, "dog": 4})
    register_folder("pets", folder)
    with pytest.raises(DataError):
        register_folder("pets", folder / "cat")
    assert open_set("pets").images.shape[0] == 8


@pytest.mark.parametrize("name", ["", "Pets", "my pets", "../x", "-x", "_x", "pets/cats", "a" * 65, "café"])
def test_names_that_are_not_legal(class_folder, name):
    with pytest.raises(DataError, match="is made of a-z, 0-9, - and _"):
        register_folder(name, class_folder("pets", {"cat": 2, "dog": 2}))


def test_the_name_of_a_known_set_is_taken(class_folder):
    with pytest.raises(DataError, match="there is a data set called 'mnist' already"):
        register_folder("mnist", class_folder("pets", {"cat": 2, "dog": 2}))


def test_folders_that_make_no_data_set(class_folder, tmp_path):
    (tmp_path / "flat").mkdir()
    noise(0).save(tmp_path / "flat" / "a.png")
    cases = [
        ((tmp_path / "nowhere",), "there is no folder"),
        ((tmp_path / "flat",), "has no class folders"),
        ((class_folder("one", {"cat": 5}),), r"has pictures of 1 class\(es\); at least 2 are needed"),
        ((class_folder("single", {"cat": 1, "dog": 1}),), "no class in .* has 2 pictures"),
        ((class_folder("both", {"train/a": 2, "train/b": 2, "test/a": 1}),), "look like the splits of a set"),
        ((class_folder("in", {"a": 2, "b": 2}), tmp_path / "in" / "a"), "lies inside the training folder"),
        ((tmp_path / "in", class_folder("more", {"a": 1, "zebra": 1})), "has classes that .* does not have: zebra"),
    ]
    for folders, sentence in cases:
        with pytest.raises(DataError, match=sentence):
            register_folder("x", *folders)
    assert "x" not in data.available()


def test_options_say_what_they_allow():
    with pytest.raises(KnobError, match=r"FolderOptions.size must be a whole number between 8 and 256 px, got 4"):
        FolderOptions(size=4)
    with pytest.raises(KnobError, match=r"FolderOptions.fit must be one of crop, pad, stretch, got 'bend'"):
        FolderOptions(fit="bend")


def test_a_folder_set_has_no_knobs(class_folder):
    register_folder("pets", class_folder("pets", {"cat": 4, "dog": 4}))
    with pytest.raises(DataError, match="has no knobs, got min_faces"):
        open_set("pets", {"min_faces": 3})


def test_links_are_followed_and_circles_are_not(class_folder, tmp_path):
    folder = class_folder("real", {"a": 3, "b": 3})
    (tmp_path / "linked").mkdir()
    for label in ("a", "b"):
        (tmp_path / "linked" / label).symlink_to(folder / label)
    (tmp_path / "linked" / "round").symlink_to(tmp_path / "linked")
    assert register_folder("linked", tmp_path / "linked").classes == 2


def test_a_name_that_is_not_utf8_does_not_stop_it(class_folder, data_home):
    folder = class_folder("names", {"a": 3, "b": 3})
    (folder / "b").rename(folder / "caf\udce9")
    register_folder("names", folder)
    assert open_set("names").class_names == ("a", "caf\ufffd")
    assert json.loads((data_home / "prepared" / "names" / "meta.json").read_text("utf-8"))["kind"] == "folder"
