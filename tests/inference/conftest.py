"""Runs to drop images into: one trained here in a few seconds, with all its weights, and those shipped."""

from pathlib import Path

import numpy as np
import pytest

from lossviz import data
from lossviz.data import _prepared as prepared
from lossviz.data.base import Pairs, Raw
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice, Config, Settings
from lossviz.runs import Run

SHIPPED = Path(__file__).parent.parent.parent / "checkpoints"


@pytest.fixture(scope="session")
def workshop(tmp_path_factory):
    """``$LOSSVIZ_DATA`` and runs of this session."""
    return tmp_path_factory.mktemp("workshop")


@pytest.fixture(scope="session")
def digits_run(workshop) -> Run:
    """Four epochs of ArcFace on digits in 3-D; the weights of each are kept."""
    settings = Settings(epochs=4, keep_weights="all", probe=300, gallery=300, seed=1, device="cpu", threads=1)
    return _trained("every-epoch", workshop, settings)


@pytest.fixture(scope="session")
def unseen_run(workshop) -> Run:
    """Twelve epochs on seven digits in 8-D; probe and gallery are of the other three."""
    settings = Settings(epochs=12, dim=8, unseen_classes=0.3, probe=300, gallery=300, device="cpu", threads=1)
    return _trained("unseen", workshop, settings)


def _trained(name, workshop, settings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_DATA", str(workshop / "data"))
        config = Config(Choice("arcface"), Choice("digits"), Choice("convnet"), settings)
        return make_run(config, Audience(), name, workshop / "runs")


@pytest.fixture(autouse=True)
def digits_at_hand(workshop, monkeypatch):
    """The data folder that the runs were made from."""
    monkeypatch.setenv("LOSSVIZ_DATA", str(workshop / "data"))


@pytest.fixture
def shipped() -> Run:
    """A run that came with the program."""
    return Run(SHIPPED / "digits-arcface")


def images_of(rows: np.ndarray) -> np.ndarray:
    """Images (N, 1, 8, 8) of the digits."""
    return np.ascontiguousarray(data.open_set("digits").images[rows])


def prepare_digits_with_pairs() -> None:
    """Prepare the digits anew, with a verification protocol of 4,000 pairs, under the present ``$LOSSVIZ_DATA``."""
    images = data.open_set("digits")
    index = np.random.default_rng(0).integers(0, len(images.labels), (4000, 2))
    index[:2000, 1] = [np.flatnonzero(images.labels == images.labels[row])[row % 90] for row in index[:2000, 0]]
    same = images.labels[index[:, 0]] == images.labels[index[:, 1]]
    pairs = {"view2": Pairs(index, same, np.arange(len(index)) % 10)}
    raw = Raw(images.images, images.labels, images.is_test, images.class_names, pairs=pairs)
    prepared.write("digits", raw, prepared.About("Digits 8x8", "builtin", "", ""))
