"""Several values of one knob: the part of the form that makes a group of runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

from lossviz.knobs import Knob, Value
from lossviz.records import Settings
from lossviz.ui.declared import declared
from lossviz.ui.knob_widgets import labelled
from lossviz.ui.train.address import VALUES, VARY
from lossviz.ui.train.fields import Problems
from lossviz.ui.train.link import FOR, TYPED
from lossviz.ui.train.variation import Variation, ends, offered_values, parse_values, spread, written

SETTINGS = (
    *("dim", "limit", "unseen_classes", "batch_size", "optimizer", "lr", "prototype_lr", "momentum", "weight_decay"),
    *("schedule", "clip_norm", "augment", "sampler", "per_class", "warm_start"),
)
"""Training settings of which several values can be tried."""
MOST_EVEN = 20


@dataclass(frozen=True)
class Target:
    """A knob of which several values can be tried, and whose it is, by name and in words."""

    kind: str
    owner: str
    whose: str
    knob: Knob

    @property
    def key(self) -> str:
        """How it is called among the others."""
        return f"{self.kind}.{self.owner}.{self.knob.name}"

    @property
    def label(self) -> str:
        """What the menu says."""
        return label_of(self.whose, self.knob)


def label_of(whose: str, knob: Knob) -> str:
    """What the menu calls a knob that can be varied."""
    return f"{whose}: {labelled(knob).lower()}"


def targets(losses: Sequence[str], model: str) -> dict[str, Target]:
    """Every knob that can be varied, by key: those of the losses, of the training, of the net."""
    return {target.key: target for target in _targets(losses, model)}


def _targets(losses: Sequence[str], model: str) -> Iterator[Target]:
    for name in losses:
        about = declared("loss")[name]
        yield from (Target("loss", name, about.title, knob) for knob in about.knobs.knobs())
    yield from (Target("setting", "train", "Training", Settings.knob(name)) for name in SETTINGS)
    net = declared("model")[model]
    yield from (Target("model", model, net.title, knob) for knob in net.knobs.knobs())


def pick_variation(losses: Sequence[str], model: str, problems: Problems) -> Variation | None:
    """The knob to vary and its values; ``None`` where nothing varies."""
    there = targets(losses, model)
    key = st.selectbox(
        "Try several values of",
        list(there),
        index=None,
        format_func=lambda each: there[each].label if each in there else each,
        placeholder="nothing: one run for each loss and seed",
        filter_mode="contains",
        key=VARY,
        bind="query-params",
    )
    if key not in there:
        return None
    target = there[key]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            "Values",
            _offer(target),
            max_chars=400,
            key=VALUES,
            bind="query-params",
            help="A list, as in 0, 0.2, 0.4, or a range with how many, as in 0 to 0.8 in 5. "
            f"Allowed: {target.knob.allowed}.",
        )
        if target.knob.kind in (int, float):
            _evenly(target.knob)
    st.session_state[TYPED] = {**st.session_state.get(TYPED, {}), target.key: str(typed)}
    none: tuple[Value, ...] = ()
    values = problems.caught(lambda: parse_values(str(typed), target.knob, target.whose), none)
    return Variation(target.kind, target.owner, target.whose, target.knob, values) if values else None


def _offer(target: Target) -> str:
    """What stands in the field to begin with: the values typed for this knob before, or some to try.

    Put there when the knob is another than before, whoever changed it, and never over what was typed for this one.
    """
    first = st.session_state.get(TYPED, {}).get(target.key, "").strip() or offered_values(target.knob)
    if st.session_state.get(FOR, target.key) != target.key or st.session_state.get(VALUES) == "":
        st.session_state[VALUES] = first
    st.session_state[FOR] = target.key
    return first


def _evenly(knob: Knob) -> None:
    """From, to and how many: writes the list of values."""
    convert = int if knob.kind is int else float
    low, high = (convert(end) for end in ends(knob))
    form = "%g" if convert is float else None
    with st.popover("Evenly", icon=":material/linear_scale:"):
        first = st.number_input("From", value=low, format=form, key=f"train from {knob.name}")
        last = st.number_input("To", value=high, format=form, key=f"train to {knob.name}")
        count = st.number_input("How many", 2, MOST_EVEN, 5, key="train count")
        values = spread(knob, first, last, int(count))
        st.caption(", ".join(written(value) for value in values))
        st.button("Take these", on_click=_take, args=(", ".join(written(value) for value in values),))


def _take(values: str) -> None:
    st.session_state[VALUES] = values
