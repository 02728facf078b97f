"""Contrastive loss: equal classes are pulled together, different ones pushed apart up to a margin."""

from dataclasses import dataclass
from typing import ClassVar

from pytorch_metric_learning import distances
from pytorch_metric_learning import losses as library
from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses._pairs import DistanceLoss, mean_where, pair_distances, pair_masks, placed
from lossviz.losses.base import Criterion, Reference


@dataclass(frozen=True)
class Contrastive(DistanceLoss):
    """Hadsell, Chopra, LeCun 2006, Eq. 4, over every pair of the batch.

    Pairs of one class and pairs of two are averaged each by themselves and added, so that the few of the former are
    not drowned by the many of the latter. The paper's form is ``squared``; the ``hinge`` form, without squares and
    averaged over the pairs that still have a loss, is that of pytorch-metric-learning.
    """

    title: ClassVar[str] = "Contrastive"
    idea: ClassVar[str] = "Springs pull equal classes together and push different ones apart until the margin."
    formula: ClassVar[str] = r"\tfrac12[y_i=y_j]D^2+\tfrac12[y_i\ne y_j]\max(0,m-D)^2,\quad D=\lVert x_i-x_j\rVert"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Hadsell, Chopra, LeCun: Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006",
            "https://doi.org/10.1109/CVPR.2006.100",
        ),
    )

    margin: float = knob(2.0, 0.1, 4.0, step=0.1, unit="distance", help="Pairs of two classes repel up to this far.")
    form: str = knob(
        "squared",
        choices=("squared", "hinge"),
        help="Squared as in the paper, a force that grows with the distance; or a hinge, a constant force.",
    )
    normalise: bool = knob(False, help="Measure on the unit sphere, where no distance exceeds 2, instead of raw.")

    def criterion(self, num_classes: int, dim: int) -> Criterion:
        if self.form == "squared":
            return ContrastiveCriterion(self, num_classes, dim)
        distance = distances.LpDistance(normalize_embeddings=self.normalise)
        hinge = library.ContrastiveLoss(pos_margin=0, neg_margin=self.margin, distance=distance)
        return LibraryCriterion(num_classes, dim, hinge, raw=not self.normalise)


class ContrastiveCriterion(Criterion):
    """The squared form, which pytorch-metric-learning cannot express."""

    def __init__(self, loss: Contrastive, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim)
        self.loss = loss

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        distance = pair_distances(placed(embeddings, self.loss.normalise))
        same, different = pair_masks(labels)
        pull = distance.square() / 2
        push = functional.relu(self.loss.margin - distance).square() / 2
        return mean_where(pull, same) + mean_where(push, different)
