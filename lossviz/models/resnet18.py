"""ResNet-18 (torchvision's)."""

from dataclasses import dataclass
from typing import ClassVar

import torchvision
from torch import nn

from lossviz.knobs import knob
from lossviz.models.base import Model


@dataclass(frozen=True)
class ResNet18(Model):
    """He et al. 2016 in torchvision's form, with the stem that suits small images."""

    title: ClassVar[str] = "ResNet-18"
    idea: ClassVar[str] = "Eighteen layers with residual connections: the strong one, slow without a GPU."
    source: ClassVar[str] = "https://arxiv.org/abs/1512.03385"

    stem: str = knob(
        "auto",
        choices=("auto", "cifar", "imagenet"),
        help="First layers: 3x3 stride 1 without pooling (cifar), or 7x7 stride 2 with pooling (imagenet); auto is "
        "cifar for images of up to 64 pixels.",
    )

    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        net = torchvision.models.resnet18(weights=None)
        if self.stem == "cifar" or (self.stem == "auto" and size <= 64):
            net.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
            net.maxpool = nn.Identity()
        else:
            net.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        nn.init.kaiming_normal_(net.conv1.weight, mode="fan_out", nonlinearity="relu")
        features = net.fc.in_features
        net.fc = nn.Identity()
        return net, features
