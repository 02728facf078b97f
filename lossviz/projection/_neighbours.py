"""Exact nearest neighbours: blocks of one matrix product, the nearest of every row kept in a heap."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._compiled import compiled, shared_out
from lossviz.records import Floats

Indices = NDArray[np.int32]

BLOCK = 1 << 22  # distances held at a time
STRIDE = 32  # columns looked at together: mostly none of them is near enough to enter the heap
FAR = np.float32(3e38)


class Nearest:
    """Points (N, d) among which to look for neighbours by Euclidean distance."""

    def __init__(self, points: Floats) -> None:
        self._center = points.mean(axis=0, dtype=np.float64).astype(np.float32)
        self.points = np.ascontiguousarray(points - self._center, np.float32)  # centred: less is lost to rounding
        self._squares = np.einsum("nd,nd->n", self.points, self.points)

    def of_each(self, k: int) -> tuple[Indices, Floats]:
        """Of each point its ``k`` nearest others, nearest first: indices (N, k) and squared distances (N, k)."""
        return self._search(self.points, k, own=True)

    def of(self, new: Floats, k: int) -> tuple[Indices, Floats]:
        """The ``k`` points nearest to each of ``new`` (M, d), nearest first, with squared distances."""
        return self._search(np.ascontiguousarray(new - self._center, np.float32), k, own=False)

    def _search(self, seen: Floats, k: int, own: bool) -> tuple[Indices, Floats]:
        count = len(seen)
        indices, squared = np.empty((count, k), np.int32), np.empty((count, k), np.float32)
        rows = max(32, BLOCK // len(self.points))
        for start in range(0, count, rows):
            stop = min(start + rows, count)
            products = seen[start:stop] @ self.points.T
            first = start if own else -len(self.points) - count
            found = (products, self._squares), first, indices[start:stop], squared[start:stop]
            shared_out(stop - start, lambda a, b, found=found: _nearest_of_rows(a, b, *found))  # type: ignore[misc]
        squared += np.einsum("nd,nd->n", seen, seen)[:, None]
        return indices, np.maximum(squared, 0, out=squared)


@compiled
def _nearest_of_rows(start: int, stop: int, apart: Any, first: int, indices: Any, squared: Any) -> None:
    """Fill rows ``start`` to ``stop``: a heap of the k nearest so far, the farthest of them on top.

    ``apart`` are the rows' products with all points (r, N), and those points' squares (N,). ``first + row``
    is the column of the row's own point, which is left out; negative where there is none.
    """
    products, squares = apart
    count, k = products.shape[1], indices.shape[1]
    stretch = np.empty(STRIDE, np.float32)
    for row in range(start, stop):
        far, who = np.full(k, FAR, np.float32), np.zeros(k, np.int32)
        for left in range(0, count, STRIDE):
            width = min(STRIDE, count - left)
            nearest = FAR
            for step in range(width):
                stretch[step] = squares[left + step] - np.float32(2) * products[row, left + step]
                nearest = min(nearest, stretch[step])
            if nearest < far[0]:
                for step in range(width):
                    if stretch[step] < far[0] and left + step != first + row:
                        far[0], who[0] = stretch[step], left + step
                        _sink(far, who, k)
        for last in range(k - 1, 0, -1):
            far[0], far[last] = far[last], far[0]
            who[0], who[last] = who[last], who[0]
            _sink(far, who, last)
        indices[row], squared[row] = who, far


@compiled
def _sink(far: Any, who: Any, size: int) -> None:
    """Let the top of the heap sink to its place among the first ``size``."""
    at, value, name = 0, far[0], who[0]
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and far[child + 1] > far[child]:
            child += 1
        if far[child] <= value:
            break
        far[at], who[at] = far[child], who[child]
        at = child
    far[at], who[at] = value, name
