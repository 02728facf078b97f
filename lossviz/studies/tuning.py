"""Which values of its knobs a contender is tried with: the same list at every call, spread evenly."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lossviz.errors import StudyError
from lossviz.knobs import Value

DIGITS = 3  # significant digits of a drawn number
PATIENCE = 200  # draws for each candidate before the list is taken to be as long as it gets


@dataclass(frozen=True)
class Range:
    """Where a knob is tried: between ``low`` and ``high``, or at the ``values`` alone.

    ``log`` draws evenly in the logarithm. Where both ends are whole numbers (``8``, and not ``8.0``) only whole ones
    are drawn.
    """

    low: float = 0.0
    high: float = 0.0
    log: bool = False
    values: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        if not self.values and not self.low < self.high:
            raise StudyError(f"a range must end above where it begins, got {self.low} to {self.high}")
        if self.log and self.low <= 0:
            raise StudyError(f"a logarithmic range must begin above 0, got {self.low}")

    def at(self, place: float) -> Value:
        """The value at ``place`` in [0, 1)."""
        if self.values:
            return self.values[int(place * len(self.values))]
        if isinstance(self.low, int) and isinstance(self.high, int):
            return self._between(self.low, self.high + 1, place, whole=True)
        return self._between(self.low, self.high, place, whole=False)

    def _between(self, low: float, high: float, place: float, whole: bool) -> Value:
        value = float(low * (high / low) ** place if self.log else low + place * (high - low))
        return int(value) if whole else float(f"{value:.{DIGITS}g}")


def candidates(ranges: Mapping[str, Range], count: int, seed: int) -> tuple[dict[str, Value], ...]:
    """``count`` settings of the knobs in ``ranges``, all different, the first of them nothing: the default.

    The others follow Roberts' additive recurrence, which fills a box of any number of dimensions evenly however early
    it is ended; ``seed`` shifts it. There are fewer where the ranges do not hold as many.
    Source: https://extremelearning.com.au/unreasonable-effectiveness-of-quasirandom-sequences/
    """
    found: list[dict[str, Value]] = [{}]
    if not ranges:
        return tuple(found)
    for places in itertools.islice(_spread(len(ranges), seed), PATIENCE * count):
        if len(found) >= count:
            break
        drawn = {name: each.at(place) for (name, each), place in zip(ranges.items(), places, strict=True)}
        if drawn not in found:
            found.append(drawn)
    return tuple(found)


def _spread(dimensions: int, seed: int) -> Iterator[list[float]]:
    """Points of the unit cube, without an end."""
    golden = 2.0
    for _ in range(64):  # the root of x ** (d + 1) = x + 1
        golden = (1 + golden) ** (1 / (dimensions + 1))
    steps = golden ** -np.arange(1.0, dimensions + 1)
    offset = np.random.default_rng([seed, dimensions]).random(dimensions)
    for number in itertools.count():
        yield ((offset + number * steps) % 1.0).tolist()
