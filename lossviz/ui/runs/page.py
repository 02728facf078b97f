"""The Runs page as a whole."""

import streamlit as st

from lossviz.paths import runs_dir
from lossviz.runs import Overview
from lossviz.ui.frame import go, guarded
from lossviz.ui.runs.actions import actions
from lossviz.ui.runs.disk import deleted_panel, space_panel
from lossviz.ui.runs.doing import told
from lossviz.ui.runs.filters import clear, filters
from lossviz.ui.runs.groups import groups_panel
from lossviz.ui.runs.known import known
from lossviz.ui.runs.table import table

OFTEN = 4.0  # seconds between two looks while something trains
FRESH = "runs read a moment ago"
GROUPS, SPACE, DELETED = "Groups and curves", "Disk space", "Deleted"


def runs_page() -> None:
    """Draw it; while a run is being written its row is kept fresh."""
    st.session_state[FRESH] = known()
    training = any(each.state == "running" for each in st.session_state[FRESH])
    st.fragment(guarded(_page), run_every=OFTEN if training else None)()


def _page() -> None:
    told()
    everyone = st.session_state.pop(FRESH, None) or known()
    _welcome(everyone)
    if everyone:
        shown = filters(everyone)
        above = st.container()
        chosen = table(shown, everyone) if shown else _nothing_found()
        with above:
            actions(chosen, shown, everyone)
        _problems(shown)
    else:
        chosen = []
    tabs = st.tabs([GROUPS, SPACE, DELETED], key="list.below", bind="query-params", on_change="rerun")
    for tab, part in zip(tabs, (groups_panel, space_panel), strict=False):
        if tab.open:
            with tab:
                guarded(part)(chosen, everyone)
    if tabs[-1].open:
        with tabs[-1]:
            guarded(deleted_panel)()


def _welcome(everyone: list[Overview]) -> None:
    """A word to who has no run of their own."""
    if any(not each.shipped for each in everyone):
        return
    there = "These runs came with lossviz. " if everyone else "There is no run, neither shipped nor your own. "
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"{there}Your own will be in `{runs_dir()}`: train one, in seconds, without a download.",
            icon=":material/model_training:",
        )
        if st.button("Train", type="primary", icon=":material/model_training:", key="first_training"):
            go("train", [])


def _problems(shown: list[Overview]) -> None:
    """What is wrong with damaged runs, which can be deleted as others can."""
    bad = [each for each in shown if each.problem]
    if bad:
        words = "run has a problem" if len(bad) == 1 else "runs have problems"
        with st.expander(f"{len(bad)} {words}", icon=":material/warning:"):
            st.table({"Run": [each.run.id for each in bad], "Problem": [each.problem for each in bad]})


def _nothing_found() -> list[Overview]:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info("No run is like that.", icon=":material/search_off:")
        st.button("Show all runs", on_click=clear, key="show_all")
    return []
