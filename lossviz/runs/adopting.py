"""Taking in a run that was not trained here: written in one step, so that no half of it is ever seen."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from lossviz.paths import runs_dir
from lossviz.records import Facts, Snapshot
from lossviz.runs import layout
from lossviz.runs.pictures import Pictures, keep_thumbnails
from lossviz.runs.reader import Run
from lossviz.runs.store import check_free
from lossviz.runs.writer import Writer, check_name


def adopt(name: str, facts: Facts, snapshots: Iterable[Snapshot], pictures: Pictures | None) -> Run:
    """Keep a finished run called ``name`` among the user's own; ``pictures`` (N, H, W, C) are its probe's.

    Raises :class:`~lossviz.errors.RunError` on a name that is taken or not allowed.
    """
    check_name(name)
    check_free(name)
    with layout.writing(runs_dir() / name):
        runs_dir().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".importing-", dir=runs_dir()) as home:
            writer = Writer.create(Path(home), facts, name)
            for snapshot in snapshots:
                writer.snapshot(snapshot)
            if pictures is not None:
                keep_thumbnails(writer.run, pictures)
            writer.close("finished")
            Path.rename(writer.run.folder, runs_dir() / name)
    return Run(runs_dir() / name)
