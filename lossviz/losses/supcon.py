"""SupCon: all positives of an anchor against everyone else in the batch."""

from dataclasses import dataclass
from typing import ClassVar

from pytorch_metric_learning import losses as library

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses.base import Batch, Family, Loss, Reference


@dataclass(frozen=True)
class SupCon(Loss):
    """Supervised contrastive loss (Khosla et al. 2020, Eq. 2, the sum outside the logarithm).

    The mean is over anchors that have a positive. Positives stand in the denominator too, so the loss does not reach
    0 but log of the number of positives.
    """

    title: ClassVar[str] = "SupCon"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "An anchor shares its softmax over the whole batch evenly among its own class."
    formula: ClassVar[str] = r"-\frac1{|P|}\sum_{p\in P}\log\frac{e^{s_p/\tau}}{\sum_{a\ne i}e^{s_a/\tau}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Khosla, Teterwak, Wang, Sarna, Tian, Isola, Maschinot, Liu, Krishnan: Supervised Contrastive Learning, "
            "NeurIPS 2020",
            "https://arxiv.org/abs/2004.11362",
        ),
    )
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises: ClassVar[bool] = True

    temperature: float = knob(0.1, 0.01, 1.0, step=0.01, log=True, help="Divides the cosines; small looks at the hard.")

    def criterion(self, num_classes: int, dim: int) -> LibraryCriterion:
        return LibraryCriterion(num_classes, dim, library.SupConLoss(temperature=self.temperature))
