"""Runs as panels of the embedding view, with thumbnails that the browser fetches; kept for the next look."""

from collections.abc import Mapping

import streamlit as st

from lossviz import runs
from lossviz.projection import Projection
from lossviz.records import Floats
from lossviz.report import pictured as panels
from lossviz.report.pictured import (
    Pictured,
    align,
    at,
    epoch_of,
    fitted_picture,
    kept_picture,
    meaning,
    placed,
)
from lossviz.runs import Drawing, Trust
from lossviz.ui.pictures import sprite
from lossviz.view import Panel

__all__ = [
    "Pictured",
    "align",
    "at",
    "epoch_of",
    "finished",
    "make_panel",
    "meaning",
    "picture",
    "placed",
    "settled",
]


def settled(run: runs.Run, method: Projection) -> Projection:
    """``method`` with what it leaves open decided for ``run``."""
    return method.settled(runs.subject_of(run))


def make_panel(run: runs.Run, positions: Mapping[int, Floats], trust: Trust | None) -> Panel:
    """:func:`lossviz.report.pictured.make_panel` with thumbnails."""
    return panels.make_panel(run, positions, trust, sprite(run, runs.drawn_rows(run)))


def picture(run: runs.Run, method: Projection) -> Pictured:
    """``run`` drawn by a settled ``method`` that takes no time; computed once for the same files and knobs."""
    return _picture(str(run.folder), run.signature(), f"{method.key()} {method.values()}", run, method)


def finished(run: runs.Run, drawing: Drawing) -> Pictured:
    """``run`` as a finished ``drawing`` has it; read once."""
    return _finished(str(drawing.folder), run, drawing)


@st.cache_resource(max_entries=64, show_spinner=False)
def _picture(folder: str, files: str, named: str, _run: runs.Run, _method: Projection) -> Pictured:
    return fitted_picture(_run, _method, sprite(_run, runs.drawn_rows(_run)))


@st.cache_resource(max_entries=64, show_spinner=False)
def _finished(folder: str, _run: runs.Run, _drawing: Drawing) -> Pictured:
    return kept_picture(_run, _drawing, sprite(_run, runs.drawn_rows(_run)))
