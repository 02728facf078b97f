"""N-pair loss: one positive against the positives of all other classes."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from pytorch_metric_learning import distances, regularizers
from pytorch_metric_learning import losses as library
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses.base import Batch, Family, Loss, Reference


@dataclass(frozen=True)
class NPair(Loss):
    """Sohn 2016, Eq. 7 (N-pair-mc) on dot products of raw embeddings, plus a penalty on their squared length.

    A batch with more than two samples of a class is not cut down: the first two of every class make one N-pair
    tuple, the next two another, and the loss is the mean over the tuples. What is left without a partner is left out.
    """

    title: ClassVar[str] = "N-pair"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "An anchor has to pick its own partner out of one sample from every class."
    formula: ClassVar[str] = (
        r"\frac1N\sum_i\log\Big(1+\sum_{j\ne i}e^{x_i^\top x_j^+-x_i^\top x_i^+}\Big)"
        r"+\lambda\,\overline{\lVert x\rVert^2}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Sohn: Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NIPS 2016",
            "https://proceedings.neurips.cc/paper/2016/hash/6b180037abbebea991d8b1232f8a8ca9-Abstract.html",
        ),
    )
    batch: ClassVar[Batch] = Batch.TWO
    normalises: ClassVar[bool] = False

    l2: float = knob(
        0.02,
        0.0,
        0.2,
        step=0.005,
        symbol=r"\lambda",
        help="Weight of the mean squared length, which keeps the dot products in bounds.",
    )

    def criterion(self, num_classes: int, dim: int) -> "NPairCriterion":
        loss = library.NPairsLoss(
            distance=distances.DotProductSimilarity(normalize_embeddings=False),
            embedding_regularizer=regularizers.LpRegularizer(power=2),
            embedding_reg_weight=self.l2,
        )
        return NPairCriterion(num_classes, dim, loss, raw=True)


class NPairCriterion(LibraryCriterion):
    """Gives the library, which uses two samples of a class and drops the rest, one tuple at a time."""

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        tuples = [self.library_loss(embeddings[rows], labels[rows]) for rows in n_pair_tuples(labels)]
        return torch.stack(tuples).mean() if tuples else 0.0 * embeddings.sum()


def n_pair_tuples(labels: Tensor) -> list[Tensor]:
    """Rows of each tuple: the r-th tuple has the r-th two samples of every class that holds so many."""
    equal = labels[:, None] == labels
    rank = equal.tril(-1).sum(1)
    paired = rank < equal.sum(1) // 2 * 2
    number = torch.where(paired, rank // 2, -1)
    return [torch.where(number == each)[0] for each in range(int(number.max()) + 1)]
