"""The gallery that a person enrols: kept with the session, changed by steps that can be undone."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
import streamlit as st

from lossviz import runs
from lossviz.data._recipes import Pixels
from lossviz.errors import DataError, LossvizError
from lossviz.inference import Enrolled
from lossviz.inference.enrolment import LONGEST

PAST = "gallery_past"
SAID = "gallery_said"
STEPS = 10  # that can be undone
NUMBER = re.compile(r"[\s_\-.(#]*\d+\)?$")  # at the end of a file's name: the third picture of somebody


def enrolled(run: runs.Run) -> Enrolled:
    """The session's gallery; an empty one for images as ``run`` takes them where there is none."""
    past = _past()
    if not past or not past[-1].names:
        return Enrolled.nobody(run)
    return past[-1]


def fits(gallery: Enrolled, run: runs.Run) -> bool:
    """Whether ``run`` takes images as ``gallery`` has them."""
    return gallery.data_set == run.config.data.name and gallery.images.shape[1:] == tuple(run.header["image_shape"])


def become(gallery: Enrolled) -> None:
    """Let ``gallery`` be the session's."""
    st.session_state[PAST] = [*_past(), gallery][-STEPS:]


def undo() -> None:
    """Back to the gallery before."""
    st.session_state[PAST] = _past()[:-1]


def undoable() -> bool:
    """Whether there was another one before."""
    return bool(_past())


def enrol(run: runs.Run, found: Mapping[str, Iterable[Pixels]]) -> None:
    """Add images (C, H, W) by their class's name, all of them or none."""
    gallery = enrolled(run)
    if gallery.names and not fits(gallery, run):
        raise DataError(
            f"the gallery holds images of {gallery.data_set}, and '{run.id}' takes those of {run.config.data.name}; "
            "save and empty it, or choose runs of its data set"
        )
    for name, images in found.items():
        gallery = gallery.with_class(name, np.stack(list(images)))
    become(gallery)


def read(content: bytes) -> None:
    """Let the gallery of a file be the session's; what is wrong with the file is said at the next drawing."""
    try:
        become(Enrolled.parse(content))
    except LossvizError as error:
        say(str(error))


def say(sentence: str) -> None:
    """Have a sentence told where the gallery is drawn next."""
    st.session_state.setdefault(SAID, []).append(sentence)


def said() -> list[str]:
    """The sentences that were not told yet."""
    told: list[str] = st.session_state.pop(SAID, [])
    return told


def class_of(name: str) -> str:
    """The class that a file's name tells: ``anna may`` of ``anna_may_2.jpg``."""
    stem = name.rpartition(".")[0] or name
    return (NUMBER.sub("", stem) or stem).replace("_", " ").strip()[:LONGEST]


def among(pixels: Pixels, gallery: Enrolled) -> bool:
    """Whether the very image (C, H, W) is enrolled."""
    return bool((gallery.images == pixels).all(axis=(1, 2, 3)).any())


def _past() -> list[Enrolled]:
    past: list[Enrolled] = st.session_state.get(PAST, [])
    return past
