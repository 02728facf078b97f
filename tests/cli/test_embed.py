"""``lossviz embed`` as a person meets it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossviz.cli import main
from lossviz.runs import Run, probe_pictures
from tests.data.conftest import data_home

__all__ = ["data_home"]

SHIPPED = Path(__file__).parent.parent.parent / "checkpoints"


@pytest.fixture(autouse=True)
def home(data_home, runs_home):
    """Two shipped runs among the user's own, and an empty data folder."""
    for name in ("digits-arcface", "digits-softmax"):
        shutil.copytree(SHIPPED / name, runs_home / name)
    return runs_home


@pytest.fixture
def drawings(tmp_path):
    """Six test images, dark on light on a larger page, as files; and their classes."""
    run = Run(SHIPPED / "digits-arcface")
    rows = [np.flatnonzero(run.samples["probe"].labels == label)[3] for label in range(6)]
    paths = []
    for label, row in enumerate(rows):
        page = Image.new("L", (160, 130), 255)
        drawing = Image.fromarray(255 - probe_pictures(run)[row, :, :, 0]).resize((80, 80), Image.Resampling.BICUBIC)
        page.paste(drawing, (30, 20))
        page.save(tmp_path / f"drawn {label}.png")
        paths.append(str(tmp_path / f"drawn {label}.png"))
    return paths


def test_each_image_is_told_under_each_run(drawings, capsys):
    assert main(["embed", "digits-arcface", "digits-softmax", *drawings, "--json", "--k", "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [len(each["runs"]) for each in told] == [2] * 6
    right = [each["prediction"] == str(label) for label, image in enumerate(told) for each in image["runs"]]
    assert np.mean(right) > 0.8
    one = told[0]["runs"][0]
    assert len(one["neighbours"]) == 3 and one["accepted"] == (one["distance"] <= one["threshold"])
    assert 0 < one["confidence"] < 1 and len(one["embedding"]) == 3


def test_the_table_names_prediction_confidence_and_neighbours(drawings, capsys):
    assert main(["embed", "digits-arc", drawings[0]]) == 0
    told = capsys.readouterr().out
    assert "digits-arcface" in told and "%" in told and "yes" in told and told.count("0 (") >= 4 and "°" in told
    assert main(["embed", "digits-arc", drawings[0], "--far", "0.0001"]) == 0
    assert "too few to tell" in capsys.readouterr().out
    assert main(["embed", "digits-arc", drawings[0], "--no-invert"]) == 0
    assert "blank" in capsys.readouterr().out


def test_what_is_no_picture_is_told_and_the_others_are_shown(drawings, tmp_path, capsys):
    (tmp_path / "paper.png").write_bytes(b"%PDF-1.4")
    assert main(["embed", "digits-arcface", str(tmp_path / "paper.png"), drawings[1]]) == 1
    told = capsys.readouterr()
    assert "paper.png: a PDF document is not a picture" in told.out and "drawn 1.png" in told.out
    assert "Traceback" not in told.err + told.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["digits-arcface"], "no image was given"),
        (["digits-arcface", "nowhere.png"], "there is no file nowhere.png"),
        (["digits-arcfase", "{0}"], "no run called 'digits-arcfase'; did you mean 'digits-arcface'"),
        (["{0}"], "no run was named"),
        (["digits-arcface", "{0}", "--k", "0"], "--k must be at least 1"),
        (["digits-arcface", "{0}", "--far", "2"], "--far lies between 0 and 1"),
        (["digits-arcface", "{0}", "--epoch", "3"], "the weights of epoch 3 of run 'digits-arcface' were not kept"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(words, sentence, drawings, capsys):
    assert main(["embed", *(word.format(drawings[0]) for word in words)]) == 1
    assert sentence in capsys.readouterr().err


def test_nothing_is_written(home, drawings, capsys):
    def state():
        return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}

    before = state()
    main(["embed", "digits-arcface", *drawings])
    assert state() == before
