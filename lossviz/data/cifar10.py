"""CIFAR-10: 60,000 small colour photographs of ten kinds of things."""

from dataclasses import dataclass

import numpy as np

from lossviz.data._disk import disk_errors
from lossviz.data._download import download
from lossviz.data.base import DataSet, Raw, Report
from lossviz.paths import data_dir


@dataclass(frozen=True)
class Cifar10(DataSet):
    """Krizhevsky 2009, the original pixels; 50,000 to train, 10,000 to test."""

    title = "CIFAR-10"
    idea = "Ten kinds of animals and vehicles, 32x32 in colour."
    source = "https://www.cs.toronto.edu/~kriz/cifar.html"
    licence = "no licence stated; cite Krizhevsky 2009"
    size_mb = 170.5
    shape = (60000, 3, 32, 32)
    classes = 10
    flip = True
    pad = 4

    @classmethod
    def at_hand(cls) -> bool:
        """Whether the unpacked batches are there (their checksums are looked at when they are read)."""
        return (data_dir() / "cifar-10-batches-py" / "test_batch").is_file()

    def build(self, report: Report) -> Raw:
        """Download the archive unless every batch is there with its checksum, then read both official splits."""
        from torchvision.datasets import CIFAR10  # noqa: PLC0415

        report(f"reading {self.title}", None)
        try:
            CIFAR10(data_dir())
        except RuntimeError:  # torchvision's word for a missing file or a wrong checksum
            download([CIFAR10.url], data_dir() / CIFAR10.filename, CIFAR10.tgz_md5, report)
            report(f"unpacking {self.title}", None)
            with disk_errors(data_dir(), self.title):
                CIFAR10(data_dir(), download=True)
        train, test = (CIFAR10(data_dir(), train=part) for part in (True, False))
        images = np.concatenate([train.data, test.data]).transpose(0, 3, 1, 2)
        labels = np.array(train.targets + test.targets, dtype=np.int64)
        return Raw(images, labels, np.arange(len(labels)) >= len(train.data), tuple(train.classes))
