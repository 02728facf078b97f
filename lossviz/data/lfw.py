"""Labeled Faces in the Wild: 13,233 photographs of 5,749 people, with the official pairs for verification."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lossviz.data._disk import disk_errors
from lossviz.data._download import NETWORK, NotDownloaded
from lossviz.data._pictures import decode, load_all, read, to_array
from lossviz.data._recipes import Recipe, Window
from lossviz.data._scan import class_files
from lossviz.data._splits import held_out
from lossviz.data.base import DataSet, Images, Pairs, Raw, Report
from lossviz.errors import DataError
from lossviz.knobs import Value, knob
from lossviz.paths import data_dir

PROTOCOLS = {"view2": "pairs.txt", "devtest": "pairsDevTest.txt", "devtrain": "pairsDevTrain.txt"}
FACE = (61, 61, 189, 189)
SIDE = 64
TEST_FRACTION = 0.2
SEED = 0
LISTED = {"devtest": "devtest", "fold": "view2", "leaking": "devtest"}
"""Whose pairs name the people that a split sets apart."""


@dataclass(frozen=True)
class Lfw(DataSet):
    """Huang et al. 2007. The central 128x128 of each aligned 250x250 photograph, at half its size, in colour.

    All images are prepared; ``min_faces`` says who takes part in training and testing. Of each person a fifth of
    the images, at least one, is held out. The pairs of ``view2`` (10 folds), ``devtest`` and ``devtrain`` point
    into all images, also of people who take no part.

    ``split`` can instead keep the people of an official list out of training, so that its pairs are all of strangers:
    everybody named in the pairs of ``devtest``, or in those of one fold of ``view2``. The official lists of people are
    longer (of DevTest 1,711 with 3,708 images, of whom its pairs name 963 with 2,741), but come with no copy that is
    loaded here.
    """

    title = "LFW"
    idea = "Faces of public figures: many people, few images each, as in face recognition."
    source = "http://vis-www.cs.umass.edu/lfw/ (as scikit-learn's fetch_lfw_people loads it)"
    licence = "no licence stated, for research; the pictures belong to their photographers"
    size_mb = 233.0
    shape = (13233, 3, SIDE, SIDE)
    classes = 5749
    flip = True
    pad = 4

    min_faces: int = knob(10, 1, 100, step=1, unit="images", help="People with fewer images take no part.")
    split: str = knob(
        "images",
        choices=("images", "devtest", "fold", "leaking"),
        help="Tested are images of people who are trained on (images), or people who are not: those of the DevTest "
        "pairs (devtest), or those of one fold of view 2 (fold). Leaking is a fault to look at.",
        faults={
            "leaking": "The test images are trained on too, a published fault: what was trained on is all of LFW, "
            "which is what torchvision's LFWPeople gives unless asked otherwise, so the test accuracy is that of "
            "images learnt by heart."
        },
    )
    fold: int = knob(1, 1, 10, step=1, help="Fold of view 2 whose people are kept out of training, for split fold.")

    @classmethod
    def at_hand(cls) -> bool:
        """Whether the photographs and the three lists of pairs are there."""
        home = data_dir() / "lfw_home"
        return (home / "lfw_funneled").is_dir() and all((home / file).is_file() for file in PROTOCOLS.values())

    @classmethod
    def recipe(cls) -> Recipe:
        """The part of a 250x250 photograph that holds the face."""
        return Window(cls.shape[1:], part=(FACE[2] - FACE[0]) / 250)

    def build(self, report: Report) -> Raw:
        """Fetch through scikit-learn if need be, then cut the faces out of the photographs."""
        if not self.at_hand():
            _fetch(report)
        home = data_dir() / "lfw_home"
        files = class_files(home / "lfw_funneled")
        images, failed = load_all([file.path for file in files], self.shape[1:], _face, report)
        if failed:
            broken = files[min(failed)].path
            raise DataError(f"{broken}: {failed[min(failed)]}; delete {home / 'lfw_funneled'} and fetch LFW again")
        people, labels = np.unique([file.label for file in files], return_inverse=True)
        rows = {file.path.stem: row for row, file in enumerate(files)}
        pairs = {protocol: _pairs(home / file, rows) for protocol, file in PROTOCOLS.items()}
        names = tuple(str(person).replace("_", " ") for person in people)
        return Raw(images, labels, held_out(labels, TEST_FRACTION, SEED), names, pairs=pairs)

    def select(self, images: Images) -> Images:
        """Give -1 for a label to the images of people with fewer than ``min_faces``; the others are renumbered.

        Then the people that ``split`` sets apart become ``strangers``, or their images the test images.
        """
        counts = np.bincount(images.labels, minlength=len(images.class_names))
        kept = np.flatnonzero(counts >= self.min_faces)
        number = np.full(len(counts), -1, dtype=np.int64)
        number[kept] = np.arange(len(kept))
        labels, names = number[images.labels], tuple(images.class_names[i] for i in kept)
        chosen = replace(images, labels=labels, class_names=names)
        if self.split == "images":
            return chosen
        apart = self._apart(chosen)
        if self.split == "leaking":
            return replace(chosen, is_test=np.isin(labels, apart), leaks=True)
        return replace(chosen, strangers=tuple(apart.tolist()))

    def told_apart(self) -> dict[str, Value]:
        """``min_faces``, and the split where it is not the usual one."""
        values = self.values()
        used = {"images": ["min_faces"], "fold": ["min_faces", "split", "fold"]}
        return {name: values[name] for name in used.get(self.split, ["min_faces", "split"])}

    def _apart(self, images: Images) -> NDArray[np.int64]:
        """The classes of the people whom the split's pairs name, as far as they take part."""
        pairs = images.pairs[LISTED[self.split]]
        rows = pairs.index[pairs.fold == self.fold - 1] if self.split == "fold" else pairs.index
        people = np.unique(images.labels[rows])
        return people[people >= 0]


