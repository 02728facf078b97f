"""Circle loss on pairs: each similarity is pulled in proportion to how far it is from its optimum."""

from dataclasses import dataclass
from typing import ClassVar

from pytorch_metric_learning import losses as library

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses.base import Batch, Family, Loss, Reference


@dataclass(frozen=True)
class Circle(Loss):
    """Sun et al. 2020, Eq. 6 with the weights of Eq. 5 and the margins of Section 3.3, one term for every anchor.

    The weights alpha are constants to the gradient (Eq. 9-10). The mean is over anchors that have both kinds of pair.
    """

    title: ClassVar[str] = "Circle"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "Similarities far from where they should be pull harder, so the boundary becomes a circle."
    formula: ClassVar[str] = (
        r"\log\Big[1+\sum_{n}e^{\gamma[s_n+m]_+(s_n-m)}\sum_{p}e^{-\gamma[1+m-s_p]_+(s_p-1+m)}\Big]"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Sun, Cheng, Zhang, Zhang, Zheng, Wang, Wei: Circle Loss: A Unified Perspective of Pair Similarity "
            "Optimization, CVPR 2020",
            "https://arxiv.org/abs/2002.10857",
        ),
    )
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises: ClassVar[bool] = True

    margin: float = knob(
        0.4, 0.05, 0.5, step=0.05, unit="cosine", help="Targets are 1-m for positives and m for negatives."
    )
    gamma: float = knob(80.0, 8.0, 256.0, step=8.0, log=True, help="Scale of the similarities; sharpens the softmax.")

    def criterion(self, num_classes: int, dim: int) -> LibraryCriterion:
        return LibraryCriterion(num_classes, dim, library.CircleLoss(m=self.margin, gamma=self.gamma))
