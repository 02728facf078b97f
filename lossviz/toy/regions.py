"""Which class each place of the plane belongs to under class weights as they stand, and where the margin lies."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lossviz.losses._angular import AngularCriterion, AngularLoss, angle_between
from lossviz.losses.base import Criterion, Family, Loss
from lossviz.records import Floats, Ints
from lossviz.toy.forces import fresh_criterion

ROUNDING = 1e-4  # of a logit, which went through an angle and back


@dataclass(frozen=True)
class Regions:
    """``winner`` (R, C) is the class with the largest logit at each cell, top row first; ``confident`` (R, C) whether
    it would also win with its margin taken off, where the loss has one."""

    winner: Ints
    confident: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def has_regions(loss: Loss, classes: int) -> bool:
    """Whether the prototypes alone decide which class a place of the plane belongs to."""
    criterion = fresh_criterion(loss, classes, 2)
    biased = bool(loss.values().get("bias", False))
    joint = loss.family == Family.CENTERS and loss.key() != "triplet_center"
    joint = joint or bool(loss.values().get("softmax", False))
    return (
        criterion.prototypes is not None and criterion.logits(torch.zeros(1, 2)) is not None and not (biased or joint)
    )


def regions(loss: Loss, prototypes: Floats, classes: int, reach: float, cells: int) -> Regions:
    """The regions over the square of ``cells`` x ``cells`` that ends at ``reach``, for ``prototypes`` (P, 2)."""
    criterion = fresh_criterion(loss, classes, 2).eval()
    stored = criterion.prototypes
    assert stored is not None
    stored.copy_(torch.from_numpy(np.ascontiguousarray(prototypes)))
    middles = (np.arange(cells) + 0.5) / cells * 2 * reach - reach
    x, y = np.meshgrid(middles, -middles)
    places = torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1).astype(np.float32))
    with torch.no_grad():
        logits = criterion.logits(places)
        assert logits is not None
        winner = logits.argmax(1)
        confident = _with_margin(loss, criterion, places, winner, logits)
    return Regions(winner.numpy().reshape(cells, cells), confident.numpy().reshape(cells, cells))


def _with_margin(loss: Loss, criterion: Criterion, places: Tensor, winner: Tensor, logits: Tensor) -> Tensor:
    """Whether the winner still wins with its margin: its plain logit, over its cosine, times psi."""
    weights, owners = criterion.prototypes, criterion.prototype_labels
    if not isinstance(loss, AngularLoss) or weights is None or owners is None or len(weights) != logits.shape[1]:
        return torch.ones_like(winner, dtype=torch.bool)
    unit = torch.nn.functional.normalize(places, dim=1)
    theta = angle_between(unit, torch.nn.functional.normalize(weights, dim=1)[winner])
    curve = criterion.curve(theta, places) if isinstance(criterion, AngularCriterion) else loss.psi(theta)
    plain = logits.gather(1, winner[:, None])[:, 0]
    target = torch.where(theta.cos().abs() > 1e-6, plain / theta.cos(), 0.0) * curve
    return target > logits.scatter(1, winner[:, None], -torch.inf).amax(1) - ROUNDING
