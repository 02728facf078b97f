"""Which of a run's probes are drawn, and whether its files have changed."""

import numpy as np

from lossviz import runs
from lossviz.records import Ints

MOST_POINTS = 10_000


def drawn_rows(run: runs.Run) -> Ints:
    """The probes that are drawn: all, or as many as a panel takes, stratified by class."""
    labels = run.samples["probe"].labels
    if len(labels) <= MOST_POINTS:
        return np.arange(len(labels))
    by_class = np.argsort(labels, kind="stable")
    return np.sort(by_class[np.linspace(0, len(labels) - 1, MOST_POINTS).astype(int)])


def signature(run: runs.Run) -> str:
    """Changes whenever a snapshot of the run does."""
    files = sorted((run.folder / "snapshots").glob("*.safetensors"))
    facts = [file.stat() for file in files]
    return " ".join(f"{file.stem}:{fact.st_mtime_ns}:{fact.st_size}" for file, fact in zip(files, facts, strict=True))
