"""Pictures of the probe: from the run, from the data set that made it, and from nothing else."""

import io
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from lossviz import data, runs
from lossviz.errors import RunError
from lossviz.runs import Run, picture_size, probe_pictures, sheet, sheet_columns, write_thumbnails


def pretend(run, **changes):
    """Write ``changes`` into the run's header and open it again."""
    path = run.folder / "run.json"
    header = json.loads(path.read_text())
    for key, value in changes.items():
        header[key] = {**header[key], **value} if isinstance(value, dict) else value
    path.write_text(json.dumps(header))
    return Run(run.folder)


@pytest.fixture
def digits(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "data-home"))
    return data.open_set("digits")


@pytest.fixture
def run(made_run, digits):
    return pretend(made_run, hashes={"data": digits.digest})


def wanted(run, images):
    return images.images[run.samples["probe"].index].transpose(0, 2, 3, 1)


def test_pictures_come_from_the_data_set_that_made_the_run(run, digits):
    pictures = probe_pictures(run)
    assert pictures.dtype == np.uint8 and pictures.shape == (12, 8, 8, 1)
    assert np.array_equal(pictures, wanted(run, digits)) and picture_size(run) == (8, 8)


def test_another_or_a_damaged_or_an_unknown_data_set_gives_none(run, digits, tmp_path, monkeypatch):
    other = pretend(run, hashes={"data": "0" * 64})
    assert probe_pictures(other) is None and picture_size(other) is None
    run = pretend(run, hashes={"data": digits.digest})
    config = run.header["config"]
    for choice in ({"name": "nobody", "knobs": {}}, {"name": "digits", "knobs": {"gone": 1}}):
        assert probe_pictures(pretend(run, config={**config, "data": choice})) is None
    run = pretend(run, config=config)
    assert probe_pictures(run) is not None
    labels = tmp_path / "data-home" / "prepared" / "digits" / "labels.npy"
    labels.write_bytes(labels.read_bytes()[:50])
    assert probe_pictures(run) is None
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "elsewhere"))
    assert probe_pictures(run) is None
    assert not (tmp_path / "elsewhere").exists(), "looking prepares nothing"


def test_a_run_with_its_own_pictures_needs_no_data_set(run, digits, tmp_path):
    assert write_thumbnails(run).name == "thumbnails.png"
    shutil.rmtree(tmp_path / "data-home")
    assert np.array_equal(probe_pictures(run), wanted(run, digits)) and picture_size(run) == (8, 8)
    (run.folder / "thumbnails.png").unlink()
    with pytest.raises(RunError, match=r"the images of run 'made' are not on this machine: the data set 'digits'"):
        write_thumbnails(run)
    assert probe_pictures(run) is None


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("count", [1, 7, 12])
def test_every_cell_of_a_sheet_is_its_picture(count, channels):
    chance = np.random.default_rng(count)
    pictures = chance.integers(0, 256, (count, 5, 9, channels), dtype=np.uint8)
    image = Image.open(io.BytesIO(sheet(pictures)))
    columns = sheet_columns(count, 9)
    assert image.text["columns"] == str(columns) and image.mode == ("L" if channels == 1 else "RGB")
    assert image.size == (columns * 9, -(-count // columns) * 5)
    pixels = np.asarray(image).reshape(image.height, image.width, channels)
    for at, picture in enumerate(pictures):
        top, left = at // columns * 5, at % columns * 9
        assert np.array_equal(pixels[top : top + 5, left : left + 9], picture), at
    assert not pixels[-5:, (count - 1) % columns * 9 + 9 :].any(), "cells without a picture are black"


def test_a_sheet_is_about_square_and_never_wider_than_a_texture():
    assert [sheet_columns(count, 28) for count in (1, 2, 100, 2000)] == [1, 2, 10, 45]
    assert sheet_columns(10_000, 64) == 64 and sheet_columns(50_000, 112) * 112 <= 4096
    assert sheet_columns(3, 5000) == 1


@pytest.mark.parametrize("harm", ["garbage", "cut", "without columns", "of another size"])
def test_damaged_pictures_are_named(run, harm):
    path = write_thumbnails(run)
    whole = path.read_bytes()
    if harm == "of another size":
        path.write_bytes(sheet(np.zeros((12, 9, 8, 1), np.uint8)))
    elif harm == "without columns":
        Image.fromarray(np.zeros((24, 32), np.uint8)).save(path)
    else:
        path.write_bytes({"garbage": b"\x00" * 99, "cut": whole[: len(whole) // 2]}[harm])
    with pytest.raises(RunError, match=r"thumbnails.png is damaged"):
        probe_pictures(Run(run.folder))


def test_looking_at_pictures_imports_no_heavy_library(run):
    heavy = "('torch', 'torchvision', 'sklearn', 'scipy', 'pandas')"
    code = (
        "import sys; from pathlib import Path; from lossviz import runs\n"
        "run = runs.Run(Path(sys.argv[1])); assert len(runs.sheet(runs.probe_pictures(run))) > 100\n"
        "runs.points(run, 2), runs.probe_pictures(run)\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code, run.folder], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_pictures_are_no_part_of_what_is_listed(run):
    write_thumbnails(run)
    assert [each.id for each in runs.list_runs()] == ["made"] and Run(run.folder).problem() is None
