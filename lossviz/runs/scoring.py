"""What is computed from stored snapshots, once, and kept beside the run."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lossviz import metrics
from lossviz.errors import RunError
from lossviz.runs import layout
from lossviz.runs.reader import Run

T = TypeVar("T")


def scores(run: Run, epoch: int) -> dict[str, float]:
    """Every score of one epoch by its key (see ``metrics.outputs()``).

    Kept under a key made of the snapshot's bytes, the samples', the metric and the version of every score, so
    that an old run gets a new score and a changed file is never taken for the old one.
    """
    path = _scores_file(run, epoch)
    if path.exists():
        return layout.read_json(path)
    return _keep(run, path, metrics.compute_all(run.evidence(epoch)), layout.write_json)


def is_scored(run: Run, epoch: int) -> bool:
    """Whether :func:`scores` has its answer on the disk already."""
    return _scores_file(run, epoch).exists()


def points(run: Run, epoch: int) -> layout.Arrays:
    """What is told of each probe at one epoch: arrays (N,) by name, see ``metrics.points``; kept as scores are."""
    path = _file(run, epoch, "points", f"points={metrics.POINTS_VERSION}", "safetensors")
    if path.exists():
        return layout.read_arrays(path)[0]
    return _keep(run, path, metrics.points(run.evidence(epoch)), _write_points)


def _write_points(path: Path, values: layout.Arrays) -> None:
    layout.write_arrays(path, values, {})


def _scores_file(run: Run, epoch: int) -> Path:
    return _file(run, epoch, "scores", metrics.fingerprint(), "json")


def _file(run: Run, epoch: int, what: str, version: str, suffix: str) -> Path:
    """Where ``what`` of one epoch is kept, under a name that changes with all that it is made from."""
    digest = hashlib.sha256(f"{version} {run.header['loss']['metric']}".encode())
    for path in (run.folder / layout.SAMPLES, layout.epoch_file(run.folder / layout.SNAPSHOTS, epoch)):
        try:
            digest.update(path.read_bytes())
        except FileNotFoundError:
            raise RunError(f"{path} is missing") from None
    return run.folder / layout.DERIVED / f"{what}-{epoch:04d}-{digest.hexdigest()[:16]}.{suffix}"


def _keep(run: Run, path: Path, values: T, write: Callable[[Path, T], None]) -> T:
    """Keep ``values``, instead of what was kept of an older file or version, and return them."""
    if os.access(run.folder, os.W_OK):  # a shipped run may lie on a read-only disk
        path.parent.mkdir(exist_ok=True)
        what = path.name.rpartition("-")[0]
        for outdated in path.parent.glob(f"{what}-*{path.suffix}"):
            outdated.unlink(missing_ok=True)
        write(path, values)
    return values
