"""What runs take on the disk, and making room without harm."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from lossviz.errors import RunError
from lossviz.runs import layout
from lossviz.runs.marks import MARKS
from lossviz.runs.reader import Run
from lossviz.runs.scoring import is_shipped, kept_apart

SNAPSHOTS, WEIGHTS, STATE, DERIVED = "snapshots", "weights", "state", "derived"
KINDS = (DERIVED, WEIGHTS, STATE)
"""What can be let go of: what is computed again when it is looked at, weights of all epochs but the last, and what an
unfinished run needs to go on."""


@dataclass(frozen=True)
class Sizes:
    """Bytes by kind. ``weights`` are those of all epochs but the last; ``other`` is what a run cannot be without."""

    snapshots: int = 0
    weights: int = 0
    state: int = 0
    derived: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.snapshots + self.weights + self.state + self.derived + self.other


def sizes(run: Run) -> Sizes:
    """What ``run`` takes, with what was computed of a shipped one later."""
    found = dict.fromkeys(("snapshots", "weights", "state", "derived", "other"), 0)
    last = max((name for name, _ in _files(run.folder / layout.WEIGHTS)), default="")
    for entry in _entries(run.folder):
        if not entry.is_dir(follow_symlinks=False):
            kind = STATE if entry.name == layout.STATE else "other"
            found[kind] += _size(entry)
        elif entry.name == layout.WEIGHTS:
            for name, size in _files(Path(entry.path)):
                found["other" if name == last else WEIGHTS] += size
        else:
            kind = {layout.SNAPSHOTS: SNAPSHOTS, layout.DERIVED: DERIVED}.get(entry.name, "other")
            found[kind] += sum(size for _, size in _files(Path(entry.path)))
    if is_shipped(run):
        found[DERIVED] += sum(map(_size_of, _derived(run)))
    return Sizes(**found)


def freeable(run: Run, kind: str, of: Sizes) -> int:
    """Bytes that :func:`free` would make free; of a shipped run only what was computed of it later."""
    if is_shipped(run):
        return sum(map(_size_of, _derived(run))) if kind == DERIVED else 0
    return int(getattr(of, kind))


def free(run: Run, kind: str) -> int:
    """Let go of one of ``KINDS`` of ``run``; returns the bytes. Raises :class:`RunError` while it is being written.

    A run that loses its ``state`` cannot be resumed any more, and its status says so.
    """
    before = freeable(run, kind, sizes(run))
    if kind == DERIVED:
        for path in _derived(run):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    elif not is_shipped(run):
        with writing_kept_out(run):
            _free_weights(run) if kind == WEIGHTS else _free_state(run)
    return before - freeable(run, kind, sizes(run))


@contextmanager
def writing_kept_out(run: Run) -> Iterator[None]:
    """Hold a run's lock for a moment, so that nobody writes it meanwhile; raises :class:`RunError` if somebody does."""
    lock = layout.lock_of(run.folder)
    with layout.writing(run.folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"run '{run.id}' is running; stop it first") from None
    try:
        yield
    finally:
        lock.release()


def _free_weights(run: Run) -> None:
    for path in sorted((run.folder / layout.WEIGHTS).glob("epoch-*.safetensors"))[:-1]:
        path.unlink(missing_ok=True)


def _free_state(run: Run) -> None:
    path = run.folder / layout.STATE
    if path.exists():
        status = layout.read_json(run.folder / layout.STATUS)
        state = "failed" if status.get("state") == "failed" else "stopped"
        message = "what it needs to go on was deleted to free space"
        said = {**status, "state": state, "message": message, "resumable": False}
        said.pop("live", None)
        layout.write_json(run.folder / layout.STATUS, said)
        path.unlink(missing_ok=True)


def _derived(run: Run) -> Iterator[Path]:
    """What was computed of a run and can go, but for pictures that are being made right now."""
    folder = kept_apart(run) if is_shipped(run) else run.folder / layout.DERIVED
    for entry in _entries(folder):
        path = Path(entry.path)
        if entry.name != MARKS and not (path.is_dir() and layout.is_locked(path)):
            yield path


def folder_size(folder: Path) -> int:
    """Bytes of all files in ``folder`` and below; 0 where it is gone."""
    return sum(size for _, size in _files(folder))


def _size_of(path: Path) -> int:
    return folder_size(path) if path.is_dir() else path.stat().st_size


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Name and size of every file in ``folder`` and below."""
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield entry.name, _size(entry)


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _size(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:  # a temporary file that was renamed meanwhile
        return 0
