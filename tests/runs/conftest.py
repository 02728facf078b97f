"""A small run made by hand, without torch."""

import numpy as np
import pytest

from lossviz.records import Choice, Config, EpochRecord, Facts, PairSet, SampleSet, Settings, Snapshot
from lossviz.runs import Writer

LABELS = np.repeat(np.arange(3), 4)


def made_facts(epochs=2, **settings):
    config = Config(
        Choice("arcface", {"margin": 0.5, "scale": 30.0, "past_pi": "fallback"}),
        Choice("digits"),
        Choice("mlp", {"hidden": 16}),
        Settings(epochs=epochs, **settings),
    )
    samples = {
        "probe": SampleSet(np.arange(12), LABELS),
        "gallery": SampleSet(np.arange(12, 24), LABELS),
        "pairs": SampleSet(np.arange(4), np.full(4, -1)),
    }
    return Facts(
        config=config,
        class_names=("zero", "one", "two"),
        samples=samples,
        train_classes=np.arange(3),
        train_images=24,
        prototype_labels=np.arange(3),
        protocols={"view2": PairSet(np.array([[0, 1], [2, 3]]), np.array([True, False]), np.array([0, 1]))},
        loss={"title": "ArcFace", "family": "softmax", "normalises": True, "metric": "cosine"},
        hashes={"initial_weights": "a" * 64, "data": "b" * 64, "train_images": "c" * 64},
        environment={"libraries": {"torch": "2.0", "torchvision": "0.1"}},
        parameters=99,
        image_shape=(1, 8, 8),
        note="made by hand",
    )


def made_snapshot(epoch, last=2):
    chance = np.random.default_rng(epoch)
    centers = np.eye(3, dtype=np.float32)
    embeddings = {
        name: (epoch * centers[LABELS] + chance.normal(size=(12, 3))).astype(np.float32)
        for name in ("probe", "gallery")
    }
    if epoch == last:
        embeddings["pairs"] = np.array([[1, 0, 0], [1, 0.1, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    record = EpochRecord(
        epoch, "train" if epoch else "start", 1.0 / (epoch + 1), 2.0, 0.1, 24, 0.5, f"order{epoch}", ("a note",)
    )
    state = {"net.w": chance.normal(size=(2, 2)), "criterion.w": np.ones(3), "optimizer.0.step": np.array(float(epoch))}
    return Snapshot(record, embeddings, LABELS.copy(), centers, state)


@pytest.fixture
def made_run(runs_home):
    writer = Writer.create(runs_home, made_facts(), "made")
    for epoch in range(3):
        writer.snapshot(made_snapshot(epoch))
    writer.close("finished")
    return writer.run
