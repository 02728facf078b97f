"""What there is to say of a data set before it is trained on: its size, whether it is here, some of its images."""

import base64
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from lossviz import data, runs
from lossviz.data import Images, Status
from lossviz.errors import LossvizError
from lossviz.records import Choice, Settings

FRESH = 5.0  # seconds that what is known of the data sets is good for
MOST = 12
SIDE = 30  # pixels of a sample on the page
STYLE = """
.lv-samples { display: flex; gap: 3px; overflow: hidden; height: 30px; }
.lv-samples img { width: 30px; height: 30px; border-radius: 3px; image-rendering: pixelated; flex: none; }
"""


@dataclass(frozen=True)
class Counted:
    """How many images of how many classes would be trained on; ``problem`` says why none can, where that is so.

    ``exact`` is false where the set has never been prepared on this machine and the number is a guess.
    """

    images: int
    classes: int
    exact: bool
    problem: str = ""


@st.cache_data(ttl=FRESH, show_spinner=False)
def statuses() -> dict[str, Status]:
    """Every data set by name."""
    return {each.name: each for each in data.describe()}


def data_facts(choice: Choice) -> None:
    """How large the set is, whether it must be downloaded, and a strip of its images where they are here."""
    status = statuses()[choice.name]
    if status.state == "damaged":
        st.warning(
            f"The prepared files of {status.title} are damaged. "
            + ("Add the folder again." if status.kind == "folder" else "They are made anew at the next training."),
            icon=":material/warning:",
        )
        return
    size = f"{status.size} by {status.size} pixels" + (" in colour" if status.channels == 3 else "")
    words = f"{status.images:,} images of {status.classes:,} classes, {size}"
    if status.state == "to download":
        here = ", ".join(each.title for each in statuses().values() if each.state in ("prepared", "to prepare"))
        words += f". :orange[Must be downloaded, {status.download_mb:.0f} MB: the first training does.] Here: {here}."
    elif status.state == "to prepare":
        words += "; its originals are here"
    st.caption(words + (f" {status.note}" if status.note else ""), width="stretch")
    if status.state == "prepared":
        try:
            _strip(_pictures(choice.name, tuple(choice.knobs.items())))
        except LossvizError as error:
            st.caption(str(error))


def _strip(pictures: tuple[tuple[str, str], ...]) -> None:
    images = "".join(
        f'<img src="{source}" alt="{escape(name, quote=True)}" title="{escape(name, quote=True)}">'
        for name, source in pictures
    )
    st.html(f'<style>{STYLE}</style><div class="lv-samples">{images}</div>')


@st.cache_data(max_entries=32, ttl=600, show_spinner=False)
def _pictures(name: str, knobs: tuple[tuple[str, object], ...]) -> tuple[tuple[str, str], ...]:
    """Class name and data URL of one training image of each of the first classes."""
    images = data.open_prepared(name, dict(knobs))
    if images is None:
        return ()
    rows = _one_each(images)
    pixels = np.ascontiguousarray(images.images[rows].transpose(0, 2, 3, 1))
    return tuple(
        (images.class_names[images.labels[row]], _url(runs.sheet(each[None])))
        for row, each in zip(rows, pixels, strict=True)
    )


def _one_each(images: Images) -> list[int]:
    trained = np.flatnonzero(~images.is_test & (images.labels >= 0))
    _, first = np.unique(images.labels[trained], return_index=True)
    classes = first[np.linspace(0, len(first) - 1, min(MOST, len(first))).round().astype(int)]
    return [int(row) for row in trained[classes]]


def _url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def counted(choice: Choice, settings: Settings) -> Counted:
    """How many images would be trained on with these settings."""
    asked = tuple((name, getattr(settings, name)) for name in data.SPLIT_BY)
    known = _split(choice.name, tuple(choice.knobs.items()), asked)
    if known is not None:
        return known
    status = statuses()[choice.name]
    there = round(status.images * 5 / 6 * (1 - settings.unseen_classes))
    trained = round(min(there, settings.limit or there) * (1 - settings.validation))
    return Counted(trained, status.classes, exact=False)


@st.cache_data(max_entries=256, ttl=600, show_spinner=False)
def _split(name: str, knobs: tuple[tuple[str, object], ...], asked: tuple[tuple[str, Any], ...]) -> Counted | None:
    """What a training's own split says; ``None`` where the set is not prepared."""
    try:
        images = data.open_prepared(name, dict(knobs))
        if images is None:
            return None
        parts = data.split(images, **dict(asked))
    except LossvizError as error:
        return Counted(0, 0, exact=True, problem=str(error))
    return Counted(len(parts.train), len(parts.train_classes), exact=True)
