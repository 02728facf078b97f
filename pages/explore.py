"""Explore: one run, closely."""

import streamlit as st

from lossviz.ui.exploration import exploration
from lossviz.ui.listing import pick_run, readable, unusable
from lossviz.ui.views import pick_projection

with st.container(horizontal=True, vertical_alignment="bottom"):
    picked = pick_run()
    chosen = readable([picked]) if picked else []
    method = pick_projection(chosen) if chosen else None

if method is not None:
    exploration(chosen[0], method)
unusable()
