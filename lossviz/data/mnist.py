"""MNIST: 70,000 handwritten digits."""

from dataclasses import dataclass
from typing import Any

from lossviz.data._idx import IdxDataSet
from lossviz.data._recipes import Ink, Recipe


@dataclass(frozen=True)
class Mnist(IdxDataSet):
    """LeCun, Cortes and Burges; 60,000 to train, 10,000 to test."""

    title = "MNIST"
    idea = "Handwritten digits: the set on which every loss has been drawn in two dimensions."
    source = "http://yann.lecun.com/exdb/mnist/"
    licence = "CC BY-SA 3.0"
    size_mb = 11.6
    folder = "MNIST"

    @classmethod
    def recipe(cls) -> Recipe:
        """In a box of 20 pixels, by its centre of mass in the middle of 28."""
        return Ink(cls.shape[1:])

    @staticmethod
    def torchvision_class() -> Any:
        """torchvision's reader."""
        from torchvision.datasets import MNIST  # noqa: PLC0415

        return MNIST
