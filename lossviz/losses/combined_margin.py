"""Combined margin: the margins of SphereFace, ArcFace and CosFace in one formula."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._angular import AngularCriterion, AngularLoss, scale_knob
from lossviz.losses.base import Reference


@dataclass(frozen=True)
class CombinedMargin(AngularLoss):
    """Combined margin (Deng et al. 2019, Eq. 4): ``cos(m1 theta + m2) - m3``, followed past pi as it comes.

    The defaults are the paper's CM2 of Table 2; (1, 0.3, 0.2) is its CM1.
    """

    title: ClassVar[str] = "Combined margin"
    idea: ClassVar[str] = "The true class's angle is stretched and shifted and its cosine lowered, all at once."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{s(\cos(m_1\theta_y+m_2)-m_3)}}"
        r"{e^{s(\cos(m_1\theta_y+m_2)-m_3)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Deng, Guo, Xue, Zafeiriou: ArcFace: Additive Angular Margin Loss for Deep Face Recognition, CVPR 2019",
            "https://arxiv.org/abs/1801.07698",
        ),
    )

    m1: float = knob(0.9, 0.5, 2.0, step=0.05, help="Multiplies the true class's angle, as SphereFace does.")
    m2: float = knob(0.4, 0.0, 1.0, step=0.01, unit="rad", help="Added to the true class's angle, as in ArcFace.")
    m3: float = knob(0.15, 0.0, 0.5, step=0.01, unit="cosine", help="Taken off the cosine, as in CosFace.")
    scale: float = scale_knob()

    def psi(self, theta: Tensor) -> Tensor:
        return torch.cos(self.m1 * theta + self.m2) - self.m3

    def criterion(self, num_classes: int, dim: int) -> AngularCriterion:
        return AngularCriterion(self, num_classes, dim, self.scale)
