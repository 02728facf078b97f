"""Who the images held are: found in the enrolled gallery by every run, as one of them or as unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from lossviz import inference, runs
from lossviz.errors import LossvizError
from lossviz.inference import Enrolled, Identified, Search
from lossviz.ui.images import enrolling, held
from lossviz.ui.images.held import Held
from lossviz.ui.images.landing import embedded
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.words import PAGE_STYLE, apart, named, short
from lossviz.ui.pictures import STYLE, Shown

CLOSED, OPEN = "Closed set", "Open set"
FARS = {"10 %": 0.1, "5 %": 0.05, "1 %": 0.01}
SIZE = 44


@dataclass(frozen=True)
class Asked:
    """Whether strangers are reckoned with, and then at which false accept rate."""

    far: float | None


def ask(key: str) -> Asked:
    """The controls; their keys begin with ``key``."""
    kind = st.segmented_control(
        "Search", (CLOSED, OPEN), default=OPEN, required=True, key=f"{key}_search", bind="query-params",
        help="Closed set: everybody is somebody of the gallery. Open set: who is farther from all than the threshold "
        "is unknown.",
    )  # fmt: skip
    far = st.segmented_control(
        "False accepts (FAR)", list(FARS), default="5 %", required=True, key=f"{key}_far", bind="query-params",
        disabled=kind == CLOSED,
        help="The threshold is chosen so that this share of the run's own test images is "
        "taken for somebody among as many other classes of the run, each from as few images, as are enrolled.",
    )  # fmt: skip
    return Asked(FARS[str(far)] if kind == OPEN else None)


def finding(chosen: Sequence[runs.Run], gallery: Enrolled) -> None:
    """A row an image that is held, a column a run; images that are enrolled themselves are left out."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = ask("gallery")
    images = held.images()
    new = [each for each in images if not enrolling.among(prepared(chosen[0], each).pixels, gallery)]
    if not new:
        st.info(
            "Give another image at the left, and it is looked for in the gallery here."
            if not images
            else "All images that you gave are enrolled themselves. Give another one, and it is looked for.",
            icon=":material/person_search:",
        )
        return
    columns: dict[str, tuple[Identified, str]] = {}
    for run in chosen:
        try:
            columns[run.id] = _found(run, gallery, new, asked)
        except LossvizError as error:
            st.error(str(error), icon=":material/error:")
    if columns:
        _table(chosen, columns, new)
    if len(new) < len(images):
        st.caption(f"{len(images) - len(new)} of the images that you gave are enrolled themselves, and left out.")


def _found(run: runs.Run, gallery: Enrolled, images: Sequence[Held], asked: Asked) -> tuple[Identified, str]:
    """Who the images are, and the threshold in words."""
    here = inference.space(run, inference.last_epoch(run))
    search = Search(here, gallery)
    threshold = None if asked.far is None else search.threshold(asked.far)
    embeddings = embedded(run, here.epoch, [prepared(run, each).pixels for each in images])
    told = search.identify(embeddings, threshold)
    unit = "deg" if here.metric == "cosine" else ""
    if asked.far is None:
        return told, "closed set"
    return told, "too few test images for a threshold" if threshold is None else f"up to {apart(threshold, unit)}"


def _table(chosen: Sequence[runs.Run], columns: Mapping[str, tuple[Identified, str]], images: Sequence[Held]) -> None:
    there = [run for run in chosen if run.id in columns]
    head = "".join(f'<th scope="col">{escape(named(run))}<br><small>{columns[run.id][1]}</small></th>' for run in there)
    body = "".join(
        f'<tr><th scope="row">{_picture(there[0], each)}</th>'
        + "".join(f"<td>{_cell(run, columns[run.id][0], row, each.truth)}</td>" for run in there)
        + "</tr>"
        for row, each in enumerate(images)
    )
    st.html(
        f'<style>{STYLE}{PAGE_STYLE}</style><table class="lv-told" data-of="identification"><thead><tr>'
        f'<th scope="col">Image</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _picture(run: runs.Run, image: Held) -> str:
    pixels = prepared(run, image).pixels
    return f'<div class="lv-named">{Shown(pixels, hint=image.name).html(SIZE)}{escape(image.name)}</div>'


def _cell(run: runs.Run, told: Identified, row: int, truth: str | None) -> str:
    """Who it is, how far from them, and who else was near."""
    unit = "deg" if run.header["loss"]["metric"] == "cosine" else ""
    name, order = told.name(row), np.argsort(told.distances[row])
    expected = None if truth is None else truth if truth in told.names else "unknown"
    mark = "" if expected is None or (expected == "unknown" and told.threshold is None) else _mark(name == expected)
    near = ", ".join(f"{escape(short(told.names[at]))} {apart(told.distances[row, at], unit)}" for at in order[:3])
    shade = "none" if name == "unknown" else ""
    return f'<b class="{mark} {shade}">{escape(short(name))}</b><br><small>{near}</small>'


def _mark(right: bool) -> str:
    return "right" if right else "wrong"
