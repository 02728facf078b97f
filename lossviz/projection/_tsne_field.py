"""The forces of t-SNE, and the law of motion that is drawn.

With nu = k - 1 degrees of freedom in a k-dimensional picture, points y, and u_ij = 1 + |y_i - y_j|^2 / nu:

    q_ij = u_ij^-a / sum over all pairs of u^-a,         a = (nu + 1) / 2
    dy_i / dt = -c sum_j (p_ij - q_ij) u_ij^-a (y_i - y_j),   c = 2 (nu + 1) / nu

In 2-D (a = 1) this is the gradient of KL(P || Q), van der Maaten & Hinton 2008. In 3-D (a = 1.5) q is Student's t with
two degrees of freedom and the step is the one that scikit-learn's TSNE takes, so that pictures agree in kind and in
score; KL's own gradient would carry u^-1 in place of u^-1.5.

The attraction (p) is summed exactly. For the repulsion (q), points stand in compact blocks of about 32, and these two
by two in larger ones, up to all. Whatever is far for its size acts through its centre of mass; near blocks act point
by point. theta = 0 is the exact sum.
Everything is kept in three coordinates: in a 2-D picture the third is 0 and no force ever moves it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._compiled import compiled, inlined, shared_out
from lossviz.projection._tsne_affinity import Affinity
from lossviz.records import Floats

THETA = 0.85  # a block counts as far when its radius is less than this much of its distance
LEAF = 32  # points of a block, about
FLOAT, INT = np.float32, np.int32


def freedom(axes: int) -> int:
    """nu, the degrees of freedom in a picture of ``axes`` 2 or 3."""
    return axes - 1


def blocks_for(count: int) -> int:
    """How many blocks ``count`` points are divided into, a power of two."""
    return 1 << max(0, round(np.log2(count / LEAF)))


def in_blocks(positions: Floats, blocks: int) -> NDArray[np.int64]:
    """An order (N,) of the points (N, 3) in which ``blocks`` equal runs are compact: halved along the widest side."""
    order = np.arange(len(positions))
    _halve(positions, blocks, order)
    return order


def attraction(affinity: Affinity, positions: Floats, nu: int) -> Floats:
    """sum_j p_ij u_ij^-a (y_i - y_j), shape (N, 3)."""
    forces = np.empty_like(positions)
    pairs, law = (affinity.starts, affinity.partners, affinity.weights), (FLOAT(1 / nu), FLOAT(nu - 1))
    shared_out(len(positions), lambda start, stop: _attract(start, stop, pairs, positions, law, forces))
    return forces


def repulsion(positions: Floats, order: NDArray[np.int64], theta: float, nu: int) -> tuple[Floats, float]:
    """sum_j q_ij u_ij^-a (y_i - y_j), shape (N, 3), and the sum of u^-a over all pairs."""
    count, blocks = len(positions), blocks_for(len(positions))
    bounds = count * np.arange(blocks + 1) // blocks
    points = np.ascontiguousarray(positions[order].T)
    points *= FLOAT(nu**-0.5)
    nodes = np.empty((5, 2 * blocks), FLOAT)
    _summarise(points, bounds, nodes)
    sums = np.empty((count, 4), FLOAT)
    grouped, law = (bounds, points, nodes), (FLOAT(theta), FLOAT(nu - 1))
    shared_out(blocks, lambda first, last: _repel(first, last, grouped, law, sums))
    total = float(sums[:, 0].sum(dtype=np.float64)) - count
    forces = np.empty_like(positions)
    forces[order] = sums[:, 1:] * FLOAT(nu**0.5 / max(total, 1e-30))
    return forces, total


def field_at(places: Floats, positions: Floats, nu: int) -> tuple[Floats, Floats]:
    """sum_j q_ij u_ij^-a (x_i - y_j), shape (M, 3), of ``places`` x among fixed points y, and sum_j u_ij^-a (M,).

    A place's q_ij sum to 1 over j: it is alone in the field.
    """
    scale = FLOAT(nu**-0.5)
    sums = np.empty((len(places), 4), FLOAT)
    seen, points = places * scale, np.ascontiguousarray(positions.T) * scale
    shared_out(len(places), lambda start, stop: _feel(start, stop, seen, points, FLOAT(nu - 1), sums))
    return sums[:, 1:] / (sums[:, :1] * scale), sums[:, 0]


@inlined
def _inverse_root(u: Any) -> Any:
    """u^-0.5 to 2e-6: a guess from the bits of the number, then two of Newton's steps. All plain arithmetic on float32,
    which runs for 8 or 16 pairs at a time; a root and a division do not."""
    guess = INT(INT(0x5F1FFFF9) - INT(FLOAT(u).view(INT) >> INT(1))).view(FLOAT)
    guess *= FLOAT(0.703952253) * (FLOAT(2.38924456) - u * guess * guess)
    return guess * (FLOAT(1.5) - FLOAT(0.5) * u * guess * guess)


@inlined
def _kernel(u: Any, solid: Any) -> Any:
    """u^-a: u^-1 in the plane (``solid`` 0), u^-1.5 in space (``solid`` 1)."""
    root = _inverse_root(u)
    return root * root * (FLOAT(1) - solid + solid * root)


@compiled
def _sum_at(place: Any, points: Any, masses: Any, count: int, solid: Any, sums: Any) -> None:
    """sums = (sum_j m_j u^-a, sum_j m_j u^-2a (x - y_j)) of one place over ``count`` points (3, ...) of mass m."""
    x, y, z = place[0], place[1], place[2]
    all_q, fx, fy, fz = FLOAT(0), FLOAT(0), FLOAT(0), FLOAT(0)
    for j in range(count):
        dx, dy, dz = x - points[0, j], y - points[1, j], z - points[2, j]
        q = _kernel(FLOAT(1) + dx * dx + dy * dy + dz * dz, solid)
        all_q += masses[j] * q
        pull = masses[j] * q * q
        fx += pull * dx
        fy += pull * dy
        fz += pull * dz
    sums[0], sums[1], sums[2], sums[3] = all_q, fx, fy, fz


@compiled
def _summarise(points: Any, bounds: Any, nodes: Any) -> None:
    """Fill ``nodes`` (5, 2 B) with centre, size and radius: block b is node B + b, the halves of node n are 2n, 2n + 1.

    The radius of what is made of blocks is an upper bound.
    """
    blocks = len(bounds) - 1
    for node in range(2 * blocks - 1, 0, -1):
        x, y, z, radius = FLOAT(0), FLOAT(0), FLOAT(0), FLOAT(0)
        if node >= blocks:
            start, stop = bounds[node - blocks], bounds[node - blocks + 1]
            size = FLOAT(stop - start)
            for at in range(start, stop):
                x, y, z = x + points[0, at], y + points[1, at], z + points[2, at]
            x, y, z = x / size, y / size, z / size
            for at in range(start, stop):
                radius = max(radius, (points[0, at] - x) ** 2 + (points[1, at] - y) ** 2 + (points[2, at] - z) ** 2)
            radius = np.sqrt(radius)
        else:
            one, two = nodes[:, 2 * node], nodes[:, 2 * node + 1]
            size = one[3] + two[3]
            share = one[3] / size
            x, y = two[0] + share * (one[0] - two[0]), two[1] + share * (one[1] - two[1])
            z = two[2] + share * (one[2] - two[2])
            for half in (one, two):
                apart = np.sqrt((half[0] - x) ** 2 + (half[1] - y) ** 2 + (half[2] - z) ** 2)
                radius = max(radius, apart + half[4])
        nodes[0, node], nodes[1, node], nodes[2, node], nodes[3, node], nodes[4, node] = x, y, z, size, radius


@compiled
def _repel(first: int, last: int, grouped: Any, law: Any, sums: Any) -> None:
    """:func:`_sum_at` for all points of the blocks ``first`` to ``last``, which have their sources in common.

    ``grouped``: the blocks' bounds (B + 1,), the points (3, N) in the order of the blocks, and the nodes of
    :func:`_summarise`. ``law``: theta, and 1 in space, 0 in the plane.
    """
    bounds, points, nodes = grouped
    theta, solid = law
    count, blocks = points.shape[1], len(bounds) - 1
    sources, weights = np.empty((3, count + 2 * blocks), FLOAT), np.empty(count + 2 * blocks, FLOAT)
    waiting = np.empty(64, np.int64)
    for block in range(first, last):
        here, size = nodes[:, blocks + block], 0
        waiting[0], left = 1, 1
        while left > 0:
            left -= 1
            node = waiting[left]
            dx, dy, dz = here[0] - nodes[0, node], here[1] - nodes[1, node], here[2] - nodes[2, node]
            if (np.sqrt(dx * dx + dy * dy + dz * dz) - here[4]) * theta > nodes[4, node]:
                for axis in range(3):
                    sources[axis, size] = nodes[axis, node]
                weights[size] = nodes[3, node]
                size += 1
            elif node < blocks:
                waiting[left], waiting[left + 1] = 2 * node, 2 * node + 1
                left += 2
            else:
                for point in range(bounds[node - blocks], bounds[node - blocks + 1]):
                    for axis in range(3):
                        sources[axis, size] = points[axis, point]
                    weights[size] = FLOAT(1)
                    size += 1
        for point in range(bounds[block], bounds[block + 1]):
            _sum_at(points[:, point], sources, weights, size, solid, sums[point])


@compiled
def _feel(start: int, stop: int, places: Any, points: Any, solid: Any, sums: Any) -> None:
    """:func:`_sum_at` for the rows ``start`` to ``stop`` of ``places``, over all ``points`` (3, N) one by one."""
    alone = np.ones(points.shape[1], FLOAT)
    for row in range(start, stop):
        _sum_at(places[row], points, alone, points.shape[1], solid, sums[row])


@compiled
def _attract(start: int, stop: int, pairs: Any, positions: Any, law: Any, forces: Any) -> None:
    """The attraction of the rows ``start`` to ``stop``; ``pairs`` as in :class:`Affinity`, ``law``: 1 / nu, nu - 1."""
    starts, partners, weights = pairs
    share, solid = law
    for row in range(start, stop):
        x, y, z = positions[row, 0], positions[row, 1], positions[row, 2]
        fx, fy, fz = FLOAT(0), FLOAT(0), FLOAT(0)
        for entry in range(starts[row], starts[row + 1]):
            other = partners[entry]
            dx, dy, dz = x - positions[other, 0], y - positions[other, 1], z - positions[other, 2]
            pull = weights[entry] * _kernel(FLOAT(1) + share * (dx * dx + dy * dy + dz * dz), solid)
            fx += pull * dx
            fy += pull * dy
            fz += pull * dz
        forces[row, 0], forces[row, 1], forces[row, 2] = fx, fy, fz


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
