"""Circle loss on classes: the similarities are cosines to class weights."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._proxies import CosineHead
from lossviz.losses.base import Family, Loss, Reference


@dataclass(frozen=True)
class CircleClass(Loss):
    """Sun et al. 2020, Eq. 6 with class-level labels: one positive similarity, to the class's own weight.

    With a single positive the loss is the cross-entropy of the re-weighted similarities, which is how it is computed.
    """

    title: ClassVar[str] = "Circle (classes)"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "Circle loss with one learnt direction a class in place of the other samples."
    formula: ClassVar[str] = (
        r"\log\Big[1+e^{-\gamma[1+m-c_y]_+(c_y-1+m)}\sum_{j\ne y}e^{\gamma[c_j+m]_+(c_j-m)}\Big],\quad c_j=\cos\theta_j"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Sun, Cheng, Zhang, Zhang, Zheng, Wang, Wei: Circle Loss: A Unified Perspective of Pair Similarity "
            "Optimization, CVPR 2020",
            "https://arxiv.org/abs/2002.10857",
        ),
    )
    normalises: ClassVar[bool] = True

    margin: float = knob(
        0.25, 0.05, 0.5, step=0.05, unit="cosine", help="Targets are 1-m for the own class and m for the others."
    )
    gamma: float = knob(64.0, 8.0, 256.0, step=8.0, log=True, help="Scale of the cosines; sharpens the softmax.")

    def criterion(self, num_classes: int, dim: int) -> "CircleClassCriterion":
        return CircleClassCriterion(self, num_classes, dim)


class CircleClassCriterion(CosineHead):
    """Cross-entropy of similarities weighted by their distance from the optimum, the weights held constant."""

    def __init__(self, loss: CircleClass, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim, loss.gamma)
        self.margin = loss.margin

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        cosine, m = self.cosines(embeddings), self.margin
        fixed = cosine.detach()
        positive = functional.relu(1 + m - fixed) * (cosine - (1 - m))
        negative = functional.relu(fixed + m) * (cosine - m)
        own = functional.one_hot(labels, self.num_classes).bool()
        return functional.cross_entropy(self.scale * torch.where(own, positive, negative), labels)
