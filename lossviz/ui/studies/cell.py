"""A cell of a study whose runs are not on this machine, or not made yet: its numbers, and training it here."""

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from lossviz.errors import LossvizError
from lossviz.jobs.job import ENDED
from lossviz.studies import CellResult, Outcome, Results
from lossviz.studies.telling import knobs_told, output_of, tried_told
from lossviz.ui.queueing import queue
from lossviz.ui.studies import address
from lossviz.ui.studies.grid import WORDS
from lossviz.ui.studies.heat_table import cell_key
from lossviz.words import duration, score_in_words

REFUSED, ASKED = "studies cell refused", "studies cells asked for"


def opened_cell(results: Results, score: str) -> None:
    """Draw the cell that the address names, if it is one of these."""
    asked = address.held(address.CELL)
    cell = next((each for each in results.cells if cell_key(each) == asked), None)
    if cell is None:
        return
    study, where = results.study, cell.cell
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            title = f"{study.contender(where.contender).title} on {study.ground(where.ground).title}"
            st.markdown(f"**{title}**, knobs: {knobs_told(cell)}", width="content")
            st.button("Close", key="studies cell close", type="tertiary", icon=":material/close:", on_click=_close)
        st.caption(_whereabouts(cell))
        _train_here(results, cell)
        _finals(cell, score or cell.score)
        _trials(cell)


def _close() -> None:
    address.keep(address.CELL, "")


def _whereabouts(cell: CellResult) -> str:
    """Why there is nothing of it to look at."""
    if cell.state == "finished" and not cell.runs:
        return (
            "These numbers came with lossviz. Its runs are not on this machine, so there is nothing of it to look at."
        )
    if not cell.finals:
        return "Its trials have not ended: they decide on its knobs, and its finals follow."
    return (
        "None of its finals is finished on this machine. **Start** or **Go on** above trains what is left of the study."
    )


def _train_here(results: Results, cell: CellResult) -> None:
    """A button where all that is here are numbers."""
    lacking = [each for each in cell.finals if each.state == "finished" and not each.here]
    if not lacking:
        return
    asked = st.session_state.setdefault(ASKED, set())
    key = (results.study.name, cell_key(cell))
    st.button(
        f"Train {'it' if len(lacking) == 1 else f'its {len(lacking)} runs'} here",
        key="studies cell train",
        icon=":material/play_arrow:",
        disabled=key in asked,
        on_click=_submit,
        args=(results.study.name, key, lacking),
    )
    if key in asked:
        st.caption(
            "They are in the queue; the Train page shows how far they are, and this cell opens them as they end."
        )
    if refused := st.session_state.pop(REFUSED, ""):
        st.error(refused, icon=":material/error:")


def _submit(group: str, key: tuple[str, str], lacking: Sequence[Outcome]) -> None:
    try:
        ended = {job.id for job in queue().jobs() if job.state in ENDED}  # what waits or runs is not asked for twice
        queue().submit_new([each.training.config for each in lacking], group, ended)
        st.session_state[ASKED].add(key)
    except LossvizError as error:
        st.session_state[REFUSED] = str(error)


def _finals(cell: CellResult, key: str) -> None:
    if cell.finals:
        st.caption("Finals, judged on the test images")
        st.dataframe(pa.table(_columns(cell.finals, key)), hide_index=True, height="content", alt="Finals by seed")


def _trials(cell: CellResult) -> None:
    """What was tried, on the score that decides."""
    if cell.trials:
        st.caption("Trials, judged on images held out of training")
        chosen = ["chosen" if each.training.candidate == cell.chosen else "" for each in cell.trials]
        knobs = [tried_told(each.training.knobs) for each in cell.trials]
        table = {"Knobs": knobs, "": chosen, **_columns(cell.trials, cell.score)}
        st.dataframe(pa.table(table), hide_index=True, height="content", alt="Trials by knobs")


def _columns(outcomes: Sequence[Outcome], key: str) -> dict[str, list[object]]:
    output = output_of(key)
    columns: dict[str, list[object]] = {
        "Seed": [each.training.seed for each in outcomes],
        "State": [WORDS[each.state] for each in outcomes],
        output.title: [score_in_words(each.scores.get(key), output.unit) for each in outcomes],
        "Training": ["-" if each.seconds is None else duration(each.seconds) for each in outcomes],
        "Run": [each.id or "-" for each in outcomes],
    }
    return columns | ({"Why": [each.message for each in outcomes]} if any(each.message for each in outcomes) else {})
