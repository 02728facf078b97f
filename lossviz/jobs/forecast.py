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

    ``seconds`` is ``None`` where it cannot be known of all, and ``unknown`` then says why, a sentence each. It is known
    of ``known`` trainings, which take ``known_seconds``.
    """

    trainings: int
    seconds: float | None
    unknown: tuple[str, ...]
    known: int
    known_seconds: float


Measure = Callable[[rates.Wanted], rates.Rate | None]
"""Gives the rate of such a training, or ``None`` where it is not known."""


def forecast(results: Results, queue: Queue, measure: Measure = rates.measured) -> Forecast:
    """What is left of a study. Finals that are not decided on count as the default's."""
    left, among = _left(results), list_runs()[:RECENT]
    total, known, unknown = 0.0, 0, dict[str, None]()
    for config, times in _alike(left):
        try:
            total += times * _prepared(config, queue).seconds(among, measure)
            known += times
        except _NotKnown as error:
            unknown[str(error)] = None
    total /= min(queue.at_once, max(known, 1))
    return Forecast(len(left), None if unknown else total, tuple(unknown), known, total)


def to_measure(results: Results, queue: Queue) -> tuple[rates.Wanted, ...]:
    """What has to be measured for the forecast to be whole, each once: neither runs nor measurements here tell it."""
    among, found = list_runs()[:RECENT], dict[str, rates.Wanted]()
    for config, _ in _alike(_left(results)):
        try:
            prepared = _prepared(config, queue)
        except _NotKnown:  # its data are not there; the forecast says so
            continue
        if prepared.epoch(among) is None and rates.measured(prepared.wanted) is None:
            found[str(prepared.wanted.file)] = prepared.wanted
    return tuple(found.values())


def _left(results: Results) -> list[Config]:
    left = [
        outcome.training.config
        for outcome in results.outcomes
        if outcome.state in ("missing", "queued", "running", "stopped")
    ]
    for cell in results.cells:
        if not cell.finals:
            left += [results.study.final(cell.cell, seed).config for seed in results.study.seeds]
    return left


def _alike(configs: list[Config]) -> Iterator[tuple[Config, int]]:
    """Configs that take equally long, as far as is looked at, once, and how many there are of each."""
    found: dict[str, list[Config]] = {}
    for config in configs:
        bare = replace(config.settings, seed=0, lr=None, prototype_lr=None, weight_decay=None)
        found.setdefault(fingerprint(replace(config, loss=Choice(""), settings=bare)), []).append(config)
    yield from ((alike[0], len(alike)) for alike in found.values())


class _NotKnown(LossvizError):
    """How long a training takes is not known."""


@dataclass(frozen=True)
class _Prepared:
    """A training with what decides its speed settled: ``trained`` images an epoch, ``embedded`` after each."""

    config: Config
    wanted: rates.Wanted
    trained: int
    embedded: int

    def epoch(self, among: list[Run]) -> float | None:
        """What an epoch of it took, where there are runs that tell."""
        return rates.epoch_seconds(self.config, self.trained, among)

    def seconds(self, among: list[Run], measure: Measure) -> float:
        """How long it takes; raises :class:`_NotKnown`."""
        rate, epoch, epochs = measure(self.wanted), self.epoch(among), self.config.settings.epochs
        if epoch is not None:
            return (rate.start if rate else START) + epochs * epoch
        if rate is None:
            raise _NotKnown("how fast this machine trains such a net was not measured")
        return rate.seconds(self.trained, self.embedded, epochs)


def _prepared(config: Config, queue: Queue) -> _Prepared:
    """Raises :class:`_NotKnown` where its data are not there."""
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
    _, channels, height, width = images.images.shape
    wanted = rates.Wanted(rates.measurable(config), (channels, height, width), max(classes, 2))
    return _Prepared(config, wanted, trained, len(parts.probe) + len(parts.gallery))
