"""What runs take on the disk, and letting go of it."""

import json
import shutil

import pytest

from lossviz.errors import RunError
from lossviz.jobs.recording import Audience, resume_run
from lossviz.runs import Marks, Run, Writer, free, freeable, layout, mark, overview, points, scores, sizes, stamp
from tests.runs.conftest import made_facts, made_snapshot


@pytest.fixture
def stopped(runs_home):
    """A run with weights of every epoch and the state to go on from."""
    writer = Writer.create(runs_home, made_facts(epochs=5, keep_weights="all"), "stopped")
    for epoch in range(3):
        writer.snapshot(made_snapshot(epoch, last=9))
    writer.close("stopped", "enough")
    return writer.run


def taken(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_sizes_add_up_and_are_told_by_kind(stopped):
    scores(stopped, 1)
    found, folder = sizes(stopped), stopped.folder
    assert found.total == taken(folder) == stopped.size()
    assert found.snapshots == taken(folder / "snapshots")
    assert found.weights == sum(
        (folder / "weights" / f"epoch-000{epoch}.safetensors").stat().st_size for epoch in (0, 1)
    )
    assert found.state == (folder / "state.safetensors").stat().st_size
    assert found.derived == taken(folder / "derived") > 0


@pytest.mark.parametrize("kind", ["derived", "weights", "state"])
def test_what_is_freed_is_what_was_said_and_nothing_else(stopped, kind):
    known, dots = scores(stopped, 1), points(stopped, 1)
    mark(stopped, Marks(("kept",)))
    before = sizes(stopped)
    told = freeable(stopped, kind, before)
    assert told == getattr(before, kind) > 0
    assert free(stopped, kind) == told
    after = sizes(stopped)
    assert getattr(after, kind) == 0
    for other in {"snapshots", "weights", "state", "derived"} - {kind}:
        assert getattr(after, other) == getattr(before, other)
    again = Run(stopped.folder)
    assert scores(again, 1) == known and (points(again, 1)["norm"] == dots["norm"]).all()
    assert (stopped.folder / "weights" / "epoch-0002.safetensors").exists()
    assert overview(again).marks.tags == ("kept",) and again.problem() is None


def test_a_run_without_its_state_says_that_it_cannot_go_on(stopped):
    assert stopped.status.resumable
    free(stopped, "weights")
    assert stopped.status.resumable
    free(stopped, "state")
    status = Run(stopped.folder).status
    assert (status.state, status.resumable, status.epoch) == ("stopped", False, 2)
    with pytest.raises(RunError, match="cannot be resumed: what it needs to go on was deleted to free space"):
        resume_run(Run(stopped.folder), Audience())


def test_an_interrupted_run_without_its_state_reads_as_stopped(stopped):
    path = stopped.folder / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": "running", "live": {"epoch": 3}}))
    assert Run(stopped.folder).status.state == "interrupted"
    free(stopped, "state")
    status = Run(stopped.folder).status
    assert (status.state, status.live, status.resumable) == ("stopped", None, False)


def test_a_finished_run_has_no_state_to_free_and_stays_finished(made_run):
    assert free(made_run, "state") == 0
    assert made_run.status.state == "finished"


@pytest.mark.parametrize("kind", ["weights", "state"])
def test_a_run_that_is_written_is_left_alone(runs_home, kind):
    writer = Writer.create(runs_home, made_facts(keep_weights="all"), "held")
    for epoch in range(2):
        writer.snapshot(made_snapshot(epoch))
    before = sizes(writer.run)
    with pytest.raises(RunError, match="'held' is running; stop it first"):
        free(writer.run, kind)
    assert sizes(writer.run) == before
    writer.close("stopped")
    assert free(writer.run, kind) > 0


def test_a_picture_that_is_being_made_is_left_alone(stopped):
    busy, done = (stopped.folder / "derived" / f"drawing-{name}" for name in ("busy", "done"))
    for folder in (busy, done):
        folder.mkdir(parents=True)
        (folder / "status.json").write_text("x" * 100)
    with layout.lock_of(busy):
        free(stopped, "derived")
    assert busy.exists() and not done.exists()


def test_of_shipped_runs_only_what_came_later_is_freed(made_run, runs_home, tmp_path):
    scores(made_run, 0)
    shutil.copytree(made_run.folder, tmp_path / "checkpoints" / "shipped")
    shipped = Run(tmp_path / "checkpoints" / "shipped")
    before = taken(shipped.folder)
    scores(shipped, 2)
    mark(shipped, Marks(("liked",)))
    later = (
        taken(runs_home / ".derived" / "shipped") - (runs_home / ".derived" / "shipped" / "marks.json").stat().st_size
    )
    assert freeable(shipped, "derived", sizes(shipped)) == later > 0
    assert [freeable(shipped, kind, sizes(shipped)) for kind in ("weights", "state")] == [0, 0]
    for kind in ("weights", "state"):
        assert free(shipped, kind) == 0
    assert free(shipped, "derived") == later
    assert taken(shipped.folder) == before and overview(shipped).marks.tags == ("liked",)


def test_training_seconds_are_kept_and_add_up_over_a_stop(runs_home):
    writer = Writer.create(runs_home, made_facts(epochs=5), "slow")
    for epoch in range(2):
        writer.snapshot(made_snapshot(epoch))
    writer.close("stopped")
    assert overview(writer.run).seconds == pytest.approx(1.0)
    again = Writer.reopen(Run(writer.run.folder))
    again.snapshot(made_snapshot(2))
    again.close("stopped")
    assert overview(again.run).seconds == pytest.approx(sum(record.seconds for record in again.run.history()))


def test_an_overview_tells_what_a_table_needs_and_computes_nothing(made_run):
    seen = overview(made_run)
    assert (seen.state, seen.epoch, seen.title, seen.problem) == ("finished", 2, "ArcFace", "")
    assert seen.scores is None and not (made_run.folder / "derived").exists()
    known = scores(made_run, 2)
    assert overview(made_run).scores == known
    scores(made_run, 1)
    shutil.copy(
        made_run.folder / "snapshots" / "epoch-0001.safetensors",
        made_run.folder / "snapshots" / "epoch-0002.safetensors",
    )
    assert overview(made_run).scores is None, "scores of another snapshot are not its own"


@pytest.mark.parametrize("name", ["run.json", "status.json", "marks.json"])
def test_an_overview_of_a_damaged_run_names_the_file(made_run, name):
    (made_run.folder / name).write_text("{")
    seen = overview(Run(made_run.folder))
    assert f"{name} is damaged" in seen.problem
    assert (seen.state == "damaged") == (name != "marks.json")
    assert seen.sizes.total == taken(made_run.folder)


def test_the_stamp_changes_with_all_that_is_told(made_run):
    seen = [stamp(made_run)]

    def changed():
        seen.append(stamp(made_run))
        return seen[-1] != seen[-2]

    assert not changed(), "looking changes nothing"
    scores(made_run, 2)
    assert changed()
    mark(made_run, Marks(("new",)))
    assert changed()
    mark(made_run, Marks(("newer",)))
    assert changed()
    layout.write_json(
        made_run.folder / "status.json", {**layout.read_json(made_run.folder / "status.json"), "epoch": 1}
    )
    assert changed()
    (made_run.folder / "snapshots" / "epoch-0002.safetensors").unlink()
    assert changed()
