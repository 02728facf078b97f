"""Points of a picture in a tree of compact halves, so that what is far may be summed up."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._compiled import compiled
from lossviz.records import Floats

LEAF = 8  # points of the smallest parts, about
GROUP = 32  # points, about, that look at the others together
FLOAT = np.float32


def parts_for(count: int, size: int) -> int:
    """Into how many parts of about ``size`` points ``count`` are divided, a power of two."""
    return 1 << max(0, round(np.log2(count / size)))


def in_order(positions: Floats) -> NDArray[np.int32]:
    """An order (N,) of the points (N, 3) in which the parts of the tree are runs: halved along the widest side."""
    order = np.arange(len(positions), dtype=np.int32)
    _halve(positions, parts_for(len(positions), LEAF), order)
    return order


@dataclass(frozen=True)
class Tree:
    """``parts``: the leaves' bounds (B + 1,), the points (3, N) in the tree's order, both over sqrt(nu), and the nodes
    (2 B, 5): centre, mass, and mean squared radius. Leaf b is node B + b, the halves of node n are 2n and 2n + 1.

    ``groups`` are larger parts of it: bounds (G + 1,), boxes (6, G) of least and greatest coordinates, and the points.
    """

    parts: tuple[NDArray[np.int64], Floats, Floats]
    groups: tuple[NDArray[np.int64], Floats, Floats]

    @classmethod
    def over(cls, positions: Floats, order: NDArray[np.int32], nu: int) -> "Tree":
        """The tree over ``positions`` (N, 3), which stand in ``order``."""
        count = len(positions)
        leaves, groups = parts_for(count, LEAF), parts_for(count, GROUP)
        bounds = count * np.arange(leaves + 1) // leaves
        points = np.ascontiguousarray(positions[order].T)
        points *= FLOAT(nu**-0.5)
        nodes = np.empty((2 * leaves, 5), FLOAT)
        _summarise(points, bounds, nodes)
        starts = np.ascontiguousarray(bounds[:: leaves // groups])
        boxes = [extreme.reduceat(points, starts[:-1], axis=1) for extreme in (np.minimum, np.maximum)]
        return cls((bounds, points, nodes), (starts, np.vstack(boxes), points))


@compiled
def _summarise(points: Any, bounds: Any, nodes: Any) -> None:
    """Fill ``nodes``."""
    blocks = len(bounds) - 1
    for node in range(2 * blocks - 1, 0, -1):
        if node >= blocks:
            start, stop = bounds[node - blocks], bounds[node - blocks + 1]
            size, x, y, z, spread = FLOAT(stop - start), FLOAT(0), FLOAT(0), FLOAT(0), FLOAT(0)
            for at in range(start, stop):
                x, y, z = x + points[0, at], y + points[1, at], z + points[2, at]
            x, y, z = x / size, y / size, z / size
            for at in range(start, stop):
                spread += (points[0, at] - x) ** 2 + (points[1, at] - y) ** 2 + (points[2, at] - z) ** 2
        else:
            one, two = 2 * node, 2 * node + 1
            size = nodes[one, 3] + nodes[two, 3]
            share = nodes[one, 3] / size
            dx, dy, dz = nodes[one, 0] - nodes[two, 0], nodes[one, 1] - nodes[two, 1], nodes[one, 2] - nodes[two, 2]
            x, y, z = nodes[two, 0] + share * dx, nodes[two, 1] + share * dy, nodes[two, 2] + share * dz
            spread = nodes[one, 3] * nodes[one, 4] + nodes[two, 3] * nodes[two, 4]
            spread += nodes[one, 3] * (FLOAT(1) - share) * (dx * dx + dy * dy + dz * dz)
        nodes[node, 0], nodes[node, 1], nodes[node, 2], nodes[node, 3] = x, y, z, size
        nodes[node, 4] = spread / size


@compiled
def _halve(positions: Any, blocks: int, order: Any) -> None:
    """Sort ``order`` so that each of ``blocks`` equal runs is compact: median splits, each along the widest side."""
    count, parts = len(order), 1
    while parts < blocks:
        for part in range(parts):
            start, stop = count * part // parts, count * (part + 1) // parts
            axis, widest = 0, FLOAT(-1)
            for candidate in range(3):
                low, high = FLOAT(3e38), FLOAT(-3e38)
                for at in range(start, stop):
                    value = positions[order[at], candidate]
                    low, high = min(low, value), max(high, value)
                if high - low > widest:
                    axis, widest = candidate, high - low
            _split(positions, axis, order, start, stop - 1, count * (2 * part + 1) // (2 * parts))
        parts *= 2


@compiled
def _split(positions: Any, axis: int, order: Any, left: int, right: int, middle: int) -> None:
    """Quickselect: nothing before ``middle`` lies beyond anything after it."""
    while left < right:
        pivot = positions[order[(left + right) // 2], axis]
        low, high = left, right
        while low <= high:
            while positions[order[low], axis] < pivot:
                low += 1
            while positions[order[high], axis] > pivot:
                high -= 1
            if low <= high:
                order[low], order[high] = order[high], order[low]
                low, high = low + 1, high - 1
        if middle <= high:
            right = high
        elif middle >= low:
            left = low
        else:
            return
