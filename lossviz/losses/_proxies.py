"""A head of class weights, or proxies, that is compared with the embeddings by cosine."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lossviz.losses.base import Criterion, directed


class CosineHead(Criterion):
    """Holds ``weight`` ``(C, dim)``, one direction a class; the logits are ``scale`` times the cosines to them."""

    def __init__(self, num_classes: int, dim: int, scale: float) -> None:
        super().__init__(num_classes, dim)
        self.scale = scale
        self.weight = nn.Parameter(torch.randn(num_classes, dim))

    def logits(self, embeddings: Tensor) -> Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.scale * self.cosines(embeddings.float())

    @property
    def prototypes(self) -> Tensor:
        return self.weight.detach()

    def cosines(self, embeddings: Tensor) -> Tensor:
        """``(N, C)`` cosines between embeddings and class weights."""
        unit = functional.normalize(directed(embeddings), dim=1)
        return functional.linear(unit, functional.normalize(self.weight, dim=1))
