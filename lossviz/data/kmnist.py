"""Kuzushiji-MNIST: 70,000 cursive Japanese characters in MNIST's format."""

from dataclasses import dataclass
from typing import Any

from lossviz.data._idx import IdxDataSet


@dataclass(frozen=True)
class Kmnist(IdxDataSet):
    """Clanuwat et al. 2018 (arXiv:1812.01718); 60,000 to train, 10,000 to test."""

    title = "KMNIST"
    idea = "Ten cursive Japanese characters, several ways of writing in each class."
    source = "https://github.com/rois-codh/kmnist"
    licence = "CC BY-SA 4.0"
    size_mb = 21.0
    folder = "KMNIST"

    @staticmethod
    def torchvision_class() -> Any:
        """torchvision's reader."""
        from torchvision.datasets import KMNIST  # noqa: PLC0415

        return KMNIST
