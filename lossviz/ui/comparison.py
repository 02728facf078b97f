"""The view of several runs, and below it what follows its epoch slider."""

from collections.abc import Sequence

import streamlit as st

from lossviz import runs
from lossviz.projection import Projection
from lossviz.ui import charts
from lossviz.ui.drawings import watched
from lossviz.ui.fairness import fairness_strip
from lossviz.ui.frame import guarded
from lossviz.ui.orders import ordered
from lossviz.ui.pictured import Pictured, align, epoch_of, meaning
from lossviz.ui.score_table import score_table
from lossviz.ui.selection import selection_panel
from lossviz.view import embedding_view

KEY = "compare_view"
HEIGHT = {1: 640, 2: 640, 3: 560}
MANY = 820  # pixels for two rows of panels
TABS = {
    "Scores": score_table,
    "Angles": charts.angle_charts,
    "Norms": charts.norm_charts,
    "Pairs": charts.pair_charts,
    "Verification": charts.verification_charts,
    "Confusion": charts.confusion_charts,
    "History": charts.history_charts,
}
SELECTION = "Selection"


def comparison(chosen: Sequence[runs.Run], method: Projection) -> None:
    """Draw ``chosen`` by ``method``; only this part runs again when the view is used."""

    def draw(shown: list[Pictured]) -> None:
        with st.container(horizontal=True, vertical_alignment="center"):
            fairness_strip(chosen)
            aligned = align_switch() if len(shown) > 1 else False
        if shown:
            _panels(align(shown) if aligned else shown)

    watched([(run, method) for run in chosen], draw)


def _panels(shown: Sequence[Pictured]) -> None:
    panels = [each.panel for each in shown]
    state = embedding_view(panels, key=KEY, height=HEIGHT.get(len(panels), MANY), command=ordered(KEY))
    said = " · ".join(f"**{each.run.id}**: {each.note(epoch_of(each, state.epoch))}" for each in shown)
    st.caption(said, help=meaning(shown))
    tabs = st.tabs([*TABS, SELECTION], key="below", bind="query-params")
    for tab, part in zip(tabs, TABS.values(), strict=False):
        if tab.open:
            with tab:
                guarded(part)(shown, state.epoch)
    if tabs[-1].open:
        with tabs[-1]:
            guarded(selection_panel)(shown, state.selected, KEY)


def align_switch() -> bool:
    """Whether all pictures are to be turned onto the first; kept in the address."""
    return st.toggle(
        "Align to the first",
        value=True,
        key="align",
        bind="query-params",
        help="Turn every picture, as a whole and for all epochs alike, onto the first one's last epoch: rotation and "
        "reflection only, about the origin. Without it, each net's own accidental orientation is shown.",
    )
