"""How much each pair of a batch counts: the derivative of the loss by the pair's similarity or distance.

The criterion is asked, not its formula. With one coordinate more, in which every point is 0, inner products become
``x_i . x_j + y_i y_j`` and squared distances ``|x_i - x_j|^2 + (y_i - y_j)^2``. So for a loss of pairs the second
derivative by ``y_i`` and ``y_j`` at 0 is what the two entries of the pair together weigh: the derivative by the inner
product, and minus twice that by the squared distance.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from lossviz.losses.base import Loss
from lossviz.records import Floats, Ints
from lossviz.toy.forces import fresh_criterion

STEP = 1e-4  # of the added coordinate, in units of the points' own

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Edges:
    """``weights`` (N, N), symmetric, zero on the diagonal: the derivative of ``value`` by each pair, both orders
    together. A pair is drawn together where it is negative by the product, or positive by the distance."""

    value: float
    weights: Doubles


def pair_weights(loss: Loss, points: Floats, labels: Ints, by: str) -> Edges:
    """The derivative by each pair of ``points`` (N, d), for a loss of pairs.

    ``by`` is ``"product"`` (inner products), ``"cosine"`` (where the loss normalises), or ``"distance"`` (Euclidean).
    """
    count, dim = points.shape
    criterion = fresh_criterion(loss, int(labels.max()) + 1, dim + 1).double()
    targets = torch.from_numpy(labels)
    flat = torch.cat([torch.from_numpy(points.astype(np.float64)), torch.zeros(count, 1, dtype=torch.float64)], 1)
    curved = np.zeros((count, count))
    for row in range(count):
        lifted = flat.clone()
        lifted[row, dim] = STEP  # the mirror image has the opposite gradient, so one side is a central difference
        lifted.requires_grad_()
        (gradient,) = torch.autograd.grad(criterion.compute(lifted, targets), lifted)
        curved[row] = gradient[:, dim].numpy() / STEP
    np.fill_diagonal(curved, 0)
    weights = (curved + curved.T) / 2
    lengths = np.linalg.norm(points.astype(np.float64), axis=1)
    if by == "cosine":
        weights = weights * np.outer(lengths, lengths)  # the added coordinate counts in units of the lengths
    if by == "distance":
        apart = np.linalg.norm(points[:, None].astype(np.float64) - points, axis=2)
        weights = -weights * apart  # by the squared distance -w/2, and d(D^2) = 2 D dD
    return Edges(float(criterion.compute(flat, targets)), weights)
