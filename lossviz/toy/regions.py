"""Which class each place belongs to under class weights as they stand, and where the margin lies.

:func:`regions` asks the criterion at every place. :func:`rule_of` finds, by asking it too, the rule by which the
browser can say the same of any pixel at any moment of a training.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lossviz.losses._angular import AngularCriterion, AngularLoss, angle_between
from lossviz.losses.base import Criterion, Family, Loss
from lossviz.records import Floats, Ints
from lossviz.toy.forces import fresh_criterion
from lossviz.toy.training import Toy

ROUNDING = 1e-4  # of a logit, which went through an angle and back
STEPS = 721  # angles from 0 to pi at which a curve is handed over
ASKED = 400  # places at which a rule is tried
CLEAR = 1e-3  # how much of a lead makes a place no matter of rounding


@dataclass(frozen=True)
class Regions:
    """``winner`` (R, C) is the class with the largest logit at each cell, top row first; ``confident`` (R, C) whether
    it would also win with its margin taken off, where the loss has one."""

    winner: Ints
    confident: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Rule:
    """How prototypes divide a space: ``by`` the largest inner ``product`` with them, with their ``direction`` alone, or
    the least ``distance``.

    ``curves`` (E, STEPS), where the loss has a margin on the angle: its target logit over the scale at equal steps of
    the angle from 0 to pi, at each of the frames, for an embedding of that frame's mean length.
    """

    by: str
    curves: Floats | None


def has_regions(loss: Loss, classes: int, dim: int = 2) -> bool:
    """Whether the prototypes alone decide which class a place belongs to."""
    criterion = fresh_criterion(loss, classes, dim)
    biased = bool(loss.values().get("bias", False))
    joint = loss.family == Family.CENTERS and loss.key() != "triplet_center"
    joint = joint or bool(loss.values().get("softmax", False))
    told = criterion.prototypes is not None and criterion.logits(torch.zeros(1, dim)) is not None
    return told and not (biased or joint)


def regions(loss: Loss, prototypes: Floats, classes: int, reach: float, cells: int) -> Regions:
    """The regions over the square of ``cells`` x ``cells`` that ends at ``reach``, for ``prototypes`` (P, 2)."""
    middles = (np.arange(cells) + 0.5) / cells * 2 * reach - reach
    x, y = np.meshgrid(middles, -middles)
    winner, confident = decided(loss, prototypes, classes, np.stack([x.ravel(), y.ravel()], 1).astype(np.float32))
    return Regions(winner.reshape(cells, cells), confident.reshape(cells, cells))


def decided(
    loss: Loss, prototypes: Floats, classes: int, places: Floats
) -> tuple[Ints, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """For ``places`` (N, dim): whose they are (N,), and whether they would be with the margin taken off (N,)."""
    criterion = _standing(loss, prototypes, classes)
    there = torch.from_numpy(np.ascontiguousarray(places, np.float32))
    with torch.no_grad():
        logits = criterion.logits(there)
        assert logits is not None
        winner = logits.argmax(1)
        return winner.numpy(), _with_margin(loss, criterion, there, winner, logits).numpy()


def rule_of(loss: Loss, toy: Toy, classes: int) -> Rule | None:
    """:func:`rule_for` a training."""
    return rule_for(loss, toy.frames, toy.prototypes, toy.prototype_labels, classes)


def rule_for(loss: Loss, frames: Floats, prototypes: Floats | None, owners: Ints | None, classes: int) -> Rule | None:
    """The rule that says of every place what the criterion says of it; ``None`` where none of the two does.

    ``frames`` (E, N, dim) are embeddings, ``prototypes`` (E, P, dim) go with them, of classes ``owners`` (P,).
    """
    dim = frames.shape[2]
    if prototypes is None or owners is None or not has_regions(loss, classes, dim):
        return None
    rng = np.random.default_rng(0)
    places = rng.normal(size=(ASKED, dim)).astype(np.float32) * float(np.abs(frames[-1]).mean())
    winner, _ = decided(loss, prototypes[-1], classes, places)
    weights: Floats = prototypes[-1]
    unit = weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
    tried = {"product": places @ weights.T, "direction": places @ unit.T, "distance": -_distances(places, weights)}
    for by, scores in tried.items():
        if _agrees(scores, owners, winner):
            return Rule(by, None if by == "distance" else _curves(loss, frames, prototypes, classes))
    return None


def _agrees(scores: Floats, owners: Ints, winner: Ints) -> bool:
    """Whether the best score (N, P) is the winner's wherever it leads clearly."""
    ranked = np.sort(scores, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > CLEAR * np.abs(scores).max()
    return bool((owners[scores.argmax(1)] == winner)[clear].all())


def _distances(places: Floats, weights: Floats) -> Floats:
    found: Floats = np.linalg.norm(places[:, None] - weights, axis=2)
    return found


def _curves(loss: Loss, frames: Floats, prototypes: Floats, classes: int) -> Floats | None:
    """The margin's curve at every frame; ``None`` where it is the cosine itself."""
    if not isinstance(loss, AngularLoss):
        return None
    theta = torch.linspace(0, math.pi, STEPS, dtype=torch.float64)
    rows = []
    for frame, standing in zip(frames, prototypes, strict=True):
        criterion, length = _standing(loss, standing, classes), float(np.linalg.norm(frame, axis=1).mean())
        places = torch.zeros(STEPS, frame.shape[1])
        places[:, 0] = length
        with torch.no_grad():
            rows.append(_curve(loss, criterion, theta, places).numpy())
    curves = np.stack(rows).astype(np.float32)
    return None if np.abs(curves - theta.cos().numpy()).max() < ROUNDING else curves


def _standing(loss: Loss, prototypes: Floats, classes: int) -> Criterion:
    """A criterion whose prototypes are these; what anneals stands as it does at the end of a training."""
    criterion = fresh_criterion(loss, classes, prototypes.shape[1]).eval()
    criterion.set_progress(1.0)
    stored = criterion.prototypes
    assert stored is not None
    stored.copy_(torch.from_numpy(np.ascontiguousarray(prototypes)))
    return criterion


def _curve(loss: AngularLoss, criterion: Criterion, theta: Tensor, places: Tensor) -> Tensor:
    return criterion.curve(theta, places) if isinstance(criterion, AngularCriterion) else loss.psi(theta)


def _with_margin(loss: Loss, criterion: Criterion, places: Tensor, winner: Tensor, logits: Tensor) -> Tensor:
    """Whether the winner still wins with its margin: its plain logit, over its cosine, times psi.

    Where a class has several prototypes, its cosine is that to the nearest.
    """
    weights, owners = criterion.prototypes, criterion.prototype_labels
    if not isinstance(loss, AngularLoss) or weights is None or owners is None:
        return torch.ones_like(winner, dtype=torch.bool)
    unit = functional.normalize(places, dim=1)
    theta = angle_between(unit[:, None], functional.normalize(weights, dim=1)[None])
    theta = theta.masked_fill(owners[None] != winner[:, None], math.inf).amin(1)
    plain = logits.gather(1, winner[:, None])[:, 0]
    ratio = torch.where(theta.cos().abs() > 1e-6, plain / theta.cos(), 0.0)
    target = ratio * _curve(loss, criterion, theta, places)
    return target > logits.scatter(1, winner[:, None], -torch.inf).amax(1) - ROUNDING
