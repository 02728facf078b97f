"""How far a job is, in numbers and in words; told from the disk alone, so that a reload knows as much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any

from lossviz.jobs.job import UNDER_WAY, Job
from lossviz.runs import layout

LOOK_BACK = 6  # snapshots whose distance in time tells how long an epoch takes
JUST_NOW = 5  # seconds


@dataclass(frozen=True)
class Progress:
    """``share`` is from 0 to 1, ``None`` where nothing can be said. ``left`` and ``speed`` are ``None`` likewise.

    ``left`` is in seconds, ``speed`` in images a second, ``loss`` the mean of the epoch under way.
    """

    share: float | None
    left: float | None = None
    speed: float | None = None
    loss: float | None = None


def progress(job: Job) -> Progress:
    """Where ``job`` stands."""
    if job.state == "finished":
        return Progress(1.0)
    live = job.live or {}
    if "batches" not in live:
        return Progress(live.get("share") if job.epoch < 0 else _share(job.epoch, job.epochs))
    batches = max(int(live["batches"]), 1)
    trained = live["epoch"] if live["doing"] == "embedding" else live["epoch"] - 1 + live["batch"] / batches
    done = min(max(trained, job.epoch, 0), job.epochs)
    left = None
    if job.state == "running":
        pace = _seconds_per_epoch(job) or _guess(live, batches)
        left = None if pace is None else pace * (job.epochs - done)
    return Progress(_share(done, job.epochs), left, live["images_per_second"] or None, live.get("loss"))


def ago(moment: str) -> str:
    """How long ago an ISO time was: ``just now``, ``40 s ago``; empty where there is none."""
    if not moment:
        return ""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    if seconds < JUST_NOW:
        return "just now"
    if seconds < 60:
        return f"{seconds:.0f} s ago"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:.0f} h ago" if seconds < 86400 else f"{seconds / 86400:.0f} d ago"


def under_way(jobs: Sequence[Job]) -> bool:
    """Whether looking again will show something else without anybody doing anything."""
    return any(job.state == "queued" or job.state in UNDER_WAY for job in jobs)


def _share(done: float, epochs: int) -> float:
    return min(max(done / max(epochs, 1), 0.0), 1.0)


def _seconds_per_epoch(job: Job) -> float | None:
    """From when the last snapshots were written, embedding included; a pause between two of them does not count."""
    if job.run is None or job.epoch < 1:
        return None
    files = sorted((job.run.folder / layout.SNAPSHOTS).glob("epoch-*.safetensors"))[-LOOK_BACK:]
    times = [file.stat().st_mtime for file in files]
    gaps = [after - before for before, after in pairwise(times)]
    return median(gaps) if gaps else None


def _guess(live: Mapping[str, Any], batches: int) -> float | None:
    """Before the first snapshot of training: from the images a second of the epoch under way."""
    speed, batch, images = live["images_per_second"], live["batch"], live["images"]
    return images * batches / batch / speed if speed and batch and images else None
