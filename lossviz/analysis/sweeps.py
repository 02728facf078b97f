"""What a group of runs varies, and what that does to a score: means over seeds, with intervals.

Nobody says which knob a sweep is about: it is found in the configs. A setting that only follows what varies (a warm
start that 2-D runs get by themselves, say) splits no curve.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lossviz.knobs import Value
from lossviz.records import Config
from lossviz.words import value_in_words

LOSS = "loss"
SEED = "settings.seed"
NO_MATTER = {SEED, "settings.threads", "settings.device", "settings.keep_weights"}  # change no score but by chance
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Axis:
    """Something that varies: its ``key`` in the config, its name in words, and whether it is a number.

    ``key`` is ``loss.margin``, ``settings.dim``, ``model``, ...; ``loss`` where nothing else varies.
    """

    key: str
    title: str
    numeric: bool


@dataclass(frozen=True)
class Sweep:
    """Runs laid out along ``axis``: of each its value there (``None``: its loss has no such knob) and its series.

    ``along`` are names of what moves together with the axis, ``seeds`` the runs' seeds.
    """

    axis: Axis
    values: tuple[Value, ...]
    series: tuple[str, ...]
    along: tuple[str, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Point:
    """The runs of one series at one value of the axis: which they are, their scores, mean and interval.

    ``low`` and ``high`` are NaN for a single run.
    """

    series: str
    value: Value
    runs: tuple[int, ...]
    scores: tuple[float, ...]
    mean: float
    low: float
    high: float


def axes(configs: Sequence[Config]) -> list[Axis]:
    """All that varies within one loss, numbers of most values first; the losses themselves where nothing does."""
    flat = [_flat(config) for config in configs]
    found = []
    for key in dict.fromkeys(key for each in flat for key in each):
        if key not in NO_MATTER and key != LOSS and _varies_within_a_loss(key, flat):
            values = {each[key] for each in flat if key in each}
            numeric = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
            found.append((not numeric, -len(values), Axis(key, _title(key), numeric)))
    found.sort(key=lambda each: each[:2])
    return [axis for *_, axis in found] or [Axis(LOSS, LOSS, numeric=False)]


def lay_out(configs: Sequence[Config], titles: Sequence[str], axis: Axis) -> Sweep:
    """``configs`` along ``axis``, one of :func:`axes`; ``titles`` are the losses' names in words."""
    flat = [_flat(config) for config in configs]
    values = tuple(titles) if axis.key == LOSS else tuple(each.get(axis.key) for each in flat)
    varying = [other.key for other in axes(configs) if other.key not in (axis.key, LOSS)]
    splits = [key for key in varying if not _follows(key, flat, values)]
    series = [
        ", ".join([title, *(f"{_title(key)} {value_in_words(each[key])}" for key in splits if key in each)])
        for title, each in zip(titles, flat, strict=True)
    ]
    along = tuple(_title(key) for key in varying if key not in splits)
    return Sweep(axis, values, tuple(series), along, tuple(config.settings.seed for config in configs))


def points(sweep: Sweep, scores: Sequence[float | None]) -> list[Point]:
    """The runs that have a score, together where series and value are the same, in the axis's order."""
    cells: dict[tuple[str, Value], list[int]] = {}
    for index, score in enumerate(scores):
        if score is not None:
            cells.setdefault((sweep.series[index], sweep.values[index]), []).append(index)
    found = []
    for (series, value), members in cells.items():
        there = tuple(float(scores[index]) for index in members)  # type: ignore[arg-type]  # None was left out above
        found.append(Point(series, value, tuple(members), there, *interval(there)))
    order = list(dict.fromkeys(sweep.series))
    return sorted(found, key=lambda point: (order.index(point.series), *_rank(point.value, sweep)))


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and both ends of its 95 % interval by Student's t with n - 1 degrees of freedom; NaN for n = 1."""
    from scipy.special import stdtrit  # noqa: PLC0415  a page without a sweep needs none of it

    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    half = float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2)) * error
    return mean, mean - half, mean + half


def compared(sweep: Sweep) -> list[list[int]]:
    """The sets of runs that somebody who reads the curve compares: along a curve, between curves, between seeds.

    Of the first two, only runs of one seed are compared; a run without a value on the axis is held against all.
    """
    runs = range(len(sweep.values))
    sets = _alike(runs, [(sweep.series[i], sweep.seeds[i]) for i in runs])
    sets += _alike(runs, [(sweep.series[i], sweep.values[i]) for i in runs])
    if sweep.axis.key == LOSS:
        sets += _alike(runs, sweep.seeds)
    everywhere = [i for i in runs if sweep.values[i] is None]
    for cell in _alike(runs, [(sweep.values[i], sweep.seeds[i]) for i in runs]):
        seed = sweep.seeds[cell[0]]
        sets.append(sorted({*cell, *(i for i in everywhere if sweep.seeds[i] == seed)}))
    return [list(each) for each in dict.fromkeys(tuple(each) for each in sets) if len(each) > 1]


def _alike(runs: Iterable[int], keys: Sequence[Hashable]) -> list[list[int]]:
    found: dict[Hashable, list[int]] = {}
    for index in runs:
        found.setdefault(keys[index], []).append(index)
    return list(found.values())


def _flat(config: Config) -> dict[str, Value]:
    flat: dict[str, Value] = {}
    for part in ("loss", "data", "model"):
        choice = getattr(config, part)
        flat[part] = choice.name
        flat |= {f"{part}.{name}": value for name, value in choice.knobs.items()}
    return flat | {f"settings.{name}": value for name, value in config.settings.values().items()}


def _varies_within_a_loss(key: str, flat: Sequence[dict[str, Value]]) -> bool:
    seen: dict[Value, Value] = {}
    return any(seen.setdefault(each[LOSS], each[key]) != each[key] for each in flat if key in each)


def _follows(key: str, flat: Sequence[dict[str, Value]], values: Sequence[Value]) -> bool:
    """Whether loss and place on the axis decide it."""
    seen: dict[tuple[Value, Value], Value] = {}
    return all(
        seen.setdefault((each[LOSS], value), each.get(key)) == each.get(key)
        for each, value in zip(flat, values, strict=True)
    )


def _rank(value: Value, sweep: Sweep) -> tuple[float, int]:
    if value is None:
        return float("inf"), 0
    if sweep.axis.numeric:
        return float(value), 0
    return 0.0, sweep.values.index(value)


def _title(key: str) -> str:
    part, _, name = key.partition(".")
    words = {"data": "data set", "model": "net", "settings.dim": "embedding size", "settings.lr": "learning rate"}
    return words.get(key, (name or part).replace("_", " "))
