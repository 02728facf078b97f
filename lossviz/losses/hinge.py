"""Multi-class hinge: the support vector machine's margin on the logits of a linear head."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._linear import LinearCriterion
from lossviz.losses.base import Family, Loss, Reference


def crammer_singer(logits: Tensor, labels: Tensor, margin: float) -> Tensor:
    """Mean of ``max(0, margin + max_{j != y} f_j - f_y)`` (Crammer and Singer 2001)."""
    own = labels[:, None]
    rival = logits.scatter(1, own, -float("inf")).amax(1)
    return functional.relu(margin + rival - logits.gather(1, own)[:, 0]).mean()


@dataclass(frozen=True)
class Hinge(Loss):
    """Multi-class hinge loss of Crammer and Singer (2001) or Weston and Watkins (1999)."""

    title: ClassVar[str] = "Hinge"
    family: ClassVar[Family] = Family.SOFTMAX
    idea: ClassVar[str] = "The true class must lead every other by a fixed margin; those who do are left alone."
    formula: ClassVar[str] = r"\max\left(0,\;m+\max_{j\ne y}W_j\cdot x-W_y\cdot x\right)"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Crammer, Singer: On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines, JMLR 2001",
            "https://jmlr.org/papers/v2/crammer01a.html",
        ),
        Reference(
            "Weston, Watkins: Support Vector Machines for Multi-Class Pattern Recognition, ESANN 1999",
            "https://www.esann.org/sites/default/files/proceedings/legacy/es1999-461.pdf",
        ),
    )
    normalises: ClassVar[bool] = False

    margin: float = knob(1.0, 0.0, 10.0, step=0.1, help="Lead in logits that the true class must have.")
    form: str = knob(
        "crammer_singer",
        choices=("crammer_singer", "weston_watkins"),
        help="Crammer and Singer look at the strongest rival only; Weston and Watkins add up every rival's "
        "violation, divided by the number of classes.",
    )

    def criterion(self, num_classes: int, dim: int) -> LinearCriterion:
        return LinearCriterion(num_classes, dim, self.penalty)

    def penalty(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The mean hinge of ``(N, C)`` logits in the chosen form."""
        if self.form == "crammer_singer":
            return crammer_singer(logits, labels, self.margin)
        return functional.multi_margin_loss(logits, labels, margin=self.margin)
