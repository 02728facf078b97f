"""The page "Your image": what every chosen run makes of a picture that it never saw."""

from collections.abc import Sequence

import streamlit as st

from lossviz.projection import Projection
from lossviz.report import shell
from lossviz.runs import Run
from lossviz.ui.comparison import align_switch
from lossviz.ui.drawings import watched
from lossviz.ui.frame import guarded
from lossviz.ui.images import held, pad
from lossviz.ui.images.gallery import gallery_tab
from lossviz.ui.images.held import Held
from lossviz.ui.images.in_view import VIEW, Stands, areas, guests, placement
from lossviz.ui.images.landing import Landed, landings
from lossviz.ui.images.results import results
from lossviz.ui.images.threshold import level
from lossviz.ui.images.touch import touch_up
from lossviz.ui.images.verdicts import verdicts
from lossviz.ui.images.verification import verification_tab
from lossviz.ui.images.ways_in import offer, ways_in
from lossviz.ui.images.why import why
from lossviz.ui.orders import ordered
from lossviz.ui.pictured import Pictured, align
from lossviz.view import Areas, Guest, embedding_view

LANDS, SAME, GALLERY = "Where it lands", "Same or different?", "Gallery"
TABS = "image_tab"
HEIGHT = {1: 560, 2: 520, 3: 480}
MANY = 720  # pixels for two rows of panels


def image_page(chosen: Sequence[Run], method: Projection) -> None:
    """Draw the tabs for ``chosen``, one to six runs drawn by ``method``; only the open one is drawn."""
    parts = {
        LANDS: lambda: _lands(chosen, method),
        SAME: lambda: verification_tab(chosen),
        GALLERY: lambda: gallery_tab(chosen),
    }
    for tab, part in zip(st.tabs(list(parts), key=TABS, bind="query-params"), parts.values(), strict=True):
        if tab.open:
            with tab:
                guarded(part)()


@st.fragment
def _lands(chosen: Sequence[Run], method: Projection) -> None:
    """The first tab. An image that comes in, a stroke on the pad as well, runs nothing but this again."""
    left, right = st.columns([3, 7], gap="medium")
    with left:
        guarded(ways_in)(chosen[0])
        one = held.chosen()
        if one is not None:
            guarded(touch_up)(one, chosen[0])
    with right:
        _right(chosen, method, one)
    pad.answered()


@guarded
def _right(chosen: Sequence[Run], method: Projection, one: Held | None) -> None:
    with st.container():  # a place of its own, there or not: what moves on a page is mounted anew, the view as well
        if one is None:
            _what_to_do(chosen[0])
    watched([(run, method) for run in chosen], lambda shown: _shown(chosen, method, shown))
    if one is not None:
        guarded(why)(chosen, one)
        with st.expander("The same from a shell", icon=":material/terminal:"):
            st.code(shell.embed_command([run.id for run in chosen], [one.name]), language="sh")


def _what_to_do(run: Run) -> None:
    with st.container(border=True):
        st.markdown(
            "**Give it a picture**: draw on the pad, drop a file, paste one with Ctrl+V, or take a photograph. It is "
            "prepared as the training images were, and you see where each run puts it, who is near, what it is taken "
            "for, and whether it would be let in. It stays in this session's memory and is written nowhere."
        )
        with st.container(horizontal=True):
            offer(run)


def _shown(chosen: Sequence[Run], method: Projection, shown: list[Pictured]) -> None:
    """The view, and below it a card for each run; runs again when the view or the threshold is used."""
    one, wanted = held.chosen(), level()
    landed = landings(chosen, one)
    with st.container():
        verdicts(landed, wanted)
    if len(shown) > 1 and align_switch():
        shown = align(shown)
    if shown:
        guarded(_view)(landed, one, shown, method, wanted)
    results(landed, one, wanted, VIEW)


def _view(
    landed: Sequence[Landed], one: Held | None, shown: Sequence[Pictured], method: Projection, wanted: float
) -> None:
    by_run = {each.run.id: each for each in landed}
    panels = [each.panel for each in shown]
    visitors: list[Guest] = []
    accepted: list[Areas | None] = []
    said: list[Stands] = []
    for each in shown:
        its = by_run[each.run.id]
        found, stands = guests(each, its, held.images(), one, method, len(shown))
        visitors += found
        said.append(stands)
        accepted.append(areas(each, its, method, wanted))
    height = HEIGHT.get(len(panels), MANY)
    there = [each for each in accepted if each is not None]
    embedding_view(panels, key=VIEW, height=height, command=ordered(VIEW), guests=visitors, areas=there)
    _placed(said, one, bool(there))


def _placed(said: Sequence[Stands], one: Held | None, accepted: bool) -> None:
    words = [] if one is None else [placement(said)]
    if accepted:
        words.append("Areas: what the threshold accepts, at the epoch of the weights.")
    st.caption("  \n".join(word for word in words if word))
