"""One run closely: its view, the image that was clicked, and what the whole embedding tells."""

import streamlit as st

from lossviz import runs
from lossviz.ui.beside import Beside
from lossviz.ui.drawings import watched
from lossviz.ui.events import events_panel
from lossviz.ui.frame import guarded
from lossviz.ui.offenders import class_panel, offenders_panel
from lossviz.ui.orders import ordered
from lossviz.ui.picked import picked_panel
from lossviz.ui.pictured import Pictured, epoch_of, meaning
from lossviz.ui.run_facts import facts_panel, faults_told, training_panel
from lossviz.ui.selection import selection_panel
from lossviz.ui.triplets import triplet_panel
from lossviz.view import embedding_view, view_state

KEY = "explore_view"
HEIGHT = 680


def exploration(run: runs.Run, beside: Beside) -> None:
    """Draw ``run``, with what was asked for beside it; only this part of the page runs again in use."""

    def draw(shown: list[Pictured]) -> None:
        if shown:
            _closely(beside.panels(shown))

    watched([(run, each) for each in beside.methods], draw)


def _closely(shown: list[Pictured]) -> None:
    each, panels = shown[0], [other.panel for other in shown]
    state = view_state(panels, key=KEY)
    left, right = st.columns([7, 3], gap="medium")
    with right:
        lines = picked_panel(each, state)
    with left:
        embedding_view(panels, key=KEY, height=HEIGHT, lines=lines, command=ordered(KEY))
        st.caption(" · ".join(_said(other, state.epoch) for other in shown), help=meaning(shown))
        faults_told(each)
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


def _said(each: Pictured, epoch: int) -> str:
    return f"**{each.panel.subtitle}**: {each.note(epoch_of(each, epoch))}"
