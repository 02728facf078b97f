"""How fast this machine trains: from runs that it made, or from a few steps of a process of its own.

``python -m lossviz.jobs.rates FILE BEGAN CONFIG SHAPE CLASSES`` takes those steps, on noise of the right shape.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from lossviz import runs
from lossviz.errors import RunError
from lossviz.jobs.processes import Processes
from lossviz.paths import replacing, runs_dir
from lossviz.records import Choice, Config, Settings

IMPORTING = 3.0  # seconds that a process takes to import what it trains with, where that was not measured
STEPS_FOR = 1.5  # seconds of training steps that a measurement takes
EMBEDDED = 256
FORMAT = 1
MADE_LIKE = ("dim", "batch_size", "threads", "device", "precision", "augment")
"""Settings in which a run must agree for its epochs to tell how long others take."""


@dataclass(frozen=True)
class Rate:
    """Images a second in training and in embedding, and seconds from asking for a process to its first step."""

    training: float
    embedding: float
    start: float

    def seconds(self, images: int, embedded: int, epochs: int) -> float:
        """How long a run takes that trains on ``images`` and embeds ``embedded`` images after each of its epochs."""
        return self.start + epochs * images / self.training + (epochs + 1) * embedded / self.embedding


@dataclass(frozen=True)
class Wanted:
    """What is to be measured: a training of images of ``shape`` (C, H, W) in so many ``classes``."""

    config: Config
    shape: tuple[int, int, int]
    classes: int

    @property
    def file(self) -> Path:
        """Where its rate is kept, beside the runs; named by net, shape, embedding size, batch and threads."""
        settings = {name: getattr(self.config.settings, name) for name in MADE_LIKE}
        asked = [FORMAT, self.config.model.name, dict(self.config.model.knobs), self.shape, settings]
        return runs_dir() / ".rates" / f"{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]}.json"


def measured(wanted: Wanted) -> Rate | None:
    """The rate measured before, or ``None``."""
    try:
        return Rate(**json.loads(wanted.file.read_text()))
    except (OSError, ValueError, TypeError):  # not measured yet, or by another version: it is measured anew
        return None


def keep(file: Path, rate: Rate) -> None:
    """Keep a rate where :func:`measured` finds it, in :attr:`Wanted.file`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as temporary:
        temporary.write_text(json.dumps(asdict(rate)))


def start(processes: Processes, wanted: Wanted) -> None:
    """Have it measured in a process of its own."""
    wanted.file.parent.mkdir(parents=True, exist_ok=True)
    config = json.dumps(wanted.config.to_json())
    arguments = [str(wanted.file), str(time.time()), config, json.dumps(wanted.shape), str(wanted.classes)]
    processes.start(str(wanted.file), ["-m", "lossviz.jobs.rates", *arguments], wanted.file.with_suffix(".txt"))


def epoch_seconds(config: Config, images: int, among: Iterable[runs.Run]) -> float | None:
    """What an epoch of such a run took here, all told, from the last runs alike among ``among`` (newest first)."""
    found: list[float] = []
    for run in among:
        if len(found) < 3 and run.folder.parent == runs_dir() and run.problem() is None and _alike(run, config):
            found += _seconds(run, images)
    return median(found) if found else None


def _alike(run: runs.Run, config: Config) -> bool:
    made = run.config
    same = made.model.name == config.model.name and made.data.name == config.data.name
    same = same and all(made.model.knobs.get(name) == value for name, value in config.model.knobs.items())
    return same and all(
        asked in (None, "auto", getattr(made.settings, name))
        for name in MADE_LIKE
        for asked in [getattr(config.settings, name)]
    )


def _seconds(run: runs.Run, images: int) -> list[float]:
    """The middle of the times between two snapshots, for so many training images."""
    try:
        written = [
            (run.folder / "snapshots" / f"epoch-{epoch:04d}.safetensors").stat().st_mtime for epoch in run.epochs()
        ]
        of = int(run.header["train_images"])
    except (OSError, RunError, KeyError, ValueError):  # being deleted, or damaged: other runs tell
        return []
    gaps = [after - before for before, after in pairwise(written)]
    return [median(gaps) * images / of] if len(gaps) > 1 and 0.5 < images / max(of, 1) < 2 else []


def measure(config: Config, shape: tuple[int, int, int], classes: int, began: float) -> Rate:
    """Train and embed noise for about two seconds; ``began`` is when the process was asked for, as ``time.time()``."""
    import torch  # noqa: PLC0415

    from lossviz import models  # noqa: PLC0415
    from lossviz.training import Watcher, make_plan, train  # noqa: PLC0415
    from lossviz.training.embed import embed  # noqa: PLC0415

    if config.settings.threads:
        torch.set_num_threads(config.settings.threads)
    images = _noise(shape, classes, (config.settings.batch_size or 128) * 12)
    bare = models.get(config.model.name).from_values(config.model.knobs).unloaded()  # nothing is fetched to measure
    plan = make_plan(replace(config, model=Choice(config.model.name, bare.values())), images)
    ready = time.time() - began
    rows = images.labels[:EMBEDDED] * 0
    embed(plan.net, images.images, rows, plan.device)
    since = time.perf_counter()
    embed(plan.net, images.images, rows, plan.device)
    embedding = len(rows) / (time.perf_counter() - since)
    steps: list[tuple[float, int]] = []

    def watch(progress: Any) -> None:
        if progress.doing == "training":
            steps.append((time.perf_counter(), progress.images))

    def enough() -> bool:
        return len(steps) > 1 and steps[-1][0] - steps[0][0] > STEPS_FOR

    for _ in train(plan, watcher=Watcher(watch, enough)):
        if enough():
            break
    return Rate(_rate(steps), embedding, ready)


def _rate(steps: list[tuple[float, int]]) -> float:
    """Images a second, from the first step of each epoch on, which is left out: caches are cold."""
    gaps = [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(steps)]
    within = [(seconds, images) for seconds, images in gaps if images > 0]
    return sum(images for _, images in within) / sum(seconds for seconds, _ in within)


def _noise(shape: tuple[int, int, int], classes: int, count: int) -> Any:
    """Images of noise, enough of each class to train and to test on."""
    import numpy as np  # noqa: PLC0415

    from lossviz.data import Images  # noqa: PLC0415

    count = max(count, 4 * classes)
    labels = np.arange(count) % classes
    is_test = (np.arange(count) // classes) % 4 == 0
    noise = np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)
    names = tuple(str(name) for name in range(classes))
    middle = (0.5,) * shape[0]
    return Images("noise", "noise", noise, labels, is_test, names, middle, middle, "noise", pad=1)


def measurable(config: Config) -> Config:
    """``config`` as it is measured: in the closed set, on all images, with small samples, and long enough to watch."""
    given: Mapping[str, Any] = {name: getattr(config.settings, name) for name in MADE_LIKE}
    settings = Settings.from_values({**given, "epochs": 50, "probe": 100, "gallery": 100, "warm_start": 0})
    return Config(config.loss, Choice("digits"), config.model, settings)


def main(arguments: list[str]) -> None:
    """The process."""
    file, began, config, shape, classes = arguments
    channels, height, width = json.loads(shape)
    rate = measure(Config.from_json(json.loads(config)), (channels, height, width), int(classes), float(began))
    keep(Path(file), rate)


if __name__ == "__main__":
    main(sys.argv[1:])
