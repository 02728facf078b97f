"""What is computed from stored snapshots, once, and kept beside the run."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lossviz import metrics
from lossviz.errors import RunError
from lossviz.paths import checkpoints_dir, runs_dir
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
    return _keep(path, metrics.compute_all(run.evidence(epoch)), layout.write_json)


def kept_scores(run: Run, epoch: int) -> dict[str, float] | None:
    """What :func:`scores` has on the disk already, or ``None``."""
    path = _scores_file(run, epoch)
    return layout.read_json(path) if path.exists() else None


def is_scored(run: Run, epoch: int) -> bool:
    """Whether :func:`scores` has its answer on the disk already."""
    return _scores_file(run, epoch).exists()


def points(run: Run, epoch: int) -> layout.Arrays:
    """What is told of each probe at one epoch: arrays (N,) by name, see ``metrics.points``; kept as scores are."""
    return derived(
        run, epoch, "points", f"points={metrics.POINTS_VERSION}", lambda: metrics.points(run.evidence(epoch))
    )


def derived(run: Run, epoch: int, what: str, version: str, make: Callable[[], layout.Arrays]) -> layout.Arrays:
    """Arrays made from the snapshot of ``epoch`` by ``make``, kept as scores are.

    ``what`` names them in the file's name, where there is one of a kind; ``version`` is all that they depend on
    besides the snapshot, the samples and the metric.
    """
    path = _file(run, epoch, what, version, "safetensors")
    if path.exists():
        return layout.read_arrays(path)[0]
    return _keep(path, make(), _write_arrays)


def _write_arrays(path: Path, values: layout.Arrays) -> None:
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
    return derived_path(run, f"{what}-{epoch:04d}-{digest.hexdigest()[:16]}.{suffix}")


def derived_path(run: Run, name: str) -> Path:
    """Where ``name``, computed from ``run``, is kept: beside it, or with the user's runs if it was not shipped."""
    beside = run.folder / layout.DERIVED / name
    # what is shipped stays as it was shipped
    return kept_apart(run) / name if is_shipped(run) and not beside.exists() else beside


def is_shipped(run: Run) -> bool:
    """Whether the run came with the program."""
    return run.folder.parent == checkpoints_dir()


def kept_apart(run: Run) -> Path:
    """Where something may be put beside ``run``: its folder, or one with the user's runs if it was shipped."""
    return runs_dir() / f".{layout.DERIVED}" / run.id if is_shipped(run) else run.folder


def _keep(path: Path, values: T, write: Callable[[Path, T], None]) -> T:
    """Keep ``values``, instead of what was kept of an older file or version, and return them."""
    there = next(folder for folder in path.parents if folder.exists())
    if os.access(there, os.W_OK):  # a run may lie on a read-only disk
        path.parent.mkdir(parents=True, exist_ok=True)
        what = path.name.rpartition("-")[0]
        for outdated in path.parent.glob(f"{what}-*{path.suffix}"):
            outdated.unlink(missing_ok=True)
        write(path, values)
    return values
