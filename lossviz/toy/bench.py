"""Small trainings in the background: one after another, progress to be asked for, results kept for the next look."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, TypeVar

from lossviz.losses.base import Loss
from lossviz.toy.cloud import CloudKnobs
from lossviz.toy.sweep import Outcome, Sweep, run_sweep
from lossviz.toy.training import Toy, ToyKnobs, train_toy

KEPT = 24  # jobs whose results are kept


class _Dropped(Exception):
    """Nobody waits for this training any more."""


@dataclass(frozen=True)
class Entrant:
    """One loss to be trained, with a warm start or without."""

    loss: Loss
    warm: bool


@dataclass
class Job(ABC):
    """Something that is computed in the background."""

    done_so_far: int = field(default=0, init=False)
    dropped: Event = field(default_factory=Event, init=False)
    future: "Future[Any] | None" = field(default=None, init=False)

    @property
    @abstractmethod
    def key(self) -> str:
        """Two jobs with the same one are the same."""

    @property
    @abstractmethod
    def size(self) -> int:
        """What ``done_so_far`` is at the end."""

    @abstractmethod
    def run(self) -> Any:
        """Do it."""

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        return min(self.done_so_far / max(self.size, 1), 1.0)

    @property
    def done(self) -> bool:
        """Whether the results can be had at once."""
        return self.future is not None and self.future.done()

    def tell(self, done: int) -> None:
        """To be called now and then by what is being run; ends it where nobody waits for it any more."""
        self.done_so_far = done
        if self.dropped.is_set():
            raise _Dropped


@dataclass
class Order(Job):
    """Trainings from one start, one for each entrant."""

    entrants: tuple[Entrant, ...]
    knobs: ToyKnobs
    cloud: CloudKnobs

    @property
    def key(self) -> str:
        named = [(each.loss.key(), each.loss.values(), each.warm) for each in self.entrants]
        return f"{named} {self.knobs.values()} {self.cloud.values()}"

    @property
    def size(self) -> int:
        return self.knobs.steps * len(self.entrants)

    def results(self) -> list[Toy]:
        """The trainings, in the order of the entrants; waits for them."""
        assert self.future is not None
        found: list[Toy] = self.future.result()
        return found

    def run(self) -> list[Toy]:
        return [
            train_toy(entrant.loss, self.knobs, self.cloud, warm=entrant.warm, told=self._listener(number))
            for number, entrant in enumerate(self.entrants)
        ]

    def _listener(self, number: int) -> Callable[[int], None]:
        return lambda step: self.tell(number * self.knobs.steps + step)


@dataclass
class SweepJob(Job):
    """A sweep of small nets over the values of a knob."""

    sweep: Sweep

    @property
    def key(self) -> str:
        return self.sweep.told()

    @property
    def size(self) -> int:
        return self.sweep.nets

    def results(self) -> list[Outcome]:
        """What became of every setting; waits for it."""
        assert self.future is not None
        found: list[Outcome] = self.future.result()
        return found

    def run(self) -> list[Outcome]:
        return run_sweep(self.sweep, self.tell)


J = TypeVar("J", bound=Job)


class Bench:
    """Takes jobs from all visitors. A visitor's new job drops the one that is still under way."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "toy")
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._latest: dict[str, Job] = {}
        self._lock = Lock()

    def ask(self, visitor: str, entrants: Sequence[Entrant], knobs: ToyKnobs, cloud: CloudKnobs) -> Order:
        """The order for these trainings, running, waiting or done."""
        return self.take(visitor, Order(tuple(entrants), knobs, cloud))

    def take(self, visitor: str, asked: J) -> J:
        """The job with the same key that is running, waiting or done, or else this one, begun."""
        with self._lock:
            job = self._jobs.get(asked.key)
            before = self._latest.get(visitor)
            if before is not None and before is not job and not before.done and self._only(visitor, before):
                before.dropped.set()
            if job is None or job.dropped.is_set():
                job = asked
                job.future = self._worker.submit(job.run)
                self._jobs[asked.key] = job
            self._jobs.move_to_end(asked.key)
            self._latest[visitor] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
            assert isinstance(job, type(asked))
            return job

    def known(self, asked: J) -> J | None:
        """The job with the same key, if there is one that was not dropped."""
        with self._lock:
            job = self._jobs.get(asked.key)
            return job if isinstance(job, type(asked)) and not job.dropped.is_set() else None

    def _only(self, visitor: str, job: Job) -> bool:
        return not any(each is job for name, each in self._latest.items() if name != visitor)
