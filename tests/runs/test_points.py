"""Values of single points beside a run: computed once, again when anything changes, and not at all where forbidden."""

import shutil

import numpy as np
import pytest

from lossviz import metrics
from lossviz.errors import RunError
from lossviz.runs import derived, is_scored, points, scores, scoring


def test_points_are_computed_once_and_again_when_anything_changes(made_run, monkeypatch):
    first, truth = points(made_run, 2), metrics.points(made_run.evidence(2))
    asked = []
    monkeypatch.setattr(scoring.metrics, "points", lambda evidence: asked.append(1) or {"x": np.ones(3)})
    again = points(made_run, 2)
    assert not asked and list(map(sorted, (first, again, truth))) == [sorted(truth)] * 3
    for name, values in truth.items():
        assert again[name].dtype == values.dtype and np.array_equal(again[name], values, equal_nan=True)
    monkeypatch.setattr(scoring.metrics, "POINTS_VERSION", 99)
    assert points(made_run, 2)["x"].tolist() == [1, 1, 1] and len(asked) == 1
    points(made_run, 1)
    snapshots = made_run.folder / "snapshots"
    shutil.copy(snapshots / "epoch-0001.safetensors", snapshots / "epoch-0002.safetensors")
    points(made_run, 2)
    assert len(asked) == 3
    assert len(list((made_run.folder / "derived").glob("points-0002-*"))) == 1


def test_scores_and_points_do_not_drive_each_other_out(made_run):
    assert not is_scored(made_run, 1)
    scores(made_run, 1)
    points(made_run, 1)
    assert is_scored(made_run, 1) and not is_scored(made_run, 2)
    kept = sorted(path.name.rpartition("-")[0] for path in (made_run.folder / "derived").iterdir())
    assert kept == ["points-0001", "scores-0001"]


def test_a_run_that_may_not_be_written_has_points_and_keeps_nothing(made_run, monkeypatch):
    monkeypatch.setattr(scoring.os, "access", lambda path, mode: False)
    assert len(points(made_run, 2)["own"]) == 12
    assert not (made_run.folder / "derived").exists()


def test_what_is_computed_of_a_shipped_run_is_kept_with_the_users_runs(made_run, monkeypatch, tmp_path):
    scores(made_run, 1)
    monkeypatch.setattr(scoring, "checkpoints_dir", lambda: made_run.folder.parent)
    monkeypatch.setattr(scoring, "runs_dir", lambda: tmp_path / "mine")
    shipped = sorted(path.name for path in (made_run.folder / "derived").iterdir())
    assert is_scored(made_run, 1) and not is_scored(made_run, 2)
    scores(made_run, 2)
    assert is_scored(made_run, 2) and len(list((tmp_path / "mine" / ".derived" / made_run.id).iterdir())) == 1
    assert sorted(path.name for path in (made_run.folder / "derived").iterdir()) == shipped


def test_arrays_of_ones_own_are_kept_until_what_they_depend_on_changes(made_run):
    made = []

    def make(value):
        return lambda: made.append(value) or {"x": np.full(2, value)}

    assert derived(made_run, 1, "mine", "v1", make(1.0))["x"].tolist() == [1, 1]
    assert derived(made_run, 1, "mine", "v1", make(2.0))["x"].tolist() == [1, 1] and made == [1.0]
    assert derived(made_run, 1, "mine", "v2", make(3.0))["x"].tolist() == [3, 3] and made == [1.0, 3.0]


def test_an_epoch_that_is_not_there_is_named(made_run):
    with pytest.raises(RunError, match=r"epoch-0007.safetensors is missing"):
        points(made_run, 7)
