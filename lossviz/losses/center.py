"""Center loss: softmax, and every embedding drawn to the center of its class."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._linear import LinearCriterion
from lossviz.losses.base import Family, Loss, Reference


class CenterCriterion(LinearCriterion):
    """Bias-free softmax with centers that follow the embeddings by Eq. 4 and know no gradient.

    The prototypes are the centers, a buffer; a warm start turns the softmax head's weights and leaves the centers,
    which Eq. 4 brings to their classes anyway.
    """

    centers: Tensor

    def __init__(self, loss: "Center", num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim, functional.cross_entropy)
        self.loss = loss
        self.register_buffer("centers", nn.init.xavier_uniform_(torch.empty(num_classes, dim)))

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        spread = (embeddings - self.centers[labels]).square().sum(1).mean() / 2
        if self.training:
            self._follow(embeddings.detach(), labels)
        return super().compute(embeddings, labels) + self.loss.center_weight * spread

    @property
    def prototypes(self) -> Tensor:
        return self.centers.detach()

    def start_from(self, directions: Tensor) -> None:
        weight = self.head.weight.detach()
        weight.copy_(functional.normalize(directions.to(weight), dim=1) * weight.norm(dim=1, keepdim=True))

    def _follow(self, embeddings: Tensor, labels: Tensor) -> None:
        """Eq. 4: each center moves by alpha of the sum of its samples' offsets over one plus their number."""
        member = functional.one_hot(labels, self.num_classes).to(embeddings)
        counts = member.sum(0)[:, None]
        offsets = counts * self.centers - member.T @ embeddings
        self.centers -= self.loss.alpha * offsets / (1 + counts)


@dataclass(frozen=True)
class Center(Loss):
    """Center loss jointly with softmax (Wen et al. 2016, Eq. 5), centers by Eq. 3 and 4.

    The paper adds up both terms over the batch and here both are means, so its lambda carries over unchanged.
    """

    title: ClassVar[str] = "Center loss"
    family: ClassVar[Family] = Family.CENTERS
    idea: ClassVar[str] = "Softmax keeps the classes apart while each embedding is drawn to its class's center."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{W_y\cdot x}}{\sum_j e^{W_j\cdot x}}+\frac{\lambda}{2}\|x-c_y\|^2,\quad "
        r"c_j\leftarrow c_j-\alpha\frac{\sum_{y_i=j}(c_j-x_i)}{1+\sum_{y_i=j}1}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Wen, Zhang, Li, Qiao: A Discriminative Feature Learning Approach for Deep Face Recognition, ECCV 2016",
            "https://ydwen.github.io/papers/WenECCV16.pdf",
        ),
    )
    normalises: ClassVar[bool] = False

    center_weight: float = knob(
        0.01,
        0.0001,
        1.0,
        symbol=r"\lambda",
        log=True,
        help="Lambda: weight of the mean of half the squared distance to the center, beside the mean cross-entropy.",
    )
    alpha: float = knob(0.5, 0.01, 1.0, step=0.01, help="How far the centers move towards each batch.")

    @property
    def metric(self) -> str:
        return "euclidean"

    def criterion(self, num_classes: int, dim: int) -> CenterCriterion:
        return CenterCriterion(self, num_classes, dim)
