"""NormFace: softmax over cosines times a scale, without a margin."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.losses._angular import AngularLoss, scale_knob
from lossviz.losses._margin_softmax import MarginCriterion
from lossviz.losses.base import Reference


@dataclass(frozen=True)
class NormFace(AngularLoss):
    """Normalised softmax (Wang et al. 2017) with a fixed scale."""

    title: ClassVar[str] = "NormFace"
    idea: ClassVar[str] = "Softmax that sees directions only: the nearest class direction must be the true one."
    formula: ClassVar[str] = r"-\log\frac{e^{s\cos\theta_y}}{\sum_j e^{s\cos\theta_j}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Wang, Xiang, Cheng, Yuille: NormFace: L2 Hypersphere Embedding for Face Verification, ACM MM 2017",
            "https://arxiv.org/abs/1704.06369",
        ),
        Reference(
            "Zhai, Wu: Classification is a Strong Baseline for Deep Metric Learning, BMVC 2019",
            "https://arxiv.org/abs/1811.12649",
        ),
    )

    scale: float = scale_knob(16.0)

    def psi(self, theta: Tensor) -> Tensor:
        return torch.cos(theta)

    def criterion(self, num_classes: int, dim: int) -> MarginCriterion:
        return MarginCriterion(self, num_classes, dim, self.scale)
