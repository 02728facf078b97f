"""A run on disk: what goes in comes out, and whatever is broken is told by name."""

import json
import shutil

import numpy as np
import pytest

from lossviz import metrics, paths
from lossviz.errors import RunError, UnknownName
from lossviz.runs import Run, Writer, delete, find, list_runs, scores, scoring
from lossviz.runs.writer import read_state
from tests.runs.conftest import made_facts, made_snapshot


def test_everything_written_is_read_back(made_run):
    run, facts = Run(made_run.folder), made_facts()
    assert run.config == facts.config
    assert run.class_names == facts.class_names
    assert run.status.state == "finished" and run.status.epoch == 2
    assert run.epochs() == [0, 1, 2]
    assert run.history() == [made_snapshot(epoch).record for epoch in range(3)]
    assert run.header["hashes"] == facts.hashes and run.header["note"] == "made by hand"
    for name, samples in facts.samples.items():
        assert np.array_equal(run.samples[name].index, samples.index)
        assert np.array_equal(run.samples[name].labels, samples.labels)
    back, gone_in = run.snapshot(2), made_snapshot(2)
    assert back.embeddings.keys() == gone_in.embeddings.keys()
    assert all(np.array_equal(back.embeddings[name], gone_in.embeddings[name]) for name in back.embeddings)
    assert np.array_equal(back.prototypes, gone_in.prototypes) and np.array_equal(back.head, gone_in.head)
    evidence = run.evidence(2)
    assert evidence.metric == "cosine"
    assert evidence.pairs["view2"].same.tolist() == [True, False]
    assert np.array_equal(evidence.pairs["view2"].first, gone_in.embeddings["pairs"][[0, 2]])
    assert not run.evidence(1).pairs


def test_nothing_is_pickled_and_no_temporary_file_stays(made_run):
    files = {path.relative_to(made_run.folder).as_posix() for path in made_run.folder.rglob("*") if path.is_file()}
    assert files - {".lock"} == {
        "run.json", "classes.json", "status.json", "samples.safetensors", "weights/epoch-0002.safetensors",
        *(f"snapshots/epoch-{epoch:04d}.safetensors" for epoch in range(3)),
    }  # fmt: skip
    for path in made_run.folder.rglob("*.json"):
        json.loads(path.read_text())


def test_weights_are_kept_for_the_last_epoch_or_for_all(runs_home):
    writer = Writer.create(runs_home, made_facts(keep_weights="all"), "all")
    writer.snapshot(made_snapshot(0))
    assert [path.name for path in (writer.run.folder / "weights").iterdir()] == ["epoch-0000.safetensors"]
    epoch, order, state = read_state(writer.run)
    assert (epoch, order) == (0, "order0")
    assert state.keys() == made_snapshot(0).state.keys() and state["optimizer.0.step"].shape == ()
    writer.close("stopped")


def test_a_run_being_written_is_running_and_an_abandoned_one_interrupted(runs_home):
    writer = Writer.create(runs_home, made_facts(), "held")
    writer.snapshot(made_snapshot(0))
    assert writer.run.status.state == "running"
    with pytest.raises(RunError, match="'held' is being written by another process"):
        Writer.reopen(Run(writer.run.folder))
    with pytest.raises(RunError, match="'held' is running; stop it first"):
        delete(writer.run)
    writer._lock.release()  # as the end of its process would
    status = Run(writer.run.folder).status
    assert status.state == "interrupted" and "can be resumed" in status.message
    (writer.run.folder / "snapshots" / ".epoch-0001.safetensors.x.partial").write_bytes(b"half")
    again = Writer.reopen(Run(writer.run.folder))
    assert not list(writer.run.folder.rglob("*.partial"))
    again.close("stopped", "enough")
    assert (writer.run.status.state, writer.run.status.message) == ("stopped", "enough")


