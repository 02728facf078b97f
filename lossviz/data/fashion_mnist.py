"""Fashion-MNIST: 70,000 pictures of clothes in MNIST's format."""

from dataclasses import dataclass
from typing import Any

from lossviz.data._idx import IdxDataSet
from lossviz.data._recipes import Ink, Recipe


@dataclass(frozen=True)
class FashionMnist(IdxDataSet):
    """Xiao, Rasul and Vollgraf 2017 (arXiv:1708.07747); 60,000 to train, 10,000 to test."""

    title = "Fashion-MNIST"
    idea = "Ten kinds of clothes, as small as MNIST and harder: shirts, coats and pullovers overlap."
    source = "https://github.com/zalandoresearch/fashion-mnist"
    licence = "MIT"
    size_mb = 30.9
    flip = True
    folder = "FashionMNIST"

    @classmethod
    def recipe(cls) -> Recipe:
        """Trimmed, on black, its longer side as long as the picture; its shades stay."""
        return Ink(cls.shape[1:], box=28, by_mass=False, levels=False)

    @staticmethod
    def torchvision_class() -> Any:
        """torchvision's reader."""
        from torchvision.datasets import FashionMNIST  # noqa: PLC0415

        return FashionMNIST
