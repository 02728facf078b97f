"""The list of data sets, and opening by name."""

import os
import subprocess
import sys

import numpy as np
import pytest

from lossviz import data
from lossviz.data import register_folder
from lossviz.errors import DataError, KnobError, UnknownName
from lossviz.paths import ROOT

KNOWN = ["cifar10", "digits", "fashion_mnist", "kmnist", "lfw", "mnist", "omniglot"]
PLUGIN = """
from dataclasses import dataclass
import numpy as np
from lossviz.data.base import DataSet, Raw
from lossviz.knobs import knob

@dataclass(frozen=True)
class Stripes(DataSet):
    title, idea, source, licence, size_mb = "Stripes", "Two kinds.", "here", "none", 0.0
    shape, classes = (40, 1, 8, 8), 2
    shift: int = knob(0, 0, 3, help="Nothing much.")

    def build(self, report):
        images = np.zeros((40, 1, 8, 8), np.uint8)
        images[::2, :, ::2], images[1::2, :, :, ::2] = 255, 255
        return Raw(images, np.arange(40) % 2, np.arange(40) >= 30, ("rows", "columns"))
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    (tmp_path / "plugins" / "data").mkdir(parents=True)
    (tmp_path / "plugins" / "data" / "stripes.py").write_text(PLUGIN)
    monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path / "plugins"))
    return tmp_path / "plugins" / "data" / "stripes.py"


@pytest.mark.parametrize("name", data.registry.available())
def test_every_known_set_says_what_it_is(name):
    known = data.get(name)
    assert known.key() == name
    for word in (known.title, known.idea, known.source, known.licence):
        assert word.strip()
    count, channels, height, width = known.shape
    assert channels in (1, 3)
    assert height == width
    assert 2 <= known.classes < count
    assert 0 <= known.pad <= width // 4
    assert known.size_mb >= 0
    assert known().from_values(known().values()) == known()


def test_the_shipped_sets_are_listed(data_home):
    assert data.available() == KNOWN
    lines = {line.name: line for line in data.describe()}
    assert lines["digits"].state == "to prepare"
    assert lines["mnist"].state == "to download"
    assert (lines["mnist"].images, lines["mnist"].classes, lines["mnist"].size) == (70000, 10, 28)
    assert lines["lfw"].download_mb == 233.0


def test_the_list_tells_prepared_sets_and_folders(data_home, class_folder):
    assert data.fetch("digits").state == "prepared"
    register_folder("pets", class_folder("pets", {"cat": 4, "dog": 4}))
    lines = {line.name: line for line in data.describe()}
    assert list(lines) == sorted([*KNOWN, "pets"])
    assert lines["digits"].state == "prepared"
    pets = lines["pets"]
    assert (pets.kind, pets.state, pets.classes, pets.images, pets.channels) == ("folder", "prepared", 2, 8, 3)


def test_digits_open_at_once(data_home):
    told = []
    images = data.open_set("digits", report=lambda what, share: told.append(what))
    assert told
    assert images.images.shape == (1797, 1, 8, 8)
    assert images.images.max() == 255
    assert np.bincount(images.labels[images.is_test]).tolist() == [36, 36, 35, 37, 36, 36, 36, 36, 35, 36]
    told.clear()
    assert data.open_set("digits", report=lambda what, share: told.append(what)).digest == images.digest
    assert not told, "what is prepared is opened without a word"


def test_a_name_that_does_not_exist(data_home):
    with pytest.raises(UnknownName, match="no data set called 'minst'; did you mean 'mnist'"):
        data.open_set("minst")
    for call in (data.fetch, data.remove, data.status):
        with pytest.raises(UnknownName):
            call("minst")


def test_knobs_are_checked(data_home):
    with pytest.raises(KnobError, match=r"Lfw.min_faces must be a whole number between 1 and 100 images, got 0"):
        data.open_set("lfw", {"min_faces": 0})
    with pytest.raises(UnknownName, match="knob of Digits"):
        data.open_set("digits", {"min_faces": 3})


def test_removing_a_known_set_removes_its_prepared_files_only(data_home):
    data.fetch("digits")
    data.remove("digits")
    assert data.status("digits").state == "to prepare"
    data.remove("digits")
    assert data.open_set("digits").images.shape[0] == 1797


def test_a_set_in_one_new_file_is_found_and_opened(data_home, plugin):
    assert "stripes" in data.available()
    images = data.open_set("stripes")
    assert (images.title, len(images.labels)) == ("Stripes", 40)
    other = data.open_set("stripes", {"shift": 2})
    assert other.digest != images.digest == data.open_set("stripes", {"shift": 0}).digest


def test_a_plug_in_and_a_folder_of_the_same_name(data_home, class_folder, plugin, monkeypatch):
    folder = class_folder("pets", {"cat": 4, "dog": 4})
    with pytest.raises(DataError, match="there is a data set called 'stripes' already"):
        register_folder("stripes", folder)
    with monkeypatch.context() as patch:
        patch.delenv("LOSSVIZ_PLUGINS")
        register_folder("stripes", folder)
        assert len(data.open_set("stripes").labels) == 8
    with pytest.raises(DataError, match="names both a known data set and a folder that was added"):
        data.open_set("stripes")
    data.remove("stripes")
    assert len(data.open_set("stripes").labels) == 40


def test_a_build_that_is_not_whole_is_refused(data_home, plugin):
    plugin.write_text(PLUGIN.replace("(40, 1, 8, 8), 2", "(50, 1, 8, 8), 2"))
    with pytest.raises(DataError, match="40 images of 2 classes were found where 50 of 2 belong"):
        data.open_set("stripes")
    assert data.status("stripes").state == "to prepare", "and is not kept"


def test_importing_the_room_imports_nothing_heavy():
    heavy = "torch", "torchvision", "sklearn", "scipy"
    code = f"import sys, lossviz.data; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"


def test_only_what_is_prepared_is_opened_where_nothing_may_be_built(data_home, plugin, class_folder):
    assert data.open_prepared("stripes") is None and data.open_prepared("nobody") is None
    assert not any(data_home.iterdir()), "and nothing was"
    whole = data.open_set("stripes", {"shift": 2})
    there = data.open_prepared("stripes", {"shift": 2})
    assert there is not None and there.digest == whole.digest and np.array_equal(there.images, whole.images)
    assert data.open_prepared("stripes").digest != whole.digest, "other knobs, another set"
    register_folder("pets", class_folder("pets", {"cat": 4, "dog": 4}))
    assert data.open_prepared("pets").class_names == ("cat", "dog")
    (data_home / "prepared" / "stripes" / "meta.json").write_text("{")
    assert data.open_prepared("stripes") is None
