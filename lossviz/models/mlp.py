"""A plain multilayer perceptron."""

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from lossviz.knobs import knob
from lossviz.models.base import Model


@dataclass(frozen=True)
class MLP(Model):
    """Linear layers with batch norm and ReLU over the pixels."""

    title: ClassVar[str] = "MLP"
    idea: ClassVar[str] = "Linear layers over the pixels: the fastest, and blind to where pixels are."
    source: ClassVar[str] = "https://www.deeplearningbook.org/contents/mlp.html"

    hidden: int = knob(256, 4, 4096, step=4, log=True, help="Width of each hidden layer.")
    layers: int = knob(2, 1, 6, step=1, help="Hidden layers.")

    def trunk(self, channels: int, size: int) -> tuple[nn.Module, int]:
        width = channels * size * size
        layers: list[nn.Module] = [nn.Flatten()]
        for _ in range(self.layers):
            layers += [nn.Linear(width, self.hidden, bias=False), nn.BatchNorm1d(self.hidden), nn.ReLU()]
            width = self.hidden
        return nn.Sequential(*layers), width
