"""LeNet++, the net of the center-loss paper's toy figures."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from lossviz.models.base import Flatten, Model, pool, pooled


@dataclass(frozen=True)
class LeNetPP(Model):
    """Wen et al. 2016, Table 1: three stages of two 5x5 convolutions (32, 64, 128 channels) with PReLU."""

    title: ClassVar[str] = "LeNet++"
    idea: ClassVar[str] = "The net behind the classic 2-D MNIST pictures: six 5x5 convolutions with PReLU."
    source: ClassVar[str] = "https://ydwen.github.io/papers/WenECCV16.pdf"

    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        layers: list[nn.Module] = []
        for width in (32, 64, 128):
            for fan_in in (channels, width):
                convolution = nn.Conv2d(fan_in, width, 5, padding=2)
                nn.init.kaiming_normal_(convolution.weight, a=0.25)  # the slope that PReLU starts with
                layers += [convolution, nn.PReLU(width)]
            layers.append(pool())
            channels = width
        return nn.Sequential(*layers, Flatten()), 128 * pooled(size, 3) ** 2
