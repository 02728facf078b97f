"""A page with nothing but an earlier study on tiny runs, for the browser test."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import streamlit as st

from lossviz.ui.frame import guarded
from lossviz.ui.studies.earlier import earlier_part
from tests.pages.earlier_made import results

st.set_page_config(layout="wide")
guarded(earlier_part)(results(st.query_params["study"]), st.query_params.get("score", ""))
