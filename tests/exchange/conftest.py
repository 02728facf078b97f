"""A small run with pictures, and what other programs write."""

import numpy as np
import pytest

from lossviz.runs import Writer
from lossviz.runs.pictures import keep_thumbnails
from tests.runs.conftest import LABELS, made_facts, made_run, made_snapshot

__all__ = ["LABELS", "made_run"]


@pytest.fixture
def pictured(runs_home):
    """A run of three epochs with the pictures of its probe, whose numbers take all digits of float32."""
    return make_pictured(runs_home)


def make_pictured(home, name="pictured"):
    writer = Writer.create(home, made_facts(), name)
    for epoch in range(3):
        writer.snapshot(made_snapshot(epoch))
    keep_thumbnails(writer.run, np.random.default_rng(1).integers(0, 256, (12, 8, 8, 1), np.uint8))
    writer.close("finished")
    return writer.run


@pytest.fixture
def clusters():
    """Vectors (30, 5) of three classes, and the names of their classes."""
    chance = np.random.default_rng(7)
    labels = np.arange(30) % 3
    return (4 * np.eye(5)[labels] + chance.normal(size=(30, 5))).astype(np.float32), labels
