"""Filling in the form: from a link, with a sentence for what is wrong in it, and from a preset."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from lossviz import data
from lossviz.errors import KnobError, LossvizError, UnknownName
from lossviz.knobs import Knob
from lossviz.records import Settings
from lossviz.ui.declared import declared
from lossviz.ui.knob_widgets import widget_value
from lossviz.ui.train.address import (
    DATASET,
    DETACH,
    GROUP,
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

PENDING, TOLD = "train pending", "train told"
FIRST = {DATASET: "digits", MODEL: "convnet", LOSSES: ("softmax", "arcface")}
"""What the form has where nobody chose."""

Query = Iterable[tuple[str, str]]


def take_link() -> None:
    """On the first drawing of the form: note what the link says wrongly, and what its widgets would not understand."""
    for key, value in st.session_state.pop(PENDING, {}).items():
        st.session_state[key] = value
    if DATASET in st.session_state:
        return
    keys = [key for key in st.query_params if key.startswith(f"{PREFIX}.")]
    pairs = [(key, value) for key in keys for value in st.query_params.get_all(key)]
    values, problems = read(pairs)
    st.session_state[TOLD] = problems
    shown = _by_name(pairs, values)
    if shown:
        st.session_state[PENDING] = shown


def redraw_if_pending() -> None:
    """Draw the form again where the link spoke of things by another name than the menus do."""
    if PENDING in st.session_state:
        st.rerun()


def fill(query: Query) -> None:
    """Fill in the form, already drawn or not; what ``query`` does not name goes back to its default."""
    values, problems = read(query)
    st.session_state[PENDING] = _defaults() | values
    st.session_state[TOLD] = problems


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
    values: dict[str, Any] = {}
    problems: list[str] = []
    for key, text in query:
        try:
            value = _reader(key)(text)
        except LossvizError as error:
            problems.append(str(error))
        else:
            if key == LOSSES:
                values.setdefault(key, []).append(value)
            else:
                values[key] = value
    return values, problems


def _reader(key: str) -> Callable[[str], Any]:
    """How the value of ``key`` is read; raises :class:`LossvizError` for a key that the form does not have."""
    if key in (VALUES, GROUP, VARY):
        return str
    readers: Mapping[str, Callable[[str], Any]] = {
        DATASET: lambda text: _named(text, {name: data_title(name) for name in data.available()}, "data set"),
        MODEL: lambda text: _named(text, {name: title("model", name) for name in declared("model")}, "model"),
        LOSSES: lambda text: _named(text, {name: title("loss", name) for name in declared("loss")}, "loss"),
        SEED: _seeds,
        DETACH: lambda text: text == "true",
    }
    if key in readers:
        return readers[key]
    knob = _knob(key)
    return lambda text: widget_value(knob, knob.parse(text, key.rpartition(".")[0]))


def _named(text: str, titles: Mapping[str, str], noun: str) -> str:
    by_title = {each: name for name, each in titles.items()}
    if text not in titles and text not in by_title:
        raise UnknownName(noun, text, titles)
    return by_title.get(text, text)


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


def _by_name(pairs: list[tuple[str, str]], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of menus that a link names otherwise than the menu's entries read."""
    titles: dict[str, Callable[[str], str]] = {
        DATASET: data_title,
        MODEL: lambda name: title("model", name),
        LOSSES: lambda name: title("loss", name),
    }
    asked = {key: [text for each, text in pairs if each == key] for key in titles}
    found = {key: values[key] if isinstance(values[key], list) else [values[key]] for key in titles if key in values}
    differs = [key for key, names in found.items() if [titles[key](name) for name in names] != asked[key]]
    return {key: values[key] for key in differs}


def _defaults() -> dict[str, Any]:
    """The default of everything that the form has drawn so far."""
    values: dict[str, Any] = {SEED: "0", VARY: None, VALUES: "", GROUP: "", DETACH: False}
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
