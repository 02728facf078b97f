"""Taking in a run that was not trained here: written in one step, so that no half of it is ever seen."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lossviz.errors import RunError
from lossviz.paths import runs_dir
from lossviz.records import Facts, Snapshot
from lossviz.runs import layout
from lossviz.runs.pictures import Pictures, keep_thumbnails
from lossviz.runs.reader import Run
from lossviz.runs.space import folder_size
from lossviz.runs.store import check_free
from lossviz.runs.writer import Writer, check_name

IMPORTING = ".importing-"
PATIENCE = 30.0  # seconds to wait for whoever begins an import, or clears away what others left


def adopt(name: str, facts: Facts, snapshots: Iterable[Snapshot], pictures: Pictures | None) -> Run:
    """Keep a finished run called ``name`` among the user's own; ``pictures`` (N, H, W, C) are its probe's.

    Raises :class:`~lossviz.errors.RunError` on a name that is taken or not allowed. What imports left that were killed
    is cleared away.
    """
    check_name(name)
    check_free(name)
    with layout.writing(runs_dir() / name):
        runs_dir().mkdir(parents=True, exist_ok=True)
        clear_half_imported()
        with _home() as home:
            writer = Writer.create(home, facts, name)
            for snapshot in snapshots:
                writer.snapshot(snapshot)
            if pictures is not None:
                keep_thumbnails(writer.run, pictures)
            writer.close("finished")
            Path.rename(writer.run.folder, runs_dir() / name)
    return Run(runs_dir() / name)


def half_imported() -> int:
    """Bytes in what imports left that were ended from outside."""
    return sum(folder_size(folder) for folder in _homes() if not layout.is_locked(folder))


def clear_half_imported() -> int:
    """Let go of what imports left that were ended from outside, and of nothing that one is at; returns the bytes."""
    if not any(_homes()):
        return 0
    with _no_other_begins():
        left = [folder for folder in _homes() if not layout.is_locked(folder)]
        before = sum(map(folder_size, left))
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)  # an import that ends now clears it away itself
        return before - sum(map(folder_size, left))


@contextmanager
def _home() -> Iterator[Path]:
    """A folder to write a run in, which goes afterwards; whoever holds it has its lock from its first moment."""
    with _no_other_begins():
        home = Path(tempfile.mkdtemp(prefix=IMPORTING, dir=runs_dir()))
        lock = layout.lock_of(home)
        lock.acquire()
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
        lock.release()


@contextmanager
def _no_other_begins() -> Iterator[None]:
    lock = FileLock(runs_dir() / ".importing")
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise RunError(f"{runs_dir()} has been busy with another import for {PATIENCE:.0f} s; try again") from None
    try:
        yield
    finally:
        lock.release()


def _homes() -> Iterator[Path]:
    return runs_dir().glob(f"{IMPORTING}*")
