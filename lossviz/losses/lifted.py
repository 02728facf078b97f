"""Lifted structure loss: every positive pair against all negatives of both its ends."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._pairs import DistanceLoss, masked_logsumexp, mean_where, pair_distances, pair_masks, placed
from lossviz.losses.base import Criterion, Reference


@dataclass(frozen=True)
class Lifted(DistanceLoss):
    """Oh Song et al. 2016, Eq. 4 (the smooth bound), on raw distances as in the paper.

    Written here because pytorch-metric-learning holds every positive pair against every negative one, which is a
    tensor of 27 million numbers for 8 classes of 16; the sums over an anchor's negatives need only be made once.
    """

    title: ClassVar[str] = "Lifted structure"
    idea: ClassVar[str] = "Each positive pair has to be closer than the nearest strangers of both its ends."
    formula: ClassVar[str] = (
        r"\frac1{2|P|}\sum_{(i,j)\in P}\max\Big(0,\;D_{ij}+\log\Big(\sum_{k\in N_i}e^{m-D_{ik}}"
        r"+\sum_{k\in N_j}e^{m-D_{jk}}\Big)\Big)^2"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Oh Song, Xiang, Jegelka, Savarese: Deep Metric Learning via Lifted Structured Feature Embedding, "
            "CVPR 2016",
            "https://arxiv.org/abs/1511.06452",
        ),
    )

    margin: float = knob(1.0, 0.1, 3.0, step=0.1, unit="distance", help="How much farther the negatives have to be.")
    normalise: bool = knob(False, help="Measure on the unit sphere, where no distance exceeds 2, instead of raw.")

    def criterion(self, num_classes: int, dim: int) -> "LiftedCriterion":
        return LiftedCriterion(self, num_classes, dim)


class LiftedCriterion(Criterion):
    """Log-sums over the negatives of each row, joined for the two ends of every positive pair."""

    def __init__(self, loss: Lifted, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim)
        self.loss = loss

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        distance = pair_distances(placed(embeddings, self.loss.normalise))
        same, different = pair_masks(labels)
        negatives = masked_logsumexp(self.loss.margin - distance, different)
        violation = distance + torch.logaddexp(negatives[:, None], negatives[None, :])
        return mean_where(functional.relu(violation).square() / 2, same)
