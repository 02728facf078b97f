"""What came of trainings elsewhere counts where no run is, and is told apart from runs that are here."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from lossviz.cli import main
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice
from lossviz.runs import find
from lossviz.studies import Results, fingerprint, load, shipped
from lossviz.studies.shipped import Kept, Picture

STUDY = """
seeds = [0, 1]
[settings]
epochs = 1
dim = 3
limit = 60
probe = 20
gallery = 20
[[contender]]
loss = "softmax"
[[contender]]
loss = "arcface"
[[data]]
name = "digits"
"""


@pytest.fixture
def study(tmp_path):
    file = tmp_path / "little.toml"
    file.write_text(STUDY)
    return load(file)


def kept(name, score=0.5):
    scores, measures = {"knn_accuracy": score, "recall_at_1": 1 / 3}, {"probe_loss": 2.25}
    return Kept(name, scores, measures, 3.456, ("a", "b", "c", "d"), 20, ("a note",), {"lossviz": "x", "system": "y"})


def picture(name):
    places = np.arange(12, dtype=np.float32).reshape(4, 3) / 8
    labels, ids = np.array([0, 1, 1, 0]), np.array([5, 70_000, 2, 1])
    return Picture(name, places, labels, ids, ("zero", "one"), "t-SNE", 1, {"kept": 0.5}, probes=4)


def write(study, names=("first",)):
    trainings = [study.final(study.cells[0], seed) for seed in study.seeds]
    configs = dict(zip(names, [each.config for each in trainings], strict=False))
    shipped.write(study.name, {name: kept(name) for name in names}, configs, [picture(names[0])])


def outcomes(study, **how):
    return Results.of(study, **how).cells[0].finals


def test_what_is_shipped_counts_as_finished_and_is_not_here(study, tmp_path):
    (tmp_path / "checkpoints").mkdir()
    assert {each.state for each in outcomes(study)} == {"missing"}
    write(study)
    first, second = outcomes(study)
    assert (first.state, first.here, first.id, second.state) == ("finished", False, "first", "missing")
    assert first.scores["recall_at_1"] == pytest.approx(1 / 3, abs=1e-7) and first.measures == {"probe_loss": 2.25}
    assert (first.seconds, first.probes, first.notes) == (3.46, 20, ("a note",))
    assert first.start == ("a", "b", "c", "d") and first.environment["system"] == "y"
    cell = Results.of(study).cells[0]
    assert cell.runs == () and cell.by_seed() == {0: 0.5}
    assert {each.state for each in outcomes(study, with_shipped=False)} == {"missing"}


def test_another_config_or_version_is_another_training(study, tmp_path, monkeypatch):
    (tmp_path / "checkpoints").mkdir()
    write(study)
    config = study.final(study.cells[0], 0).config
    assert shipped.of(config) is not None
    assert shipped.of(replace(config, loss=Choice("softmax", {"bias": True}))) is None
    assert shipped.of(replace(config, settings=replace(config.settings, threads=3))) is not None, "no other training"
    monkeypatch.setattr("lossviz.studies.shipped.__version__", "another")
    shipped._read.cache_clear()
    assert shipped.of(config) is None
    shipped._read.cache_clear()


def test_a_run_that_is_here_comes_before_what_is_shipped(study, tmp_path):
    (tmp_path / "checkpoints").mkdir()
    write(study)
    run = make_run(study.final(study.cells[0], 0).config, Audience())
    first = outcomes(study)[0]
    assert (first.here, first.id) == (True, run.id) and Results.of(study).cells[0].runs == (run.id,)
    assert first.measures["probe_loss"] == find(run.id).record(1).probe_loss
    shutil.rmtree(run.folder)
    assert not outcomes(study)[0].here


def test_a_shell_counts_what_is_shipped_unless_it_is_asked_for_own_runs(study, tmp_path, capsys):
    (tmp_path / "checkpoints").mkdir()
    write(study, ("first", "second"))
    done = []
    for more in ((), ("--own",)):
        assert main(["study", str(tmp_path / "little.toml"), "--table", "--json", *more]) == 0
        done.append(json.loads(capsys.readouterr().out)["done"])
    assert done == [2, 0]


def test_a_picture_comes_back_as_it_was_written(study, tmp_path):
    (tmp_path / "checkpoints").mkdir()
    assert shipped.picture(study.name, "first") is None
    write(study)
    again, before = shipped.picture(study.name, "first"), picture("first")
    assert np.array_equal(again.positions, before.positions) and again.positions.dtype == np.float32
    assert np.array_equal(again.ids, before.ids) and np.array_equal(again.labels, before.labels)
    assert (again.class_names, again.method, again.quality) == (before.class_names, before.method, before.quality)
    assert shipped.picture(study.name, "second") is None and shipped.picture("other", "first") is None


def test_two_trainings_are_two_fingerprints(study):
    seen = {fingerprint(study.final(cell, seed).config) for cell in study.cells for seed in study.seeds}
    assert len(seen) == 4
