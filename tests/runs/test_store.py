"""Renaming, deleting with a way back, and groups."""

import shutil

import pytest

from lossviz import paths
from lossviz.errors import RunError
from lossviz.runs import (
    Marks,
    Run,
    Writer,
    deleted,
    empty_deleted,
    find,
    groups,
    layout,
    list_runs,
    mark,
    marks,
    rename,
    restore,
    scores,
)
from lossviz.runs import delete as delete_run
from tests.runs.conftest import made_facts, made_snapshot


def names():
    return sorted(run.id for run in list_runs())


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_renamed_run_is_the_same_run_under_another_name(made_run):
    mark(made_run, Marks(("liked",)))
    known = scores(made_run, 2)
    before = files(made_run.folder)
    moved = rename(made_run, "better")
    assert names() == ["better"] and find("better").header["id"] == moved.id == "better"
    assert marks(moved) == Marks(("liked",)) and moved.status.state == "finished"
    after = files(moved.folder)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert {path.name for path in changed} == {"run.json"}
    assert scores(moved, 2) == known and files(moved.folder) == after, "nothing is computed anew"


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", "", "x" * 101, "latest", "two words"])
def test_a_name_that_is_not_allowed_is_refused(made_run, name):
    with pytest.raises(RunError, match="a run cannot be called"):
        rename(made_run, name)
    assert names() == ["made"]


def test_a_name_that_is_taken_is_refused(made_run, runs_home, tmp_path):
    for place in (runs_home / "own", tmp_path / "checkpoints" / "shipped"):
        shutil.copytree(made_run.folder, place)
    (runs_home / ".jobs" / "reserved").mkdir(parents=True)
    for name in ("own", "shipped", "reserved", "made"):
        with pytest.raises(RunError, match=f"there already is a run or a job called '{name}'"):
            rename(made_run, name)
    with pytest.raises(RunError, match="'shipped' is shipped with lossviz and is not renamed"):
        rename(Run(tmp_path / "checkpoints" / "shipped"), "mine")
    assert rename(made_run, "free").id == "free"


@pytest.mark.parametrize("change", [delete_run, lambda run: rename(run, "other")], ids=["delete", "rename"])
def test_nothing_is_moved_under_the_hands_of_who_writes_it(runs_home, change):
    writer = Writer.create(runs_home, made_facts(), "held")
    writer.snapshot(made_snapshot(0))
    with pytest.raises(RunError, match="'held' is running; stop it first"):
        change(writer.run)
    drawing = writer.run.folder / "derived" / "drawing-tsne-1"
    drawing.mkdir(parents=True)
    writer.close("stopped")
    with layout.lock_of(drawing), pytest.raises(RunError, match="a picture of run 'held' is being made"):
        change(writer.run)
    assert names() == ["held"] and writer.run.epochs() == [0]
    change(writer.run)
    assert names() != ["held"]


def test_a_deleted_run_comes_back_as_it_was(made_run):
    before = files(made_run.folder)
    gone = delete_run(made_run)
    assert names() == [] and [each.run.id for each in deleted()] == ["made"]
    assert deleted()[0].when == gone.when and deleted()[0].run.problem() is None
    back = restore(deleted()[0])
    assert names() == ["made"] and files(back.folder) == before and deleted() == []
    with pytest.raises(RunError, match="'made' is not among the deleted runs any more"):
        restore(gone, "made-2")


def test_runs_deleted_under_one_name_are_kept_apart_newest_first(made_run, runs_home):
    shutil.copytree(made_run.folder, runs_home / "copy")
    delete_run(made_run)
    rename(find("copy"), "made")
    mark(find("made"), Marks(("second",)))
    delete_run(find("made"))
    first, second = deleted()
    assert first.key != second.key and marks(first.run).tags == ("second",) and marks(second.run) == Marks()
    restore(second)
    with pytest.raises(RunError, match="there is another run called 'made' by now"):
        restore(first)
    assert [each.run.id for each in deleted()] == ["made"]
    restore(first, "made-2")
    assert names() == ["made", "made-2"]


def test_emptying_frees_what_it_says_and_only_then(made_run, runs_home):
    shutil.copytree(made_run.folder, runs_home / "copy")
    size = sum(len(each) for each in files(made_run.folder).values())
    delete_run(made_run)
    kept = delete_run(find("copy"))
    (runs_home / ".deleted" / "not ours").mkdir()
    assert empty_deleted([each for each in deleted() if each.run.id == "made"]) == size
    assert [each.key for each in deleted()] == [kept.key]
    assert empty_deleted() == size and deleted() == []
    assert (runs_home / ".deleted" / "not ours").exists()
    assert empty_deleted() == 0


def test_a_damaged_run_can_be_deleted_and_restored(made_run):
    (made_run.folder / "run.json").write_text("{")
    delete_run(Run(made_run.folder))
    assert names() == []
    restore(deleted()[0])
    assert names() == ["made"] and "damaged" in find("made").problem()


def test_shipped_runs_stay(made_run, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    shutil.copytree(made_run.folder, tmp_path / "checkpoints" / "shipped")
    with pytest.raises(RunError, match="shipped with lossviz and is not deleted"):
        delete_run(Run(tmp_path / "checkpoints" / "shipped"))
    assert (tmp_path / "checkpoints" / "shipped").exists()


def test_groups_are_those_that_runs_say(made_run, runs_home):
    for name, group in (("b", "five margins"), ("c", "five margins"), ("d", "other"), ("e", "x")):
        shutil.copytree(made_run.folder, runs_home / name)
        mark(find(name), Marks((), "", group))
    (runs_home / "e" / "marks.json").write_text("{")
    found = groups(sorted(list_runs(), key=lambda run: run.id))
    assert {name: [run.id for run in members] for name, members in found.items()} == {
        "five margins": ["b", "c"],
        "other": ["d"],
    }
