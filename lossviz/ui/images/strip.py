"""All images that are held, as a row of thumbnails: choose one, take one away, undo."""

import base64
import io

import streamlit as st
from PIL import Image

from lossviz.ui.images import held
from lossviz.ui.images.held import Held
from lossviz.ui.images.pad import component
from lossviz.ui.images.prepared import original
from lossviz.ui.images.recent import Recent

KEY = "image_strip"
THUMB = 66  # pixels a side on the page
SOURCES = {"file": "a file", "drawn": "drawn", "camera": "a photograph", "test": "a test image"}
_THUMBS: Recent[str] = Recent(240)


def strip() -> None:
    """Draw the row, unless it would be empty or show nothing but what is on the pad."""
    images, one = held.images(), held.chosen()
    if all(each.key == held.live() for each in images) and not held.undoable():
        return
    told = [
        {"key": each.key, "name": each.name, "source": SOURCES[each.source], "picture": thumbnail(each)}
        for each in images
    ]
    data = {"images": told, "chosen": one.key if one else "", "undoable": held.undoable()}
    component("images")(key=KEY, data=data, height="content", on_did_change=_do)


def thumbnail(image: Held) -> str:
    """A data URL of the image, small."""
    return _THUMBS.once(image.key, lambda: data_url(original(image).image, 2 * THUMB))


def data_url(image: Image.Image, side: int) -> str:
    """``image`` as a PNG in a URL, no larger than ``side`` x ``side``; a smaller one as it is."""
    small, content = image.copy(), io.BytesIO()
    small.thumbnail((side, side))
    small.save(content, "PNG", compress_level=1)
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def _do() -> None:
    asked = st.session_state[KEY].get("did") or {}
    match asked.get("do"):
        case "choose":
            held.choose(str(asked["key"]))
        case "remove":
            held.remove(str(asked["key"]))
        case "undo":
            held.undo()
        case "clear":
            held.clear()
