"""Declared knobs as widgets, each kept in the address."""

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from lossviz.knobs import Knob, Knobbed, Value

K = TypeVar("K", bound=Knobbed)

AUTO = "auto"


def knob_widgets(cls: type[K], prefix: str, defaults: Mapping[str, Value] | None = None) -> K:
    """Draw a widget for every knob of ``cls`` and return the class with their values.

    ``prefix`` begins the widgets' keys, which are their names in the address. ``defaults`` replaces declared ones.
    """
    values = {knob.name: _widget(knob, f"{prefix}.{knob.name}", defaults or {}) for knob in cls.knobs()}
    return cls.from_values(values)


def _widget(knob: Knob, key: str, defaults: Mapping[str, Value]) -> Value:
    label = knob.name.replace("_", " ").capitalize() + (f" ({knob.unit})" if knob.unit else "")
    default = defaults.get(knob.name, knob.default)
    if knob.kind is bool and not knob.optional:
        return st.toggle(label, value=bool(default), help=knob.help, key=key, bind="query-params")
    words = _words(knob)
    if words:
        word = AUTO if default is None else str(default).lower()
        picked = st.segmented_control(
            label, words, default=word, required=True, help=knob.help, key=key, bind="query-params"
        )
        return knob.parse(str(picked), label)
    return _number(knob, label, key, default)


def _words(knob: Knob) -> list[str]:
    words = ["true", "false"] if knob.kind is bool else list(knob.choices)
    if knob.kind is int and knob.low is not None and knob.high is not None and knob.high - knob.low < 4:
        words = [str(value) for value in range(int(knob.low), int(knob.high) + 1)]
    return [AUTO, *words] if knob.optional and words else words


def _number(knob: Knob, label: str, key: str, default: Value) -> Value:
    convert = int if knob.kind is int else float
    low, high, value = (None if each is None else convert(each) for each in (knob.low, knob.high, default))
    step = convert(knob.step or (1 if knob.kind is int else 0.01))
    if low is not None and high is not None and value is not None and not knob.log:
        return st.slider(label, low, high, value, step, help=knob.help, key=key, bind="query-params")
    return st.number_input(label, low, high, value, step, help=knob.help, key=key, bind="query-params")
