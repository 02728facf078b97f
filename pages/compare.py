"""Compare: up to six runs side by side, on one epoch slider."""

import streamlit as st

from lossviz.ui.comparison import comparison
from lossviz.ui.listing import pick_runs, readable, unusable
from lossviz.ui.reporting import report_button
from lossviz.ui.views import pick_projection

with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = readable(pick_runs())
    method = pick_projection(chosen) if chosen else None
    if method is not None:
        report_button(chosen, "report", method)

if method is not None:
    comparison(chosen, method)
unusable()
