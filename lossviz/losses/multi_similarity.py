"""Multi-similarity loss: pairs weighted by themselves and by their neighbours, after mining."""

from dataclasses import dataclass
from typing import ClassVar

from pytorch_metric_learning import losses as library
from pytorch_metric_learning import miners

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses.base import Batch, Family, Loss, Reference


@dataclass(frozen=True)
class MultiSimilarity(Loss):
    """Wang et al. 2019: mining by Eq. 11-12, weighting by Eq. 15, with the shift 0.5 of the authors' code."""

    title: ClassVar[str] = "Multi-similarity"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "Informative pairs are mined, then weighted by how they compare with the anchor's others."
    formula: ClassVar[str] = (
        r"\frac1\alpha\log\Big(1+\sum_{p}e^{-\alpha(s_p-\lambda)}\Big)"
        r"+\frac1\beta\log\Big(1+\sum_{n}e^{\beta(s_n-\lambda)}\Big)"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Wang, Han, Huang, Dong, Scott: Multi-Similarity Loss with General Pair Weighting for Deep Metric "
            "Learning, CVPR 2019",
            "https://arxiv.org/abs/1904.06627",
        ),
    )
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises: ClassVar[bool] = True

    alpha: float = knob(2.0, 0.5, 20.0, step=0.5, log=True, help="Sharpness for positives.")
    beta: float = knob(50.0, 1.0, 100.0, step=1.0, log=True, help="Sharpness for negatives.")
    shift: float = knob(
        0.5,
        0.0,
        1.0,
        step=0.05,
        unit="cosine",
        symbol=r"\lambda",
        help="Cosine above which negatives and below which positives count.",
    )
    epsilon: float = knob(
        0.1,
        0.0,
        2.0,
        step=0.05,
        unit="cosine",
        help="Mining: a pair is used if it comes within this of the anchor's hardest pair of the other kind; 2 uses "
        "all pairs.",
    )

    def criterion(self, num_classes: int, dim: int) -> LibraryCriterion:
        loss = library.MultiSimilarityLoss(alpha=self.alpha, beta=self.beta, base=self.shift)
        return LibraryCriterion(num_classes, dim, loss, miners.MultiSimilarityMiner(epsilon=self.epsilon))
