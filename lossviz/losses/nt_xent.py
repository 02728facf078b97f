"""NT-Xent: each positive pair against all negatives of its anchor."""

from dataclasses import dataclass
from typing import ClassVar

from pytorch_metric_learning import losses as library

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses.base import Batch, Family, Loss, Reference


@dataclass(frozen=True)
class NTXent(Loss):
    """Normalised temperature-scaled cross-entropy (Sohn 2016; Chen et al. 2020, Eq. 1) with labels for pairs."""

    title: ClassVar[str] = "NT-Xent"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "A softmax in which each positive has to beat every negative of the same anchor."
    formula: ClassVar[str] = r"-\log\frac{e^{s_p/\tau}}{e^{s_p/\tau}+\sum_{n}e^{s_n/\tau}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Chen, Kornblith, Norouzi, Hinton: A Simple Framework for Contrastive Learning of Visual "
            "Representations, ICML 2020",
            "https://arxiv.org/abs/2002.05709",
        ),
    )
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises: ClassVar[bool] = True

    temperature: float = knob(0.1, 0.01, 1.0, step=0.01, log=True, help="Divides the cosines; small looks at the hard.")

    def criterion(self, num_classes: int, dim: int) -> LibraryCriterion:
        return LibraryCriterion(num_classes, dim, library.NTXentLoss(temperature=self.temperature))
