"""What a margin would say of embeddings that are already there, nothing trained."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from lossviz.losses._angular import AngularCriterion, AngularLoss, angle_between
from lossviz.records import Floats, Ints
from lossviz.toy.forces import fresh_criterion


@dataclass(frozen=True)
class WhatIf:
    """``value`` of the loss; for each embedding ``own`` and ``other`` (N,), degrees to its class's prototype and to
    the nearest other, and whether it ``violates`` (N,) the margin: a plain logit beats its penalised one.

    ``wrong`` (N,) is the same without a margin. ``boundary`` is the angle in degrees at which the margin is met
    between two prototypes ``apart`` degrees apart, their mean distance to the nearest; NaN where it cannot be.
    """

    value: float
    own: Floats
    other: Floats
    violates: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    apart: float
    boundary: float


def what_if(loss: AngularLoss, embeddings: Floats, labels: Ints, prototypes: Floats) -> WhatIf:
    """``loss`` on frozen ``embeddings`` (N, d) with ``labels`` (N,) and a direction a class, ``prototypes`` (C, d)."""
    criterion = fresh_criterion(loss, len(prototypes), embeddings.shape[1]).eval()
    stored = criterion.prototypes
    assert stored is not None and stored.shape == prototypes.shape
    stored.copy_(torch.from_numpy(prototypes))
    x, y = torch.from_numpy(embeddings), torch.from_numpy(labels)
    with torch.no_grad():
        unit, rows = functional.normalize(x, dim=1), functional.normalize(stored, dim=1)
        theta = angle_between(unit, rows[y])
        target = criterion.curve(theta, x) if isinstance(criterion, AngularCriterion) else loss.psi(theta)
        rivals = (unit @ rows.T).scatter(1, y[:, None], -torch.inf).amax(1)
        value = criterion(x, y).item()
        between = (rows @ rows.T).fill_diagonal_(-1).amax(1).clamp(-1, 1).acos()
        boundary = loss.boundary_theta(between.mean())
        other = rivals.clamp(-1, 1).acos()
    return WhatIf(
        value=value,
        own=theta.rad2deg().numpy(),
        other=other.rad2deg().numpy(),
        violates=(target < rivals).numpy(),
        wrong=(theta.cos() < rivals).numpy(),
        apart=float(between.mean().rad2deg()),
        boundary=float(boundary.rad2deg()),
    )
