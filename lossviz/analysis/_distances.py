"""Distances as a person reads them: angles for the cosine, Euclidean otherwise."""

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics._similarity import Doubles, unit
from lossviz.records import Floats


def distance_unit(metric: str) -> str:
    """``"deg"`` for the cosine, nothing for Euclidean distances."""
    return "deg" if metric == "cosine" else ""


def distances_to(one: Floats | Doubles, others: Floats | Doubles, metric: str) -> NDArray[np.float64]:
    """Distances (n,) of ``one`` (d,) to ``others`` (n, d), or of row to row where ``one`` is (n, d) as well.

    Angles come from the chord, which is exact where the cosine is near 1; they are NaN where a vector is zero.
    """
    first, second = np.atleast_2d(np.asarray(one, np.float64)), np.asarray(others, np.float64)
    if metric != "cosine":
        return np.linalg.norm(first - second, axis=1)
    chords = np.linalg.norm(unit(first) - unit(second), axis=1)
    directed = (np.linalg.norm(first, axis=1) > 0) & (np.linalg.norm(second, axis=1) > 0)
    angles: NDArray[np.float64] = np.degrees(2 * np.arcsin(np.minimum(chords / 2, 1)))
    return np.where(directed, angles, np.nan)
