"""Your image: where a picture of one's own lands under each run."""

import streamlit as st

from lossviz.ui.images.page import image_page
from lossviz.ui.listing import pick_runs, readable, unusable
from lossviz.ui.views import pick_projection

with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = readable(pick_runs())
    method = pick_projection(chosen) if chosen else None

if method is not None:
    image_page(chosen, method)
unusable()
