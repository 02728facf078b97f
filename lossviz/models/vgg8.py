"""VGG8 with batch norm, as in the ArcFace-against-softmax animations."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from lossviz.knobs import knob
from lossviz.models.base import Flatten, Model, pool, pooled


@dataclass(frozen=True)
class VGG8(Model):
    """Three blocks of two 3x3 convolutions (16, 32, 64 channels), after Simonyan and Zisserman 2015."""

    title: ClassVar[str] = "VGG8"
    idea: ClassVar[str] = "Six 3x3 convolutions and two linear layers, with batch norm."
    source: ClassVar[str] = "https://arxiv.org/abs/1409.1556"

    hidden: int = knob(256, 16, 1024, step=16, help="Width of the linear layer below the embedding.")
    dropout: float = knob(0.0, 0.0, 0.9, step=0.05, help="Dropout below that layer, never on the embedding.")

    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        layers: list[nn.Module] = []
        for width in (16, 32, 64):
            for fan_in in (channels, width):
                layers += [
                    nn.Conv2d(fan_in, width, 3, padding=1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(inplace=True),
                ]
            layers.append(pool())
            channels = width
        flat = 64 * pooled(size, 3) ** 2
        layers += [Flatten(), nn.Dropout(self.dropout), nn.Linear(flat, self.hidden, bias=False)]
        return nn.Sequential(*layers, nn.BatchNorm1d(self.hidden), nn.ReLU()), self.hidden
