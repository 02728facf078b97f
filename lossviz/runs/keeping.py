"""How many true neighbours a picture of a run keeps, stored beside the run."""

import hashlib
from collections.abc import Sequence

import numpy as np

from lossviz import projection
from lossviz.projection import Projection
from lossviz.records import Floats
from lossviz.runs.reader import Run
from lossviz.runs.scoring import derived

KEPT_OF = 10  # nearest neighbours


def kept_neighbours(run: Run, method: Projection, embeddings: Sequence[Floats], positions: Floats) -> Floats:
    """(E, N) fractions of the ten true neighbours that the picture ``positions`` (E, N, k) of a run keeps.

    ``embeddings`` (each (N, d)) are what the settled ``method`` drew, one for each of the run's epochs.
    """
    metric = str(run.header["loss"]["metric"])
    depends = f"{method.key()} {method.values()} {KEPT_OF} {len(embeddings)} {len(embeddings[0])}"
    what = f"kept.{hashlib.sha256(depends.encode()).hexdigest()[:8]}"
    if projection.is_itself(embeddings[-1], positions[-1], metric):
        return np.ones(positions.shape[:2], np.float32)
    found = []
    for index, epoch in enumerate(run.epochs()):

        def compute(high: Floats = embeddings[index], low: Floats = positions[index]) -> dict[str, Floats]:
            return {"kept": projection.kept_neighbours(high, low, metric, KEPT_OF)}

        found.append(derived(run, epoch, what, depends, compute)["kept"])
    return np.stack(found)
