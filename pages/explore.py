"""Explore: one run, closely."""

import streamlit as st

from lossviz.ui.beside import pick_beside
from lossviz.ui.exploration import exploration
from lossviz.ui.exporting import export_button
from lossviz.ui.listing import pick_run, readable, unusable
from lossviz.ui.reporting import report_button
from lossviz.ui.views import pick_projection

with st.container(horizontal=True, vertical_alignment="bottom"):
    picked = pick_run()
    chosen = readable([picked]) if picked else []
    method = pick_projection(chosen) if chosen else None
    beside = pick_beside(method) if method else None
    if method is not None:
        report_button(chosen, "report", method)
        export_button(chosen, "export")

if method and beside:
    exploration(chosen[0], beside)
unusable()
