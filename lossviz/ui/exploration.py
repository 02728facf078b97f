"""One run closely: its view, the image that was clicked, and what the whole embedding tells."""

import streamlit as st

from lossviz import runs
from lossviz.projection import Projection
from lossviz.ui.drawings import watched
from lossviz.ui.events import events_panel
from lossviz.ui.frame import guarded
from lossviz.ui.offenders import class_panel, offenders_panel
from lossviz.ui.orders import ordered
from lossviz.ui.picked import picked_panel
from lossviz.ui.pictured import Pictured, epoch_of
from lossviz.ui.run_facts import facts_panel, training_panel
from lossviz.ui.selection import selection_panel
from lossviz.ui.triplets import triplet_panel
from lossviz.view import embedding_view, view_state

KEY = "explore_view"
HEIGHT = 680


def exploration(run: runs.Run, method: Projection) -> None:
    """Draw ``run`` by ``method``; only this part runs again when the view is used."""

    def draw(shown: list[Pictured]) -> None:
        for each in shown:
            _closely(each)

    watched([run], method, draw)


def _closely(each: Pictured) -> None:
    state = view_state([each.panel], key=KEY)
    left, right = st.columns([7, 3], gap="medium")
    with right:
        lines = picked_panel(each, state)
    with left:
        embedding_view([each.panel], key=KEY, height=HEIGHT, lines=lines, command=ordered(KEY))
        st.caption(each.note(epoch_of(each, state.epoch)))
    tabs = {
        "Events": lambda: events_panel(each, KEY),
        "Classes": lambda: class_panel(each, state.epoch, KEY),
        "Worst offenders": lambda: offenders_panel(each, state.epoch, KEY),
        "Triplets": lambda: triplet_panel(each, state),
        "Selection": lambda: selection_panel([each], state.selected, KEY),
        "Training": lambda: training_panel(each, state.epoch),
        "Run": lambda: facts_panel(each),
    }
    for tab, part in zip(st.tabs(list(tabs), key="below", bind="query-params"), tabs.values(), strict=True):
        if tab.open:
            with tab:
                guarded(part)()
