"""The command line as a person meets it."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lossviz import losses, metrics
from lossviz.cli import main
from lossviz.runs import Marks, deleted, find, list_runs, mark
from tests.data.conftest import class_folder, data_home

__all__ = ["class_folder", "data_home"]

ROOT = Path(__file__).parent.parent.parent
QUICK = ["--epochs", "1", "--limit", "100", "--probe", "60", "--gallery", "60", "--model", "mlp"]


@pytest.fixture(autouse=True)
def home(data_home):
    """An empty data folder."""
    return data_home


def test_train_leaves_a_run_and_prints_its_scores(capsys):
    assert main(["train", *QUICK, "--loss", "cosface", "--margin", "0.2", "--seed", "3", "--name", "mine"]) == 0
    told = capsys.readouterr().out
    assert "CosFace margin 0.2" in told and "epoch   1" in told and "Nearest centroid" in told and "Recall@1" in told
    config = find("mine").config
    assert (config.loss.name, config.loss.knobs["margin"], config.settings.seed) == ("cosface", 0.2, 3)
    assert main(["show", "mine"]) == 0
    told = capsys.readouterr().out
    assert "cosface" in told and "History" in told and "initial weights" in told and "State: finished" in told
    assert main(["show", "mine", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["scores"]["1"].keys() <= {output.key for output in metrics.outputs()}
    assert len(shown["history"]) == 2


def test_runs_are_listed_newest_first_and_filtered(capsys):
    for loss in ("arcface", "triplet"):
        assert main(["train", *QUICK, "--loss", loss, "--name", f"a-{loss}"]) == 0
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    assert {line["run"] for line in lines} == {"a-arcface", "a-triplet"}
    assert lines[0]["run"] == list_runs()[0].id
    assert main(["runs", "--loss", "triplet"]) == 0
    told = capsys.readouterr().out
    assert "a-triplet" in told and "a-arcface" not in told
    assert main(["runs", "--state", "failed"]) == 0
    assert "No run is like that" in capsys.readouterr().out


def test_delete_asks_first(capsys, monkeypatch):
    main(["train", *QUICK, "--name", "doomed"])
    assert main(["delete", "doomed"]) == 1
    assert "add --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("lossviz.cli.stored.console.input", lambda prompt: "n")
    assert main(["delete", "doomed"]) == 0
    assert find("doomed")
    monkeypatch.setattr("lossviz.cli.stored.console.input", lambda prompt: "y")
    assert main(["delete", "doomed"]) == 0
    assert list_runs() == []


def test_what_is_deleted_can_be_restored_until_it_is_for_good(capsys, monkeypatch):
    main(["train", *QUICK, "--name", "doomed"])
    size = find("doomed").size()
    assert main(["delete", "doomed", "--yes"]) == 0
    assert "python -m lossviz restore doomed" in capsys.readouterr().out
    assert main(["restore"]) == 0
    assert "doomed" in capsys.readouterr().out and list_runs() == []
    assert main(["restore", "domed"]) == 1
    assert "no deleted run called 'domed'; did you mean 'doomed'" in capsys.readouterr().err
    assert main(["restore", "doomed", "--as", "back"]) == 0
    assert find("back").size() == size
    main(["delete", "back", "--yes"])
    assert main(["delete", "--for-good"]) == 1, "it asks"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("lossviz.cli.stored.console.input", lambda prompt: "n")
    main(["delete", "--for-good"])
    assert len(deleted()) == 1
    assert main(["delete", "--for-good", "--yes"]) == 0
    assert deleted() == [] and list_runs() == []
    capsys.readouterr()
    assert main(["restore"]) == main(["delete", "--for-good"]) == 0
    assert capsys.readouterr().out.count("Nothing was deleted.") == 2


def test_runs_are_filtered_by_tag_and_group(capsys):
    for loss in ("arcface", "triplet"):
        main(["train", *QUICK, "--loss", loss, "--name", loss])
    mark(find("arcface"), Marks(("liked",), "", "margins"))
    mark(find("triplet"), Marks(("other",), "", "pairs"))
    for flags in (["--tag", "liked"], ["--group", "margins"]):
        capsys.readouterr()
        assert main(["runs", *flags, "--json"]) == 0
        (line,) = json.loads(capsys.readouterr().out)
        assert (line["run"], line["tags"], line["group"]) == ("arcface", ["liked"], "margins")
    assert main(["runs", "--tag", "like"]) == 0
    assert "No run is like that" in capsys.readouterr().out
    assert main(["runs"]) == 0
    assert "pairs" in capsys.readouterr().out
    (find("triplet").folder / "marks.json").write_text("{")
    assert main(["runs"]) == 0
    assert "marks.json is damaged" in capsys.readouterr().out


WRONG = {
    "no loss called 'arcfase'; did you mean 'arcface'": ["train", "--loss", "arcfase"],
    "no data set called 'mnits'; did you mean 'mnist'": ["train", "--dataset", "mnits"],
    "no model called 'resnet'; did you mean": ["train", "--model", "resnet"],
    "ArcFace.margin must be between 0.0 and 1.0 rad, got 3": ["train", "--margin", "3"],
    "ArcFace.margin must be between 0.0 and 1.0 rad, got 'wide'": ["train", "--margin", "wide"],
    "Settings.epochs must be a whole number between 1 and 1000": ["train", "--epochs", "0"],
    "no flag of 'train' called '--margni'; did you mean '--margin'": ["train", "--margni", "0.3"],
    "no run called 'nobody'": ["show", "nobody"],
    "no run called 'some'": ["resume", "some"],
    "no run called 'any'": ["delete", "any"],
    "there is no run": ["resume", "latest"],
    "no data set called 'nowhere'": ["data", "fetch", "nowhere"],
    "MNIST is not on this machine": ["train", "--dataset", "mnist"],
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_is_wrong_is_told_in_a_sentence_with_a_status(capsys, sentence):
    assert main(WRONG[sentence]) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert "Traceback" not in said.err + said.out
    assert list_runs() == []


def test_ctrl_c_before_there_is_a_run_leaves_none(capsys, monkeypatch):
    monkeypatch.setattr("lossviz.data.open_set", lambda name, knobs, report: signal.raise_signal(signal.SIGINT))
    assert main(["train", *QUICK]) == 130
    assert "lossviz: stopped while the training was being prepared" in capsys.readouterr().err
    assert list_runs() == []


def test_a_device_that_is_not_there_is_told(capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert main(["train", "--device", "cuda"]) == 1
    assert "device 'cuda' is not available on this machine; use --device auto or cpu" in capsys.readouterr().err


def test_a_damaged_run_is_listed_with_its_problem(capsys):
    main(["train", *QUICK, "--name", "whole"])
    main(["train", *QUICK, "--name", "broken"])
    (find("broken").folder / "run.json").write_text("{")
    (find("whole").folder / "snapshots" / "epoch-0001.safetensors").write_bytes(b"x" * 100)
    capsys.readouterr()
    assert main(["runs"]) == 0
    told = capsys.readouterr().out
    assert "whole" in told and "damaged" in told and "run.json is damaged" in told
    for name in ("broken", "whole"):
        assert main(["show", name]) == 1
        assert "is damaged" in capsys.readouterr().err


def test_no_traceback_reaches_a_terminal(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lossviz", "train", "--margin", "9"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "lossviz: ArcFace.margin must be between 0.0 and 1.0 rad, got 9.0"


@pytest.mark.parametrize(
    "words",
    [[], ["train"], ["jobs"], ["runs"], ["show"], ["resume"], ["delete"], ["restore"], ["losses"], ["data", "add"]],
)
def test_help_is_there_for_every_command(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "usage: python -m lossviz" in capsys.readouterr().out


def test_help_shows_the_knobs_of_the_loss_that_was_named(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--loss", "circle", "--help"])
    told = capsys.readouterr().out
    for declared in losses.get("circle").knobs():
        assert f"--{declared.name.replace('_', '-')}" in told


def test_losses_are_listed_and_one_is_shown_with_formula_and_knobs(capsys):
    assert main(["losses"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in losses.available())
    assert main(["losses", "arcface"]) == 0
    told = capsys.readouterr().out
    assert r"\cos(\theta_y+m)" in told and "--margin" in told and "arxiv.org" in told


def test_a_folder_of_pictures_is_added_and_trained_on(capsys, class_folder):
    folder = class_folder("pictures", {"cat": 12, "dog": 12, "cow": 12})
    (folder / "cat" / "broken.png").write_bytes(b"not a picture")
    assert main(["data", "add", "pets", str(folder), "--size", "16", "--seed", "1"]) == 0
    told = capsys.readouterr().out
    assert "broken.png" in told and "3 classes" in told and "1 files skipped" in told
    assert main(["data", "list"]) == 0
    assert "pets" in capsys.readouterr().out
    assert main(["train", "--dataset", "pets", "--epochs", "1", "--model", "mlp"]) == 0
    assert main(["data", "remove", "pets"]) == 0
    assert "pets" not in [line.strip().split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_the_guides_loss_added_as_one_new_file_is_listed_and_trained(capsys, monkeypatch, tmp_path):
    assert main(["train", "--loss", "my_loss"]) == 1
    (tmp_path / "plugins" / "losses").mkdir(parents=True)
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    example = guide.split("```python\n")[1].split("```")[0]
    (tmp_path / "plugins" / "losses" / "my_loss.py").write_text(example)
    monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path / "plugins"))
    assert main(["losses"]) == 0
    assert "my_loss" in capsys.readouterr().out
    assert main(["train", "--loss", "my_loss", "--margin", "0.3", *QUICK, "--name", "own"]) == 0
    assert find("own").config.loss.knobs == {"margin": 0.3, "scale": 30.0}
    assert main(["train", "--loss", "my_loss", "--margin", "3"]) == 1
    assert "MyLoss.margin must be between 0.0 and 0.5 cos, got 3" in capsys.readouterr().err


def test_a_broken_plug_in_is_named(capsys, monkeypatch, tmp_path):
    (tmp_path / "losses").mkdir()
    (tmp_path / "losses" / "bad.py").write_text("import nothing_of_that_name")
    monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path))
    assert main(["train", "--loss", "bad"]) == 1
    assert "bad.py cannot be imported: ModuleNotFoundError" in capsys.readouterr().err
    shutil.copy(ROOT / "lossviz" / "losses" / "arcface.py", tmp_path / "losses" / "arcface.py")
    assert main(["losses"]) == 1
    assert "there already is a loss called 'arcface'" in capsys.readouterr().err
