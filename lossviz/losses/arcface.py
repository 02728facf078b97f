"""ArcFace: an angular margin added to the angle of the true class."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._angular import AngularCriterion, AngularLoss
from lossviz.losses.base import Reference


def arc_margin(theta: Tensor, margin: float, past: str) -> Tensor:
    """``cos(theta + margin)`` with one of the three behaviours where ``theta + margin`` passes pi.

    ``plain`` follows the cosine, which rises again; ``fallback`` (InsightFace) continues with
    ``cos(theta) - margin * sin(margin)``, falling but with a jump at ``pi - margin``; ``easy`` has the margin only
    where ``theta < pi/2``.
    """
    moved = torch.cos(theta + margin)
    if past == "fallback":
        return torch.where(theta <= math.pi - margin, moved, torch.cos(theta) - margin * math.sin(margin))
    if past == "easy":
        return torch.where(theta < math.pi / 2, moved, torch.cos(theta))
    return moved


@dataclass(frozen=True)
class ArcFace(AngularLoss):
    """Additive angular margin (Deng et al. 2019, Eq. 3)."""

    title: ClassVar[str] = "ArcFace"
    idea: ClassVar[str] = "The true class must win even after its angle is made larger by a fixed margin."
    formula: ClassVar[str] = r"-\log\frac{e^{s\cos(\theta_y+m)}}{e^{s\cos(\theta_y+m)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Deng, Guo, Xue, Zafeiriou: ArcFace: Additive Angular Margin Loss for Deep Face Recognition, CVPR 2019",
            "https://arxiv.org/abs/1801.07698",
        ),
    )

    margin: float = knob(0.5, 0.0, 1.0, step=0.01, unit="rad", help="Angle added to that of the true class.")
    scale: float = knob(30.0, 1.0, 128.0, step=1.0, log=True, help="Radius of the sphere; sharpens the softmax.")
    past_pi: str = knob(
        "fallback",
        choices=("fallback", "plain", "easy"),
        help="What happens once angle plus margin passes pi: fall back to a line below the cosine, follow the "
        "cosine up again, or have no margin beyond 90 degrees.",
    )

    def psi(self, theta: Tensor) -> Tensor:
        return arc_margin(theta, self.margin, self.past_pi)

    def criterion(self, num_classes: int, dim: int) -> AngularCriterion:
        return AngularCriterion(self, num_classes, dim, self.scale)
