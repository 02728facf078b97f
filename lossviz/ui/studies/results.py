"""What came of a study: a table of all cells, rankings, and which loss for what."""

import streamlit as st

from lossviz.studies import Results
from lossviz.studies.telling import fields


def results_part(results: Results, score: str) -> None:
    """Draw it, on the score that decides or on another one."""
    for field in fields(results, score):
        st.markdown(f"**{field.title}**: {field.sentence}")