def test_names_are_found_whole_by_their_beginning_and_as_latest(made_run, runs_home):
    assert find("made").id == find("ma").id == find("latest").id == "made"
    shutil.copytree(made_run.folder, runs_home / "mad")
    assert find("mad").id == "mad"
    with pytest.raises(RunError, match="'ma' stands for several runs"):
        find("ma")
    with pytest.raises(UnknownName, match="no run called 'mude'; did you mean 'made'"):
        find("mude")
    for name in ("../evil", "a/b", ".hidden", "", "x" * 101, "latest"):
        with pytest.raises(RunError, match="a run cannot be called"):
            Writer.create(runs_home, made_facts(), name)
    with pytest.raises(RunError, match="already is a run called 'made'"):
        Writer.create(runs_home, made_facts(), "made")


def test_without_runs_it_says_how_to_make_one(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert list_runs() == []
    with pytest.raises(RunError, match="python -m lossviz train"):
        find("latest")


def test_shipped_runs_are_listed_and_not_deleted(made_run, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    shutil.copytree(made_run.folder, tmp_path / "checkpoints" / "shipped")
    assert {run.id for run in list_runs()} == {"made", "shipped"}
    with pytest.raises(RunError, match="shipped with lossviz"):
        delete(find("shipped"))
    delete(find("made"))
    assert [run.id for run in list_runs()] == ["shipped"]
    assert not made_run.folder.exists()


FILES = ["run.json", "classes.json", "status.json", "samples.safetensors", "snapshots/epoch-0001.safetensors"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "garbage"])
def test_a_damaged_file_is_named_in_a_sentence(made_run, name, harm):
    path = made_run.folder / name
    whole = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "garbage": b"\xff\x00{" * 50}[harm])

    def look():
        run = Run(made_run.folder)
        _ = run.config, run.status, run.class_names, run.samples, run.history(), run.evidence(1)
        run.record(1)

    with pytest.raises(RunError, match=f"{path.name} is (damaged|missing)"):
        look()
    assert [run.id for run in list_runs()] == ["made"], "it stays in the list"
    problem = Run(made_run.folder).problem()
    assert (problem is not None) == (name in ("run.json", "status.json"))


def test_a_run_of_another_format_is_told(made_run):
    path = made_run.folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    assert "has run format 99; this version of lossviz reads 1" in Run(made_run.folder).problem()


def test_scores_are_computed_once_and_again_when_anything_changes(made_run, monkeypatch):
    first = scores(made_run, 2)
    assert first == metrics.compute_all(made_run.evidence(2))
    assert first["centroid_accuracy"] > scores(made_run, 0)["centroid_accuracy"]
    asked = []
    monkeypatch.setattr(scoring.metrics, "compute_all", lambda evidence: asked.append(1) or {"x": 1.0})
    assert scores(made_run, 2) == first and not asked
    monkeypatch.setattr(scoring.metrics, "fingerprint", lambda: "another version")
    assert scores(made_run, 2) == {"x": 1.0} and len(asked) == 1
    path = made_run.folder / "snapshots" / "epoch-0002.safetensors"
    shutil.copy(made_run.folder / "snapshots" / "epoch-0001.safetensors", path)
    scores(made_run, 2)
    assert len(asked) == 2
    assert len(list((made_run.folder / "derived").glob("scores-0002-*"))) == 1


def test_a_full_disk_is_told_and_leaves_what_was_there(runs_home, monkeypatch):
    writer = Writer.create(runs_home, made_facts(), "full")
    writer.snapshot(made_snapshot(0))

    def no_room(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", no_room)
        with pytest.raises(RunError, match=r"the disk is full.*resume"):
            writer.snapshot(made_snapshot(1))
    writer.close("failed", "the disk is full")
    run = Run(writer.run.folder)
    assert run.epochs() == [0] and run.status.resumable
    assert not list(run.folder.rglob("*.partial"))
    assert read_state(run)[0] == 0


def test_classes_without_names_are_a_damaged_file(made_run):
    (made_run.folder / "classes.json").write_text("{}")
    with pytest.raises(RunError, match=r"classes.json is damaged: it has no list of class_names"):
        _ = Run(made_run.folder).class_names
