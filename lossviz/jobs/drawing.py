"""Drawing a run by a method that takes a while: ``python -m lossviz.jobs.drawing FOLDER METHOD KNOBS``.

The process writes the picture of each epoch as it comes, the last epoch's first, and at the end the whole with what
was measured of it.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lossviz import projection
from lossviz.errors import LossvizError
from lossviz.jobs.processes import Processes, asked_to_stop
from lossviz.projection import Progress, Projection, Subject
from lossviz.runs import Drawing, Run, measure
from lossviz.runs.drawings import DrawingWriter, drawn_rows, writing
from lossviz.runs.trust import divergences

MADE_BY = ("numpy", "numba", "scikit-learn", "umap-learn")
"""The libraries on whose versions a picture may depend."""
BEAT = 0.5  # seconds between two words on the progress


class Stopped(Exception):
    """The process was asked to end."""


def drawing_of(run: Run, method: Projection) -> Drawing:
    """The drawing of ``run`` by a settled ``method``, made or not."""
    versions = {name: version(name) for name in MADE_BY} | {method.key(): str(method.version)}
    return Drawing.of(run, method.key(), method.values(), versions)


def subject_of(run: Run) -> Subject:
    """What a projection may know of ``run``."""
    loss = run.header["loss"]
    labels = run.samples["probe"].labels[drawn_rows(run)]
    return Subject(bool(loss["normalises"]), str(loss["metric"]), labels, run.class_names)


def start(processes: Processes, drawing: Drawing) -> None:
    """Have ``drawing`` made, unless somebody is at it."""
    if processes.state(str(drawing.folder)) != "gone" or drawing.status.state == "running":
        return
    drawing.announce()
    knobs = json.dumps(drawing.asked["knobs"])
    arguments = ["-m", "lossviz.jobs.drawing", str(drawing.run.folder), str(drawing.asked["method"]), knobs]
    processes.start(str(drawing.folder), arguments, drawing.folder / "log.txt")


def draw(run: Run, name: str, knobs: Mapping[str, Any], should_stop: Callable[[], bool]) -> None:
    """Make the drawing, and write it as it comes; a failure is written in words."""
    method = projection.get(name).from_values(knobs).settled(subject_of(run))
    drawing, rows = drawing_of(run, method), drawn_rows(run)
    with writing(drawing) as writer:
        writer.tell("running", 0.0, "reading the run")
        try:
            embeddings = [run.snapshot(epoch).embeddings["probe"][rows] for epoch in drawing.epochs]
            fitted = method.fit_sequence(embeddings, _Watch(writer, should_stop))
            writer.tell("running", 1.0, "measuring how far it can be trusted")
            measured = measure(embeddings, fitted.positions, str(run.header["loss"]["metric"]), jitter=True)
            writer.finish({"positions": fitted.positions, **measured, **divergences(fitted)}, fitted.note)
        except Stopped:
            writer.tell("stopped", 0.0, "stopped")
        except LossvizError as error:
            writer.tell("failed", 0.0, str(error))


class _Watch:
    """Writes what a fit tells, not more often than it is read."""

    def __init__(self, writer: DrawingWriter, should_stop: Callable[[], bool]) -> None:
        self._writer = writer
        self._should_stop = should_stop
        self._told = 0.0

    def __call__(self, progress: Progress) -> None:
        if self._should_stop():
            raise Stopped
        if progress.positions is not None and progress.epoch is not None:
            self._writer.sketch(progress.epoch, progress.positions)
        if time.monotonic() - self._told > BEAT:
            self._told = time.monotonic()
            self._writer.tell("running", progress.done, progress.doing)


def main(arguments: list[str]) -> None:
    """The process."""
    folder, name, knobs = arguments
    with asked_to_stop() as should_stop:
        draw(Run(Path(folder)), name, json.loads(knobs), should_stop)


if __name__ == "__main__":
    main(sys.argv[1:])
