"""MNIST and the sets made in its image: four files in LeCun's idx format, ten classes, 28x28, one channel."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lossviz.data._disk import disk_errors
from lossviz.data._download import NotDownloaded, download
from lossviz.data.base import DataSet, Raw, Report
from lossviz.paths import data_dir


@dataclass(frozen=True)
class IdxDataSet(DataSet):
    """A set that torchvision reads out of ``$LOSSVIZ_DATA/<its class>/raw``."""

    shape = (70000, 1, 28, 28)
    classes = 10
    pad = 2
    folder = ""

    @staticmethod
    @abstractmethod
    def torchvision_class() -> Any:
        """The torchvision class, imported only when it is needed."""

    @classmethod
    def at_hand(cls) -> bool:
        """Whether the four files are there and whole."""
        raw = data_dir() / cls.folder / "raw"
        parts = [(part, kind) for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
        return all(_whole(raw / f"{part}-{kind}-ubyte") for part, kind in parts)

    def build(self, report: Report) -> Raw:
        """Download what is missing or broken, then read the official training and test split."""
        source = self.torchvision_class()
        if not self.at_hand():
            self._fetch(source, report)
        report(f"reading {self.title}", None)
        train, test = (source(data_dir(), train=part) for part in (True, False))
        images = np.concatenate([part.data.numpy() for part in (train, test)])[:, None]
        labels = np.concatenate([part.targets.numpy() for part in (train, test)])
        is_test = np.arange(len(labels)) >= len(train.data)
        return Raw(images, labels, is_test, tuple(name.partition(" - ")[0] for name in train.classes))

    def _fetch(self, source: Any, report: Report) -> None:
        raw = data_dir() / self.folder / "raw"
        for file, md5 in source.resources:
            try:
                download([mirror + file for mirror in source.mirrors], raw / file, md5, report)
            except NotDownloaded as error:
                others = ", ".join(other for other, _ in source.resources if other != file)
                raise NotDownloaded(f"{error} with {others}") from error
            (raw / file).with_suffix("").unlink(missing_ok=True)
        report(f"unpacking {self.title}", None)
        with disk_errors(raw, self.title):
            source(data_dir(), download=True)


def _whole(path: Path) -> bool:
    """Whether an idx file is as long as its own header says."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(4)
        rank = head[3] if len(head) == 4 else 0
        sides = file.read(4 * rank)
    if not rank or len(sides) < 4 * rank:
        return False
    values = int(np.frombuffer(sides, dtype=">u4").prod(dtype=np.int64))
    return path.stat().st_size == 4 + 4 * rank + values
