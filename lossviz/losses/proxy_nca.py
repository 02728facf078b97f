"""Proxy-NCA: samples against one proxy for each class instead of against one another."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._proxies import CosineHead
from lossviz.losses.base import Family, Loss, Reference


@dataclass(frozen=True)
class ProxyNCA(Loss):
    """Movshovitz-Attias et al. 2017, Eq. 4, on squared distances between directions.

    The paper's denominator has only the proxies of other classes, so the loss can be negative;
    pytorch-metric-learning has all of them. Since the squared distance is 2 - 2 cos, a scale of s is a softmax over
    2s times the cosines. The paper has no scale, which is far too flat a softmax; the default 9 is the temperature
    1/9 of Proxy-NCA++.
    """

    title: ClassVar[str] = "Proxy-NCA"
    family: ClassVar[Family] = Family.PROXIES
    idea: ClassVar[str] = "Each sample has to be nearer to the proxy of its class than to all other proxies."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{-s\lVert u-p_y\rVert^2}}{\sum_{z\ne y}e^{-s\lVert u-p_z\rVert^2}},"
        r"\quad\lVert u\rVert=\lVert p\rVert=1"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Movshovitz-Attias, Toshev, Leung, Ioffe, Singh: No Fuss Distance Metric Learning using Proxies, ICCV 2017",
            "https://arxiv.org/abs/1703.07464",
        ),
        Reference(
            "Teh, DeVries, Taylor: ProxyNCA++: Revisiting and Revitalizing Proxy Neighborhood Component Analysis, "
            "ECCV 2020",
            "https://arxiv.org/abs/2004.01113",
        ),
    )
    normalises: ClassVar[bool] = True

    scale: float = knob(9.0, 1.0, 64.0, step=1.0, log=True, help="Multiplies the squared distances.")
    denominator: str = knob(
        "others",
        choices=("others", "all"),
        help="Proxies in the denominator: those of other classes as in the paper, or all as in Proxy-NCA++.",
    )

    def criterion(self, num_classes: int, dim: int) -> "ProxyNCACriterion":
        return ProxyNCACriterion(self, num_classes, dim)


class ProxyNCACriterion(CosineHead):
    """Logits ``2 * scale * cos``: the part of ``-scale * squared distance`` that differs between proxies."""

    def __init__(self, loss: ProxyNCA, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim, 2 * loss.scale)
        self.loss = loss

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        logits = self.logits(embeddings)
        if self.loss.denominator == "all":
            return functional.cross_entropy(logits, labels)
        own = functional.one_hot(labels, self.num_classes).bool()
        others = logits.masked_fill(own, -float("inf")).logsumexp(dim=1)
        return (others - logits[own]).mean()
