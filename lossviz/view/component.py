"""Mounting the view in a page, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from lossviz.records import Ints
from lossviz.view import link
from lossviz.view.panel import Command, Line, Panel, ViewState, check
from lossviz.view.payload import pack

HERE = Path(__file__).parent
PARAMETER = "view"
SCRIPTS = (
    *("math", "camera", "link", "palette", "data"),
    *("gl", "points", "lines", "solids", "regions", "paint", "furniture", "tints", "labels"),
    *("picking", "choice", "pointer", "icons", "keys", "help"),
    *("toolbar", "timeline", "legend", "cards", "vector", "picture", "kept", "address", "feed", "view", "main"),
)


@cache
def script() -> str:
    """The view's JavaScript: one module."""
    return "\n".join(map(source, SCRIPTS))


def source(name: str) -> str:
    """One of the view's files in ``js/``, without ``.js``; ``kept`` is for other components as well."""
    return (HERE / "js" / f"{name}.js").read_text()


def style(own: Path) -> str:
    """The CSS of a component: the colours that all have from the page's theme, and its ``own`` file."""
    return (HERE / "palette.css").read_text() + own.read_text()


@cache
def _components() -> tuple[Any, Any]:
    """The view itself, fed with bytes that change only with the data, and a small one that carries words to it."""
    view = st.components.v2.component(
        "lossviz_view", html='<div class="lv-root"></div>', css=style(HERE / "view.css"), js=script()
    )
    word = st.components.v2.component("lossviz_word", js=(HERE / "js" / "word.js").read_text())
    return view, word


def embedding_view(
    panels: Sequence[Panel], *, key: str, height: int = 560, lines: Sequence[Line] = (), command: Command | None = None
) -> ViewState:
    """Draw ``panels`` side by side and return what the person settled on.

    Everything that concerns the picture alone stays in the browser and in the query parameter ``view``. The script
    reruns when the epoch slider comes to rest, and when pins or the selection change.

    Args:
        panels: 1 to 6; equal ``key`` at the next run means the same panel.
        key: Streamlit's key; one view on a page.
        height: in CSS pixels, controls included.
        lines: drawn between points, wherever these are.
        command: carried out once for each nonce.

    Raises:
        ViewError: the panels or lines cannot be drawn; the text says why.
    """
    shown = tuple(panels)
    check(shown, tuple(lines))
    view, word = _components()
    with st.container(gap=None):
        mounted = view(key=key, data=pack(shown, key, height), height=height, on_heard_change=_nothing)
        said = {
            "to": key,
            "lines": [[line.panel, line.start, line.end, line.kind] for line in lines],
            "command": asdict(command) if command else None,
        }
        word(key=f"{key}-word", data=said, height=1)
    return _state(shown, mounted.get("heard"))


def view_state(panels: Sequence[Panel], *, key: str) -> ViewState:
    """What the view called ``key`` is about to return for ``panels``: for lines that start where a pin is."""
    mounted = st.session_state.get(key)
    return _state(tuple(panels), mounted.get("heard") if mounted else None)


def _nothing() -> None:
    """Streamlit remembers a state only where a callback is given."""


def _state(panels: tuple[Panel, ...], heard: object) -> ViewState:
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
    found = link.fields(st.query_params.get(PARAMETER, ""))
    return ViewState(link.epoch(found, epochs), link.pinned(found, ids), link.selected(found, ids))
