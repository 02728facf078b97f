"""ResNet-18 (torchvision's)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self
from urllib.error import URLError

import torchvision
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import ResNet18_Weights

from lossviz.errors import TrainingError
from lossviz.knobs import knob
from lossviz.models.base import Model, Net


@dataclass(frozen=True)
class ResNet18(Model):
    """He et al. 2016 in torchvision's form, with the stem that suits small images.

    The other knobs are for nets as they were published: ``rgb`` and ``side`` change the images, ``pixels`` how they are
    standardised, ``hidden`` adds a layer below the embedding, ``pretrained`` begins with weights from ImageNet.
    """

    title: ClassVar[str] = "ResNet-18"
    idea: ClassVar[str] = "Eighteen layers with residual connections: the strong one, slow without a GPU."
    source: ClassVar[str] = "https://arxiv.org/abs/1512.03385"

    stem: str = knob(
        "auto",
        choices=("auto", "cifar", "imagenet"),
        help="First layers: 3x3 stride 1 without pooling (cifar), or 7x7 stride 2 with pooling (imagenet); auto is "
        "cifar for images of up to 64 pixels.",
    )
    side: int = knob(
        0, 0, 256, step=1, unit="pixels", help="Images are resized to this first; 0 leaves them as they are."
    )
    rgb: bool = knob(False, help="Grey images are repeated in three channels, for a net that was made for colour.")
    pixels: str = knob(
        "data", choices=("data", "half"), help="Standardised by mean and deviation of the data set, or by 0.5 and 0.5."
    )
    hidden: int = knob(0, 0, 4096, step=1, help="Width of a layer with ReLU below the embedding; 0 has none.")
    pretrained: bool = knob(
        False, help="Begin with torchvision's weights for ImageNet: 45 MB to download, the imagenet stem and colour."
    )

    def build(self, shape: tuple[int, int, int], dim: int, mean: Sequence[float], std: Sequence[float]) -> Net:
        if self.pixels == "half":
            mean = std = [0.5] * shape[0]
        return super().build(shape, dim, mean, std)

    def unloaded(self) -> Self:
        return replace(self, pretrained=False)

    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        channels, size = 3 if self.rgb else channels, self.side or size
        small = self.stem == "cifar" or (self.stem == "auto" and size <= 64)
        if self.pretrained and (small or channels != 3):
            raise TrainingError(
                "the weights for ImageNet fit the imagenet stem and three channels alone: add --stem imagenet, and "
                "--rgb for grey images, or leave --pretrained out"
            )
        net = torchvision.models.resnet18(weights=None)
        if self.pretrained:
            net.load_state_dict(_downloaded())
        else:
            _restem(net, channels, small)
        features = net.fc.in_features
        net.fc = nn.Sequential(nn.Linear(features, self.hidden), nn.ReLU()) if self.hidden else nn.Identity()
        adapted = [_Adapt(self.side, self.rgb), net] if self.side or self.rgb else []
        return nn.Sequential(*adapted) if adapted else net, self.hidden or features


class _Adapt(nn.Module):
    """Brings ``(N, C, H, W)`` pixels to ``side`` pixels a side (0: as they are) and grey ones to three channels."""

    def __init__(self, side: int, rgb: bool) -> None:
        super().__init__()
        self.side = side
        self.rgb = rgb

    def forward(self, pixels: Tensor) -> Tensor:
        if self.side:
            size = (self.side, self.side)
            pixels = functional.interpolate(pixels, size, mode="bilinear", align_corners=False, antialias=True)
        return pixels.expand(-1, 3, -1, -1) if self.rgb and pixels.shape[1] == 1 else pixels


def _restem(net: torchvision.models.ResNet, channels: int, small: bool) -> None:
    if small:
        net.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
        net.maxpool = nn.Identity()
    else:
        net.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
    nn.init.kaiming_normal_(net.conv1.weight, mode="fan_out", nonlinearity="relu")


def _downloaded() -> dict[str, Tensor]:
    """torchvision's weights for ImageNet, from torch's cache or the network."""
    weights = ResNet18_Weights.IMAGENET1K_V1
    try:
        return dict(weights.get_state_dict(progress=False, check_hash=True))
    except (URLError, TimeoutError) as error:
        raise TrainingError(
            f"torchvision's weights for ImageNet could not be downloaded from {weights.url} ({error}); put the file "
            "into ~/.cache/torch/hub/checkpoints, or leave --pretrained out"
        ) from error
