"""What the browser told of a section, or the link that opened it: the knobs of the losses that are drawn there."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from lossviz import losses
from lossviz.errors import KnobError
from lossviz.knobs import Knobbed, Value
from lossviz.ui.lab.offer import loss_card

if TYPE_CHECKING:
    from lossviz.losses.base import Loss

PARAMETER = "lab"
_SAID = {"yes": True, "no": False}


def heard(key: str) -> Mapping[str, Any]:
    """What the component mounted as ``key`` said last; empty before its first word."""
    mounted: Mapping[str, Any] | None = st.session_state.get(key)
    said = mounted.get("heard") if mounted else None
    return said if isinstance(said, Mapping) else {}


def linked(section: str) -> dict[str, str]:
    """The state that the address has for ``section``, as texts; ``js/address.js`` writes it."""
    named, *fields = st.query_params.get(PARAMETER, "").split("~")
    return dict(field.split("!", 1) for field in fields if "!" in field) if named == section else {}


def linked_knobs(name: str, section: str) -> dict[str, Value]:
    """The knobs of the loss ``name`` that the address has for ``section``."""
    start = f"{name}."
    fields = linked(section).items()
    return {field.removeprefix(start): _read(text) for field, text in fields if field.startswith(start)}


def told_losses(names: Sequence[str], key: str, section: str) -> "list[Loss]":
    """The losses with the knobs that the component ``key`` told, or else the address of ``section``, has."""
    knobs = heard(key).get("knobs", {})
    return [with_knobs(losses.get(name), knobs.get(name) or linked_knobs(name, section)) for name in names]


def with_knobs(cls: "type[Loss]", values: Mapping[str, Any]) -> "Loss":
    """``cls`` with those of ``values`` that it allows; the browser keeps them so, a link need not."""
    good = {knob.name: values[knob.name] for knob in cls.knobs() if _allows(cls, knob.name, values.get(knob.name))}
    try:
        return cls.from_values(good)
    except KnobError:
        return cls()


def cards(chosen: "Sequence[Loss]") -> dict[str, Any]:
    """``losses`` and ``knobs`` as ``js/cards.js`` takes them."""
    offered = [loss_card(type(loss)) for loss in chosen]
    names = [[knob["name"] for knob in (*card["numbers"], *card["choices"])] for card in offered]
    knobs = {loss.key(): {name: getattr(loss, name) for name in own} for loss, own in zip(chosen, names, strict=True)}
    return {"losses": offered, "knobs": knobs}


def _read(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return _SAID.get(text, text)


def _allows(cls: type[Knobbed], name: str, value: Any) -> bool:
    try:
        cls.knob(name).check(value, cls.__name__)
    except KnobError:
        return False
    return True
