"""L-Softmax: softmax with the angle to the true class multiplied by a whole number."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from lossviz.knobs import knob
from lossviz.losses._multiplicative import AnnealedCriterion, MultiplicativeMargin
from lossviz.losses.base import Reference


class LSoftmaxCriterion(AnnealedCriterion):
    """Keeps the lengths of the class weights in the logits: ``|W_j| |x| cos(theta_j)``."""

    def __init__(self, loss: "LSoftmax", num_classes: int, dim: int) -> None:
        super().__init__(loss, num_classes, dim)
        nn.init.normal_(self.weight, std=dim**-0.5)

    def penalised_logits(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return super().penalised_logits(embeddings, labels) * self.weight.norm(dim=1)

    def logits(self, embeddings: Tensor) -> Tensor:
        return super().logits(embeddings) * self.weight.norm(dim=1)


@dataclass(frozen=True)
class LSoftmax(MultiplicativeMargin):
    """Large-margin softmax (Liu et al. 2016, Eq. 4 to 6), annealed over the run."""

    title: ClassVar[str] = "L-Softmax"
    idea: ClassVar[str] = "Softmax in which the true class must win although its angle is counted m times."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{\|W_y\|\|x\|\psi(\theta_y)}}{e^{\|W_y\|\|x\|\psi(\theta_y)}+\sum_{j\ne y}e^{W_j\cdot x}},\quad"
        r"\psi=\frac{\lambda\cos\theta+(-1)^k\cos(m\theta)-2k}{1+\lambda}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Liu, Wen, Yu, Yang: Large-Margin Softmax Loss for Convolutional Neural Networks, ICML 2016",
            "https://arxiv.org/abs/1612.02295",
        ),
    )
    normalises: ClassVar[bool] = False
    free_weights: ClassVar[bool] = True

    margin: int = knob(2, 1, 4, step=1, help="Multiplies the true class's angle; a whole number.")

    def criterion(self, num_classes: int, dim: int) -> LSoftmaxCriterion:
        return LSoftmaxCriterion(self, num_classes, dim)
