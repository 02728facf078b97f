"""How things look in a terminal."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from lossviz.knobs import Knob, Value
from lossviz.words import value_in_words

# What is piped somewhere is as wide as it needs to be.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 400)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Print a table; columns whose heading starts with ``>`` are right-aligned, with ``!`` are never folded."""
    grid = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for heading in headings:
        justify: Literal["left", "right"] = "right" if heading.startswith(">") else "left"
        grid.add_column(heading.lstrip(">!"), justify=justify, no_wrap=heading.startswith("!"), overflow="fold")
    for row in rows:
        grid.add_row(*(str(cell) for cell in row))
    console.print(grid, markup=False)


def told(sentence: str) -> None:
    """Print a sentence as it is."""
    console.print(sentence, markup=False, soft_wrap=True)


def as_json(value: Any) -> None:
    """Print a value for another program to read."""
    print(json.dumps(value, indent=1))


def knob_rows(knobs: Iterable[Knob]) -> list[tuple[str, str, str, str]]:
    """Flag, default, allowed values and help of each knob."""
    return [
        ("--" + declared.name.replace("_", "-"), value_in_words(declared.default), declared.allowed, declared.help)
        for declared in knobs
    ]


def knobs_in_words(values: Mapping[str, Value]) -> str:
    """``margin 0.5, scale 30``."""
    return ", ".join(f"{name} {value_in_words(value)}" for name, value in values.items())
