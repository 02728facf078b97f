"""Handwritten digits, 8x8: what scikit-learn carries with it, so it always works."""

from dataclasses import dataclass

import numpy as np

from lossviz.data._recipes import Counted, Recipe
from lossviz.data._splits import held_out
from lossviz.data.base import DataSet, Raw, Report

TEST_FRACTION = 0.2
SEED = 0


@dataclass(frozen=True)
class Digits(DataSet):
    """The UCI optical recognition test set: counts of ink in 0..16 on an 8x8 grid, spread to 0..255."""

    title = "Digits 8x8"
    idea = "Tiny handwritten digits that train in seconds and need no download."
    source = "https://archive.ics.uci.edu/dataset/80 (the test part, as shipped with scikit-learn)"
    licence = "CC BY 4.0"
    size_mb = 0.0
    shape = (1797, 1, 8, 8)
    classes = 10
    pad = 1

    @classmethod
    def recipe(cls) -> Recipe:
        """Strokes counted on 8x8 blocks of a bitmap."""
        return Counted(cls.shape[1:])

    def build(self, report: Report) -> Raw:
        """Read them out of scikit-learn."""
        from sklearn.datasets import load_digits  # noqa: PLC0415

        report("reading digits", None)
        bunch = load_digits()
        pixels = np.rint(bunch.images * (255 / 16)).astype(np.uint8)[:, None]
        labels = bunch.target.astype(np.int64)
        is_test = held_out(labels, TEST_FRACTION, SEED)
        return Raw(pixels, labels, is_test, tuple(str(name) for name in bunch.target_names))
