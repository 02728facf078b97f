"""What a model is: knobs that build a net from ``uint8`` images to embeddings."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from lossviz.knobs import Knobbed, knob


class Net(nn.Module):
    """``(N, C, H, W)`` ``uint8`` images to ``(N, dim)`` embeddings.

    Pixels are scaled and standardised here, so that weights and the pictures they expect stay together. Nothing
    follows the last linear layer but, where asked for, batch norm: a ReLU there would confine the embedding to one
    quadrant.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, trunk: nn.Module, head: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = head
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).clamp_min(1e-3).view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Embeddings ``(N, dim)`` of ``uint8`` images."""
        pixels = images.to(self.mean.dtype, copy=True).mul_(1 / (255 * self.std)).sub_(self.mean / self.std)
        embeddings: Tensor = self.head(self.trunk(pixels.contiguous(memory_format=torch.channels_last)))
        return embeddings


@dataclass(frozen=True)
class Model(Knobbed, ABC):
    """A net with its knobs. One subclass a file; the file's name is the key."""

    title: ClassVar[str]
    idea: ClassVar[str]
    source: ClassVar[str]

    embedding_bn: bool | None = knob(
        None,
        kind=bool,
        help="Batch norm on the embedding itself; auto has it beyond 3-D for more than 30 classes. It centres the "
        "embeddings, which else begin in one narrow cone and take long to leave it when classes are many.",
    )

    @classmethod
    def key(cls) -> str:
        """The name it is asked for by, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @abstractmethod
    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        """The layers below the embedding for square images of ``size`` pixels, and how many features they end in."""

    def settled(self, dim: int, classes: int) -> Self:
        """The model with what it leaves open decided for ``dim``-dimensional embeddings of so many classes."""
        return replace(self, embedding_bn=dim > 3 and classes > 30) if self.embedding_bn is None else self

    def unloaded(self) -> Self:
        """The model without weights from elsewhere, for whoever puts in weights of their own."""
        return self

    def build(self, shape: tuple[int, int, int], dim: int, mean: Sequence[float], std: Sequence[float]) -> Net:
        """A net for images of ``shape`` (C, H, W) standardised by channel ``mean`` and ``std`` (in [0, 1])."""
        trunk, features = self.trunk(shape[0], min(shape[1:]))
        head: nn.Module = nn.Linear(features, dim, bias=not self.embedding_bn)
        if self.embedding_bn:
            head = nn.Sequential(head, nn.BatchNorm1d(dim))
        return Net(trunk, head, mean, std)


class Flatten(nn.Flatten):
    """``(N, C, H, W)`` maps to ``(N, C * H * W)`` features.

    Where the maps have their channels innermost, the gradient goes back so too: the layers below are up to thirty
    times slower where they meet both orders at once.
    """

    def forward(self, maps: Tensor) -> Tensor:
        innermost = torch.channels_last
        if maps.requires_grad and maps.is_contiguous(memory_format=innermost):
            maps.register_hook(lambda gradient: gradient.contiguous(memory_format=innermost))  # type: ignore[no-untyped-call]
        return super().forward(maps)


def pooled(size: int, times: int) -> int:
    """Side left of ``size`` pixels after ``times`` poolings by 2 that round up, as :func:`pool` does."""
    for _ in range(times):
        size = -(-size // 2)
    return size


def pool() -> nn.Module:
    """Max pooling by 2 that keeps the last row and column of an odd side."""
    return nn.MaxPool2d(2, ceil_mode=True)
