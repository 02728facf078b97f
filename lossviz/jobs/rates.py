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
STEP = 1.5  # seconds that a step of a measurement may take
EMBEDDED = 256  # most images that are embedded to tell how fast it goes
TASTED = 4  # images a step, at first: tells how slow a net is
FEW = 2  # classes, where batches are smaller than asked for
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
    """Train and embed noise for a few seconds; ``began`` is when the process was asked for, as ``time.time()``.

    A net is measured in seconds however slow it is: where a step of its whole batch would take longer than ``STEP``,
    steps of two smaller batches tell what a step and what an image takes.
    """
    import torch  # noqa: PLC0415

    from lossviz import models  # noqa: PLC0415
    from lossviz.training import make_plan  # noqa: PLC0415

    if config.settings.threads:
        torch.set_num_threads(config.settings.threads)
    bare = models.get(config.model.name).from_values(config.model.knobs).unloaded()  # nothing is fetched to measure
    config = replace(config, model=Choice(config.model.name, bare.values()))
    plan = make_plan(_batches_of(config, TASTED), _noise(shape, FEW, TASTED * 12))
    ready = time.time() - began
    tasted = _step_seconds(plan, STEP / 4)
    batch, fits = config.settings.batch_size or 128, int(TASTED * STEP / tasted)
    if fits >= batch:
        training = batch / _step_seconds(make_plan(config, _noise(shape, classes, batch * 12)), STEPS_FOR)
    elif fits >= 2 * TASTED:
        smaller = make_plan(_batches_of(config, fits), _noise(shape, FEW, fits * 12))
        training = extrapolated((TASTED, tasted), (fits, _step_seconds(smaller, STEPS_FOR)), batch)
    else:
        training = TASTED / tasted
    _embedded(plan, TASTED)  # the first time caches are cold
    return Rate(training, _embedded(plan, min(max(fits, TASTED), EMBEDDED)), ready)


def extrapolated(small: tuple[int, float], large: tuple[int, float], batch: int) -> float:
    """Images a second in steps of ``batch`` images, from the seconds that steps of two smaller sizes take."""
    (few, quick), (many, long) = small, large
    image = (long - quick) / (many - few)
    if not 0 < image < long / many:  # the clock was unsteady
        image = long / many
    return batch / (long + image * (batch - many))


def _batches_of(config: Config, images: int) -> Config:
    return replace(config, settings=replace(config.settings, batch_size=images))


def _step_seconds(plan: Any, lasting: float) -> float:
    """Seconds of a training step, the middle of those made in ``lasting`` seconds after the first, at least one."""
    from lossviz.training import Watcher, rehearse  # noqa: PLC0415

    steps: list[tuple[float, int]] = []

    def gaps() -> list[float]:
        """Without the first step of an epoch: caches are cold."""
        of_one_epoch = [(one, other) for one, other in pairwise(steps) if other[1] > one[1]]
        batches = plan.settings.batch_size
        return [(other[0] - one[0]) * batches / (other[1] - one[1]) for one, other in of_one_epoch]

    def enough() -> bool:
        return len(steps) > 1 and steps[-1][0] - steps[0][0] > lasting and bool(gaps())

    rehearse(plan, Watcher(lambda progress: steps.append((time.perf_counter(), progress.images)), enough))
    return median(gaps())


def _embedded(plan: Any, images: int) -> float:
    """Images a second in embedding so many."""
    from lossviz.training.embed import embed  # noqa: PLC0415

    since = time.perf_counter()
    embed(plan.net, plan.images.images, plan.images.labels[:1].repeat(images) * 0, plan.device)
    return images / (time.perf_counter() - since)


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
