"""What is drawn beside a picture, to see how much of it is the method's doing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lossviz.knobs import Knob
from lossviz.projection import Projection
from lossviz.ui.pictured import Pictured

ALONE, SHUFFLED = "nothing", "shuffled labels"
RATIO = 3.0  # between one setting and the next
SEED = "seed"


@dataclass(frozen=True)
class Beside:
    """``methods`` are the settings to draw, the chosen one first; ``names`` say what is special about each."""

    methods: tuple[Projection, ...]
    names: tuple[str, ...]
    shuffled: bool = False

    def panels(self, shown: Sequence[Pictured]) -> list[Pictured]:
        """The pictures under names and keys of their own, with the control, if one was asked for."""
        named = [_named(each, number, name) for number, (each, name) in enumerate(zip(shown, self.names, strict=False))]
        return [*named, _shuffled(shown[0])] if self.shuffled and shown else named


def pick_beside(method: Projection) -> Beside:
    """A menu of what to draw beside ``method``: three settings of one of its knobs, or itself with shuffled labels."""
    knobs = {f"three of {knob.name.replace('_', ' ')}": knob for knob in method.knobs() if _can_vary(knob)}
    word = st.selectbox(
        "Beside it",
        [ALONE, *knobs, SHUFFLED],
        width=220,
        key="beside",
        bind="query-params",
        help="The same data under three settings shows what the method makes up: trust what stays. The same picture "
        "with its labels shuffled shows what no structure looks like. The random net is epoch 0.",
    )
    if word in knobs:
        knob = knobs[str(word)]
        values = _three(knob, method)
        methods = tuple(replace(method, **{knob.name: value}) for value in values)
        return Beside(methods, tuple(f"{knob.name.replace('_', ' ')} {value:g}" for value in values))
    return Beside((method,), ("",), word == SHUFFLED)


def _can_vary(knob: Knob) -> bool:
    number = knob.kind in (int, float) and not knob.optional and knob.low is not None and knob.high is not None
    return number and float(knob.high or 0) >= RATIO * float(knob.low or 0) + RATIO


def _three(knob: Knob, method: Projection) -> list[float]:
    """The value that is set, then a smaller and a larger one; of a seed, the next two."""
    now = float(getattr(method, knob.name))
    low, high = float(knob.low or 0), float(knob.high or 0)
    if knob.name == SEED:
        others = [now + 1, now + 2]
    else:
        others = [max(low, now / RATIO), min(high, now * RATIO if now else (high - low) / RATIO)]
    convert = round if knob.kind is int else float
    return [convert(value) for value in (now, *others)]


def _named(each: Pictured, number: int, name: str) -> Pictured:
    if not name:
        return each
    key = each.panel.key if number == 0 else f"{each.panel.key}~{number}"
    return replace(each, panel=replace(each.panel, key=key, subtitle=f"{each.run.id}, {name}"))


def _shuffled(each: Pictured) -> Pictured:
    labels = np.random.default_rng(0).permutation(each.panel.labels)
    control = replace(
        each.panel,
        key=f"{each.panel.key}~shuffled",
        subtitle="labels shuffled: a control",
        labels=labels,
        prototypes=None,
    )
    return replace(each, panel=control)
