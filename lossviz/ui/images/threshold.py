"""One open-set threshold for all runs: the FAR that is asked for, and what distance that is under each."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.inference import Scores
from lossviz.metrics._roc import SLACK
from lossviz.metrics._similarity import Doubles
from lossviz.ui.lab.told import heard, linked

SECTION = "image"
KEY = "image_cards"
FARS = (0.001, 0.01, 0.1)
"""The rates that are offered; the threshold can be dragged to any other."""
USUAL = -2.0
LOWEST, STEPS = -6.0, 20  # decades below 1, and steps in each
LEVELS = np.linspace(LOWEST, 0.0, int(-LOWEST) * STEPS + 1)
"""Logarithms (base 10) of FAR; the lowest stands for a threshold of 0."""
BINS = 60


def level() -> float:
    """The logarithm (base 10) of the FAR that the person chose or dragged to, else of 1 %."""
    said = heard(KEY).get("level", linked(SECTION).get("level", USUAL))
    try:
        wanted = float(said)
    except (TypeError, ValueError):
        return USUAL
    return min(max(wanted, LOWEST), 0.0) if np.isfinite(wanted) else USUAL


@dataclass(frozen=True)
class Ruler:
    """The threshold of one run, and the TAR and FAR that it has, at each of :data:`LEVELS`: all (K,), never falling.

    ``comparisons`` are the impostors that FAR counts, ``reach`` is the largest distance of all, in the scores' unit.
    """

    thresholds: Doubles
    tar: Doubles
    far: Doubles
    comparisons: int
    reach: float

    @classmethod
    def of(cls, scores: Scores) -> "Ruler":
        """As ``scores.threshold`` has it wherever that can tell; below, in a straight line down to 0."""
        impostor, count = scores.impostor, len(scores.impostor)
        reach = float(max(scores.genuine[-1], impostor[-1]))
        accepted = np.floor(10**LEVELS * count + SLACK).astype(np.int64)
        found = np.nextafter(impostor[np.minimum(accepted, count - 1)], -np.inf)
        few, first = accepted < 1, np.nextafter(impostor[0], -np.inf)
        down = np.interp(LEVELS, [LOWEST, np.log10(1 / count)], [0.0, first]) if count > 1 else np.zeros_like(LEVELS)
        found = np.where(few, down, np.where(accepted >= count, reach, found))
        found[0] = 0.0
        thresholds = np.maximum.accumulate(np.maximum(found, 0.0))
        tar = np.searchsorted(scores.genuine, thresholds, side="right") / len(scores.genuine)
        return cls(thresholds, tar, np.searchsorted(impostor, thresholds, side="right") / count, count, reach)

    def at(self, level: float) -> float:
        """The threshold at the ``level`` that was asked for, in a straight line between two of :data:`LEVELS`."""
        return float(np.interp(level, LEVELS, self.thresholds))


def drawn(ruler: Ruler, scores: Scores) -> dict[str, Any]:
    """What ``js/threshold.js`` draws of it; distances in the scores' unit, shares of all comparisons of a kind."""
    _, genuine, impostor = scores.histogram(BINS)
    return {
        "thresholds": _rounded(ruler.thresholds),
        "tar": _rounded(ruler.tar),
        "far": _rounded(ruler.far),
        "comparisons": ruler.comparisons,
        "reach": ruler.reach,
        "genuine": _rounded(genuine),
        "impostor": _rounded(impostor),
    }


def _rounded(values: Doubles) -> list[float]:
    """To seven digits, which is what the embeddings have."""
    return [float(f"{value:.7g}") for value in values]
