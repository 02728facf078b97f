"""Pictures of runs that took a while to make: kept beside the run, epoch by epoch while they come.

A *drawing* is one run projected by one method with its knobs, at the epochs that the run had. Its folder is named by
a hash of all that could change it. Whoever makes it holds a lock on the folder.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from filelock import Timeout

from lossviz.errors import RunError
from lossviz.projection import Projection, Subject
from lossviz.records import Floats, Ints
from lossviz.runs import layout
from lossviz.runs.reader import Run
from lossviz.runs.scoring import derived_path

MOST_POINTS = 10_000
WHOLE = "drawing.safetensors"
MOST_KEPT = 40  # drawings of one run
MADE_BY = ("numpy", "numba", "scikit-learn", "umap-learn")
"""The libraries on whose versions a picture may depend."""
MEASURED = 2  # raised when more is measured of a drawing, so that older ones are made anew


def drawn_rows(run: Run) -> Ints:
    """The probes that are drawn: all, or as many as a picture takes, stratified by class."""
    labels = run.samples["probe"].labels
    if len(labels) <= MOST_POINTS:
        return np.arange(len(labels))
    by_class = np.argsort(labels, kind="stable")
    return np.sort(by_class[np.linspace(0, len(labels) - 1, MOST_POINTS).astype(int)])


@dataclass(frozen=True)
class DrawingStatus:
    """Where it stands; ``done`` from 0 to 1.

    ``state`` is ``missing``, ``waiting``, ``running``, ``finished``, ``stopped`` or ``failed``.
    """

    state: str
    done: float = 0.0
    doing: str = ""


@dataclass(frozen=True)
class Drawing:
    """One run drawn one way. ``epochs`` are those drawn; ``asked`` is what was asked for, as JSON."""

    run: Run
    epochs: tuple[int, ...]
    asked: Mapping[str, Any]
    folder: Path

    @classmethod
    def of(cls, run: Run, method: str, knobs: Mapping[str, Any], versions: Mapping[str, str]) -> "Drawing":
        """The drawing of ``run`` as it is now; ``versions`` are those of the libraries that make it."""
        epochs = tuple(run.epochs())
        asked = {"method": method, "knobs": dict(knobs), "versions": dict(versions), "points": MOST_POINTS}
        asked["measured"] = MEASURED
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode())
        for path in (
            run.folder / layout.SAMPLES,
            *(layout.epoch_file(run.folder / layout.SNAPSHOTS, e) for e in epochs),
        ):
            digest.update(path.read_bytes())
        return cls(run, epochs, asked, derived_path(run, f"drawing-{method}-{digest.hexdigest()[:16]}"))

    @property
    def status(self) -> DrawingStatus:
        """Read afresh at every look."""
        if (self.folder / WHOLE).exists():
            return DrawingStatus("finished", 1.0)
        if not (self.folder / layout.STATUS).exists():
            return DrawingStatus("missing")
        status = DrawingStatus(**layout.read_json(self.folder / layout.STATUS))
        if status.state == "running" and not layout.is_locked(self.folder):
            return DrawingStatus("stopped", status.done, "its process ended without a word")
        return status

    def announce(self) -> None:
        """Say that it waits for a process that makes it."""
        with layout.writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        layout.write_json(self.folder / layout.STATUS, asdict(DrawingStatus("waiting", 0.0, "waiting for its turn")))

    def sketches(self) -> dict[int, Floats]:
        """Pictures (N, k) of the epochs that have come so far, by epoch."""
        files = {epoch: layout.epoch_file(self.folder, epoch) for epoch in self.epochs}
        return {epoch: layout.read_arrays(path)[0]["positions"] for epoch, path in files.items() if path.exists()}

    def read(self) -> tuple[layout.Arrays, str]:
        """The finished drawing: ``positions`` (E, N, k) with all that was measured of it, and its note."""
        arrays, metadata = layout.read_arrays(self.folder / WHOLE)
        return arrays, metadata["note"]


def drawing_of(run: Run, method: Projection) -> Drawing:
    """The drawing of ``run`` by a settled ``method``, made or not."""
    versions = {name: version(name) for name in MADE_BY} | {method.key(): str(method.version)}
    return Drawing.of(run, method.key(), method.values(), versions)


def subject_of(run: Run) -> Subject:
    """What a projection may know of ``run``."""
    loss = run.header["loss"]
    labels = run.samples["probe"].labels[drawn_rows(run)]
    return Subject(bool(loss["normalises"]), str(loss["metric"]), labels, run.class_names)


class DrawingWriter:
    """What the process that makes a drawing writes; see :func:`writing`."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    def tell(self, state: str, done: float, doing: str) -> None:
        """Say where it stands."""
        layout.write_json(self.drawing.folder / layout.STATUS, asdict(DrawingStatus(state, done, doing)))

    def sketch(self, index: int, positions: Floats) -> None:
        """Keep the picture of the epoch at ``index``, for now."""
        path = layout.epoch_file(self.drawing.folder, self.drawing.epochs[index])
        layout.write_arrays(path, {"positions": positions.astype(np.float32)}, {})

    def finish(self, arrays: layout.Arrays, note: str) -> None:
        """Keep the whole, and let go of the sketches."""
        layout.write_arrays(self.drawing.folder / WHOLE, arrays, {"note": note})
        for path in _sketched(self.drawing):
            path.unlink(missing_ok=True)


@contextmanager
def writing(drawing: Drawing) -> Iterator[DrawingWriter]:
    """Hold the drawing's lock; raises :class:`RunError` where another process makes it already."""
    with layout.writing(drawing.folder):
        drawing.folder.mkdir(parents=True, exist_ok=True)
        _prune(drawing)
    try:
        with layout.lock_of(drawing.folder).acquire(timeout=0):
            yield DrawingWriter(drawing)
    except Timeout:
        raise RunError(f"{drawing.folder} is being made already") from None


def _prune(drawing: Drawing) -> None:
    """Forget the oldest drawings of the run, so that trying settings does not fill the disk."""
    others = [path for path in drawing.folder.parent.glob("drawing-*") if path != drawing.folder]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-MOST_KEPT]:
        if not layout.is_locked(path):
            shutil.rmtree(path)


def _sketched(drawing: Drawing) -> Sequence[Path]:
    return [layout.epoch_file(drawing.folder, epoch) for epoch in drawing.epochs]
