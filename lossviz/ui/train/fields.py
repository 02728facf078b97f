"""The fields of the form: data, losses, net, sizes, and the settings that are mostly left alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from lossviz import data
from lossviz.errors import LossvizError
from lossviz.knobs import Knob, Knobbed, Value
from lossviz.records import Choice, Settings
from lossviz.ui.declared import Declared, declared
from lossviz.ui.knob_widgets import AUTO, knob_widget
from lossviz.ui.train.address import DATASET, LOSSES, MODEL, PREFIX, SEED, data_title, knob_prefix
from lossviz.ui.train.link import FIRST, reset_knobs
from lossviz.ui.train.samples import data_facts, statuses
from lossviz.ui.train.variation import parse_seeds, spoken, written

T = TypeVar("T")

MOST_LOSSES = 6
GROUPS = {
    "How the classes are split": ("unseen_classes", "class_seed", "validation", "probe", "gallery"),
    "Optimiser": ("optimizer", "lr", "prototype_lr", "momentum", "weight_decay", "schedule", "clip_norm"),
    "Batches": ("batch_size", "sampler", "per_class", "augment", "train_mode_once"),
    "Start and arithmetic": ("warm_start", "precision", "device", "threads", "keep_weights"),
}
"""Settings under "More", by heading."""
SLID = ("unseen_classes", "validation", "momentum")
"""Settings that are moved by a slider; the others are typed."""


@dataclass(frozen=True)
class Sizes:
    """What stands in the form's front rows besides data and losses."""

    model: str
    dim: Value
    epochs: Value
    limit: Value
    seeds: tuple[int, ...]


class Problems(list[str]):
    """Sentences on what cannot be trained as it stands."""

    def caught(self, part: Callable[[], T], otherwise: T) -> T:
        """What ``part`` gives; where it raises a :class:`LossvizError` that is noted, and ``otherwise`` is given."""
        try:
            return part()
        except LossvizError as error:
            self.append(str(error))
            return otherwise


def pick_data() -> Choice:
    """The data set with what there is to say of it, and its knobs."""
    names = list(statuses())
    name = str(
        st.selectbox(
            "Data",
            names,
            index=names.index(str(FIRST[DATASET])),
            format_func=data_title,
            filter_mode="contains",
            key=DATASET,
            bind="query-params",
        )
    )
    facts = st.container(gap="xsmall")
    choice = Choice(name)
    if name in data.registry.files() and data.get(name).knobs():
        cls = data.get(name)
        choice = Choice(name, _changed(cls.knobs(), knob_prefix("data", name)))
    with facts:
        data_facts(choice)
    return choice


def pick_losses() -> list[str]:
    """The losses, by name."""
    known = declared("loss")
    picked: list[str] = st.multiselect(
        "Losses",
        sorted(known, key=lambda name: known[name].title.lower()),
        default=list(FIRST[LOSSES]),
        max_selections=MOST_LOSSES,
        format_func=lambda name: known[name].title,
        filter_mode="contains",
        select_all=False,
        placeholder="Choose one, or several to compare",
        key=LOSSES,
        bind="query-params",
    )
    return picked


def pick_model() -> str:
    """The net, by name."""
    known = declared("model")
    names = list(known)
    return str(
        st.selectbox(
            "Net",
            names,
            index=names.index(str(FIRST[MODEL])),
            format_func=lambda name: known[name].title,
            key=MODEL,
            bind="query-params",
            help="\n".join(f"* **{each.title}**: {each.idea}" for each in known.values()),
        )
    )


