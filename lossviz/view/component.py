"""Mounting the view in a page, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, TypedDict, Unpack

import numpy as np
import streamlit as st

from lossviz.records import Ints
from lossviz.view import link
from lossviz.view.guests import Areas, Guest, check_areas, check_guests, told_areas, told_guests
from lossviz.view.panel import Command, Line, Panel, ViewState, check
from lossviz.view.payload import PARAMETER, classes_of, pack
from lossviz.view.sources import HERE, script, source, style


@cache
def _components() -> tuple[Any, Any]:
    """The view itself, fed with bytes that change only with the data, and a small one that carries words to it."""
    view = st.components.v2.component(
        "lossviz_view", html='<div class="lv-root"></div>', css=style(HERE / "view.css"), js=script()
    )
    word = st.components.v2.component("lossviz_word", js=source("word"))
    return view, word


class Beside(TypedDict, total=False):
    """What is drawn with the points and travels apart from them."""

    lines: Sequence[Line]
    guests: Sequence[Guest]
    areas: Sequence[Areas]


def embedding_view(
    panels: Sequence[Panel],
    *,
    key: str,
    height: int = 560,
    command: Command | None = None,
    parameter: str = PARAMETER,
    **beside: Unpack[Beside],
) -> ViewState:
    """Draw ``panels`` side by side and return what the person settled on.

    Everything that concerns the picture alone stays in the browser and in a query parameter. The script reruns when
    the epoch slider comes to rest, and when pins or the selection change.

    Args:
        panels: 1 to 6; equal ``key`` at the next run means the same panel.
        key: Streamlit's key.
        height: in CSS pixels, controls included.
        command: carried out once for each nonce.
        parameter: the query parameter; each view of a page needs one of its own.
        beside: ``lines`` between points, wherever these are; ``guests``, images of the person's own, at most 100 a
            panel; ``areas`` that a threshold accepts, at most one of these a panel. They come and go without sending
            the points again.

    Raises:
        ViewError: something cannot be drawn; the text says why.
    """
    shown = tuple(panels)
    told = _told(shown, beside)
    view, word = _components()
    with st.container(gap=None):
        mounted = view(key=key, data=pack(shown, key, height, parameter), height=height, on_heard_change=_nothing)
        said = {"to": key, "command": asdict(command) if command else None, **told}
        word(key=f"{key}-word", data=said, height=1)
    return _state(shown, mounted.get("heard"), parameter)


def _told(panels: tuple[Panel, ...], beside: Beside) -> dict[str, Any]:
    lines, guests, areas = tuple(beside.get("lines", ())), beside.get("guests", ()), beside.get("areas", ())
    check(panels, lines)
    check_guests(panels, guests)
    check_areas(panels, areas)
    return {
        "lines": [[line.panel, line.start, line.end, line.kind] for line in lines],
        "areas": told_areas(panels, areas, classes_of(panels)),
        **told_guests(guests),
    }


def view_state(panels: Sequence[Panel], *, key: str, parameter: str = PARAMETER) -> ViewState:
    """What the view called ``key`` is about to return for ``panels``: for lines that start where a pin is."""
    mounted = st.session_state.get(key)
    return _state(tuple(panels), mounted.get("heard") if mounted else None, parameter)


def _nothing() -> None:
    """Streamlit remembers a state only where a callback is given."""


def _state(panels: tuple[Panel, ...], heard: object, parameter: str) -> ViewState:
    """From what the browser said, else from the link; the browser starts from the same link by the same rules."""
    ids: Ints = np.unique(np.concatenate([panel.ids for panel in panels]))
    epochs = {epoch for panel in panels for epoch in panel.epochs}
    if isinstance(heard, Mapping):
        known = set(ids.tolist())
        return ViewState(
            link.nearest(int(heard["epoch"]), epochs),
            tuple(number for number in heard["pinned"] if number in known),
            tuple(number for number in heard["selected"] if number in known),
        )
    found = link.fields(st.query_params.get(parameter, ""))
    return ViewState(link.epoch(found, epochs), link.pinned(found, ids), link.selected(found, ids))
