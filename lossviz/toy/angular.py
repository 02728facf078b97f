"""Every loss that is a target-logit curve, as the lab draws it: its expression, and the knobs that count in it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import torch

from lossviz import losses
from lossviz.errors import KnobError
from lossviz.knobs import Knob, Value
from lossviz.losses.base import Loss, Reference
from lossviz.toy.tracing import Traced, Tree, Untraceable, variables

ANGLE = "theta"
SCALE = "scale"
TABLE = 3601  # angles from 0 to pi at which a curve that cannot be traced is tabulated


@dataclass(frozen=True)
class Curve:
    """A loss's target logit over its scale, psi(theta), for every setting of the knobs.

    ``trees`` has the expression for each combination of the words that ``choices`` can take (``"past_pi=easy"``,
    joined by commas; ``""`` where there are none). ``numbers`` are the other knobs that occur in it, the scale, and
    the situation. ``whole`` names the combinations in which a number takes whole values only, as ``"words:name"``;
    ``by_length`` those in which the embedding's length takes the place of the scale. ``live`` is false where the
    expression could not be traced: then the curve is a table at the default knobs.
    """

    key: str
    title: str
    idea: str
    numbers: tuple[Knob, ...]
    choices: tuple[Knob, ...]
    trees: dict[str, Tree]
    whole: frozenset[str]
    by_length: frozenset[str]
    free_weights: bool
    live: bool
    references: tuple[Reference, ...]


@cache
def curves() -> tuple[Curve, ...]:
    """All of them, plain softmax first, then by title."""
    found = [curve(cls) for cls in losses.registry if hasattr(cls, "psi")]
    return tuple(sorted(found, key=lambda each: (each.key != "softmax", each.key != "normface", each.title)))


def curve(cls: type[Loss]) -> Curve:
    """How the lab draws one loss that has a ``psi``."""
    words = [knob for knob in cls.knobs() if knob.choices or knob.kind is bool]
    try:
        trees = {_spelled(picked): _traced(cls, picked) for picked in _combinations(words)}
        live = True
    except Untraceable:
        trees = {"": _tabulated(cls)}
        live = False
    words = [knob for knob in words if live and _matters(knob, words, trees)]
    kept = {_spelled(picked): trees[_widened(picked, cls, trees)] for picked in _combinations(words)} if live else trees
    return Curve(
        cls.key(),
        cls.title,
        cls.idea,
        tuple(_numbers(cls, kept)),
        tuple(words),
        kept,
        whole_numbers(cls, words),
        frozenset(_spelled(picked) for picked in _combinations(words) if _by_length(cls, picked)),
        cls.free_weights,
        live,
        cls.references,
    )


def whole_numbers(cls: type[Loss], words: Iterable[Knob]) -> frozenset[str]:
    """``"words:name"`` for each combination of ``words`` in which the loss refuses numbers that are not whole."""
    every = list(_combinations(list(words)))
    return frozenset(f"{_spelled(picked)}:{knob.name}" for picked in every for knob in _whole(cls, picked))


def _combinations(words: list[Knob]) -> Iterator[dict[str, Value]]:
    options = [knob.offered for knob in words]
    for values in product(*options):
        yield dict(zip((knob.name for knob in words), values, strict=True))


def _spelled(picked: dict[str, Value]) -> str:
    return ",".join(f"{name}={value}" for name, value in picked.items())


def _widened(picked: dict[str, Value], cls: type[Loss], trees: dict[str, Tree]) -> str:
    """The first key of ``trees`` that agrees with ``picked``; what is left out of that does not matter."""
    wanted = {f"{name}={value}" for name, value in picked.items()}
    return next(key for key in trees if wanted <= set(key.split(",")) | {""})


def _matters(knob: Knob, words: list[Knob], trees: dict[str, Tree]) -> bool:
    for picked in _combinations(words):
        for value in knob.offered:
            if trees[_spelled(picked)] != trees[_spelled({**picked, knob.name: value})]:
                return True
    return False


def _traced(cls: type[Loss], picked: dict[str, Value]) -> Tree:
    """``psi`` called on an instance whose numbers are symbols."""
    loss: Any = object.__new__(cls)
    for knob in cls.knobs():
        object.__setattr__(loss, knob.name, picked.get(knob.name, Traced(knob.name)))
    situation = _situation(cls)
    more = [Traced(situation.name)] if situation else []
    result = loss.psi(Traced(ANGLE), *more)
    if not isinstance(result, Traced):
        raise Untraceable(f"{cls.__name__}.psi gave no expression")
    return result.tree


def _tabulated(cls: type[Loss]) -> Tree:
    loss: Any = cls()
    values = loss.psi(torch.linspace(0, math.pi, TABLE, dtype=torch.float64))
    return ["table", [float(value) for value in values], ANGLE]


def _situation(cls: type[Loss]) -> Knob | None:
    return getattr(cls, "situation", None)


def _numbers(cls: type[Loss], trees: dict[str, Tree]) -> Iterator[Knob]:
    used = set().union(*(variables(tree) for tree in trees.values()))
    situation = _situation(cls)
    for knob in (*cls.knobs(), *([situation] if situation else [])):
        if knob.name in used or knob.name == SCALE:
            yield knob


def _by_length(cls: type[Loss], picked: dict[str, Value]) -> bool:
    """Whether a longer embedding has larger logits."""
    criterion = cls.from_values(picked).criterion(3, 2)
    once, twice = (criterion.logits(torch.tensor([[length, length]])) for length in (1.0, 2.0))
    return once is not None and twice is not None and not torch.allclose(once, twice)


def _whole(cls: type[Loss], picked: dict[str, Value]) -> Iterator[Knob]:
    """The numbers that the loss refuses, with these words, where they are not whole."""
    for knob in cls.knobs():
        if knob.kind is int:
            yield knob
        elif knob.kind is float and knob.high is not None and knob.high - (knob.low or 0) >= 2:
            try:
                cls.from_values({**picked, knob.name: (knob.low or 0) + 0.5})
            except KnobError:
                yield knob
