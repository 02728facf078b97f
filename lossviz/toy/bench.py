"""Toy trainings in the background: one after another, progress to be asked for, results kept for the next look."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock

from lossviz.losses.base import Loss
from lossviz.toy.cloud import CloudKnobs
from lossviz.toy.training import Toy, ToyKnobs, train_toy

KEPT = 24  # orders whose results are kept


class _Dropped(Exception):
    """Nobody waits for this training any more."""


@dataclass(frozen=True)
class Entrant:
    """One loss to be trained, with a warm start or without."""

    loss: Loss
    warm: bool


@dataclass
class Order:
    """Trainings from one start, one for each entrant."""

    entrants: tuple[Entrant, ...]
    knobs: ToyKnobs
    cloud: CloudKnobs
    steps_done: int = 0
    dropped: Event = field(default_factory=Event)
    future: "Future[list[Toy]] | None" = None

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        return min(self.steps_done / max(self.knobs.steps * len(self.entrants), 1), 1.0)

    @property
    def done(self) -> bool:
        """Whether the results can be had at once."""
        return self.future is not None and self.future.done()

    def results(self) -> list[Toy]:
        """The trainings, in the order of the entrants; waits for them."""
        assert self.future is not None
        return self.future.result()

    def run(self) -> list[Toy]:
        """Train them all."""
        return [
            train_toy(entrant.loss, self.knobs, self.cloud, warm=entrant.warm, told=self._listener(number))
            for number, entrant in enumerate(self.entrants)
        ]

    def _listener(self, number: int) -> Callable[[int], None]:
        def told(step: int) -> None:
            self.steps_done = number * self.knobs.steps + step
            if self.dropped.is_set():
                raise _Dropped

        return told


class Bench:
    """Takes orders from all visitors. A visitor's new order drops the one that is still under way."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "toy")
        self._orders: OrderedDict[Hashable, Order] = OrderedDict()
        self._latest: dict[str, Order] = {}
        self._lock = Lock()

    def ask(self, visitor: str, entrants: Sequence[Entrant], knobs: ToyKnobs, cloud: CloudKnobs) -> Order:
        """The order for these trainings, running, waiting or done."""
        key = _key(entrants, knobs, cloud)
        with self._lock:
            order = self._orders.get(key)
            before = self._latest.get(visitor)
            if before is not None and before is not order and not before.done and self._only(visitor, before):
                before.dropped.set()
            if order is None or order.dropped.is_set():
                order = Order(tuple(entrants), knobs, cloud)
                order.future = self._worker.submit(order.run)
                self._orders[key] = order
            self._orders.move_to_end(key)
            self._latest[visitor] = order
            while len(self._orders) > KEPT:
                self._orders.popitem(last=False)
            return order

    def _only(self, visitor: str, order: Order) -> bool:
        return not any(each is order for name, each in self._latest.items() if name != visitor)


def _key(entrants: Sequence[Entrant], knobs: ToyKnobs, cloud: CloudKnobs) -> str:
    named = [(each.loss.key(), each.loss.values(), each.warm) for each in entrants]
    return f"{named} {knobs.values()} {cloud.values()}"
