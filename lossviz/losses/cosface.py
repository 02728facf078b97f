"""CosFace: a margin taken off the cosine of the true class."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._angular import AngularLoss, scale_knob
from lossviz.losses._margin_softmax import MarginCriterion
from lossviz.losses.base import Reference


@dataclass(frozen=True)
class CosFace(AngularLoss):
    """Large-margin cosine loss (Wang et al. 2018, Eq. 4), also known as AM-Softmax (Wang et al. 2018)."""

    title: ClassVar[str] = "CosFace"
    idea: ClassVar[str] = "The true class must win even after a fixed amount is taken off its cosine."
    formula: ClassVar[str] = r"-\log\frac{e^{s(\cos\theta_y-m)}}{e^{s(\cos\theta_y-m)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Wang, Wang, Zhou, Ji, Gong, Zhou, Li, Liu: CosFace: Large Margin Cosine Loss for Deep Face "
            "Recognition, CVPR 2018",
            "https://arxiv.org/abs/1801.09414",
        ),
        Reference(
            "Wang, Cheng, Liu, Liu: Additive Margin Softmax for Face Verification, IEEE SPL 2018",
            "https://arxiv.org/abs/1801.05599",
        ),
    )

    margin: float = knob(
        0.35,
        0.0,
        1.0,
        step=0.01,
        unit="cosine",
        help="Taken off the true class's cosine; in 2-D it cannot be met above 1 - cos(2 pi / classes).",
    )
    scale: float = scale_knob()
    margin_in_degrees: bool = knob(
        False,
        help="A fault to look at: the margin is taken for radians, and its degrees are taken off the cosine.",
        faults={
            True: "CosFace takes a margin in degrees off the cosine, a published fault (0.499 rad as 28.6): no "
            "embedding can meet it, so the probability of the true class stays near 0 and the push never ends. This is "
            "not CosFace."
        },
    )

    def psi(self, theta: Tensor) -> Tensor:
        margin = self.margin * (180 / math.pi) if self.margin_in_degrees else self.margin
        return torch.cos(theta) - margin

    def criterion(self, num_classes: int, dim: int) -> MarginCriterion:
        return MarginCriterion(self, num_classes, dim, self.scale)
