"""NT-Xent: each positive pair against all negatives of its anchor."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._pairs import masked_logsumexp, mean_where, pair_masks, placed
from lossviz.losses.base import Batch, Criterion, Family, Loss, Reference


@dataclass(frozen=True)
class NTXent(Loss):
    """Normalised temperature-scaled cross-entropy (Sohn 2016; Chen et al. 2020, Eq. 1) with labels for pairs.

    Positives of the anchor other than the one at hand are left out of the denominator. Written here because
    pytorch-metric-learning, with the same value, holds every positive pair against every negative one: two seconds a
    step for 8 classes of 16 instead of one millisecond.
    """

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

    def criterion(self, num_classes: int, dim: int) -> "NTXentCriterion":
        return NTXentCriterion(self.temperature, num_classes, dim)


class NTXentCriterion(Criterion):
    """The log-sum over the negatives of each row, made once for all positives of that row."""

    def __init__(self, temperature: float, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim)
        self.temperature = temperature

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        unit = placed(embeddings, normalise=True)
        similarity = unit @ unit.T / self.temperature
        same, different = pair_masks(labels)
        negatives = masked_logsumexp(similarity, different)
        return mean_where(torch.logaddexp(similarity, negatives[:, None]) - similarity, same)
