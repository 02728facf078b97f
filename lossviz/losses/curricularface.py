"""CurricularFace: ArcFace that turns to the hard rivals as training goes well."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._angular import Angles, AngularCriterion
from lossviz.losses.arcface import ArcFace
from lossviz.losses.base import Reference


class CurricularCriterion(AngularCriterion):
    """ArcFace's target against rivals weighted by ``t``, a buffer: the running mean of the target's cosine.

    A rival is hard where its cosine exceeds the target's with its margin on; its cosine ``c`` then becomes
    ``c (t + c)``. As in the authors' code, ``t`` takes in the batch before it is used for it.
    """

    loss: "CurricularFace"
    t: Tensor

    def __init__(self, loss: "CurricularFace", num_classes: int, dim: int) -> None:
        super().__init__(loss, num_classes, dim, loss.scale)
        self.register_buffer("t", torch.zeros(()))

    def others(self, angles: Angles, target: Tensor, labels: Tensor) -> Tensor:
        if self.training:
            self.t.lerp_(torch.cos(angles.target.detach()).mean(), self.loss.rate)
        hard = angles.cosine > target[:, None]
        return torch.where(hard, angles.cosine * (self.t + angles.cosine), angles.cosine)


@dataclass(frozen=True)
class CurricularFace(ArcFace):
    """Adaptive curriculum on ArcFace's margin (Huang et al. 2020, section 3.2)."""

    title: ClassVar[str] = "CurricularFace"
    idea: ClassVar[str] = "ArcFace that plays hard rivals down early and up once the true classes are well met."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{s\cos(\theta_y+m)}}{e^{s\cos(\theta_y+m)}+\sum_{j\ne y}e^{sN(t,c_j)}},\quad "
        r"N=\begin{cases}c_j&\cos(\theta_y+m)\ge c_j\\c_j(t+c_j)&\text{otherwise}\end{cases}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Huang, Wang, Tai, Liu, Shen, Li, Li, Huang: CurricularFace: Adaptive Curriculum Learning Loss for "
            "Deep Face Recognition, CVPR 2020",
            "https://arxiv.org/abs/2004.00288",
        ),
    )

    rate: float = knob(0.01, 0.001, 1.0, log=True, help="Share of the newest batch in the running mean t.")

    def criterion(self, num_classes: int, dim: int) -> CurricularCriterion:
        return CurricularCriterion(self, num_classes, dim)
