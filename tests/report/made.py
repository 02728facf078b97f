"""Runs made by hand, without torch, and what is read back of reports."""

import numpy as np

from lossviz.records import Choice, Config, EpochRecord, Facts, SampleSet, Settings, Snapshot
from lossviz.runs import Run, Writer

NAMES = ("zero", "one & <two>", "three_3")
CENTRES = np.array([[1, 0, 0], [0, 1, 0], [-0.6, -0.6, 0.5]], np.float32)
LABELS = np.repeat(np.arange(3), 20)


def make_run(home, name, loss="arcface", epochs=3, done=None, spread=0.25, **settings):
    """A run called ``name`` whose classes move apart, 60 probes of 3 classes in 3-D."""
    settled = {"lr": 0.01, "prototype_lr": 0.02, "weight_decay": 0.01, "batch_size": 32, "warm_start": 0, "threads": 1}
    chosen = Settings(epochs=epochs, dim=3, **settled, **settings)
    config = Config(Choice(loss), Choice("digits"), Choice("mlp", {"hidden": 16}), chosen)
    samples = {"probe": SampleSet(np.arange(60), LABELS), "gallery": SampleSet(np.arange(60, 120), LABELS)}
    facts = Facts(
        config=config,
        class_names=NAMES,
        samples=samples,
        train_classes=np.arange(3),
        train_images=24,
        prototype_labels=np.arange(3) if loss == "arcface" else None,
        protocols={},
        loss={"title": loss.title(), "family": "softmax", "normalises": loss == "arcface", "metric": "cosine"},
        hashes={"initial_weights": "a" * 64, "data": "b" * 64, "train_images": "c" * 64},
        environment={"lossviz": "0.1.0", "python": "3.11", "libraries": {"torch": "2.0", "numpy": "1.26"}},
        parameters=99,
        image_shape=(1, 8, 8),
        note="",
    )
    writer = Writer.create(home, facts, name)
    last = epochs if done is None else done
    for epoch in range(last + 1):
        writer.snapshot(snapshot(epoch, spread, loss == "arcface"))
    writer.close("finished" if last == epochs else "stopped", "" if last == epochs else "as asked")
    return Run(home / name)


def snapshot(epoch, spread, prototypes):
    chance = np.random.default_rng(epoch)
    embeddings = {
        part: (epoch * CENTRES[LABELS] + chance.normal(size=(60, 3)) * spread * 3).astype(np.float32)
        for part in ("probe", "gallery")
    }
    loss = (1.5 if prototypes else 1.0) / (epoch + 1) if epoch else None
    told = (0.1, 24, 0.5) if epoch else (0.0, 0, 0.0)
    record = EpochRecord(epoch, "train" if epoch else "start", loss, 2.0, *told, f"order{epoch}")
    return Snapshot(record, embeddings, LABELS.copy() if prototypes else None, CENTRES if prototypes else None, {})
