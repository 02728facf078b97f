"""A score against the knobs: those that trials chose from, and those in which contenders of one loss differ."""

from collections.abc import Mapping

import streamlit as st

from lossviz.knobs import Value
from lossviz.report import study_figured, study_said
from lossviz.studies import Results
from lossviz.studies.telling import Field, output_of
from lossviz.ui.charts import chart
from lossviz.ui.declared import declared
from lossviz.ui.numbers import numbers
from lossviz.ui.studies.field import Place, nothing_yet, pick_field


def knobs_part(results: Results, score: str) -> None:
    """Draw curves on the score that decides, or on another one."""
    place, field = pick_field(results, score)
    drawn = [_sweep(results, place, field), _trials(results, place, score)]
    if any(drawn):
        return
    if results.study.trials is None:
        st.info(
            "This study tries no knobs: each loss has its defaults, or what the study's file fixes. With `[trials]` "
            "and `tune` in the file every loss is tried with as many settings of its knobs; several contenders of one "
            "loss with different `knobs` make a curve as well.",
            icon=":material/tune:",
        )
    else:
        nothing_yet(results, f"No trial on {field.title} has a score yet.")


def _sweep(results: Results, place: Place, field: Field) -> bool:
    figure = study_figured.sweep_figure(results, place, field)
    if figure is None:
        return False
    rivals = study_figured.rivals_of(results, place, field)
    told = "; ".join(f"{each.name} {each.told}" for each in rivals)
    chart(figure, "study_sweep", f"{field.score.title} on {field.title} against what the contenders vary: {told}.")
    st.caption(study_said.SWEEP_SAID)
    table = study_said.seed_columns(rivals, field.score)
    numbers(table, f"{field.score.title} by seed", f"{results.study.name}-sweep.csv", "study_sweep")
    return True


def _trials(results: Results, place: Place, score: str) -> bool:
    panels = study_figured.tried(results, place, score, _defaults)
    if not panels:
        return False
    decides = results.rivals(*place)[0].score
    output = output_of(score or decides)
    best = {panel.name: each.told for panel in panels for each in panel.tries if each.chosen}
    told = "; ".join(f"{name}: {setting}" for name, setting in best.items()) or "nothing is chosen yet"
    chart(
        study_figured.trials_figure(results, place, panels, score), "study_trials",
        f"{output.title} on validation images against each knob that was tried. Chosen: {told}.",
    )  # fmt: skip
    more = f" Chosen by {output_of(decides).title}." if output.key != decides else ""
    st.caption(study_said.trials_said(panels) + more)
    table = study_said.trial_columns(panels, output)
    numbers(table, f"{output.title} of the trials", f"{results.study.name}-trials.csv", "study_trials")
    return True


def _defaults(loss: str) -> Mapping[str, Value]:
    return {knob.name: knob.default for knob in declared("loss")[loss].knobs.knobs()}
