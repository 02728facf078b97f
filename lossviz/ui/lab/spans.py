"""A knob's range as the lab's JavaScript takes it."""

from typing import Any

from lossviz.knobs import Knobbed


def span(cls: type[Knobbed], name: str) -> dict[str, Any]:
    """``low``, ``high``, ``step``, ``default``, ``unit``, ``help`` and ``log`` of the knob ``name``, for a slider."""
    knob = cls.knob(name)
    return {
        "low": knob.low,
        "high": knob.high,
        "step": knob.step,
        "default": knob.default,
        "unit": knob.unit,
        "help": knob.help,
        "log": knob.log,
    }
