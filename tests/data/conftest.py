"""Folders of pictures to test on: made here, or the real ones under ``$LOSSVIZ_DATA``."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossviz.data.base import Images


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``$LOSSVIZ_DATA``."""
    home = tmp_path / "data-home"
    home.mkdir()
    monkeypatch.setenv("LOSSVIZ_DATA", str(home))
    return home


@pytest.fixture
def real_data(data_home: Path, originals: Path | None) -> Callable[[str], Path]:
    """Give it the name of a folder of originals: it is linked into an empty ``$LOSSVIZ_DATA`` and returned.

    Skips where ``$LOSSVIZ_DATA`` does not hold it; with ``CI=true`` that is a failure, so that CI cannot pass
    without having looked at real data.
    """

    def link(name: str) -> Path:
        if originals is None or not (originals / name).is_dir():
            reason = f"LOSSVIZ_DATA ({originals}) does not hold {name}; see README.md for where to get it"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        (data_home / name).symlink_to(originals / name)
        return data_home / name

    return link


@pytest.fixture(scope="session")
def originals() -> Path | None:
    """What ``$LOSSVIZ_DATA`` was before any test changed it."""
    value = os.environ.get("LOSSVIZ_DATA")
    return Path(value).resolve() if value else None


def noise(seed: int, width: int = 12, height: int = 12, mode: str = "RGB") -> Image.Image:
    """A picture like no other with another seed."""
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8), mode)


@pytest.fixture
def class_folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder of class folders of noise: ``class_folder("train", {"cat": 5, "dog": 4})``."""

    def make(name: str, counts: dict[str, int], mode: str = "RGB") -> Path:
        for label, count in counts.items():
            (tmp_path / name / label).mkdir(parents=True)
            for number in range(count):
                seed = zlib.crc32(f"{name}/{label}/{number}".encode())
                noise(seed, mode=mode).save(tmp_path / name / label / f"{number:03d}.png")
        return tmp_path / name

    return make


def made(counts: list[tuple[int, int]], groups: tuple[str, ...] = ()) -> Images:
    """An opened set without a disk: ``counts`` are (training, test) images a class, rows shuffled."""
    labels = np.repeat(np.arange(len(counts)), [sum(pair) for pair in counts])
    is_test = np.concatenate([np.arange(train + test) >= train for train, test in counts])
    order = np.random.default_rng(7).permutation(len(labels))
    pixels = np.zeros((len(labels), 1, 2, 2), dtype=np.uint8)
    names = tuple(f"class{number}" for number in range(len(counts)))
    return Images("made", "Made", pixels, labels[order], is_test[order], names, (0.0,), (1.0,), "", groups)
