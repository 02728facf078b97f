"""Pictures made by a process: as they come, whole, stopped, failed, and found again."""

import json
import shutil

import numpy as np
import pytest

from lossviz import projection
from lossviz.jobs import drawing
from lossviz.jobs.processes import Processes
from lossviz.paths import ROOT
from lossviz.runs import Run
from lossviz.runs.drawings import MOST_KEPT, writing
from tests.jobs.test_processes import until

KNOBS = {"perplexity": 12.0, "iterations": 50}


@pytest.fixture
def run(tmp_path):
    """A copy of a shipped run of digits, with five of its epochs."""
    folder = tmp_path / "runs" / "digits-arcface"
    shutil.copytree(ROOT / "checkpoints" / "digits-arcface", folder, ignore=shutil.ignore_patterns("derived"))
    for path in (folder / "snapshots").iterdir():
        if int(path.stem[-4:]) not in (0, 1, 2, 30, 60):
            path.unlink()
    return Run(folder)


def settled(run, **knobs):
    return projection.get("tsne").from_values(KNOBS | knobs).settled(drawing.subject_of(run))


def test_a_drawing_is_made_in_a_process_and_found_again_with_what_was_measured(run):
    wanted = drawing.drawing_of(run, settled(run))
    assert wanted.status.state == "missing"
    processes = Processes(at_once=1, threads=1)
    drawing.start(processes, wanted)
    try:
        assert until(lambda: wanted.status.state == "finished"), (wanted.folder / "log.txt").read_text()
    finally:
        processes.close()
    arrays, note = drawing.drawing_of(Run(run.folder), settled(run)).read()
    assert arrays["positions"].shape == (5, 359, 3) and "perplexity 12" in note
    assert arrays["kept"].shape == (5, 359) and arrays["jitter"].shape == (4,)
    assert arrays["kept"].mean() > 0.5 > arrays["control"][2], "and shuffled points keep next to nothing"
    assert arrays["divergence"].shape == (6,) and 0 < arrays["divergence"][4] < 0.7 * arrays["divergence"][5]
    assert not list(wanted.folder.glob("epoch-*")), "sketches are gone"


def test_a_method_that_lowers_no_divergence_has_none_and_a_new_version_is_drawn_anew(run, monkeypatch):
    drawing.draw(run, "pca", {}, lambda: False)
    pca = projection.get("pca")().settled(drawing.subject_of(run))
    assert "divergence" not in drawing.drawing_of(run, pca).read()[0]
    monkeypatch.setattr(type(pca), "version", type(pca).version + 1)
    assert drawing.drawing_of(run, pca).status.state == "missing"


def test_sketches_come_last_epoch_first(run):
    wanted, seen = drawing.drawing_of(run, settled(run)), []

    def look():
        seen.append(sorted(wanted.sketches()))
        return False

    drawing.draw(run, "tsne", KNOBS, look)
    came = [epochs for epochs in seen if epochs]
    assert came[0] == [60] and [0, 1, 2, 30, 60] in came


def test_what_is_asked_to_stop_says_so_and_can_be_drawn_again(run):
    wanted = drawing.drawing_of(run, settled(run))
    drawing.draw(run, "tsne", KNOBS, lambda: True)
    assert wanted.status.state == "stopped"
    drawing.draw(run, "tsne", KNOBS, lambda: False)
    assert wanted.status.state == "finished"


def test_what_cannot_be_drawn_is_said_in_a_sentence(run):
    wanted = drawing.drawing_of(run, settled(run, perplexity=100.0))
    labels = run.samples["probe"].labels[:90]
    samples = {"probe.index": np.arange(90), "probe.labels": labels}
    _cut(run, samples, 90)
    few = Run(run.folder)
    drawing.draw(few, "tsne", KNOBS | {"perplexity": 100.0}, lambda: False)
    status = drawing.drawing_of(few, settled(few, perplexity=100.0)).status
    assert status.state == "failed" and "needs at least 201 points, there are 90" in status.doing
    assert wanted.folder != drawing.drawing_of(few, settled(few, perplexity=100.0)).folder


def test_other_knobs_and_other_files_are_other_drawings(run):
    one = drawing.drawing_of(run, settled(run)).folder
    assert drawing.drawing_of(run, settled(run)).folder == one
    assert drawing.drawing_of(run, settled(run, perplexity=13.0)).folder != one
    shutil.copy(run.folder / "snapshots/epoch-0001.safetensors", run.folder / "snapshots/epoch-0002.safetensors")
    assert drawing.drawing_of(run, settled(run)).folder != one


def test_a_drawing_without_its_maker_is_stopped_and_one_with_a_maker_is_running(run):
    wanted = drawing.drawing_of(run, settled(run))
    with writing(wanted) as writer:
        writer.tell("running", 0.3, "drawing")
        assert (wanted.status.state, wanted.status.done) == ("running", 0.3)
    assert wanted.status.state == "stopped"


def test_the_oldest_drawings_make_room(run):
    for number in range(MOST_KEPT + 3):
        old = run.folder / "derived" / f"drawing-tsne-{number}"
        old.mkdir(parents=True)
        (old / "status.json").write_text(json.dumps({"state": "stopped"}))
    with writing(drawing.drawing_of(run, settled(run))):
        assert len(list((run.folder / "derived").glob("drawing-*"))) == MOST_KEPT + 1


def _cut(run, samples, count):
    """Leave only the first ``count`` probes."""
    from safetensors.numpy import load_file, save_file

    path = run.folder / "samples.safetensors"
    save_file(load_file(path) | samples, path)
    for snapshot in (run.folder / "snapshots").iterdir():
        from safetensors import safe_open

        with safe_open(snapshot, "numpy") as file:
            metadata = file.metadata()
        arrays = load_file(snapshot)
        arrays["probe"] = arrays["probe"][:count].copy()
        arrays["head"] = arrays["head"][:count].copy()
        save_file(arrays, snapshot, metadata)
