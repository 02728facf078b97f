"""Declared knobs as widgets, each kept in the address."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from lossviz.knobs import Knob, Knobbed, Value

K = TypeVar("K", bound=Knobbed)

AUTO = "auto"


def knob_widgets(cls: type[K], prefix: str, defaults: Mapping[str, Value] | None = None) -> K:
    """Draw a widget for every knob of ``cls`` and return the class with their values.

    ``prefix`` begins the widgets' keys, which are their names in the address. ``defaults`` replaces declared ones.
    """
    given = {knob.name: knob.default for knob in cls.knobs()} | dict(defaults or {})
    values = {knob.name: knob_widget(knob, f"{prefix}.{knob.name}", given[knob.name]) for knob in cls.knobs()}
    return cls.from_values(values)


def knob_widget(knob: Knob, key: str, default: Value, label: str = "", slider: bool = True, hint: str = AUTO) -> Value:
    """Draw the widget of one knob, called ``key`` in the address, and return its value.

    ``label`` replaces the knob's name. Without ``slider`` a number is typed, whatever its range; ``hint`` is what
    stands where there is none. A value that is a fault has its sentence below.
    """
    value = _drawn(knob, key, default, label or labelled(knob), slider, hint)
    if said := knob.fault(value):
        st.warning(said, icon=":material/report:")
    return value


def _drawn(knob: Knob, key: str, default: Value, label: str, slider: bool, hint: str) -> Value:
    if knob.kind is bool and not knob.optional:
        return st.toggle(label, value=bool(default), help=knob.help, key=key, bind="query-params")
    words = _words(knob)
    if words:
        picked = st.segmented_control(
            label,
            words,
            default=str(widget_value(knob, default)),
            required=True,
            help=knob.help,
            key=key,
            bind="query-params",
        )
        return knob.parse(str(picked), label)
    if slider and not knob.log and None not in (knob.low, knob.high, default):
        return _slider(knob, label, key, default)
    return _number(knob, label, key, default, hint)


def widget_value(knob: Knob, value: Value) -> Value:
    """What the widget of ``knob`` holds in the session where the knob has ``value``."""
    if knob.kind is bool and not knob.optional:
        return bool(value)
    if _words(knob):
        return AUTO if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return value


def labelled(knob: Knob) -> str:
    """The knob's name as a label, with its unit; a switch that does nothing but something wrong says so."""
    bracket = "a fault" if len(knob.offered) == 1 else knob.unit
    return knob.name.replace("_", " ").capitalize() + (f" ({bracket})" if bracket else "")


def _words(knob: Knob) -> list[str]:
    words = ["true", "false"] if knob.kind is bool else list(knob.choices)
    if knob.kind is int and knob.low is not None and knob.high is not None and knob.high - knob.low < 4:
        words = [str(value) for value in range(int(knob.low), int(knob.high) + 1)]
    return [AUTO, *words] if knob.optional and words else words


def _slider(knob: Knob, label: str, key: str, default: Value) -> Value:
    low, high, value, step = _as_numbers(knob, default)
    return st.slider(label, low, high, value, step, help=knob.help, key=key, bind="query-params")


def _number(knob: Knob, label: str, key: str, default: Value, hint: str) -> Value:
    options: dict[str, Any] = {
        "format": "%g" if knob.kind is float else None,
        "help": knob.help,
        "placeholder": hint if knob.optional else None,
        "key": key,
    }
    return st.number_input(label, *_as_numbers(knob, default), bind="query-params", **options)


def _as_numbers(knob: Knob, default: Value) -> Any:
    """Least, greatest, first value and step, all of the knob's own type, as Streamlit wants them."""
    step = knob.step or (1 if knob.kind is int else 0.01)
    return [None if each is None else knob.kind(each) for each in (knob.low, knob.high, default, step)]
