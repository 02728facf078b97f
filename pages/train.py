"""Train: fill in the form, press Start, and watch."""

import streamlit as st

from lossviz.ui.queueing import queue
from lossviz.ui.train.form import preset_cards, training_form
from lossviz.ui.train.live import live_panel
from lossviz.ui.train.queue_panel import queue_panel

asking, watching = st.columns([3, 7], gap="medium")
with asking:
    training_form()
with watching:
    live_panel()
    queue_panel()
    if not queue().jobs():
        preset_cards()
