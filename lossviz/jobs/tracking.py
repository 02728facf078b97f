"""Telling MLflow or Weights & Biases of runs: while they are trained, or of finished ones.

All that is told is read from the run on the disk, so what could not be told at the time can be told later.
"""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from lossviz import runs
from lossviz.errors import LossvizError, TrainingError, UnknownName
from lossviz.records import EpochRecord
from lossviz.runs import Run

if TYPE_CHECKING:
    from lossviz.jobs.recording import Audience

TITLES = {"mlflow": "MLflow", "wandb": "Weights & Biases"}
TRACKERS = tuple(TITLES)


class Tracker(ABC):
    """One who keeps the numbers of runs. A run that it knows already goes on there."""

    title: ClassVar[str]
    package: ClassVar[str]
    settings: ClassVar[str]
    """What decides where it keeps them."""

    @abstractmethod
    def begin(self, run: Run) -> str:
        """Take a run up; returns where it can be looked at."""

    @abstractmethod
    def epoch(self, epoch: int, numbers: Mapping[str, float]) -> None:
        """Take the numbers of one epoch."""

    @abstractmethod
    def end(self, run: Run) -> None:
        """Say how it ended, and let go."""


def tracker(name: str) -> Tracker:
    """The tracker called ``name``; raises :class:`TrainingError` where its package is not installed."""
    check_installed(name)
    made: Tracker = import_module(f"lossviz.jobs._{name}").make()
    return made


def check_installed(name: str) -> None:
    """Raise :class:`TrainingError` where the package of a tracker is not installed; imports nothing."""
    if name not in TRACKERS:
        raise UnknownName("tracker", name, TRACKERS)
    if find_spec(name) is None:
        raise TrainingError(f"{name} is not installed on this machine; install it with: pip install {name}")


def installed() -> list[str]:
    """The trackers whose packages are installed; imports none of them."""
    return [name for name in TRACKERS if find_spec(name) is not None]


def numbers(run: Run, record: EpochRecord) -> dict[str, float]:
    """What is told of an epoch: loss, learning rate and speed, and every score as ``score.<key>``."""
    told = {
        "train_loss": record.train_loss,
        "probe_loss": record.probe_loss,
        "lr": record.lr if record.images else None,
        "seconds": record.seconds if record.images else None,
        "images_per_second": record.images_per_second if record.images else None,
    }
    known = {name: float(value) for name, value in told.items() if value is not None}
    return known | {f"score.{key}": value for key, value in runs.scores(run, record.epoch).items()}


def told_of(run: Run) -> tuple[dict[str, Any], dict[str, str]]:
    """The config of a run by flat names (``loss``, ``loss.margin``, ``epochs``), and facts about it as text."""
    config, header = run.config, run.header
    values: dict[str, Any] = {}
    for kind in ("loss", "data", "model"):
        choice = getattr(config, kind)
        values |= {kind: choice.name} | {f"{kind}.{name}": value for name, value in choice.knobs.items()}
    facts = {f"hash.{name}": str(value) for name, value in header["hashes"].items()}
    facts |= {"parameters": str(header["parameters"]), "train_images": str(header["train_images"])}
    facts |= {f"version.{name}": str(value) for name, value in header["environment"].get("libraries", {}).items()}
    return values | dict(header["config"]["settings"]), facts | ({"note": header["note"]} if header["note"] else {})


def log(run: Run, to: Tracker) -> str:
    """Tell of all epochs of a run; returns where it can be looked at. Raises :class:`TrainingError`."""
    try:
        where = to.begin(run)
        for record in run.history():
            to.epoch(record.epoch, numbers(run, record))
        to.end(run)
    except LossvizError:
        raise
    except Exception as error:  # whatever a client raises where its server does not answer as it should
        raise TrainingError(
            f"{to.title} could not be told of run '{run.id}': {_short(error)}. {to.settings}"
        ) from error
    return where


def say(sentence: str) -> None:
    """To whoever reads the terminal, or the log of a job."""
    print(sentence, file=sys.stderr, flush=True)


class _Teller:
    """Tells of one run while it is trained, until something goes wrong: the training is worth more than its log."""

    def __init__(self, to: Tracker, say: Callable[[str], None]) -> None:
        self._to = to
        self._say = say
        self._run: Run | None = None

    def begin(self, run: Run) -> None:
        with self._guarded(run):
            self._say(f"{self._to.title}: {self._to.begin(run)}")
            self._run = run

    def epoch(self, record: EpochRecord) -> None:
        if self._run is not None:
            with self._guarded(self._run):
                self._to.epoch(record.epoch, numbers(self._run, record))

    def end(self) -> None:
        if self._run is not None:
            with self._guarded(self._run):
                self._to.end(self._run)

    @contextmanager
    def _guarded(self, run: Run) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever a client raises where its server does not answer as it should
            self._run = None
            again = f"python -m lossviz export {run.id} --to {self._to.package}"
            self._say(
                f"{self._to.title} could not be told of run '{run.id}', and is told no more: {_short(error)}. The "
                f"training goes on; tell of it later with: {again}"
            )


@contextmanager
def followed(audience: "Audience", to: Tracker | None, say: Callable[[str], None] = say) -> Iterator["Audience"]:
    """``audience``, with ``to`` told of all that it is told of; ``None`` changes nothing.

    What goes wrong on the way is told by ``say``, once, and the training goes on without.
    """
    if to is None:
        yield audience
        return
    teller = _Teller(to, say)

    def started(run: Run, plan: "object") -> None:
        teller.begin(run)
        audience.on_start(run, plan)  # type: ignore[arg-type]  # a plan is torch's, and is handed on as it is

    def epoch(record: EpochRecord) -> None:
        teller.epoch(record)
        audience.on_epoch(record)

    try:
        yield replace(audience, on_start=started, on_epoch=epoch)
    finally:
        teller.end()


def _short(error: Exception) -> str:
    """The first line, without a stop at its end."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")[:300]
