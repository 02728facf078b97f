"""Images that a person selected and gave a name, kept for each data set beside the runs."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from lossviz.errors import LossvizError, UnknownName
from lossviz.paths import runs_dir
from lossviz.records import Ints
from lossviz.runs import layout

FOLDER = ".selections"
LONGEST = 60
HASH = re.compile(r"[0-9a-f]{64}")


class SelectionError(LossvizError):
    """A selection cannot be kept as asked."""


def names(data_hash: str) -> list[str]:
    """The names of what is kept for the data set with this hash, sorted as a reader would."""
    return sorted(_read(_file(data_hash)), key=lambda name: (name.casefold(), name))


def load(name: str, data_hash: str) -> Ints:
    """(K,) rows of the data set, ascending; raises :class:`~lossviz.errors.UnknownName`."""
    kept = _read(_file(data_hash))
    if name not in kept:
        raise UnknownName("selection", name, kept)
    return np.array(kept[name]["ids"], dtype=np.int64)


def save(name: str, data_hash: str, ids: Iterable[int]) -> str:
    """Keep ``ids``, rows of the data set, under ``name``, in place of what was kept under it; returns the clean name.

    Space around the name is cut off. Raises :class:`SelectionError` for a name or rows that cannot be kept.
    """
    clean = name.strip()
    if not clean or len(clean) > LONGEST or not clean.isprintable():
        raise SelectionError(
            f"a selection's name must have 1 to {LONGEST} printable characters on one line, got {name!r}"
        )
    rows = sorted({int(row) for row in ids})
    if not rows:
        raise SelectionError(f"there is nothing to keep as '{clean}': no image is selected")
    if rows[0] < 0:
        raise SelectionError(f"a selection holds rows of the data set, which count from 0, got {rows[0]}")
    with _changing(data_hash) as kept:
        kept[clean] = {"ids": rows, "created": datetime.now(UTC).isoformat(timespec="seconds")}
    return clean


def delete(name: str, data_hash: str) -> None:
    """Forget what is kept under ``name``; raises :class:`~lossviz.errors.UnknownName`."""
    with _changing(data_hash) as kept:
        if name not in kept:
            raise UnknownName("selection", name, kept)
        del kept[name]


def _file(data_hash: str) -> Path:
    if not HASH.fullmatch(data_hash):
        raise SelectionError(f"a data set's hash has 64 digits from 0 to f, got {data_hash!r}")
    return runs_dir() / FOLDER / f"{data_hash}.json"


def _read(path: Path) -> dict[str, Any]:
    return layout.read_json(path) if path.exists() else {}


@contextmanager
def _changing(data_hash: str) -> Iterator[dict[str, Any]]:
    """What is kept, to be changed; written in one step, and by one process at a time."""
    path = _file(data_hash)
    with layout.writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.parent / ".lock")
        with lock:
            kept = _read(path)
            yield kept
            layout.write_json(path, kept)
