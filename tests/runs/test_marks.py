"""Tags, notes and groups of runs."""

import shutil
import threading

import pytest

from lossviz.errors import RunError
from lossviz.runs import Marks, Run, find, list_runs, mark, marks
from lossviz.runs.marks import group, tag


def test_what_is_said_of_a_run_is_read_back_and_the_run_stays_as_it_was(made_run):
    assert marks(made_run) == Marks()
    before = {path: path.read_bytes() for path in made_run.folder.rglob("*") if path.is_file()}
    mark(made_run, Marks((" zebra", "Apple", "zebra"), "two\nlines ", " five margins"))
    assert marks(Run(made_run.folder)) == Marks(("Apple", "zebra"), "two\nlines", "five margins")
    assert {path: path.read_bytes() for path in before} == before
    mark(made_run, Marks())
    assert marks(made_run) == Marks() and not (made_run.folder / "marks.json").exists()


def test_tags_and_groups_of_several_change_nothing_else(made_run, runs_home):
    shutil.copytree(made_run.folder, runs_home / "other")
    other = find("other")
    mark(made_run, Marks(("old",), "a note", "mine"))
    tag([made_run, other], add=["new"], remove=["old"])
    assert marks(made_run) == Marks(("new",), "a note", "mine") and marks(other) == Marks(("new",))
    group([made_run, other], "ours")
    assert marks(made_run) == Marks(("new",), "a note", "ours") and marks(other).group == "ours"
    group([made_run], "")
    assert (marks(made_run).group, marks(other).group) == ("", "ours")


def test_marks_of_a_shipped_run_lie_with_the_users_runs(made_run, runs_home, tmp_path):
    shutil.copytree(made_run.folder, tmp_path / "checkpoints" / "shipped")
    shipped = Run(tmp_path / "checkpoints" / "shipped")
    files = sorted(shipped.folder.rglob("*"))
    mark(shipped, Marks(("liked",)))
    assert marks(Run(shipped.folder)) == Marks(("liked",))
    assert sorted(shipped.folder.rglob("*")) == files
    assert (runs_home / ".derived" / "shipped" / "marks.json").exists()
    assert [run.id for run in list_runs() if run.folder.parent == runs_home] == ["made"]


@pytest.mark.parametrize(
    "bad",
    [Marks(("x" * 41,)), Marks(("a,b",)), Marks(("two\nlines",)), Marks((), "", "x" * 81), Marks((), "x" * 10_001),
     Marks(("bell\x07",))],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_words(made_run, bad):
    mark(made_run, Marks(("kept",)))
    with pytest.raises(RunError, match=r"has (1 to|at most) [0-9,]+ (printable )?characters"):
        mark(made_run, bad)
    assert marks(made_run) == Marks(("kept",))
    mark(made_run, Marks(("x" * 40,), "x" * 10_000, "x" * 80))


def test_a_damaged_file_is_named_and_not_written_over(made_run):
    path = made_run.folder / "marks.json"
    for harm in ('{"tags"', '{"tags": 5}'):
        path.write_text(harm)
        for ask in (lambda: marks(made_run), lambda: tag([made_run], ["new"])):
            with pytest.raises(RunError, match=r"marks\.json is damaged"):
                ask()
        assert path.read_text() == harm


def test_a_run_that_is_gone_gets_no_marks(made_run):
    shutil.rmtree(made_run.folder)
    with pytest.raises(RunError, match="'made' is not there any more"):
        mark(made_run, Marks(("late",)))
    assert not made_run.folder.exists()


def test_several_at_once_lose_nothing(made_run):
    threads = [threading.Thread(target=tag, args=([made_run], [f"n{i}"])) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert marks(made_run).tags == tuple(f"n{i}" for i in range(8))
