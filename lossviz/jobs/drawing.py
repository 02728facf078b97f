"""Drawing a run by a method that takes a while: ``python -m lossviz.jobs.drawing FOLDER METHOD KNOBS``.

The process writes the picture of each epoch as it comes, the last epoch's first, and at the end the whole with what
was measured of it.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lossviz import projection
from lossviz.errors import LossvizError
from lossviz.jobs.processes import Processes, asked_to_stop
from lossviz.projection import Progress
from lossviz.runs import Drawing, Run, measure
from lossviz.runs.drawings import DrawingWriter, drawing_of, drawn_rows, subject_of, writing
from lossviz.runs.trust import divergences

BEAT = 0.5  # seconds between two words on the progress


class Stopped(Exception):
    """The process was asked to end."""


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
