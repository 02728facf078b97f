"""Losses on the logits of a plain linear head, with neither embeddings nor weights normalised."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lossviz.losses.base import Criterion


class LinearCriterion(Criterion):
    """``penalty(logits, labels)`` of ``W x + b``. The prototypes are the rows of W, ``head.weight``."""

    def __init__(
        self, num_classes: int, dim: int, penalty: Callable[[Tensor, Tensor], Tensor], bias: bool = False
    ) -> None:
        super().__init__(num_classes, dim)
        self.penalty = penalty
        self.head = nn.Linear(dim, num_classes, bias=bias)

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        return self.penalty(self.head(embeddings), labels)

    def logits(self, embeddings: Tensor) -> Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.head(embeddings.float())

    @property
    def prototypes(self) -> Tensor:
        return self.head.weight.detach()
