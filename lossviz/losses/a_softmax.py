"""A-Softmax: SphereFace's multiplied angle between unit class weights, in its first and its revived form."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.errors import KnobError
from lossviz.knobs import knob
from lossviz.losses._angular import Angles, AngularCriterion, scale_knob
from lossviz.losses._multiplicative import AnnealedCriterion, MultiplicativeMargin, multiplied
from lossviz.losses.base import FollowsKnob, Reference


class DetachedMarginCriterion(AngularCriterion):
    """SphereFace-R: the margin counts in the value, while the gradient is that of the plain cosine."""

    def target(self, angles: Angles) -> Tensor:
        cosine = torch.cos(angles.target)
        return cosine + (self.loss.psi(angles.target) - cosine).detach()


@dataclass(frozen=True)
class ASoftmax(MultiplicativeMargin):
    """Angular softmax (Liu et al. 2017, Eq. 7), annealed, or SphereFace-R (Liu et al. 2022) without annealing.

    The classic form keeps the embedding's length as its scale and takes whole margins; the R form normalises the
    embedding too, takes real margins (the authors use 1.5 with a scale of 30) and cuts the margin off the gradient.
    """

    title: ClassVar[str] = "A-Softmax (SphereFace)"
    idea: ClassVar[str] = "The angle to the true class, counted m times, must still be the smallest."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{\|x\|\psi(\theta_y)}}{e^{\|x\|\psi(\theta_y)}+\sum_{j\ne y}e^{\|x\|\cos\theta_j}},\quad"
        r"\psi=\frac{\lambda\cos\theta+(-1)^k\cos(m\theta)-2k}{1+\lambda}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Liu, Wen, Yu, Li, Raj, Song: SphereFace: Deep Hypersphere Embedding for Face Recognition, CVPR 2017",
            "https://arxiv.org/abs/1704.08063",
        ),
        Reference(
            "Liu, Wen, Raj, Singh, Weller: SphereFace Revived: Unifying Hyperspherical Face Recognition, TPAMI 2022",
            "https://arxiv.org/abs/2109.05565",
        ),
    )
    normalises = FollowsKnob("form", "sphereface_r")

    margin: float = knob(
        4.0,
        1.0,
        4.0,
        step=0.1,
        help="Multiplies the true class's angle; the classic form takes whole numbers only.",
    )
    form: str = knob(
        "classic",
        choices=("classic", "sphereface_r"),
        help="Classic scales by the embedding's length and anneals; sphereface_r normalises it and needs no annealing.",
    )
    scale: float = scale_knob()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.form == "classic" and self.margin != int(self.margin):
            raise KnobError(
                f"ASoftmax.margin must be a whole number in the classic form, got {self.margin}; "
                "form=sphereface_r takes any between 1.0 and 4.0"
            )

    def psi(self, theta: Tensor, plain_weight: float | None = None) -> Tensor:
        if self.form == "sphereface_r":
            return multiplied(theta, self.margin)
        return super().psi(theta, plain_weight)

    def criterion(self, num_classes: int, dim: int) -> AngularCriterion:
        if self.form == "sphereface_r":
            return DetachedMarginCriterion(self, num_classes, dim, self.scale)
        return AnnealedCriterion(self, num_classes, dim)
