"""What is drawn beside a picture, to see how much of it is the method's doing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from lossviz.knobs import Knob
from lossviz.projection import Projection
from lossviz.ui.pictured import Pictured
from lossviz.view.panel import PER_EPOCH

ALONE, SHUFFLED, RANDOM = "nothing", "shuffled labels", "random net"
UNTRAINED = 0  # the epoch before any training
SAID = (
    "the net before any training, by the same method: what stands apart here the images and the method put apart, only "
    "what goes beyond it was learnt"
)
RATIO = 3.0  # between one setting and the next
SEED = "seed"


@dataclass(frozen=True)
class Beside:
    """``methods`` are the settings to draw, the chosen one first; ``names`` say what is special about each.

    ``control`` is what to draw of the first beside them: nothing, its labels shuffled, or its net before training.
    """

    methods: tuple[Projection, ...]
    names: tuple[str, ...]
    control: str = ALONE

    def panels(self, shown: Sequence[Pictured]) -> list[Pictured]:
        """The pictures under names and keys of their own, with the control, if one was asked for."""
        named = [_named(each, number, name) for number, (each, name) in enumerate(zip(shown, self.names, strict=False))]
        if not shown or self.control not in CONTROLS:
            return named
        control = CONTROLS[self.control](shown[0])
        return named if control is None else [*named, control]


def pick_beside(method: Projection) -> Beside:
    """A menu of what to draw beside ``method``: three settings of a knob, shuffled labels, or an untrained net."""
    knobs = {f"three of {knob.name.replace('_', ' ')}": knob for knob in method.knobs() if _can_vary(knob)}
    word = st.selectbox(
        "Beside it",
        [ALONE, *knobs, *CONTROLS],
        width=220,
        key="beside",
        bind="query-params",
        help="The same data under three settings shows what the method makes up: trust what stays. The same picture "
        "with its labels shuffled shows what no structure looks like. The random net, which has learnt nothing yet, "
        "shows what the images and the method put apart without any training.",
    )
    if word in knobs:
        knob = knobs[str(word)]
        values = _three(knob, method)
        methods = tuple(replace(method, **{knob.name: value}) for value in values)
        return Beside(methods, tuple(f"{knob.name.replace('_', ' ')} {value:g}" for value in values))
    return Beside((method,), ("",), str(word))


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


def _random(each: Pictured) -> Pictured | None:
    """The picture of the untrained net; ``None`` while it has not come yet."""
    panel, trust = each.panel, each.trust
    if panel.epochs[0] != UNTRAINED:
        return None
    channels = tuple(
        replace(channel, values=channel.values[:1]) if channel.values.ndim == PER_EPOCH else channel
        for channel in panel.channels
    )
    control = replace(
        panel,
        key=f"{panel.key}~random",
        subtitle="random net: a control",
        positions=panel.positions[:1],
        epochs=panel.epochs[:1],
        channels=channels,
        prototypes=None if panel.prototypes is None else panel.prototypes[:1],
    )
    return replace(each, panel=control, said=SAID, trust=None if trust is None else replace(trust, jitter=None))


CONTROLS: dict[str, Callable[[Pictured], Pictured | None]] = {SHUFFLED: _shuffled, RANDOM: _random}
