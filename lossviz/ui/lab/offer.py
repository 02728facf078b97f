"""What the browser is told of the angular losses: names, knobs with their ranges, and expressions."""

from functools import cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from lossviz.knobs import Knob

if TYPE_CHECKING:
    from lossviz.losses.base import Loss

LETTERS = {
    **{"margin": "m", "scale": "s", "m1": "m_1", "m2": "m_2", "m3": "m_3", "concentration": "h", "length": r"\|x\|"},
    **{"lambda_min": r"\lambda", "quality": r"\hat z", "temperature": r"\tau"},
    **{"alpha": r"\alpha", "beta": r"\beta", "gamma": r"\gamma"},
}
"""How formulas write knobs, in LaTeX, where a knob does not say itself; those that are not here are in no formula."""
_PLAIN = {
    **{r"\alpha": "\u03b1", r"\beta": "β", r"\gamma": "\u03b3", r"\delta": "δ"},
    **{r"\lambda": "λ", r"\tau": "τ", r"\hat z": "ẑ"},
}
_LOWERED = {"1": "₁", "2": "₂", "3": "₃", "a": "ₐ", "m": "ₘ"}


@st.cache_resource(show_spinner="Reading the losses…")
def angular_losses() -> list[dict[str, Any]]:
    """Every loss with a target-logit curve, ready for JSON."""
    from lossviz.toy.angular import curves  # noqa: PLC0415  (imports torch)

    return [
        {
            "key": curve.key,
            "title": curve.title,
            "idea": curve.idea,
            "numbers": [number(knob) for knob in curve.numbers],
            "choices": [word(knob) for knob in curve.choices],
            "trees": curve.trees,
            "whole": sorted(curve.whole),
            "byLength": sorted(curve.by_length),
            "free": curve.free_weights,
            "live": curve.live,
            "references": [{"text": source.text, "url": source.url} for source in curve.references],
        }
        for curve in curves()
    ]


@cache
def number(knob: Knob) -> dict[str, Any]:
    """A knob that is a number, as a slider needs it."""
    letter = knob.symbol or LETTERS.get(knob.name, "")
    return {
        "name": knob.name,
        "label": spoken(knob),
        "symbol": plain(letter) or knob.name,
        "letter": letter,
        "default": knob.default,
        "low": knob.low,
        "high": knob.high,
        "step": knob.step or 0.01,
        "unit": knob.unit,
        "log": knob.log,
        "whole": knob.kind is int,
        "help": knob.help,
        "below": knob.below,
        "gap": knob.gap,
    }


@cache
def word(knob: Knob) -> dict[str, Any]:
    """A knob that is one of several words, or a switch."""
    return {
        "name": knob.name,
        "label": spoken(knob),
        "default": knob.default,
        "options": list(knob.offered),
        "help": knob.help,
    }


@cache
def loss_card(cls: "type[Loss]") -> dict[str, Any]:
    """A loss with all its knobs and its formula in LaTeX, for sections that draw a card for each loss."""
    from lossviz.toy.angular import whole_numbers  # noqa: PLC0415  (imports torch)

    words = [knob for knob in cls.knobs() if knob.choices or knob.kind is bool]
    return {
        "key": cls.key(),
        "title": cls.title,
        "idea": cls.idea,
        "formula": cls.formula,
        "numbers": [number(knob) for knob in cls.knobs() if knob not in words],
        "choices": [word(knob) for knob in words if len(knob.offered) > 1],
        "whole": sorted(whole_numbers(cls, words)),
    }


def plain(letter: str) -> str:
    """A LaTeX letter in Unicode, for labels: ``m_1`` as m₁."""
    base, _, low = letter.replace(r"\|", "‖").partition("_")
    return _PLAIN.get(base, base) + (_LOWERED.get(low, f"_{low}") if low else "")


def spoken(knob: Knob) -> str:
    """The knob's name in words."""
    return knob.name.replace("_", " ").capitalize()
