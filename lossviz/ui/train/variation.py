"""Groups of runs: what varies between them, and the config of each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lossviz.errors import KnobError
from lossviz.knobs import Knob, Value
from lossviz.records import Choice, Config, Settings

MOST = 100
"""Runs that one press of Start may make."""
MOST_SEEDS = 50
_SPAN = re.compile(r"(\d+)\s*(?:-|\.\.)\s*(\d+)")
_COUNTED = re.compile(r"(\S+?)\s*(?:to|\.{3}|…)\s*(\S+)\s+in\s+(\d+)")
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Variation:
    """Several values of one knob.

    ``kind`` is ``loss``, ``model`` or ``setting``; ``owner`` is whose knob it is, and ``whose`` the same in words.
    """

    kind: str
    owner: str
    whose: str
    knob: Knob
    values: tuple[Value, ...]

    def applied(self, config: Config, value: Value) -> Config:
        """``config`` with this value; as it is where the knob is not one of its."""
        if self.kind == "setting":
            settings = Settings.from_values({**config.settings.values(), self.knob.name: value})
            return replace(config, settings=settings)
        choice: Choice = getattr(config, self.kind)
        if choice.name != self.owner:
            return config
        given = {name: each for name, each in choice.knobs.items() if name != self.knob.name}
        if value != self.knob.default:
            given[self.knob.name] = value
        made = Choice(choice.name, given)
        return replace(config, loss=made) if self.kind == "loss" else replace(config, model=made)

    def concerns(self, config: Config) -> bool:
        """Whether the knob is one of ``config``'s."""
        return self.kind == "setting" or bool(getattr(config, self.kind).name == self.owner)


@dataclass(frozen=True)
class Planned:
    """One run to be made: its config, and the ``label`` that tells it from the others of its group."""

    config: Config
    label: str


def expand(base: Config, losses: Sequence[Choice], seeds: Sequence[int], vary: Variation | None) -> list[Planned]:
    """Every run of the group: each loss under each value, with each seed, seeds last.

    A loss that the varied knob does not belong to runs once a seed. Raises :class:`KnobError` for more than ``MOST``.
    """
    made = [
        Planned(config, "-".join([*label, *([f"s{seed}"] if len(seeds) > 1 else [])]))
        for loss in losses
        for config, label in _varied(replace(base, loss=loss), [loss.name] if len(losses) > 1 else [], vary)
        for seed in seeds
        for config in [replace(config, settings=replace(config.settings, seed=seed))]
    ]
    if len(made) > MOST:
        raise KnobError(f"that would be {len(made)} runs, and {MOST} at most can be started at once: take fewer")
    return made


def _varied(config: Config, label: list[str], vary: Variation | None) -> Iterator[tuple[Config, list[str]]]:
    if vary is None or not vary.concerns(config):
        yield config, label
        return
    for value in vary.values:
        yield vary.applied(config, value), [*label, f"{vary.knob.name}-{written(value)}"]


def what_varies(losses: Sequence[str], seeds: Sequence[int], vary: Variation | None) -> str:
    """``5 values of margin, 2 losses and 3 seeds``; empty for a single run."""
    parts = [f"{len(losses)} losses"] if len(losses) > 1 else []
    if vary is not None and len(vary.values) > 1:
        whose = f"{vary.whose}'s " if vary.kind == "loss" and len(losses) > 1 else ""
        parts.append(f"{len(vary.values)} values of {whose}{spoken(vary.knob)}")
    parts += [f"{len(seeds)} seeds"] if len(seeds) > 1 else []
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def offered_name(base: Config, losses: Sequence[str], vary: Variation | None) -> str:
    """A name for the group, of what it is about."""
    first = "-".join(losses) if len(losses) <= 3 else f"{len(losses)}-losses"
    return legal("-".join([first, *([vary.knob.name] if vary else []), base.data.name]))


def legal(name: str) -> str:
    """``name`` as files may be called."""
    return _ILLEGAL.sub("-", name.strip()).strip("-._")[:60]


def parse_seeds(typed: str) -> tuple[int, ...]:
    """Seeds from ``0``, ``0, 1, 2`` or ``0-4``; raises :class:`KnobError`."""
    knob, seeds = Settings.knob("seed"), list[int]()
    for part in filter(None, (each.strip() for each in typed.split(","))):
        span = _SPAN.fullmatch(part)
        if span:
            low, high = int(span[1]), int(span[2])
            if high < low or high - low >= MOST_SEEDS:
                raise KnobError(f"{part} is no span of at most {MOST_SEEDS} seeds, the smaller first, as in 0-4")
            seeds += range(low, high + 1)
        else:
            value = knob.parse(part, "Settings")
            assert isinstance(value, int)
            seeds.append(value)
    if not seeds:
        raise KnobError("write at least one seed, as in 0, or several, as in 0, 1, 2 or 0-4")
    return tuple(dict.fromkeys(seeds))


def parse_values(typed: str, knob: Knob, owner: str) -> tuple[Value, ...]:
    """Values of ``knob`` from ``0, 0.2, 0.4`` or ``0 to 0.8 in 5``; raises :class:`KnobError`, naming ``owner``."""
    counted = _COUNTED.fullmatch(typed.strip())
    if counted:
        low, high = (knob.parse(part, owner) for part in counted.groups()[:2])
        return spread(knob, low, high, int(counted[3]))
    parts = [part for part in (each.strip() for each in typed.split(",")) if part]
    values = tuple(dict.fromkeys(knob.parse(part, owner) for part in parts))
    if not values:
        raise KnobError(f"write the values of {spoken(knob)} to try, as in {offered_values(knob)}")
    if len(values) > MOST:
        raise KnobError(f"{len(values)} values of {spoken(knob)} are more than the {MOST} that can be started at once")
    return values


def spread(knob: Knob, low: Value, high: Value, count: int) -> tuple[Value, ...]:
    """``count`` values of a knob that is a number, from ``low`` to ``high``; by factors for one with ``log``."""
    if not (isinstance(low, (int, float)) and isinstance(high, (int, float)) and 2 <= count <= MOST):
        raise KnobError(f"{spoken(knob)} takes 2 to {MOST} numbers, as in 0 to 0.8 in 5")
    steps = [index / (count - 1) for index in range(count)]
    if knob.log and low > 0 and high > 0:
        raw = [low * (high / low) ** step for step in steps]
    else:
        raw = [low + (high - low) * step for step in steps]
    tidy = [round(value) if knob.kind is int else float(f"{value:.4g}") for value in raw]
    return tuple(dict.fromkeys(tidy))


def ends(knob: Knob) -> tuple[float, float]:
    """From where to where a first try of a knob that is a number goes: its range, or around its default."""
    middle = float(knob.default) if isinstance(knob.default, (int, float)) else 1.0
    low = knob.low if knob.low is not None and not knob.log else max(knob.low or 0.0, middle / 4)
    high = knob.high if knob.high is not None and not knob.log and knob.high <= 100 else max(middle * 4, low + 1)
    return low, min(high, knob.high) if knob.high is not None else high


def offered_values(knob: Knob) -> str:
    """What a first try of the knob could be."""
    if knob.choices:
        return ", ".join(knob.choices)
    if knob.kind is bool:
        return "true, false"
    return ", ".join(written(value) for value in spread(knob, *ends(knob), 5))


def written(value: Value) -> str:
    """A value as a person writes it."""
    if value is None or isinstance(value, bool):
        return "auto" if value is None else str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def spoken(knob: Knob) -> str:
    """The knob's name in words."""
    return knob.name.replace("_", " ")
