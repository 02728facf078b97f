"""Filling in the form: from a link, with a sentence for what is wrong in it, and from a preset."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from lossviz import data
from lossviz.errors import KnobError, LossvizError, UnknownName
from lossviz.jobs import tracking
from lossviz.knobs import Knob
from lossviz.records import Settings
from lossviz.ui.declared import declared
from lossviz.ui.frame import go
from lossviz.ui.knob_widgets import widget_value
from lossviz.ui.train.address import (
    DATASET,
    DETACH,
    GROUP,
    LOG,
    LOSSES,
    MODEL,
    PREFIX,
    SEED,
    VALUES,
    VARY,
    data_title,
    knob_prefix,
    title,
)
from lossviz.ui.train.variation import parse_seeds

CLEANED, TOLD, KEPT = "train link cleaned", "train told", "train kept"
FOR, TYPED = "train values for", "train values typed"
"""For which knob the field of values stands, and what was typed there, by knob."""
FIRST = {DATASET: "digits", MODEL: "convnet", LOSSES: ("softmax", "arcface")}
"""What the form has where nobody chose."""

TITLES: dict[str, Callable[[str], str]] = {
    DATASET: data_title,
    MODEL: lambda name: title("model", name),
    LOSSES: lambda name: title("loss", name),
    LOG: tracking.TITLES.__getitem__,
}
"""How the menus call what a link may also call by its key."""

Query = Iterable[tuple[str, str]]


def take_link() -> None:
    """On entering the page: note what the link says wrongly, and go on under the address that the form itself has.

    Without a link the form is as it was left.
    """
    if DATASET in st.session_state or st.session_state.pop(CLEANED, False):
        return
    keys = [key for key in st.query_params if key.startswith(f"{PREFIX}.")]
    pairs = [(key, value) for key in keys for value in st.query_params.get_all(key)]
    good, problems = sifted(pairs or st.session_state.get(KEPT, []))
    st.session_state[TOLD] = problems
    if good != pairs:
        st.session_state[CLEANED] = True
        others = [(key, value) for key in st.query_params if key not in keys for value in st.query_params.get_all(key)]
        go("train", [*others, *good])


def keep(query: Query) -> None:
    """Remember what the form says, for when it is entered again without a link."""
    st.session_state[KEPT] = list(query)


def fill(query: Query) -> None:
    """Fill in the form, already drawn or not; what ``query`` does not name goes back to its default."""
    values, problems = read(query)
    for key, value in (_defaults() | values).items():
        st.session_state[key] = value
    st.session_state[TOLD] = problems
    st.session_state[TYPED] = {values[VARY]: values[VALUES]} if VARY in values else {}
    st.session_state[FOR] = values.get(VARY)


def told() -> None:
    """What was wrong in the link, until it is waved away."""
    problems = st.session_state.get(TOLD, [])
    if problems:
        words = " ".join(f"{problem[:1].upper()}{problem[1:]}." for problem in problems)
        st.warning(f"Not all of the link could be taken; the rest is filled in. {words}", icon=":material/link_off:")
        st.button("Understood", key="train told away", on_click=_understood, type="tertiary")


def _understood() -> None:
    st.session_state[TOLD] = []


def read(query: Query) -> tuple[dict[str, Any], list[str]]:
    """What the widgets hold for ``query``, by key, and a sentence for each thing in it that cannot be."""
    good, problems = sifted(query)
    values: dict[str, Any] = {}
    for key, text in good:
        value = _reader(key)(text)
        values[key] = [*values.get(key, []), value] if key == LOSSES else value
    return values, problems


def sifted(query: Query) -> tuple[list[tuple[str, str]], list[str]]:
    """What of ``query`` the form takes, with names as its menus have them, and a sentence for what it does not."""
    good: list[tuple[str, str]] = []
    problems: list[str] = []
    for key, text in query:
        try:
            value = _reader(key)(text)
        except LossvizError as error:
            problems.append(str(error).partition("; there is:")[0])  # the menus show what there is
        else:
            good.append((key, TITLES[key](value) if key in TITLES else text))
    return good, problems


def _reader(key: str) -> Callable[[str], Any]:
    """How the value of ``key`` is read; raises :class:`LossvizError` for a key that the form does not have."""
    if key in (VALUES, GROUP, VARY):
        return str
    readers: Mapping[str, Callable[[str], Any]] = {
        DATASET: lambda text: _named(text, DATASET, data.available(), "data set"),
        MODEL: lambda text: _named(text, MODEL, declared("model"), "net"),
        LOSSES: lambda text: _named(text, LOSSES, declared("loss"), "loss"),
        SEED: _seeds,
        DETACH: lambda text: text == "true",
        LOG: _tracker,
    }
    if key in readers:
        return readers[key]
    knob = _knob(key)
    return lambda text: widget_value(knob, knob.parse(text, key.rpartition(".")[0]))


def _named(text: str, key: str, names: Iterable[str], noun: str) -> str:
    titles = {name: TITLES[key](name) for name in names}
    by_title = {each: name for name, each in titles.items()}
    if text not in titles and text not in by_title:
        raise UnknownName(noun, text, titles)
    return by_title.get(text, text)


def _tracker(text: str) -> str:
    name = _named(text, LOG, tracking.TRACKERS, "tracker")
    tracking.check_installed(name)
    return name


def _seeds(text: str) -> str:
    parse_seeds(text)
    return text


def _knob(key: str) -> Knob:
    parts = key.split(".")
    if len(parts) == 2:
        return Settings.knob(parts[1])
    if len(parts) != 4 or parts[1] not in ("loss", "model", "data"):
        raise KnobError(f"the form has nothing called '{key}'")
    _, kind, name, knob = parts
    if kind == "data":
        if name not in data.registry.files():
            raise UnknownName("data set with knobs", name, data.registry.files())
        return data.get(name).knob(knob)
    known = declared(kind)
    if name not in known:
        raise UnknownName(kind, name, known)
    return known[name].knobs.knob(knob)


def _defaults() -> dict[str, Any]:
    """The default of everything that the form has drawn so far."""
    values: dict[str, Any] = {SEED: "0", VARY: None, VALUES: "", GROUP: "", DETACH: False, LOG: None}
    values |= {key: list(value) if key == LOSSES else value for key, value in FIRST.items()}
    for key in (str(key) for key in st.session_state):
        if key.startswith(f"{PREFIX}.") and key not in values:
            knob = _knob(key)
            values[key] = widget_value(knob, knob.default)
    return values


def reset_knobs(kind: str, name: str, knobs: Iterable[Knob]) -> None:
    """Put the knobs of one loss or model back to their defaults."""
    for knob in knobs:
        st.session_state[f"{knob_prefix(kind, name)}.{knob.name}"] = widget_value(knob, knob.default)
