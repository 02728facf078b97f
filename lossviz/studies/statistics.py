"""What may be said of scores of several seeds: means, differences paired by seed, and ranks with ties.

A seed is one repetition: the weights that a net begins from, the order of the batches, the images drawn. Contenders
of one seed share all of these, so their scores are compared seed by seed: what makes a seed easy for all drops out.
The intervals tell how far chance in training goes, on these data sets; they do not speak for other data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lossviz.analysis.sweeps import CONFIDENCE, interval

LEVEL = 1 - CONFIDENCE


@dataclass(frozen=True)
class Mean:
    """A mean over ``n`` seeds, with both ends of its 95 % t-interval: NaN for one seed."""

    n: int
    mean: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the interval's width: what stands behind the plus-minus."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Difference:
    """How far ``first`` is better than ``second``, over the ``n`` seeds that both have.

    ``mean`` is at least 0, whichever way is better for the score; ``low`` and ``high`` are the ends of its 95 %
    t-interval, and NaN with one seed. ``p`` is the two-sided p-value of the paired t-test, 1 with one seed, and
    ``adjusted`` the same after Holm's correction for all pairs that are compared at once.
    """

    first: str
    second: str
    n: int
    mean: float
    low: float
    high: float
    p: float
    adjusted: float = 1.0

    @property
    def half(self) -> float:
        """Half the interval's width."""
        return (self.high - self.low) / 2

    @property
    def alone(self) -> bool:
        """Whether the interval leaves out 0: enough if this were the only pair looked at."""
        return self.p < LEVEL

    @property
    def holds(self) -> bool:
        """Whether it is larger than seed noise among all pairs that are compared at once."""
        return self.adjusted < LEVEL


@dataclass(frozen=True)
class Comparison:
    """Contenders held against one another on one score.

    ``names`` are in the order of their means, the best first; ``differences`` of all pairs, the better one first.
    ``ranks``: 1 and the number of contenders that are better by more than seed noise, so that all who cannot be told
    from the best share the first rank.
    """

    names: tuple[str, ...]
    means: Mapping[str, Mean]
    differences: tuple[Difference, ...]
    ranks: Mapping[str, int]

    def difference(self, one: str, other: str) -> Difference:
        """That of two contenders, in whichever order."""
        return next(each for each in self.differences if {each.first, each.second} == {one, other})


def mean_of(scores: Sequence[float]) -> Mean:
    """Mean and interval of at least one score."""
    return Mean(len(scores), *interval(scores))


def difference_of(
    first: tuple[str, Mapping[int, float]], second: tuple[str, Mapping[int, float]], better: int = 1, step: float = 0.0
) -> Difference | None:
    """The paired difference of two named contenders' scores by seed; ``None`` where they share no seed.

    ``better`` is -1 where smaller scores are better. ``step`` is the least by which a score can differ (one image of
    the probe): the standard deviation is taken to be no smaller than the rounding to such steps makes it, because
    three equal differences of two images say little, whatever their own spread says.
    """
    seeds = sorted(set(first[1]) & set(second[1]))
    if not seeds:
        return None
    gaps = better * np.array([first[1][seed] - second[1][seed] for seed in seeds])
    mean = float(gaps.mean())
    if mean < 0:
        first, second, gaps, mean = second, first, -gaps, -mean
    if len(gaps) < 2:
        return Difference(first[0], second[0], 1, mean, float("nan"), float("nan"), 1.0)
    deviation = max(float(gaps.std(ddof=1)), step / np.sqrt(6))  # of two values, each rounded to steps
    return Difference(first[0], second[0], len(gaps), mean, *_t(mean, deviation / np.sqrt(len(gaps)), len(gaps) - 1))


def _t(mean: float, error: float, freedom: int) -> tuple[float, float, float]:
    """Both ends of the interval of a mean with this standard error, and the p-value that the true mean is 0."""
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  a page without a study needs none of it

    half = float(stdtrit(freedom, 1 - LEVEL / 2)) * error
    if error == 0:
        return mean, mean, 1.0 if mean == 0 else 0.0
    return mean - half, mean + half, float(2 * stdtr(freedom, -abs(mean) / error))


def holm(values: Sequence[float]) -> list[float]:
    """p-values after Holm's correction for as many tests: none is below what it was, and at most 1.

    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    adjusted, most = [1.0] * len(values), 0.0
    for rank, index in enumerate(np.argsort(values, kind="stable")):
        most = max(most, min(1.0, (len(values) - rank) * values[index]))
        adjusted[int(index)] = most
    return adjusted


def compare(scores: Mapping[str, Mapping[int, float]], better: int = 1, step: float = 0.0) -> Comparison:
    """Hold contenders against one another, given each one's scores by seed; those without any are left out."""
    there = {name: by_seed for name, by_seed in scores.items() if by_seed}
    means = {name: mean_of(list(by_seed.values())) for name, by_seed in there.items()}
    names = tuple(sorted(there, key=lambda name: -better * means[name].mean))
    found = [difference_of((one, there[one]), (two, there[two]), better, step) for one, two in combinations(names, 2)]
    pairs = [each for each in found if each is not None]
    differences = tuple(
        Difference(**{**vars(each), "adjusted": adjusted})
        for each, adjusted in zip(pairs, holm([each.p for each in pairs]), strict=True)
    )
    beaten = [each.second for each in differences if each.holds]
    return Comparison(names, means, differences, {name: 1 + beaten.count(name) for name in names})


def groups(comparison: Comparison) -> tuple[tuple[str, ...], ...]:
    """Every largest set of contenders of which no two can be told apart, the best first; none of one contender alone.

    A contender may be in several: A may beat C, and B be told from neither.
    """
    apart = {frozenset((each.first, each.second)) for each in comparison.differences if each.holds}
    tied = {
        name: {other for other in comparison.names if other != name and frozenset((name, other)) not in apart}
        for name in comparison.names
    }
    order = {name: place for place, name in enumerate(comparison.names)}
    found = [sorted(group, key=order.__getitem__) for group in _cliques(set(), set(comparison.names), set(), tied)]
    return tuple(
        sorted((tuple(group) for group in found if len(group) > 1), key=lambda group: [*map(order.get, group)])
    )


def _cliques(
    inside: set[str], left: set[str], done: set[str], tied: Mapping[str, set[str]]
) -> Iterator[frozenset[str]]:
    """Every largest set in which all are tied with all.

    Source: Bron and Kerbosch, Algorithm 457: finding all cliques of an undirected graph, 1973.
    """
    if not left and not done:
        yield frozenset(inside)
    for name in sorted(left):
        yield from _cliques(inside | {name}, left & tied[name], done & tied[name], tied)
        left, done = left - {name}, done | {name}
