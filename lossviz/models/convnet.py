"""A small convolutional net that trains digits in seconds."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from lossviz.knobs import knob
from lossviz.models.base import Flatten, Model


@dataclass(frozen=True)
class ConvNet(Model):
    """Strided 3x3 convolutions with batch norm, doubling the channels as they halve the side, then an average."""

    title: ClassVar[str] = "ConvNet"
    idea: ClassVar[str] = "A few strided convolutions: trains digits in seconds and MNIST in minutes on a laptop."
    source: ClassVar[str] = "https://arxiv.org/abs/1412.6806"

    width: int = knob(16, 4, 256, step=4, help="Channels of the first layer.")
    stages: int = knob(3, 1, 4, step=1, help="How often side is halved and channels are doubled.")

    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        layers: list[nn.Module] = []
        width = self.width
        for stage in range(self.stages):
            stride = 1 if size <= 2 else 2
            layers += [
                nn.Conv2d(channels, width, 3, stride, padding=1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace=True),
            ]
            size = -(-size // stride)
            channels, width = width, width * 2 if stage < self.stages - 1 else width
        if size > 4:
            layers.append(nn.AdaptiveAvgPool2d(4))
        return nn.Sequential(*layers, Flatten()), channels * min(size, 4) ** 2
