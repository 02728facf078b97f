"""The drawing pad, and the other components through which images come in: each a file in ``js/``."""

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from lossviz import inference
from lossviz.data._recipes import Counted, Fit
from lossviz.errors import DataError
from lossviz.runs import Run
from lossviz.ui.images import held
from lossviz.ui.images.prepared import original
from lossviz.view.sources import source, style

HERE = Path(__file__).parent
KEY = "drawing_pad"
BEGINNING = "data:image/png;base64,"
USUAL, BOLD = 24, 40  # pixels that a stroke is wide
MOST_LETTERS = 1 << 20  # of a drawing's data URL, which has some thousands


@cache
def component(name: str) -> Any:
    """The component ``js/name.js``, on one stylesheet and one set of icons with the others."""
    files = [source("icons"), *((HERE / "js" / f"{file}.js").read_text() for file in ("pictures", name))]
    return st.components.v2.component(
        f"lossviz_{name}",
        html=f'<div class="li-root li-{name}"></div>',
        css=style(HERE / "pad.css"),
        js="\n".join(files),
    )


def drawing_pad(run: Run, refused: Callable[[str], None]) -> None:
    """Draw the pad; what is drawn on it is held at once, and follows it. ``refused`` is told why it is not.

    Ink and pen are as in the data set of ``run``, until others are chosen.
    """
    data = {"key": KEY, "ink": ink_of(run), "pen": pen_of(run), "visit": held.visit(), "emptied": held.emptied()}
    component("pad")(key=KEY, data=data, height="content", on_drawn_change=lambda: _take(refused))


def answered() -> None:
    """Tell the pad that the page shows what was drawn last: to be called where a page ends.

    The pad sends what is drawn meanwhile only then, so that drawing never keeps the page from getting to its end.
    """
    component("answer")(key=f"{KEY}_answer", data={"number": int(_drawn().get("number", 0))}, height=1)


def ink_of(run: Run) -> str:
    """``black`` where the set's pictures are drawn with dark ink, else ``white``."""
    recipe, _ = inference.recipe_of(run)
    return "black" if isinstance(recipe, Fit) and recipe.invert else "white"


def pen_of(run: Run) -> int:
    """How wide a stroke on the pad of 280 pixels is to look like those of the set: UCI's digits are bold ones."""
    recipe, _ = inference.recipe_of(run)
    return BOLD if isinstance(recipe, Counted) else USUAL


def drawing_of(url: str) -> bytes:
    """The PNG that a data URL holds; raises :class:`DataError` where it holds none."""
    if not url.startswith(BEGINNING) or len(url) > MOST_LETTERS:
        raise DataError("drawing: the browser sent something that is no drawing; reload the page")
    try:
        return base64.b64decode(url.removeprefix(BEGINNING), validate=True)
    except binascii.Error:
        raise DataError("drawing: the browser sent a drawing that is damaged; reload the page") from None


def _drawn() -> Mapping[str, Any]:
    mounted = st.session_state.get(KEY)
    drawn: Mapping[str, Any] = (mounted.get("drawn") if mounted else None) or {}
    return drawn


def _take(refused: Callable[[str], None]) -> None:
    drawn = _drawn()
    url = str(drawn.get("picture", ""))
    try:
        content = drawing_of(url) if url else None
        if content is not None:
            original(held.made(content, "drawing"))
        held.draw(content)
    except DataError as error:
        refused(str(error))
    else:
        if drawn.get("keep"):
            held.keep_drawing()
