"""Mounting a section's component: the shared JavaScript base and the section's own files, joined into one module."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from lossviz.view.sources import source, style

HERE = Path(__file__).parent
BASE = ("make", "theme", "address", "export", "handle", "mathml", "tex", "figure", "controls", "knobs", "tell", "lab")
CARDS = ("cards",)
"""The JavaScript of sections with a card for each of several losses."""


@cache
def script(*own: str) -> str:
    """One module: the base, then the files named ``own`` in ``js/``, then the entry."""
    return "\n".join([source("kept"), *((HERE / "js" / f"{name}.js").read_text() for name in (*BASE, *own, "main"))])


@cache
def _component(name: str, own: tuple[str, ...]) -> Any:
    return st.components.v2.component(
        f"lossviz_lab_{name}",
        html='<div class="lab-root"></div>',
        css=style(HERE / "lab.css"),
        js=script(*own),
    )


def mount(name: str, data: Mapping[str, Any], key: str, scripts: tuple[str, ...] = ()) -> Any:
    """Draw the section ``name`` with ``data`` (JSON values; many numbers as :func:`packed`) and return its state.

    ``scripts`` are the section's files in ``js/``, without ``.js``; by default one of its own name. What JavaScript
    hands over with ``lab.say("heard", value)`` is ``mount(...).get("heard")`` at the next run. A preset that was
    chosen for this section goes along as ``data.command``.
    """
    asked = st.session_state.get(COMMAND)
    command = asked if asked and asked["section"] == name else None
    component = _component(name, scripts or (name,))
    return component(key=key, data={**data, "command": command}, height="content", on_heard_change=_nothing)


COMMAND = "lab_command"
TABS = "section"
"""The tabs' key, and the query parameter that names the open one."""


def ask(section: str, title: str, state: Mapping[str, Any]) -> None:
    """Open the section, whose tab has this title, with ``state``, once: what is not in it is the default."""
    nonce = st.session_state.get(COMMAND, {"nonce": 0})["nonce"] + 1
    st.session_state[COMMAND] = {"section": section, "nonce": nonce, "state": dict(state)}
    st.session_state[TABS] = title


def packed(numbers: NDArray[Any]) -> str:
    """Many numbers as a text of a third more bytes than their float32; ``floatsOf`` in ``js/make.js`` reads it."""
    return b64encode(np.ascontiguousarray(numbers, "<f4").tobytes()).decode()


def _nothing() -> None:
    """Streamlit remembers a state only where a callback is given."""
