"""Changing runs from the page: what goes wrong is told in a sentence, what was deleted can be undone."""

from collections.abc import Callable, Sequence
from typing import NoReturn

import streamlit as st

from lossviz import runs
from lossviz.errors import LossvizError, RunError
from lossviz.runs import Overview
from lossviz.ui.listing import listed
from lossviz.ui.queueing import queue
from lossviz.ui.runs.table import SELECTED
from lossviz.words import size_in_words

TROUBLE, UNDO = "runs trouble", "runs undo"


def act(change: Callable[[], str | None]) -> NoReturn:
    """Carry out ``change`` and say what it returns; draw the page again, with the reason where it failed."""
    st.session_state.pop(TROUBLE, None)
    try:
        said = change()
        if said:
            st.toast(said)
    except LossvizError as error:
        st.session_state[TROUBLE] = str(error)
    listed.clear()
    st.rerun()


def told() -> None:
    """What went wrong last, and what was deleted last with its way back."""
    if TROUBLE in st.session_state:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(_sentence(st.session_state[TROUBLE]), icon=":material/error:")
            st.button("Understood", key="trouble_away", on_click=st.session_state.pop, args=(TROUBLE, None))
    gone = [each for each in runs.deleted() if each.key in st.session_state.get(UNDO, ())]
    if gone:
        with st.container(horizontal=True, vertical_alignment="center"):
            size = size_in_words(sum(runs.sizes(each.run).total for each in gone))
            names = ", ".join(each.run.id for each in gone[:3]) + (", …" if len(gone) > 3 else "")
            st.success(f"Deleted {len(gone)}: {names} ({size} until emptied).", icon=":material/delete:")
            if st.button("Undo", icon=":material/undo:", key="undo"):
                act(lambda: bring_back(gone))
            st.button("Dismiss", type="tertiary", key="undo_away", on_click=st.session_state.pop, args=(UNDO, None))


def delete(chosen: Sequence[Overview]) -> str:
    """Delete what can be; raises :class:`RunError` with the reasons for what cannot."""
    gone, reasons = [], []
    for each in chosen:
        try:
            _check_not_queued(each.run.id)
            gone.append(runs.delete(each.run))
        except LossvizError as error:
            reasons.append(str(error))
    st.session_state[UNDO] = [each.key for each in gone]
    if reasons:
        raise RunError("; ".join(reasons))
    return f"Deleted {len(gone)} {'run' if len(gone) == 1 else 'runs'}."


def bring_back(gone: Sequence[runs.Deleted]) -> str:
    """Restore deleted runs."""
    for each in gone:
        runs.restore(each)
    st.session_state[SELECTED] = [each.run.id for each in gone]
    return f"{len(gone)} {'run is' if len(gone) == 1 else 'runs are'} back."


def rename(each: Overview, name: str) -> str:
    """Rename a run; its job, which has ended, leaves the queue's list, since a job is found by its run's name."""
    _check_not_queued(each.run.id)
    moved = runs.rename(each.run, name)
    if each.run.id in {job.id for job in queue().jobs()}:
        queue().remove(each.run.id)
    st.session_state[SELECTED] = [moved.id]
    return f"{each.run.id} is called {moved.id} now."


def resumable(chosen: Sequence[Overview]) -> list[str]:
    """The jobs of those runs that stopped and can go on."""
    if not any(each.state in ("stopped", "interrupted", "failed") for each in chosen):
        return []
    names = {each.run.id for each in chosen}
    return [job.id for job in queue().jobs() if job.id in names and job.resumable]


def go_on(jobs: Sequence[str]) -> str:
    """Have stopped runs go on."""
    for job in jobs:
        queue().retry(job)
    return f"{len(jobs)} {'run waits' if len(jobs) == 1 else 'runs wait'} in the queue to go on."


def _check_not_queued(name: str) -> None:
    if any(job.id == name and job.state == "queued" for job in queue().jobs()):
        raise RunError(f"run '{name}' waits in the queue to go on; take it out of the queue first")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
