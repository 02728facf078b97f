"""Omniglot: 1,623 characters of 50 alphabets, each drawn by 20 people."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.data._disk import disk_errors
from lossviz.data._download import download
from lossviz.data._pictures import decode, load_all, read, to_array
from lossviz.data._scan import class_files, groups_of
from lossviz.data._splits import held_out
from lossviz.data.base import DataSet, Raw, Report
from lossviz.errors import DataError
from lossviz.paths import data_dir

FOLDER = "omniglot-py"
DRAWINGS = {"images_background": 964 * 20, "images_evaluation": 659 * 20}
SIDE = 28
TEST_FRACTION = 0.2
SEED = 0


@dataclass(frozen=True)
class Omniglot(DataSet):
    """Lake, Salakhutdinov and Tenenbaum 2015: the background and the evaluation set together, 105x105 made 28x28.

    Ink is made light on dark, as in MNIST. Of each character's 20 drawings 16 are for training and 4 for testing;
    the groups are the alphabets.
    """

    title = "Omniglot"
    idea = "Many classes with few images each: handwritten characters of 50 alphabets."
    source = "https://github.com/brendenlake/omniglot"
    licence = "MIT"
    size_mb = 15.9
    shape = (32460, 1, SIDE, SIDE)
    classes = 1623
    pad = 2
    invert = True

    @classmethod
    def at_hand(cls) -> bool:
        """Whether both archives are there (their checksums are looked at when they are unpacked), or unpacked."""
        places = [data_dir() / FOLDER / part for part in DRAWINGS]
        return all(place.is_dir() or place.with_suffix(".zip").is_file() for place in places)

    def build(self, report: Report) -> Raw:
        """Download and unpack what is missing, then read every drawing."""
        from torchvision.datasets import Omniglot as Source  # noqa: PLC0415

        files = []
        for part, count in DRAWINGS.items():
            folder = data_dir() / FOLDER / part
            if not folder.is_dir() or len(list(folder.glob("*/*/*.png"))) != count:
                _unpack(Source, folder, report)
            files += class_files(folder)
        images, failed = load_all([file.path for file in files], self.shape[1:], _drawing, report)
        if failed:
            broken = files[min(failed)].path
            raise DataError(f"{broken}: {failed[min(failed)]}; delete {broken.parents[2]} and fetch Omniglot again")
        class_names, labels = np.unique([file.label for file in files], return_inverse=True)
        names = tuple(str(name) for name in class_names)
        return Raw(images, labels, held_out(labels, TEST_FRACTION, SEED), names, groups_of(names))


def _unpack(source: Any, folder: Path, report: Report) -> None:
    from torchvision.datasets.utils import extract_archive  # noqa: PLC0415

    archive = folder.with_suffix(".zip")
    download([f"{source.download_url_prefix}/{archive.name}"], archive, source.zips_md5[folder.name], report)
    report(f"unpacking {archive.name}", None)
    with disk_errors(folder.parent, folder.name):
        shutil.rmtree(folder, ignore_errors=True)
        extract_archive(archive, folder.parent)


def _drawing(path: Path) -> NDArray[np.uint8]:
    return to_array(decode(read(path)), SIDE, 1, invert=True)
