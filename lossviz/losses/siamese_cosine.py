"""Siamese cosine: the cosine of each pair is regressed to a target."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._pairs import mean_where, pair_masks, placed
from lossviz.losses.base import Batch, Criterion, Family, Loss, Reference


@dataclass(frozen=True)
class SiameseCosine(Loss):
    """Bromley et al. 1993: squared error between the cosine of a pair and +1, or a negative target.

    Pairs of one class and pairs of two are averaged each by themselves and added.
    """

    title: ClassVar[str] = "Siamese cosine"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "Pairs of one class are asked for the cosine +1, pairs of two for a negative one."
    formula: ClassVar[str] = r"[y_i=y_j](\cos_{ij}-1)^2+[y_i\ne y_j](\cos_{ij}-t)^2"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Bromley, Guyon, LeCun, Saeckinger, Shah: Signature Verification using a Siamese Time Delay Neural "
            "Network, NIPS 1993",
            "https://proceedings.neurips.cc/paper/1993/hash/288cc0ff022877bd3df94bc9360b9c5d-Abstract.html",
        ),
    )
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises: ClassVar[bool] = True

    negative_target: float = knob(
        -0.9,
        -1.0,
        0.5,
        symbol="t",
        step=0.05,
        unit="cosine",
        help="Cosine asked of two classes; -1 is out of reach beyond two classes, where C of them get to -1/(C-1) "
        "on average at best.",
    )

    def criterion(self, num_classes: int, dim: int) -> "SiameseCosineCriterion":
        return SiameseCosineCriterion(self.negative_target, num_classes, dim)


class SiameseCosineCriterion(Criterion):
    """Squared errors of the cosines."""

    def __init__(self, negative_target: float, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim)
        self.negative_target = negative_target

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        unit = placed(embeddings, normalise=True)
        cosine = unit @ unit.T
        same, different = pair_masks(labels)
        return mean_where((cosine - 1).square(), same) + mean_where((cosine - self.negative_target).square(), different)
