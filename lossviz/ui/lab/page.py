"""The lab as a page: its sections as tabs, of which only the open one is drawn."""

import streamlit as st

from lossviz.ui.frame import guarded
from lossviz.ui.lab.sections import SECTIONS

TABS = "section"


def lab() -> None:
    """Draw the tabs and the open section."""
    tabs = st.tabs([section.title for section in SECTIONS], key=TABS, bind="query-params")
    for tab, section in zip(tabs, SECTIONS, strict=True):
        if tab.open:
            with tab:
                guarded(section.draw)()
