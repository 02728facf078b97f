"""Losses that pytorch-metric-learning computes."""

from typing import Any

from torch import Tensor
from torch.nn import Module

from lossviz.losses.base import Criterion, directed


class LibraryCriterion(Criterion):
    """A pytorch-metric-learning loss, with a miner where the loss needs one.

    The library returns 0 with zero gradients when a batch holds no pair or triplet to learn from. ``raw`` says that
    the loss does not normalise, so that a zero embedding is a place like any other and has a gradient.
    """

    def __init__(
        self, num_classes: int, dim: int, loss: Module, miner: Module | None = None, *, raw: bool = False
    ) -> None:
        super().__init__(num_classes, dim)
        self.library_loss: Any = loss
        self.miner = miner
        self.raw = raw

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        embeddings = embeddings if self.raw else directed(embeddings)
        mined = None if self.miner is None else self.miner(embeddings, labels)
        return self.library_loss(embeddings, labels, mined)
