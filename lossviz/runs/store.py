"""Finding runs, the user's own and those shipped with the program; renaming, and deleting so that it can be undone."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from lossviz.errors import RunError, UnknownName
from lossviz.paths import checkpoints_dir, runs_dir
from lossviz.runs import layout
from lossviz.runs.marks import marks
from lossviz.runs.reader import Run
from lossviz.runs.space import sizes, writing_kept_out
from lossviz.runs.writer import check_name

DELETED = ".deleted"
RESERVED = ".jobs"  # a folder in it is a job, whose name its run will have
STAMP = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True)
class Deleted:
    """A run that was deleted and can come back; ``when`` is UTC."""

    run: Run
    when: datetime

    @property
    def key(self) -> str:
        """Tells it from others of the same name."""
        return self.run.folder.parent.name


def list_runs() -> list[Run]:
    """Every run, newest first; damaged ones too (see :meth:`Run.problem`), which come last."""
    return sorted(found_runs(), key=_created, reverse=True)


def found_runs() -> list[Run]:
    """Every run in no order, without a look into any."""
    return [
        Run(path)
        for folder in (runs_dir(), checkpoints_dir())
        if folder.is_dir()
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.is_dir()
    ]


def find(name: str) -> Run:
    """The run called ``name``, the only one whose name starts so, or the newest for ``latest``."""
    there = list_runs()
    if name == "latest":
        if not there:
            raise RunError(f"there is no run in {runs_dir()} yet; make one with: python -m lossviz train")
        return there[0]
    exact = [run for run in there if run.id == name]
    begun = exact or [run for run in there if run.id.startswith(name)]
    if len(begun) > 1:
        raise RunError(f"'{name}' stands for several runs: {', '.join(run.id for run in begun[:5])}; write more of it")
    if not begun:
        raise UnknownName("run", name, [run.id for run in there])
    return begun[0]


def groups(some: Iterable[Run]) -> dict[str, list[Run]]:
    """The runs of each group by its name, in the order of ``some``; runs whose marks are damaged are in none."""
    found: dict[str, list[Run]] = {}
    for run in some:
        try:
            name = marks(run).group
        except RunError:
            continue
        if name:
            found.setdefault(name, []).append(run)
    return found


def rename(run: Run, name: str) -> Run:
    """Give a run of the user's another name, which its folder then has; returns it under that name.

    Raises :class:`RunError` on a name that is not allowed or taken, for shipped runs and for those being written.
    """
    _check_own(run, "renamed")
    check_name(name)
    check_free(name)
    moved = Run(run.folder.with_name(name))
    with _at_rest(run):
        damaged = run.problem()
        Path.rename(run.folder, moved.folder)
        if not damaged:
            layout.write_json(moved.folder / layout.HEADER, {**run.header, "id": name})
    return moved


def check_free(name: str) -> None:
    """Raise :class:`RunError` where a run or a job is called so."""
    if is_taken(name):
        raise RunError(f"there already is a run or a job called '{name}'; choose another name")


def is_taken(name: str) -> bool:
    """Whether a run or a job is called so."""
    return any((folder / name).exists() for folder in (runs_dir(), checkpoints_dir(), runs_dir() / RESERVED))


def delete(run: Run) -> Deleted:
    """Put a run of the user's where :func:`restore` finds it; refuses shipped ones and those being written.

    It takes as much space as before until :func:`empty_deleted`.
    """
    _check_own(run, "deleted")
    when = datetime.now(UTC)
    shelf = runs_dir() / DELETED / f"{when:{STAMP}}-{token_hex(2)}"
    with _at_rest(run):
        shelf.mkdir(parents=True)
        Path.rename(run.folder, shelf / run.id)
    return Deleted(Run(shelf / run.id), when)


def deleted() -> list[Deleted]:
    """What can be restored, deleted last first."""
    found = [Deleted(Run(path), when) for shelf, when in _shelves() for path in shelf.iterdir()]
    return sorted(found, key=lambda each: each.when, reverse=True)


def restore(gone: Deleted, name: str | None = None) -> Run:
    """Bring a deleted run back, under its name or another; raises :class:`RunError` where the name is taken."""
    back = Run(runs_dir() / (name or gone.run.id))
    check_name(back.id)
    if any((folder / back.id).exists() for folder in (runs_dir(), checkpoints_dir())):
        raise RunError(f"there is another run called '{back.id}' by now; rename that one, and restore this one then")
    if not gone.run.folder.exists():
        raise RunError(f"'{gone.run.id}' is not among the deleted runs any more")
    with layout.writing(back.folder):
        Path.rename(gone.run.folder, back.folder)
        gone.run.folder.parent.rmdir()
    return back


def empty_deleted(some: Iterable[Deleted] | None = None) -> int:
    """Let go of deleted runs for good, of all or of ``some``; returns the bytes."""
    doomed = deleted() if some is None else list(some)
    count = 0
    for gone in doomed:
        count += sizes(gone.run).total
        with layout.writing(gone.run.folder):
            shutil.rmtree(gone.run.folder.parent)
    return count


def _shelves() -> Iterator[tuple[Path, datetime]]:
    home = runs_dir() / DELETED
    for shelf in home.iterdir() if home.is_dir() else ():
        try:
            when = datetime.strptime(shelf.name.rpartition("-")[0], STAMP)
        except ValueError:  # not put there by this program
            continue
        yield shelf, when.replace(tzinfo=UTC)


@contextmanager
def _at_rest(run: Run) -> Iterator[None]:
    """Keep everybody from writing the run for a moment, and refuse where a picture of it is being made."""
    if not run.folder.is_dir():
        raise RunError(f"run '{run.id}' is not there any more")
    if any(layout.is_locked(folder) for folder in (run.folder / layout.DERIVED).glob("drawing-*")):
        raise RunError(f"a picture of run '{run.id}' is being made; stop that first, or wait for it")
    with writing_kept_out(run), layout.writing(run.folder):
        yield


def _check_own(run: Run, verb: str) -> None:
    if run.folder.parent != runs_dir():
        raise RunError(f"run '{run.id}' is shipped with lossviz and is not {verb}")


def _created(run: Run) -> str:
    try:
        return str(run.header["created"])
    except (RunError, KeyError):
        return ""
