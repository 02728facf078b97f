"""A study's figure of t-SNE pictures, losses by data sets: rotatable, and drawn where it can be."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from lossviz.jobs import drawing as jobs
from lossviz.studies import Results
from lossviz.ui.drawings import REFRESH, Coming, processes
from lossviz.ui.frame import guarded
from lossviz.ui.studies import address
from lossviz.ui.studies.earlier_numbers import in_page
from lossviz.ui.studies.picture_spots import Line, Spot, lines
from lossviz.view import embedding_view

PROTOCOL = "protocol"
PROTOCOLS = {"published": "As published", "corrected": "Corrected"}
PICKED = "studies pictures protocol"
HEIGHT = 400
MOST_ABREAST = 4


def pictures_part(results: Results, score: str) -> None:
    """Draw it; a picture knows nothing of ``score``."""
    st.caption(
        "The test embeddings of one training of each loss after its last epoch, as t-SNE draws them in space: the "
        "first seed's that has a picture. Who is near whom can be read from it, how far apart groups are cannot."
    )
    grid(results)


def grid(results: Results) -> None:
    """The figure under one protocol; only this part runs again when it is used."""
    protocol = _protocol(results)
    with st.spinner("Looking for pictures…", show_time=True):
        looking = bool(_under_way(lines(results, protocol)))

    def part() -> None:
        found = lines(results, protocol)
        if bool(_under_way(found)) != looking:
            st.rerun()
        _drawing(found)
        for line in found:
            _line(line, protocol)

    st.fragment(guarded(part), run_every=REFRESH if looking else None)()


def _protocol(results: Results) -> str:
    """The one that is looked at, by a switch where there are several."""
    legal = list(results.study.protocols)
    if len(legal) == 1:
        return legal[0]
    address.follow(PROTOCOL, PICKED, legal)
    st.session_state.setdefault(PICKED, legal[0])
    picked = st.segmented_control(
        "Protocol",
        legal,
        required=True,
        format_func=lambda protocol: PROTOCOLS.get(protocol, protocol or "Others"),
        key=PICKED,
        label_visibility="collapsed",
    )
    protocol = str(picked or legal[0])
    address.keep(PROTOCOL, "" if protocol == legal[0] else protocol)
    return protocol


def _under_way(found: Sequence[Line]) -> list[Coming]:
    return [each for each in _coming(found) if each.under_way]


def _coming(found: Sequence[Line]) -> list[Coming]:
    return [spot.coming for line in found for spot in line.spots if spot.coming is not None]


def _drawing(found: Sequence[Line]) -> None:
    """What can be drawn and is not, with a button; what is being drawn, with how far it is."""
    going, coming = _under_way(found), _coming(found)
    idle = [each for each in coming if not each.under_way]
    with st.container(horizontal=True, vertical_alignment="center"):
        if going:
            now = max(going, key=lambda each: each.status.done)
            count = f", {len(going) - 1} more after it" if len(going) > 1 else ""
            words = f"{now.method.title} of {now.run.id}: {now.status.doing or 'starting'}{count}"
            st.progress(min(max(now.status.done, 0.0), 1.0), words)
            st.button("Stop", key="study_pictures_stop", on_click=_stop, args=(going,))
        if idle:
            what = "One picture" if len(idle) == 1 else f"{len(idle)} pictures"
            verb = "is" if len(idle) == 1 else "are"
            st.caption(f"{what} of runs on this machine {verb} not drawn yet.", width="content")
            st.button(
                "Draw it" if len(idle) == 1 else "Draw them",
                key="study_pictures_draw",
                icon=":material/brush:",
                type="primary",
                on_click=_start,
                args=(idle,),
                help="One after another, in a process of its own. Kept beside their runs, so Compare has them too.",
            )


def _start(some: Sequence[Coming]) -> None:
    for each in some:
        jobs.start(processes(), each.drawing)


def _stop(some: Sequence[Coming]) -> None:
    for each in some:
        processes().stop(str(each.drawing.folder))


def _line(line: Line, protocol: str) -> None:
    """One data set: its pictures in a view of their own, and what is not there beside them."""
    st.markdown(f"**{line.title}**")
    drawn = [spot for spot in line.spots if spot.panel is not None]
    empty = [spot for spot in line.spots if spot.panel is None]
    if drawn and empty:
        left, right = st.columns([len(drawn) + 1, len(empty)])  # one for the legend
    else:
        left = right = st.container()
    with left:
        for start in range(0, len(drawn), abreast := _abreast(len(drawn))):
            _view(line.ground, drawn[start : start + abreast], start, protocol)
    with right:
        if empty:
            in_page(_empties(empty, f"{HEIGHT}px" if drawn else "auto"))


def _abreast(count: int) -> int:
    """How many of ``count`` pictures stand in a row: all if they are few, otherwise rows of the same length."""
    rows = -(-count // MOST_ABREAST)
    return max(-(-count // max(rows, 1)), 1)


def _view(ground: str, drawn: Sequence[Spot], start: int, protocol: str) -> None:
    """Pictures in one row, the first of which is the data set's picture number ``start``."""
    panels = [spot.panel for spot in drawn if spot.panel is not None]
    more = f"-{start}" if start else ""
    embedding_view(panels, key=f"study {protocol}-{ground}{more}", height=HEIGHT, parameter=f"view-{ground}{more}")
    in_page(_below(drawn))


def _below(drawn: Sequence[Spot]) -> str:
    """A sentence under each picture; the last column is the legend's."""
    cells = "".join(f"<div>{escape(spot.words)}</div>" for spot in drawn)
    return f'<div class="le-below" style="--le-count:{len(drawn)}">{cells}</div>'


def _empties(empty: Sequence[Spot], height: str) -> str:
    cells = "".join(
        f'<div class="le-empty"><b>{escape(spot.title)}</b><span>{escape(spot.words)}</span></div>' for spot in empty
    )
    return f'<div class="le-empties" style="--le-count:{len(empty)};--le-height:{height}">{cells}</div>'