def _fetch(report: Report) -> None:
    """Have scikit-learn download the photographs and check them.

    It can only load what it fetched: the tiny crop of the most photographed people keeps that, and the copy that
    joblib caches, small; the copy is removed again unless there was one before.
    """
    from sklearn.datasets import fetch_lfw_people  # noqa: PLC0415

    home = data_dir() / "lfw_home"
    cached = (home / "joblib").exists()
    report(f"downloading LFW ({Lfw.size_mb:.0f} MB)", None)
    crop = (slice(0, 8), slice(0, 8))
    try:
        fetch_lfw_people(data_home=data_dir(), min_faces_per_person=200, slice_=crop, resize=None, n_retries=1)
    except ValueError as error:
        raise DataError(f"{home / 'lfw_funneled'} is not whole; delete it and fetch LFW again") from error
    except (*NETWORK, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, NETWORK):
            with disk_errors(home, "LFW"):
                raise
        raise NotDownloaded(
            f"scikit-learn could not fetch it ({error}); put {', '.join(PROTOCOLS.values())} and the folder "
            f"lfw_funneled (from lfw-funneled.tgz) into {home}"
        ) from error
    finally:
        if not cached:
            shutil.rmtree(home / "joblib", ignore_errors=True)


def _face(path: Path) -> NDArray[np.uint8]:
    photograph = decode(read(path))
    if photograph.size != (250, 250):
        raise DataError(f"the photograph is {photograph.width}x{photograph.height}, not 250x250")
    return to_array(photograph.crop(FACE), SIDE, 3)


def _pairs(path: Path, rows: dict[str, int]) -> Pairs:
    """Read an official list: ``folds\tn`` (or ``n``), then for each fold n same pairs and n different ones."""
    head, *lines = path.read_text(encoding="utf-8").split("\n")
    per_fold = 2 * int(head.split("\t")[-1])
    index, same = [], []
    for line in filter(None, lines):
        first, *rest = line.split("\t")
        people = [first, first] if len(rest) == 2 else [first, rest[1]]
        numbers = rest if len(rest) == 2 else rest[::2]
        index.append([rows[f"{who}_{int(number):04d}"] for who, number in zip(people, numbers, strict=True)])
        same.append(len(rest) == 2)
    return Pairs(np.array(index, dtype=np.int64), np.array(same), np.arange(len(same)) // per_fold)
