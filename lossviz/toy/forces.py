"""The force that a loss puts on every point of a small embedding: minus the gradient, through the real criterion."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import torch
from torch.nn import functional

from lossviz.losses.base import Criterion, Family, Loss
from lossviz.records import Floats, Ints

SEED = 0
NEAR_ZERO = 0.01  # of the strongest force
BUILDING = Lock()
"""Held while torch's global generator is seeded: pages of several visitors share it."""


@dataclass(frozen=True)
class Forces:
    """``value`` of the loss; ``points`` (N, d), minus its gradient; ``prototypes`` (P, d) and their classes, if any.

    Forces are those of the batch's mean times the number of points, so that they do not shrink with more points.
    """

    value: float
    points: Floats
    prototypes: Floats | None
    prototype_labels: Ints | None

    @property
    def strengths(self) -> Floats:
        """``(N,)`` lengths of the forces."""
        return np.linalg.norm(self.points, axis=1)

    @property
    def ignored(self) -> float:
        """Share of the points that feel less than 1 % of the strongest force; 1 where there is none at all."""
        strengths = self.strengths
        return float((strengths <= NEAR_ZERO * strengths.max()).mean()) if strengths.max() > 0 else 1.0


def forces(loss: Loss, points: Floats, labels: Ints, classes: int) -> Forces:
    """The forces on ``points`` (N, 2 or 3) with ``labels`` (N,) in ``[0, classes)``.

    Class weights and proxies point to the means of their classes and centers are there, so that what is seen is
    the loss and not where its weights happened to start.
    """
    criterion = fresh_criterion(loss, classes, points.shape[1])
    placed = torch.from_numpy(np.ascontiguousarray(points, np.float32)).requires_grad_()
    targets = torch.from_numpy(labels)
    aim_prototypes(loss, criterion, placed.detach(), targets)
    stood = _prototypes(criterion)
    value = criterion(placed, targets)
    (gradient,) = torch.autograd.grad(value, placed, allow_unused=True)
    pushed = torch.zeros_like(placed) if gradient is None else -len(points) * gradient
    owners = criterion.prototype_labels
    return Forces(value.item(), pushed.numpy(), stood, None if owners is None else owners.numpy())


def fresh_criterion(loss: Loss, classes: int, dim: int, seed: int = SEED) -> Criterion:
    """A criterion whose chance is decided by ``seed``, whoever else draws numbers at the same time."""
    with BUILDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return loss.criterion(classes, dim)


def aim_prototypes(loss: Loss, criterion: Criterion, points: torch.Tensor, labels: torch.Tensor) -> None:
    """Turn class weights and proxies, as unit vectors, to the means of their classes, and put centers there."""
    prototypes, owners = criterion.prototypes, criterion.prototype_labels
    if prototypes is None or owners is None:
        return
    means = torch.stack([points[labels == each].mean(0) for each in range(criterion.num_classes)])
    criterion.start_from(means)
    if loss.family == Family.CENTERS:
        prototypes.copy_(means[owners])
    else:
        prototypes.copy_(functional.normalize(prototypes, dim=1))


def told(found: Forces, labels: Ints, names: Sequence[str]) -> str:
    """In words who is pulled and who is ignored."""
    strengths = found.strengths
    if strengths.max() == 0:
        return "No point feels any force: the loss is at rest here."
    by_class = {name: float(strengths[labels == each].mean()) for each, name in enumerate(names)}
    hardest, least = max(by_class, key=lambda name: by_class[name]), min(by_class, key=lambda name: by_class[name])
    ignored = round(100 * found.ignored)
    tenth = max(1, len(strengths) // 10)
    share = round(100 * float(np.sort(strengths)[-tenth:].sum() / strengths.sum()))
    start = f"{ignored} % of the points are ignored" if ignored else "No point is ignored"
    return (
        f"{start} (less than 1 % of the strongest force). The hardest pulled tenth gets {share} % of all force; "
        f"{hardest} is pulled most, {least} least."
    )


def _prototypes(criterion: Criterion) -> Floats | None:
    view = criterion.prototypes
    return None if view is None else view.numpy().copy()
