"""The image that was clicked: what it is, who is near it, and who only seems to be."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from lossviz import analysis, runs
from lossviz.analysis import Neighbours, Seen
from lossviz.records import Ints
from lossviz.ui.pictured import Pictured, at, epoch_of
from lossviz.ui.pictures import Thumb, thumbs
from lossviz.view import Line, ViewState

METRICS = {"cosine": "Cosine", "euclidean": "Euclidean"}


def picked_panel(each: Pictured, state: ViewState) -> Sequence[Line]:
    """Draw what is known of the image pinned last; the lines to its neighbours, if they are wanted."""
    place = picked_place(each, state)
    if place is None:
        st.info(
            "Click a point in the picture. Its image appears here with its true neighbours in the embedding and those "
            "in the picture, and a line to each.",
            icon=":material/ads_click:",
        )
        return []
    epoch = epoch_of(each, state.epoch)
    _card(each, place, epoch)
    metric = st.segmented_control(
        "Neighbours by",
        list(METRICS),
        default=str(each.run.header["loss"]["metric"]),
        required=True,
        format_func=METRICS.__getitem__,
        key="neighbours_by",
        bind="query-params",
        help="The metric of the embedding in which neighbours are the true ones; the run's own is chosen at first.",
    )
    count = st.slider("How many", 3, 20, 8, key="neighbours", bind="query-params")
    embeddings = each.run.snapshot(epoch).embeddings["probe"][each.rows]
    true = analysis.neighbours(embeddings, place, str(metric), count)
    told = analysis.seen(true.rows, analysis.picture_neighbours(each.panel.positions[at(each, epoch)], place, count))
    _neighbours(each, place, true, told)
    wanted = st.toggle("Lines in the picture", value=True, key="lines", bind="query-params")
    return _lines(each, place, told) if wanted else []


def picked_place(each: Pictured, state: ViewState) -> int | None:
    """Where the image pinned last stands among those drawn, or ``None``."""
    places = np.flatnonzero(np.isin(each.panel.ids, state.pinned[-1:]))
    return int(places[0]) if len(places) else None


def _card(each: Pictured, place: int, epoch: int) -> None:
    panel, points = each.panel, runs.points(each.run, epoch)
    row = each.rows[place]
    name, guess = panel.class_names[panel.labels[place]], int(points["prediction"][row])
    picture, words = st.columns([1, 2])
    with picture:
        thumbs(panel.sprite, [Thumb(place, hint=f"image {panel.ids[place]}, class {name}")], size=96)
    with words:
        lines = [f"**{name}**"]
        if guess >= 0:
            color = "green" if guess == panel.labels[place] else "red"
            verdict = f":{color}[taken for {panel.class_names[guess]}]"
            lines = [f"**{name}**, {verdict} at {100 * points['confidence'][row]:.0f} %"]
        own, other = points["own"][row], points["other"][row]
        if np.isfinite(own):
            lines.append(f"angle to its prototype {own:.1f}°, to the nearest other {other:.1f}°")
        lines.append(f"norm {points['norm'][row]:.2f}, epoch {epoch}, image {panel.ids[place]}")
        st.markdown("  \n".join(lines))


def _neighbours(each: Pictured, place: int, true: Neighbours, told: Seen) -> None:
    names, labels = each.panel.class_names, each.panel.labels

    def thumb(row: int, caption: str, hint: str) -> Thumb:
        mark = "right" if labels[row] == labels[place] else "wrong"
        return Thumb(int(row), caption, mark, f"{names[labels[row]]}, {hint}")

    sign = "°" if true.unit == "deg" else ""
    st.markdown("**True neighbours**, nearest first")
    thumbs(
        each.panel.sprite,
        [
            thumb(
                row,
                f"{names[labels[row]]}  {distance:.3g}{sign}",
                "missed by the picture" if row in told.missed else "kept",
            )
            for row, distance in zip(true.rows, true.distances, strict=True)
        ],
        size=48,
    )
    st.markdown(
        "**Neighbours in the picture that are not**"
        if len(told.false)
        else "Every neighbour in the picture is a true one."
    )
    if len(told.false):
        thumbs(each.panel.sprite, [thumb(row, names[labels[row]], "false neighbour") for row in told.false], size=48)
    st.caption(
        f"{len(told.kept)} kept, {len(told.false)} false, {len(told.missed)} missed. "
        "Green: of the same class; red: of another."
    )


def _lines(each: Pictured, place: int, told: Seen) -> list[Line]:
    ids, kinds = each.panel.ids, {"true": told.kept, "false": told.false, "missed": told.missed}

    def line(row: int, kind: str) -> Line:
        return Line(each.panel.key, int(ids[place]), int(ids[row]), kind)

    return [line(row, kind) for kind, rows in kinds.items() for row in _plain(rows)]


def _plain(rows: Ints) -> list[int]:
    return [int(row) for row in rows]
