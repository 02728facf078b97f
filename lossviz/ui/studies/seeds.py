"""Every seed of every contender."""

import streamlit as st

from lossviz.report import study_figured, study_said
from lossviz.studies import Results
from lossviz.ui.charts import chart
from lossviz.ui.numbers import numbers
from lossviz.ui.studies.field import nothing_yet, pick_field

JOINED = "joined"


def seeds_part(results: Results, score: str) -> None:
    """Draw boxes and dots on the score that decides, or on another one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place, field = pick_field(results, score)
        joined = st.toggle(
            "Join the dots of each seed", key=JOINED, bind="query-params",
            help="At one seed all losses begin from the same weights and see the same images in the same order.",
        )  # fmt: skip
    rivals = study_figured.rivals_of(results, place, field)
    if not rivals:
        nothing_yet(results, f"No training that is judged on {field.title} has a {field.score.title} yet.")
        return
    told = "; ".join(f"{each.name} {each.told}" for each in rivals)
    chart(
        study_figured.strips_figure(results, place, field, joined), f"study_seeds_{joined}",
        f"{field.score.title} on {field.title} by seed, the best mean first: {told}.",
    )  # fmt: skip
    st.caption(" ".join([study_said.STRIPS_SAID, *([study_said.JOINED_SAID] if joined else [])]))
    table = study_said.seed_columns(rivals, field.score)
    numbers(table, f"{field.score.title} by seed", f"{results.study.name}-seeds.csv", "study_seeds")
