"""Softmax: cross-entropy over a linear head, the baseline of every other loss."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._boundary import boundary_angle
from lossviz.losses._linear import LinearCriterion
from lossviz.losses.base import Family, Loss, Reference


@dataclass(frozen=True)
class Softmax(Loss):
    """Softmax cross-entropy of un-normalised embeddings (Sun et al. 2014), without a bias unless asked for."""

    title: ClassVar[str] = "Softmax"
    family: ClassVar[Family] = Family.SOFTMAX
    idea: ClassVar[str] = "The true class must get the largest inner product with the embedding; length counts."
    formula: ClassVar[str] = r"-\log\frac{e^{W_y\cdot x+b_y}}{\sum_j e^{W_j\cdot x+b_j}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Sun, Wang, Tang: Deep Learning Face Representation from Predicting 10,000 Classes, CVPR 2014",
            "https://openaccess.thecvf.com/content_cvpr_2014/html/Sun_Deep_Learning_Face_2014_CVPR_paper.html",
        ),
        Reference(
            "Wang, Xiang, Cheng, Yuille: NormFace: L2 Hypersphere Embedding for Face Verification, ACM MM 2017 "
            "(why the classes form spokes, and what a bias does to them)",
            "https://arxiv.org/abs/1704.06369",
        ),
    )
    normalises: ClassVar[bool] = False
    free_weights: ClassVar[bool] = True

    bias: bool = knob(False, help="Adds a constant to each class's logit; classes may then sit at the origin.")

    @property
    def metric(self) -> str:
        return "euclidean" if self.bias else "cosine"

    def psi(self, theta: Tensor) -> Tensor:
        """The true class's logit over ``|W_y| |x|`` at angles in radians: no margin. The bias is left out."""
        return torch.cos(theta)

    def boundary_theta(self, apart: Tensor, ratio: float = 1.0) -> Tensor:
        """As for the angular losses; ``ratio`` is the other class weight's length over this one's."""
        return boundary_angle(self.psi, apart, ratio)

    def criterion(self, num_classes: int, dim: int) -> LinearCriterion:
        return LinearCriterion(num_classes, dim, functional.cross_entropy, self.bias)