def sizes(problems: Problems) -> Sizes:
    """Net, embedding size, epochs, limit and seeds."""
    left, right = st.columns(2, gap="small")
    with left:
        model = pick_model()
    with right:
        dim = setting("dim", "Embedding size")
    first, second, third = st.columns(3, gap="small")
    with first:
        epochs = setting("epochs", "Epochs")
    with second:
        limit = setting("limit", "Images", "all")
    with third:
        typed = st.text_input(
            "Seeds",
            "0",
            max_chars=200,
            key=SEED,
            bind="query-params",
            help="One, or several for a run each: 0, 1, 2 or 0-4. A seed decides initial weights, batches and splits, "
            "the same under every loss.",
        )
    none: tuple[int, ...] = (0,)
    seeds = problems.caught(lambda: parse_seeds(str(typed)), none)
    return Sizes(model, dim, epochs, limit, seeds)


def setting(name: str, label: str = "", hint: str = AUTO) -> Value:
    """The widget of one training setting; ``hint`` says what comes where nothing is typed."""
    knob = Settings.knob(name)
    return knob_widget(knob, f"{PREFIX}.{name}", knob.default, label, name in SLID, hint)


def more_settings() -> dict[str, Value]:
    """Everything else that decides a training, by name."""
    values: dict[str, Value] = {}
    for heading, names in GROUPS.items():
        st.markdown(f"**{heading}**")
        for pair in _pairs(names):
            for side, name in zip(st.columns(2, vertical_alignment="bottom"), pair, strict=False):
                with side:
                    values[name] = setting(name)
    return values


def loss_knobs(names: Iterable[str], problems: Problems) -> list[Choice]:
    """An expander for each loss with its knobs; what was changed stands in its heading."""
    return [_knobs("loss", declared("loss")[name], problems) for name in names]


def model_knobs(name: str, problems: Problems) -> Choice:
    """The net's knobs."""
    return _knobs("model", declared("model")[name], problems)


def _knobs(kind: str, about: Declared, problems: Problems) -> Choice:
    prefix = knob_prefix(kind, about.name)
    changed = _changed(about.knobs.knobs(), prefix)
    if not about.knobs.knobs():
        return Choice(about.name)
    told = ", ".join(f"{spoken(about.knobs.knob(name))} {written(value)}" for name, value in changed.items())
    words = f"**{told}**" if told else "defaults"
    with st.expander(f"{about.title}: {words}", key=f"open {prefix}"):
        st.caption(about.idea)
        given = {knob.name: knob_widget(knob, f"{prefix}.{knob.name}", knob.default) for knob in about.knobs.knobs()}
        st.button(
            "Reset to defaults",
            key=f"reset {prefix}",
            icon=":material/undo:",
            type="tertiary",
            disabled=not changed,
            on_click=reset_knobs,
            args=(kind, about.name, about.knobs.knobs()),
        )
    problems.caught(lambda: about.knobs.from_values(given), None)
    return Choice(about.name, {name: value for name, value in given.items() if value != about.knobs.knob(name).default})


def data_knobs(choice: Choice) -> Choice:
    """The data set's knobs, where it has some."""
    if choice.name not in data.registry.files() or not data.get(choice.name).knobs():
        return choice
    cls: type[Knobbed] = data.get(choice.name)
    prefix = knob_prefix("data", choice.name)
    st.markdown(f"**{data_title(choice.name)}**")
    given = {knob.name: knob_widget(knob, f"{prefix}.{knob.name}", knob.default) for knob in cls.knobs()}
    return Choice(choice.name, {name: value for name, value in given.items() if value != cls.knob(name).default})


def _changed(knobs: Sequence[Knob], prefix: str) -> dict[str, Value]:
    """The knobs that are not at their default, before their widgets are drawn: as the session or the link has them."""
    found = {knob.name: _peeked(knob, f"{prefix}.{knob.name}") for knob in knobs}
    return {knob.name: found[knob.name] for knob in knobs if found[knob.name] != knob.default}


def _peeked(knob: Knob, key: str) -> Value:
    held = st.session_state.get(key, st.query_params.get(key))
    if held is None:
        return knob.default
    try:
        return knob.parse(str(held), key)
    except LossvizError:  # the widget falls back to the default too, and the link's mistake is told
        return knob.default


def _pairs(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + 2] for start in range(0, len(names), 2)]
