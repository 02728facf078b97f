"""What the browser is told of the angular losses: names, knobs with their ranges, and expressions."""

from functools import cache
from typing import Any

import streamlit as st

from lossviz.knobs import Knob

SYMBOLS = {
    **{"margin": "m", "scale": "s", "lambda_min": "λ", "m1": "m₁", "m2": "m₂", "m3": "m₃", "quality": "ẑ"},
    **{"length": "‖x‖", "low_margin": "lₘ", "high_margin": "uₘ", "low_length": "lₐ", "high_length": "uₐ"},
}
"""How knobs are written in formulas; any other by its name."""


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
            "choices": [
                {
                    "name": knob.name,
                    "label": spoken(knob),
                    "default": knob.default,
                    "options": list(knob.choices or (False, True)),
                    "help": knob.help,
                }
                for knob in curve.choices
            ],
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
    return {
        "name": knob.name,
        "label": spoken(knob),
        "symbol": SYMBOLS.get(knob.name, knob.name),
        "default": knob.default,
        "low": knob.low,
        "high": knob.high,
        "step": knob.step or 0.01,
        "unit": knob.unit,
        "log": knob.log,
        "whole": knob.kind is int,
        "help": knob.help,
    }


def spoken(knob: Knob) -> str:
    """The knob's name in words."""
    return knob.name.replace("_", " ").capitalize()
