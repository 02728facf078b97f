"""How long what is left of a study takes on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lossviz import data
from lossviz.errors import LossvizError
from lossviz.jobs import rates
from lossviz.jobs.queue import Queue
from lossviz.records import Choice, Config
from lossviz.runs import Run, list_runs
from lossviz.studies.results import Results
from lossviz.studies.study import fingerprint

START = 5.0  # seconds until a process trains, on a machine that was not measured
RECENT = 200  # runs that may tell


@dataclass(frozen=True)
class Forecast:
    """``trainings`` that are left, and the ``seconds`` that they take with so many at once.

    ``seconds`` is ``None`` where it cannot be known, and ``unknown`` then says why, a sentence each.
    """

    trainings: int
    seconds: float | None
    unknown: tuple[str, ...] = ()


Measure = Callable[[rates.Wanted], rates.Rate | None]
"""Gives the rate of such a training, or ``None`` where it is not known."""


def forecast(results: Results, queue: Queue, measure: Measure = rates.measured) -> Forecast:
    """What is left of a study. Finals that are not decided on count as the default's."""
    left = [
        outcome.training.config
        for outcome in results.outcomes
        if outcome.state in ("missing", "queued", "running", "stopped")
    ]
    for cell in results.cells:
        if not cell.finals:
            left += [results.study.final(cell.cell, seed).config for seed in results.study.seeds]
    among = list_runs()[:RECENT]
    total, unknown = 0.0, dict[str, None]()
    for config, times in _alike(left):
        try:
            total += times * _seconds(config, queue, among, measure)
        except LossvizError as error:
            unknown[str(error)] = None
    at_once = min(queue.at_once, max(len(left), 1))
    return Forecast(len(left), None if unknown else total / at_once, tuple(unknown))


def _alike(configs: list[Config]) -> Iterator[tuple[Config, int]]:
    """Configs that take equally long, as far as is looked at, once, and how many there are of each."""
    found: dict[str, list[Config]] = {}
    for config in configs:
        bare = replace(config.settings, seed=0, lr=None, prototype_lr=None, weight_decay=None)
        found.setdefault(fingerprint(replace(config, loss=Choice(""), settings=bare)), []).append(config)
    yield from ((alike[0], len(alike)) for alike in found.values())


class _NotKnown(LossvizError):
    """How long a training takes is not known."""


def _seconds(config: Config, queue: Queue, among: list[Run], measure: Measure) -> float:
    settings = config.settings
    images = data.open_prepared(config.data.name, config.data.knobs)
    if images is None:
        raise _NotKnown(f"'{config.data.name}' is not prepared on this machine yet")
    asked = {name: getattr(settings, name) for name in data.SPLIT_BY}
    parts = data.split(images, **asked)
    trained, classes = len(parts.train), len(parts.train_classes)
    share = max(1, queue.most_at_once // queue.at_once)
    settled = replace(settings, batch_size=settings.batch(trained, classes), threads=settings.threads or share)
    config = replace(config, settings=settled)
    _, *shape = images.images.shape
    rate = measure(rates.Wanted(rates.measurable(config), (shape[0], shape[1], shape[2]), max(classes, 2)))
    epoch = rates.epoch_seconds(config, trained, among)
    if epoch is not None:
        return (rate.start if rate else START) + settings.epochs * epoch
    if rate is None:
        raise _NotKnown("how fast this machine trains such a net was not measured")
    return rate.seconds(trained, len(parts.probe) + len(parts.gallery), settings.epochs)
