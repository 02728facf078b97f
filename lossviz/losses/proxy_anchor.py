"""Proxy-Anchor: each proxy is an anchor that looks at all samples of the batch."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from pytorch_metric_learning import losses as library
from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses.base import Family, Loss, Reference


@dataclass(frozen=True)
class ProxyAnchor(Loss):
    """Kim et al. 2020, Eq. 4.

    The paper has alpha 32, for a hundred classes and more in 512 dimensions; the default is better for ten classes
    in few. Only d + 1 directions in d dimensions can have negative cosines to one another, so with more classes than
    that the negative term never comes to rest; in 2-D the loss does badly.
    """

    title: ClassVar[str] = "Proxy-Anchor"
    family: ClassVar[Family] = Family.PROXIES
    idea: ClassVar[str] = "Each class proxy pulls its hardest samples and pushes the hardest of the others."
    formula: ClassVar[str] = (
        r"\frac1{|P^+|}\sum_{p\in P^+}\log\Big(1+\sum_{x\in X_p^+}e^{-\alpha(s(x,p)-\delta)}\Big)"
        r"+\frac1{|P|}\sum_{p\in P}\log\Big(1+\sum_{x\in X_p^-}e^{\alpha(s(x,p)+\delta)}\Big)"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Kim, Kim, Cho, Kwak: Proxy Anchor Loss for Deep Metric Learning, CVPR 2020",
            "https://arxiv.org/abs/2003.13911",
        ),
    )
    normalises: ClassVar[bool] = True

    margin: float = knob(
        0.1,
        0.0,
        0.5,
        step=0.05,
        unit="cosine",
        symbol=r"\delta",
        help="Own samples should pass it, those of others stay below minus it.",
    )
    alpha: float = knob(16.0, 1.0, 128.0, step=1.0, log=True, help="Scale of the cosines; large looks at the hardest.")

    def criterion(self, num_classes: int, dim: int) -> "ProxyAnchorCriterion":
        return ProxyAnchorCriterion(self, num_classes, dim)


class ProxyAnchorCriterion(LibraryCriterion):
    """The library's loss and its proxies ``(C, dim)``."""

    def __init__(self, loss: ProxyAnchor, num_classes: int, dim: int) -> None:
        head = library.ProxyAnchorLoss(num_classes, dim, margin=loss.margin, alpha=loss.alpha)
        super().__init__(num_classes, dim, head)
        self.alpha = loss.alpha

    def logits(self, embeddings: Tensor) -> Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.alpha * self.library_loss.get_logits(embeddings.float())

    @property
    def prototypes(self) -> Tensor:
        return self.library_loss.proxies.detach()
