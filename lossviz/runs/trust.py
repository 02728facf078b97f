"""How far a picture of a run can be trusted, stored beside the run."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lossviz import projection
from lossviz.projection import Fitted, Projection
from lossviz.records import Floats
from lossviz.runs.layout import Arrays
from lossviz.runs.reader import Run
from lossviz.runs.scoring import derived

KEPT_OF = 10  # nearest neighbours that are looked for in the picture
SCORES = ("trustworthiness", "continuity", "kept")


@dataclass(frozen=True)
class Trust:
    """Each (E, N), from 0 to 1, as :class:`lossviz.projection.Quality` defines them; ``kept`` is of ten neighbours.

    ``control`` are the three means for the last epoch's picture with its points given one another's places (NaN where
    the picture is the embedding itself, which needs none), and
    ``jitter`` (E - 1,) how far the picture moves for no reason, where that was measured. ``divergence`` (E + 1,) is
    KL(P || Q) in nats of every epoch and, last, of that control; for t-SNE only, which lowers it.
    """

    trustworthiness: Floats
    continuity: Floats
    kept: Floats
    control: Floats
    jitter: Floats | None = None
    divergence: Floats | None = None

    @classmethod
    def of(cls, arrays: Arrays) -> "Trust":
        """From arrays by these names."""
        trustworthiness, continuity, kept = (arrays[name] for name in SCORES)
        return cls(trustworthiness, continuity, kept, arrays["control"], arrays.get("jitter"), arrays.get("divergence"))

    def means(self, index: int) -> Floats:
        """The three means of the epoch at ``index``."""
        return np.array([getattr(self, name)[index].mean() for name in SCORES], np.float32)


def measure(embeddings: Sequence[Floats], positions: Floats, metric: str, jitter: bool) -> Arrays:
    """What :class:`Trust` holds, of ``positions`` (E, N, k) of ``embeddings``, each (N, d)."""
    pairs = list(zip(embeddings, positions, strict=True))
    found = [vars(projection.quality(high, low, metric, kept_of=KEPT_OF)) for high, low in pairs]
    arrays = {name: np.stack([each[name] for each in found]) for name in SCORES}
    arrays["control"] = _control(embeddings[-1], positions[-1], metric)
    return arrays | ({"jitter": projection.jitter(embeddings, positions, metric)} if jitter else {})


def divergences(fitted: Fitted) -> Arrays:
    """The ``divergence`` of :class:`Trust`, where the method of ``fitted`` lowers it."""
    last = len(fitted.positions) - 1
    shuffled = replace(fitted, positions=projection.control(fitted.positions))
    found = [*(fitted.divergence(epoch) for epoch in range(last + 1)), shuffled.divergence(last)]
    told = [value for value in found if value is not None]
    return {"divergence": np.array(told, np.float32)} if told else {}


def trust(run: Run, method: Projection, embeddings: Sequence[Floats], positions: Floats) -> Trust:
    """How far ``positions``, a picture of the run's epochs by a settled ``method``, can be trusted."""
    metric = str(run.header["loss"]["metric"])
    if projection.is_itself(embeddings[-1], positions[-1], metric):
        everything = np.ones(positions.shape[:2], np.float32)
        return Trust(everything, everything, everything, np.full(len(SCORES), np.nan, np.float32))
    depends = f"{method.key()} {method.values()} {KEPT_OF} {len(embeddings)} {len(embeddings[0])}"
    what = f"trust.{hashlib.sha256(depends.encode()).hexdigest()[:8]}"
    found = []
    for index, epoch in enumerate(run.epochs()):

        def compute(high: Floats = embeddings[index], low: Floats = positions[index]) -> Arrays:
            return measure([high], low[None], metric, jitter=False)

        found.append(derived(run, epoch, what, depends, compute))
    arrays = {name: np.concatenate([each[name] for each in found]) for name in SCORES}
    return Trust.of(arrays | {"control": found[-1]["control"]})


def _control(high: Floats, low: Floats, metric: str) -> Floats:
    means = projection.quality(high, projection.control(low), metric, kept_of=KEPT_OF).means()
    return np.array([means[name] for name in SCORES], np.float32)
