"""Losses that are a target-logit curve psi(theta) followed by softmax cross-entropy.

Training calls the very ``psi`` that the pages draw: the target logit is ``scale * psi(theta)`` because that is how
it is computed, here and where pytorch-metric-learning does the rest (``_margin_softmax``).
"""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from lossviz.knobs import Knob, knob
from lossviz.losses._boundary import boundary_angle
from lossviz.losses.base import Criterion, Family, Loss, directed


def scale_knob(default: float = 30.0) -> Any:
    """The knob of every loss on the sphere: the factor between cosines and logits."""
    return knob(default, 1.0, 128.0, step=1.0, log=True, help="Radius of the sphere; sharpens the softmax.")


def past_pi_knob(default: str) -> Any:
    """The knob that picks one of the behaviours of :func:`arc_margin`."""
    return knob(
        default,
        choices=("fallback", "plain", "easy"),
        help="What happens once angle plus margin passes pi: fall back to a line below the cosine, follow the "
        "cosine up again, or have no margin beyond 90 degrees.",
    )


def arc_margin(theta: Tensor, margin: Tensor | float, past: str) -> Tensor:
    """``cos(theta + margin)`` with one of the three behaviours where ``theta + margin`` passes pi.

    ``plain`` follows the cosine, which rises again; ``fallback`` (InsightFace) continues with
    ``cos(theta) - margin * sin(margin)``, falling but with a jump at ``pi - margin``; ``easy`` has the margin only
    where ``theta < pi/2``. ``margin`` is one number or one for each angle.
    """
    moved = torch.cos(theta + margin)
    if past == "fallback":
        drop = margin * (math.sin(margin) if isinstance(margin, float) else torch.sin(margin))
        return torch.where(theta <= math.pi - margin, moved, torch.cos(theta) - drop)
    if past == "easy":
        return torch.where(theta < math.pi / 2, moved, torch.cos(theta))
    return moved


@dataclass(frozen=True)
class AngularLoss(Loss):
    """A loss whose geometry is its target-logit curve ``psi``."""

    family: ClassVar[Family] = Family.SOFTMAX
    normalises: ClassVar[bool] = True
    situation: ClassVar[Knob | None] = None
    """What ``psi`` depends on besides angle and knobs, where it does: its second argument, described as knobs are."""

    @abstractmethod
    def psi(self, theta: Tensor) -> Tensor:
        """Target logit, in units of the scale, for angles ``theta`` in radians (any shape) in [0, pi].

        The other classes' logit is ``cos(theta)`` in the same units.
        """

    def boundary_theta(self, apart: Tensor, ratio: float = 1.0) -> Tensor:
        """Angle from a class's weight to its decision boundary towards another's, ``apart`` radians away.

        NaN where the margin cannot be met; see :func:`boundary_angle`.
        """
        return boundary_angle(self.psi, apart, ratio)


def angle_between(one: Tensor, other: Tensor) -> Tensor:
    """``(...)`` angles in radians between the unit vectors of ``(..., dim)``, as ``2 atan2(|u - v|, |u + v|)``.

    Exact at every angle and with a finite gradient at 0 and pi, where ``acos`` has none or a wrong one. The zero
    vector is at a right angle to all.
    """
    length = torch.linalg.vector_norm
    return 2 * torch.atan2(length(one - other, dim=-1), length(one + other, dim=-1))


@dataclass(frozen=True)
class Angles:
    """Embeddings seen from the class weights. ``cosine`` (N, C); ``target`` (N,), radians, to the true class;
    ``norms`` (N,), the embeddings' lengths."""

    cosine: Tensor
    target: Tensor
    norms: Tensor


class AngularCriterion(Criterion):
    """Cross-entropy over ``scale * cos(theta_j)``, the target's cosine replaced by ``loss.psi(theta_y)``.

    The rows of ``weight`` ``(C, dim)`` start as long as ``sqrt(dim)``, so that they turn slowly and the embeddings come
    to them. Where they turn fast, a margin on the angle drives them all together into one cone opposite to the
    embeddings, where it costs least.
    """

    def __init__(self, loss: AngularLoss, num_classes: int, dim: int, scale: float = 1.0) -> None:
        super().__init__(num_classes, dim)
        self.loss = loss
        self.scale = scale
        self.weight = nn.Parameter(torch.randn(num_classes, dim))

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(self.penalised_logits(embeddings, labels), labels)

    def logits(self, embeddings: Tensor) -> Tensor:
        whole = embeddings.float()
        with torch.autocast(embeddings.device.type, enabled=False):
            unit, rows = functional.normalize(whole, dim=1), functional.normalize(self.weight, dim=1)
            return self.scales(whole)[:, None] * functional.linear(unit, rows)

    @property
    def prototypes(self) -> Tensor:
        return self.weight.detach()

    def scales(self, embeddings: Tensor) -> Tensor:
        """``(N,)`` factor between cosines and logits: the constant scale, or the embedding's norm."""
        return embeddings.new_full(embeddings.shape[:1], self.scale)

    def penalised_logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The ``(N, C)`` logits that training sees, margin included in the target's column."""
        angles = self.angles(directed(embeddings), labels)
        target = self.target(angles)
        others = self.others(angles, target, labels)
        full = others.scatter(1, labels[:, None], target[:, None])
        return self.scales(embeddings)[:, None] * full

    def target(self, angles: Angles) -> Tensor:
        """``(N,)`` margin-carrying target, in units of the scale."""
        return self.loss.psi(angles.target)

    def curve(self, theta: Tensor, embeddings: Tensor) -> Tensor:
        """``psi`` of ``(N,)`` angles, in the state that this criterion is in for these ``(N, dim)`` embeddings."""
        return self.loss.psi(theta)

    def others(self, angles: Angles, target: Tensor, labels: Tensor) -> Tensor:
        """``(N, C)`` logits of the other classes in units of the scale; the target's column is not used."""
        return angles.cosine

    def angles(self, embeddings: Tensor, labels: Tensor) -> Angles:
        """Cosines to every class and the exact angle to the true one."""
        norms = torch.linalg.vector_norm(embeddings, dim=1)
        unit, rows = embeddings / norms.clamp(min=1e-12)[:, None], functional.normalize(self.weight, dim=1)
        return Angles(functional.linear(unit, rows), angle_between(unit, rows[labels]), norms)
