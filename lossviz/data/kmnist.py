"""Kuzushiji-MNIST: 70,000 cursive Japanese characters in MNIST's format."""

from dataclasses import dataclass
from typing import Any

from lossviz.data._idx import IdxDataSet
from lossviz.data._recipes import Ink, Recipe


@dataclass(frozen=True)
class Kmnist(IdxDataSet):
    """Clanuwat et al. 2018 (arXiv:1812.01718); 60,000 to train, 10,000 to test."""

    title = "KMNIST"
    idea = "Ten cursive Japanese characters, several ways of writing in each class."
    source = "https://github.com/rois-codh/kmnist"
    licence = "CC BY-SA 4.0"
    size_mb = 21.0
    folder = "KMNIST"

    @classmethod
    def recipe(cls) -> Recipe:
        """White strokes that fill the picture."""
        return Ink(cls.shape[1:], box=28, by_mass=False)

    @staticmethod
    def torchvision_class() -> Any:
        """torchvision's reader."""
        from torchvision.datasets import KMNIST  # noqa: PLC0415

        return KMNIST
