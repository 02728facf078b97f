"""Triplet-center loss: an embedding must be nearer to its own center than to any other, by a margin."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._linear import LinearCriterion
from lossviz.losses.base import Criterion, Family, Loss, Reference


class TripletCenterCriterion(Criterion):
    """Trainable centers, alone: predicts the nearest center."""

    def __init__(self, loss: "TripletCenter", num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim)
        self.loss = loss
        self.centers = nn.Parameter(torch.randn(num_classes, dim))

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        distances = self.distances(embeddings)
        own = distances.gather(1, labels[:, None])[:, 0]
        rival = distances.scatter(1, labels[:, None], float("inf")).amin(1)
        return functional.relu(own + self.loss.margin - rival).mean()

    def distances(self, embeddings: Tensor) -> Tensor:
        """``(N, C)`` halves of the squared distances to the centers, exact when close."""
        return torch.cdist(embeddings, self.centers, compute_mode="donot_use_mm_for_euclid_dist").square() / 2

    def logits(self, embeddings: Tensor) -> Tensor:
        return -self.distances(embeddings.float())

    @property
    def prototypes(self) -> Tensor:
        return self.centers.detach()


class JointTripletCenterCriterion(TripletCenterCriterion):
    """The centers beside a bias-free softmax head, which predicts."""

    def __init__(self, loss: "TripletCenter", num_classes: int, dim: int) -> None:
        super().__init__(loss, num_classes, dim)
        self.softmax = LinearCriterion(num_classes, dim, functional.cross_entropy)

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        centers = super().compute(embeddings, labels)
        return self.softmax.compute(embeddings, labels) + self.loss.center_weight * centers

    def logits(self, embeddings: Tensor) -> Tensor:
        return self.softmax.logits(embeddings)

    def start_from(self, directions: Tensor) -> None:
        self.softmax.start_from(directions)


@dataclass(frozen=True)
class TripletCenter(Loss):
    """Triplet-center loss (He et al. 2018, section 3.3), alone or jointly with softmax, as batch means."""

    title: ClassVar[str] = "Triplet-center"
    family: ClassVar[Family] = Family.CENTERS
    idea: ClassVar[str] = "Each embedding must be nearer to its own class's center than to the next one, by a margin."
    formula: ClassVar[str] = r"\max\left(0,\;D(x,c_y)+m-\min_{j\ne y}D(x,c_j)\right),\quad D(x,c)=\frac12\|x-c\|^2"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "He, Zhou, Zhou, Bai, Bai: Triplet-Center Loss for Multi-View 3D Object Retrieval, CVPR 2018",
            "https://arxiv.org/abs/1803.06189",
        ),
    )
    normalises: ClassVar[bool] = False

    margin: float = knob(5.0, 0.0, 20.0, step=0.5, help="By how much half the squared distances must differ.")
    softmax: bool = knob(False, help="Adds a softmax cross-entropy with its own bias-free head.")
    center_weight: float = knob(
        0.1, 0.001, 10.0, log=True, help="Weight of the center term where there is a softmax beside it."
    )

    @property
    def metric(self) -> str:
        return "euclidean"

    def criterion(self, num_classes: int, dim: int) -> TripletCenterCriterion:
        kind = JointTripletCenterCriterion if self.softmax else TripletCenterCriterion
        return kind(self, num_classes, dim)
