"""How far a picture can be trusted, point by point."""

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._linear import unit
from lossviz.projection.base import ProjectionError
from lossviz.records import Floats

BLOCK = 1 << 16  # distances at a time, few enough to stay in the processor's cache
TIE = 1e-12  # of the largest possible squared distance: nearer than this to the k-th neighbour is as near


def kept_neighbours(high: Floats, low: Floats, metric: str, k: int = 10) -> Floats:
    """Of each point's ``k`` nearest in the embedding ``high`` (N, d), the fraction (N,) that ``low`` (N, 2|3) keeps.

    Neighbours in the embedding are by ``metric``, ``"cosine"`` or ``"euclidean"``, those in the picture as they
    are seen. Whoever is as near as the k-th neighbour is a neighbour too, on both sides, and the fraction is of the
    larger side: a picture that puts all points into one keeps k / (N - 1), which is chance, and not everything.
    ``k`` is at most N - 1; a single point has no neighbours and keeps them all.
    """
    check_pair(high, low, metric, k)
    count = len(high)
    if count < 2:
        return np.ones(count, np.float32)
    if is_itself(high, low, metric):
        return np.ones(count, np.float32)
    measured = unit(high) if metric == "cosine" else high
    k = min(k, count - 1)
    true, seen = Distances(measured), Distances(low)
    kept = np.empty(count, np.float32)
    step = max(16, BLOCK // count)
    for start in range(0, count, step):
        rows = slice(start, min(start + step, count))
        near, drawn = true.neighbours(rows, k), seen.neighbours(rows, k)
        larger = np.maximum(np.count_nonzero(near, axis=1), np.count_nonzero(drawn, axis=1))
        kept[rows] = np.count_nonzero(near & drawn, axis=1) / larger
    return kept


def is_itself(high: Floats, low: Floats, metric: str) -> bool:
    """Whether the picture ``low`` is the embedding ``high`` itself, as ``metric`` sees it: then it keeps everything."""
    return np.array_equal(unit(high) if metric == "cosine" else high, low)


def check_pair(high: Floats, low: Floats, metric: str, k: int) -> None:
    """Refuse what cannot be compared."""
    if len(high) != len(low):
        raise ProjectionError(f"the picture has {len(low)} points, the embedding {len(high)}")
    if metric not in ("cosine", "euclidean"):
        raise ProjectionError(f"the metric must be one of cosine, euclidean, got '{metric}'")
    if k < 1:
        raise ProjectionError(f"k must be at least 1, got {k}")


class Distances:
    """Squared distances of points (N, d) as one matrix product: (x, |x|², 1) by (-2y, 1, |y|²)."""

    def __init__(self, points: Floats) -> None:
        centred = points.astype(np.float64)
        centred -= centred.mean(axis=0)
        squares = (centred**2).sum(axis=1, keepdims=True)
        ones = np.ones_like(squares)
        self._here = np.hstack([centred, squares, ones])
        self._there = np.hstack([-2 * centred, ones, squares]).T
        self.tie = TIE * 4 * float(squares.max())

    def of(self, rows: slice) -> NDArray[np.float64]:
        """(r, N) squared distances of ``rows`` to all points; to itself a point is infinitely far."""
        apart = self._here[rows] @ self._there
        apart[np.arange(len(apart)), np.arange(rows.start, rows.stop)] = np.inf
        return apart

    def neighbours(self, rows: slice, k: int) -> NDArray[np.bool_]:
        """(r, N) which points are no farther from each of ``rows`` than its k-th nearest other."""
        apart = self.of(rows)
        limit = np.partition(apart, k - 1, axis=1)[:, k - 1]
        near: NDArray[np.bool_] = apart <= limit[:, None] + self.tie
        return near
