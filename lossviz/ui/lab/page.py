"""The lab as a page: its sections as tabs, of which only the open one is drawn."""

import streamlit as st

from lossviz.ui.frame import guarded
from lossviz.ui.lab.gallery import gallery
from lossviz.ui.lab.mount import TABS
from lossviz.ui.lab.sections import SECTIONS

GALLERY = "Figures of papers"


def lab() -> None:
    """Draw the tabs and the open section; the last tab has all presets."""
    parts = {section.title: section.draw for section in SECTIONS}
    parts[GALLERY] = lambda: gallery({section.name: section.title for section in SECTIONS})
    for tab, part in zip(st.tabs(list(parts), key=TABS, bind="query-params"), parts.values(), strict=True):
        if tab.open:
            with tab:
                guarded(part)()
