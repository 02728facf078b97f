"""Loss and force of one pair or one triplet against distance, out of the criteria themselves.

The pages compute these curves in the browser while a margin is dragged; what is here is what they are held to.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lossviz.losses import get
from lossviz.losses._library import LibraryCriterion

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """``loss`` (G,) at each distance, and ``force`` (G,), minus its derivative: positive pushes apart."""

    loss: Doubles
    force: Doubles


def contrastive_curve(distance: Doubles, *, same: bool, margin: float, form: str) -> Curve:
    """One pair, of one class or of two, at raw Euclidean ``distance`` (G,); ``form`` is ``squared`` or ``hinge``."""
    loss = get("contrastive")(margin=margin, form=form)  # type: ignore[call-arg]
    criterion = loss.criterion(2, 1)
    labels = torch.tensor([0, 0] if same else [0, 1])
    return _along(distance, lambda apart: criterion.compute(torch.stack([apart * 0, apart])[:, None], labels))


def triplet_curve(to_negative: Doubles, *, to_positive: float, margin: float, squared: bool) -> Curve:
    """One triplet whose positive stays at ``to_positive`` while the negative moves over ``to_negative`` (G,)."""
    loss = get("triplet")(margin=margin, squared=squared, normalise=False, mining="all")  # type: ignore[call-arg]
    criterion = loss.criterion(2, 2)
    assert isinstance(criterion, LibraryCriterion)
    labels, triplet = torch.tensor([0, 0, 1]), tuple(torch.tensor([row]) for row in range(3))
    positive = torch.tensor([0.0, to_positive], dtype=torch.float64)

    def value(apart: Tensor) -> Tensor:
        negative = torch.stack([apart, apart * 0])
        return criterion.library_loss(torch.stack([positive * 0, positive, negative]), labels, triplet)

    return _along(to_negative, value)


def _along(distances: Doubles, value: Callable[[Tensor], Tensor]) -> Curve:
    losses, forces = [], []
    for each in distances:
        apart = torch.tensor(float(each), dtype=torch.float64, requires_grad=True)
        loss = value(apart)
        (slope,) = torch.autograd.grad(loss, apart)
        losses.append(loss.item())
        forces.append(-slope.item())
    return Curve(np.array(losses), np.array(forces))
