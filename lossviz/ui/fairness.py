"""The strip that says whether a comparison is fair."""

from collections.abc import Sequence

import streamlit as st

from lossviz import runs
from lossviz.analysis import Contender, Fairness, fairness

EQUAL, HARMLESS, UNFAIR = "equal", "differs", "differs, and matters"


def fairness_strip(chosen: Sequence[runs.Run]) -> None:
    """One sentence, green or red, with all that was compared behind it."""
    if len(chosen) < 2:
        return
    judged = fairness([contender(str(run.folder), run.signature(), run) for run in chosen])
    with st.container(horizontal=True, vertical_alignment="center", key="fairness"):
        if judged.fair:
            st.badge(judged.verdict, icon=":material/balance:", color="green")
        else:
            st.badge(judged.verdict, icon=":material/warning:", color="red")
        with st.popover("What is equal, what differs", type="tertiary"):
            _facts(judged, [run.id for run in chosen])
        for note in judged.notes:
            st.caption(note)


def _facts(judged: Fairness, names: Sequence[str]) -> None:
    rows = [
        {"": _mark(fact.equal, fact.matters), "What": fact.name}
        | (dict.fromkeys(names, "") if fact.equal else dict(zip(names, fact.values, strict=True)))
        | {"Why it matters, or not": fact.why}
        for fact in judged.facts
    ]
    for row, fact in zip(rows, judged.facts, strict=True):
        if fact.equal:
            row[names[0]] = fact.values[0]
    st.dataframe(rows, hide_index=True, width=900, height="content")


def _mark(equal: bool, matters: bool) -> str:
    if equal:
        return f"✓ {EQUAL}"
    return f"✗ {UNFAIR}" if matters else f"≠ {HARMLESS}"


@st.cache_resource(max_entries=512, show_spinner=False)
def contender(folder: str, files: str, _run: runs.Run) -> Contender:
    """``_run`` as far as fairness needs it; read once for the same ``folder`` and ``files``, its signature."""
    return Contender(_run.id, _run.header, {record.epoch: record.batch_order for record in _run.history()})
