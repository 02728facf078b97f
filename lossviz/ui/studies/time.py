"""Time against score."""

import streamlit as st

from lossviz import figures
from lossviz.report import study_figured, study_said
from lossviz.studies import Results
from lossviz.ui.charts import chart
from lossviz.ui.numbers import numbers
from lossviz.ui.studies.field import nothing_yet, pick_field


def time_part(results: Results, score: str) -> None:
    """Draw the Pareto front on the score that decides, or on another one."""
    place, field = pick_field(results, score)
    rivals = study_figured.timed(results, place, field)
    if not rivals:
        nothing_yet(results, f"No training that is judged on {field.title} has ended with a {field.score.title} yet.")
        return
    told = study_figured.front_said(results, place, field)
    chart(
        figures.pareto(field.score, rivals), "study_time",
        f"{field.score.title} on {field.title} against training time. {' '.join(told)}",
    )  # fmt: skip
    st.markdown("\n".join(f"* {sentence}" for sentence in told))
    st.caption(" ".join(study_said.times_said(results, place, rivals)))
    table = study_said.time_columns(rivals, field.score)
    numbers(table, f"Time and {field.score.title}", f"{results.study.name}-time.csv", "study_time")
