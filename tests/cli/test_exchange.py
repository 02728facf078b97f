"""Exporting and importing from a shell."""

import json

import numpy as np
import pytest
from PIL import Image

from lossviz.cli import main
from lossviz.runs import find
from tests.exchange.conftest import pictured

__all__ = ["pictured"]


@pytest.fixture
def features(tmp_path):
    chance = np.random.default_rng(0)
    path = tmp_path / "features.npz"
    np.savez(path, embeddings=chance.normal(size=(20, 4)), labels=np.arange(20) % 2)
    return path


def test_export_says_what_it_wrote_and_how_it_is_opened(pictured, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["export", "pictured", "--to", "projector", "-o", str(out)]) == 0
    told = capsys.readouterr().out
    assert str(out) in told and f"tensorboard --logdir {out}" in told
    assert main(["export", "pictured", "--to", "parquet", "-o", str(out), "--epochs", "last", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [str(out / "pictured.parquet")]


def test_a_run_goes_out_and_comes_back(pictured, tmp_path, capsys):
    main(["export", "pictured", "--to", "npz", "-o", str(tmp_path)])
    assert main(["import", str(tmp_path / "pictured.npz"), "--name", "returned"]) == 0
    assert "returned: 12 probe, 12 gallery, 4 pairs; 3 classes, 3-D, 3 epochs" in capsys.readouterr().out
    assert find("returned").config == pictured.config
    assert main(["show", "returned"]) == 0
    told = capsys.readouterr().out
    assert "imported from pictured.npz, exported from run pictured" in told and "arcface" in told


def test_a_stranger_is_shown_without_a_word_on_how_it_was_trained(features, capsys):
    assert main(["import", str(features), "--title", "My net"]) == 0
    capsys.readouterr()
    assert main(["show", "features"]) == 0
    told = capsys.readouterr().out
    assert "trained elsewhere" in told and "Intra" in told
    assert "learning rate" not in told and "optimizer" not in told and "seed" not in told
    assert main(["runs", "--loss", "unknown", "--json"]) == 0
    assert [line["run"] for line in json.loads(capsys.readouterr().out)] == ["features"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "picture", "--to", "npz"], "Name a folder with -o"),
        (["export", "nobody", "--to", "npz", "-o", "x"], "no run called 'nobody'"),
        (["export", "pictured", "--to", "npz", "-o", "x", "--epochs", "9"], "no epoch 9"),
        (["export", "pictured", "--to", "npz", "-o", "x", "--sets", "probes"], "did you mean 'probe'"),
        (["export", "pictured", "--to", "mlflow", "-o", "x"], "leave out -o, --epochs and --sets"),
        (["import", "nothing.npz"], "there is no nothing.npz"),
        (["import", "x.npz", "--gallery", "1"], "from 0 to below 1, got 1"),
        (["import", "x.npz", "--limit", "1"], "at least 2, got 1"),
        (["resume", "pictured"], "finished"),
    ],
)
def test_mistakes_are_told_in_a_sentence(words, says, pictured, capsys):
    assert main(words) == 1
    told = capsys.readouterr()
    assert says in told.err and "Traceback" not in told.err


def test_what_cannot_be_done_with_a_stranger_says_why(features, tmp_path, capsys):
    main(["import", str(features)])
    assert main(["resume", "features"]) == 1
    assert "finished" in capsys.readouterr().err
    picture = tmp_path / "one.png"
    Image.new("L", (8, 8)).save(picture)
    assert main(["embed", "features", str(picture)]) == 1
    assert "run 'features' was imported, and weights do not travel" in capsys.readouterr().err
