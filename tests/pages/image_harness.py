"""A page with nothing but the ways in and what became of it, for the browser tests."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import streamlit as st

from lossviz import runs
from lossviz.ui.images import held
from lossviz.ui.images.pad import answered
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.touch import touch_up
from lossviz.ui.images.ways_in import ways_in

run = runs.find("arcface")
st.text_input("Words")
ways_in(run)
for each in held.images():
    made = prepared(run, each)
    st.text(f"held {each.name} {each.source} {made.size[0]}x{made.size[1]} ink {int((made.pixels > 127).sum())}")
one = held.chosen()
if one:
    st.text(f"chosen {one.name}")
    touch_up(one, run)
time.sleep(float(st.query_params.get("slow", 0)))
answered()
st.text(f"end {len(held.images())}")
