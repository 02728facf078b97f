"""The forces of t-SNE, and the law of motion that is drawn.

With nu = k - 1 degrees of freedom in a k-dimensional picture, points y, and u_ij = 1 + |y_i - y_j|^2 / nu:

    q_ij = u_ij^-a / sum over all pairs of u^-a,         a = (nu + 1) / 2
    dy_i / dt = -c sum_j (p_ij - q_ij) u_ij^-a (y_i - y_j),   c = 2 (nu + 1) / nu

In 2-D (a = 1) this is the gradient of KL(P || Q), van der Maaten & Hinton 2008. In 3-D (a = 1.5) q is Student's t with
two degrees of freedom and the step is the one that scikit-learn's TSNE takes, so that pictures agree in kind and in
score; KL's own gradient would carry u^-1 in place of u^-1.5.

The attraction (p) is summed exactly. For the repulsion (q), points stand in a tree (:mod:`._tsne_tree`): what is far
for its size acts through its centre of mass, what is near point by point. theta = 0 is the exact sum.
Everything is kept in three coordinates: in a 2-D picture the third is 0 and no force ever moves it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._compiled import compiled, inlined, shared_out
from lossviz.projection._tsne_affinity import Affinity
from lossviz.projection._tsne_tree import Tree
from lossviz.records import Floats

THETA = 0.3  # a part of the tree counts as far when its radius is less than this much of its distance
SOFT = 0.1  # squared distance over nu, within which the forces hardly change
FLOAT = np.float32


def freedom(axes: int) -> int:
    """nu, the degrees of freedom in a picture of ``axes`` 2 or 3."""
    return axes - 1


def attraction(affinity: Affinity, positions: Floats, nu: int) -> Floats:
    """sum_j p_ij u_ij^-a (y_i - y_j), shape (N, 3)."""
    forces = np.empty_like(positions)
    pairs, law = (affinity.starts, affinity.partners, affinity.weights), (FLOAT(1 / nu), FLOAT(nu - 1))
    shared_out(len(positions), lambda start, stop: _attract(start, stop, pairs, positions, law, forces))
    return forces


def repulsion(positions: Floats, order: NDArray[np.int32], theta: float, nu: int) -> tuple[Floats, float]:
    """sum_j q_ij u_ij^-a (y_i - y_j), shape (N, 3), and the sum of u^-a over all pairs.

    ``order`` (N,) is that of a tree over points near these (:func:`~._tsne_tree.in_order`).
    """
    tree = Tree.over(positions, order, nu)
    sums = _felt(tree, tree.groups, theta, nu)
    total = float(sums[:, 0].sum(dtype=np.float64)) - len(positions)
    forces = np.empty_like(positions)
    forces[order] = sums[:, 1:] * FLOAT(nu**0.5 / max(total, 1e-30))
    return forces, total


def field_at(places: Floats, tree: Tree, theta: float, nu: int) -> tuple[Floats, Floats]:
    """sum_j q_ij u_ij^-a (x_i - y_j), shape (M, 3), of ``places`` x among fixed points y, and sum_j u_ij^-a (M,).

    A place's q_ij sum to 1 over j: it is alone in the field.
    """
    scale = FLOAT(nu**-0.5)
    targets = np.ascontiguousarray(places.T) * scale
    sums = _felt(tree, (np.arange(len(places) + 1), np.vstack([targets, targets]), targets), theta, nu)
    return sums[:, 1:] / (sums[:, :1] * scale), sums[:, 0]


def _felt(tree: Tree, groups: Any, theta: float, nu: int) -> Floats:
    """(M, 4) sums of m u^-a and of m u^-2a (x - y) at the M targets of ``groups``."""
    sums = np.empty((groups[2].shape[1], 4), FLOAT)
    law = FLOAT(theta), FLOAT(nu - 1), FLOAT(SOFT)
    shared_out(len(groups[0]) - 1, lambda first, last: _feel(first, last, groups, tree.parts, law, sums))
    return sums


@inlined
def _kernel(u: Any, solid: Any) -> Any:
    """u^-a: u^-1 in the plane (``solid`` 0), u^-1.5 in space (``solid`` 1)."""
    root = FLOAT(1) / np.sqrt(u)
    return root * root * (FLOAT(1) - solid + solid * root)


@compiled
def _feel(first: int, last: int, groups: Any, tree: Any, law: Any, sums: Any) -> None:
    """Sums for the targets of the groups ``first`` to ``last``; those of a group have their sources in common.

    ``groups``: their bounds (G + 1,), boxes (6, G), and the targets (3, M). ``tree``: as in
    :class:`Tree`. ``law``: theta, and 1 in space, 0 in the plane.
    """
    starts, boxes, targets = groups
    bounds, points, nodes = tree
    theta, solid, soft = law
    count, blocks = points.shape[1], len(bounds) - 1
    sources = np.empty((4, count + 2 * blocks), FLOAT)
    waiting = np.empty(64, np.int64)
    for group in range(first, last):
        size, left = 0, 1
        waiting[0] = 1
        while left > 0:
            left -= 1
            node = waiting[left]
            dx = max(boxes[0, group] - nodes[node, 0], nodes[node, 0] - boxes[3, group], FLOAT(0))
            dy = max(boxes[1, group] - nodes[node, 1], nodes[node, 1] - boxes[4, group], FLOAT(0))
            dz = max(boxes[2, group] - nodes[node, 2], nodes[node, 2] - boxes[5, group], FLOAT(0))
            if theta * theta * (soft + dx * dx + dy * dy + dz * dz) > nodes[node, 4]:
                for row in range(4):
                    sources[row, size] = nodes[node, row]
                size += 1
            elif node < blocks:
                waiting[left], waiting[left + 1] = 2 * node, 2 * node + 1
                left += 2
            else:
                for point in range(bounds[node - blocks], bounds[node - blocks + 1]):
                    for row in range(3):
                        sources[row, size] = points[row, point]
                    sources[3, size] = FLOAT(1)
                    size += 1
        for target in range(starts[group], starts[group + 1]):
            x, y, z = targets[0, target], targets[1, target], targets[2, target]
            total, fx, fy, fz = FLOAT(0), FLOAT(0), FLOAT(0), FLOAT(0)
            for j in range(size):
                dx, dy, dz = x - sources[0, j], y - sources[1, j], z - sources[2, j]
                q = _kernel(FLOAT(1) + dx * dx + dy * dy + dz * dz, solid)
                heavy = sources[3, j] * q
                total += heavy
                pull = heavy * q
                fx += pull * dx
                fy += pull * dy
                fz += pull * dz
            sums[target, 0], sums[target, 1], sums[target, 2], sums[target, 3] = total, fx, fy, fz


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
