"""What a table tells of a run, read from its small files, the entries of its folders and scores that are there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lossviz.errors import LossvizError
from lossviz.records import Config
from lossviz.runs import layout
from lossviz.runs.marks import Marks, marks, marks_file
from lossviz.runs.reader import Run, Status
from lossviz.runs.scoring import is_shipped, kept_apart, kept_scores
from lossviz.runs.space import Sizes, sizes

DAMAGED = "damaged"


@dataclass(frozen=True)
class Overview:
    """A run in a table.

    ``state`` is the status's, or ``damaged`` where ``problem`` says what is wrong; ``config`` and ``status`` are then
    ``None``. ``epoch`` is the last one with a snapshot, -1 without any. ``scores`` are those of that epoch, ``None``
    where they were not computed yet. ``seconds`` are the training's; of runs made before those were kept, the time
    from the run's start to its end.
    """

    run: Run
    shipped: bool
    sizes: Sizes
    marks: Marks
    epoch: int
    state: str = DAMAGED
    problem: str = ""
    config: Config | None = None
    status: Status | None = None
    title: str = ""
    created: str = ""
    seconds: float | None = None
    scores: Mapping[str, float] | None = None


def overview(run: Run) -> Overview:
    """Read it; never raises for a damaged run."""
    said, trouble = _marks(run)
    epochs = run.epochs()
    bare = Overview(run, is_shipped(run), sizes(run), said, epochs[-1] if epochs else -1)
    problem = run.problem()
    if problem is not None:
        return replace(bare, problem=problem)
    loss, created, status = run.header.get("loss"), str(run.header["created"]), run.status
    return replace(
        bare,
        state=status.state,
        problem=trouble,
        config=run.config,
        status=status,
        title=str(loss["title"]) if isinstance(loss, dict) and "title" in loss else run.config.loss.name,
        created=created,
        seconds=_took(created, status) if status.seconds is None else status.seconds,
        scores=_scores(run, bare.epoch),
    )


def stamp(run: Run) -> tuple[int, ...]:
    """Changes with whatever :func:`overview` tells, but for a process that ends without a word."""
    folder, apart = run.folder, kept_apart(run)
    told = [folder, marks_file(run)]
    told += [folder / name for name in (layout.HEADER, layout.STATUS, layout.SNAPSHOTS, layout.WEIGHTS, layout.DERIVED)]
    if apart != folder:
        told.append(apart)
    return tuple(_changed(str(path)) for path in told)


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  a thousand runs have eight thousand of these
    except OSError:
        return 0


def _marks(run: Run) -> tuple[Marks, str]:
    try:
        return marks(run), ""
    except LossvizError as error:
        return Marks(), str(error)


def _scores(run: Run, epoch: int) -> Mapping[str, float] | None:
    """Only if they are there: finding out costs reading the snapshot, so the folder is asked first."""
    homes = {run.folder / layout.DERIVED, kept_apart(run)}
    if epoch < 0 or not any(next(Path(home).glob(f"scores-{epoch:04d}-*.json"), None) for home in homes):
        return None
    try:
        return kept_scores(run, epoch)
    except LossvizError:  # told where the run is looked at; a table goes without
        return None


def _took(created: str, status: Status) -> float | None:
    try:
        return (datetime.fromisoformat(status.updated) - datetime.fromisoformat(created)).total_seconds()
    except (ValueError, TypeError):
        return None
