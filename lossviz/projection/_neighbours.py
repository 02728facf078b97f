"""Nearest neighbours: blocks of one matrix product, of every row of which the nearest are picked.

Up to ``EXACT`` points everybody is compared with everybody. Beyond, comparing all would come to dominate all else: the
points are halved again and again, and each part is compared with itself and with the parts around it only, a fixed
number of points, so that time grows with N log N. What is missed then are a few of the farther neighbours.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._compiled import shared_out
from lossviz.records import Floats

Indices = NDArray[np.int32]

EXACT = 12_000  # points
PART = 256  # points that are compared with the same others, at most
AMONG = 6144  # of those
ROUNDS = 4  # of the power method, for the direction in which a part is halved
BLOCK = 1 << 20  # distances held at a time


class Nearest:
    """Points (N, d) among which to look for neighbours by Euclidean distance."""

    def __init__(self, points: Floats) -> None:
        self._center = points.mean(axis=0, dtype=np.float64).astype(np.float32)
        self.points = np.ascontiguousarray(points - self._center, np.float32)  # centred: less is lost to rounding
        self._squares = np.einsum("nd,nd->n", self.points, self.points)

    def of_each(self, k: int) -> tuple[Indices, Floats]:
        """Of each point its ``k`` nearest others, nearest first: indices (N, k) and squared distances (N, k)."""
        return self._search(self.points, k, own=True) if len(self.points) <= EXACT else self._around(k)

    def of(self, new: Floats, k: int) -> tuple[Indices, Floats]:
        """The ``k`` points nearest to each of ``new`` (M, d), nearest first, with squared distances."""
        return self._search(np.ascontiguousarray(new - self._center, np.float32), k, own=False)

    def _search(self, seen: Floats, k: int, own: bool) -> tuple[Indices, Floats]:
        indices, squared = np.empty((len(seen), k), np.int32), np.empty((len(seen), k), np.float32)
        rows = max(16, BLOCK // len(self.points))

        def look(first: int, last: int) -> None:
            for start in range(first * rows, min(last * rows, len(seen)), rows):
                block = slice(start, min(start + rows, len(seen)))
                apart = _apart(seen[block], self.points, self._squares)
                if own:
                    np.fill_diagonal(apart[:, block], np.inf)
                indices[block], squared[block] = _least(apart, k)

        shared_out(-(-len(seen) // rows), look)
        return indices, np.maximum(squared, 0, out=squared)

    def _around(self, k: int) -> tuple[Indices, Floats]:
        """:meth:`of_each`, nearly: among the points of the parts whose centres are the nearest."""
        order, bounds = _in_parts(self.points)
        points, squares = self.points[order], self._squares[order]
        parts = [slice(*each) for each in pairwise(bounds)]
        centers = np.stack([points[part].mean(axis=0) for part in parts])
        between = (centers**2).sum(axis=1) - 2 * centers @ centers.T
        np.fill_diagonal(between, -np.inf)  # a part looks at itself first
        among = np.argsort(between, axis=1)[:, : -(-AMONG * len(parts) // len(points))]
        indices, squared = np.empty((len(points), k), np.int32), np.empty((len(points), k), np.float32)

        def look(first: int, last: int) -> None:
            for here in range(first, last):
                rows = order[parts[here]]
                others = np.concatenate([np.arange(parts[part].start, parts[part].stop) for part in among[here]])
                apart = _apart(self.points[rows], points[others], squares[others])
                np.fill_diagonal(apart, np.inf)
                near, squared[rows] = _least(apart, k)
                indices[rows] = order[others[near]]

        shared_out(len(parts), look)
        return indices, np.maximum(squared, 0, out=squared)


def _apart(seen: Floats, points: Floats, squares: Floats) -> Floats:
    """Squared distances (r, N) of ``seen`` (r, d) to ``points`` (N, d), whose ``squares`` (N,) are given."""
    apart: Floats = seen @ points.T
    apart *= -2
    apart += squares
    apart += np.einsum("nd,nd->n", seen, seen)[:, None]
    return apart


def _least(apart: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """The places (r, k) of the least of each row, least first, and what stands there."""
    near = np.argpartition(apart, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(apart, near, axis=1)
    order = np.argsort(values, axis=1)
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(values, order, axis=1)


def _in_parts(points: Floats) -> tuple[Indices, list[int]]:
    """An order (N,) of ``points`` (N, d) and bounds in it of compact parts, halved across the longest direction."""
    order = np.arange(len(points), dtype=np.int32)
    bounds = [0, len(points)]
    while bounds[1] > PART:
        for start, stop in pairwise(bounds):
            some = points[order[start:stop]]
            some = some - some.mean(axis=0)
            direction = some[np.einsum("nd,nd->n", some, some).argmax()]
            for _ in range(ROUNDS):
                direction = (some @ direction) @ some
                direction /= max(float(np.linalg.norm(direction)), 1e-30)
            halves = np.argpartition(some @ direction, (stop - start) // 2)
            order[start:stop] = order[start:stop][halves]
        bounds = sorted({*bounds, *((start + stop) // 2 for start, stop in pairwise(bounds))})
    return order, bounds
