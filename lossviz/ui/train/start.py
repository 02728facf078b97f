"""Starting what the form says: one job a press, however often the button is hit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

from lossviz import runs
from lossviz.errors import LossvizError
from lossviz.ui.queueing import queue
from lossviz.ui.train.variation import Planned, legal

TOKEN, SAID, LAST = "train token", "train said", "train last"
HAND = 1.5  # seconds within which a second press of the same is a double click


@dataclass(frozen=True)
class How:
    """How jobs are made: going on without the dashboard, and telling the tracker ``log``, if any."""

    detach: bool = False
    log: str = ""


def start_button(planned: Sequence[Planned], name: str, how: How, problems: Sequence[str]) -> None:
    """The button, and what came of pressing it. ``name`` is that of the group, empty for a single run."""
    token = str(st.session_state.setdefault(TOKEN, uuid4().hex))
    label = "Start" if len(planned) < 2 else f"Start {len(planned)} runs"
    st.button(
        label,
        key=f"train start {token}",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        shortcut="Mod+Enter",
        disabled=bool(problems) or not planned,
        on_click=_submit,
        args=(token, tuple(planned), name, how),
    )


def report() -> None:
    """What the last press did; draws the whole page anew where something was started."""
    kind, words, fresh = st.session_state.get(SAID, ("", "", False))
    if fresh:
        st.session_state[SAID] = (kind, words, False)
        st.rerun()
    if kind == "error":
        st.error(words, icon=":material/error:")
    elif kind:
        st.toast(words, icon=":material/play_arrow:")
        st.session_state.pop(SAID)


def _submit(token: str, planned: tuple[Planned, ...], name: str, how: How) -> None:
    """Put the jobs into the queue. The browser may tell of a double click as two clicks, before or after a redraw."""
    last, at = st.session_state.get(LAST, (None, 0.0))
    if last == (planned, name, how) and time.monotonic() - at < HAND:
        return
    try:
        names = _names(name, planned) if name else None
        ids = queue().submit([each.config for each in planned], name, how.detach, names, token, how.log)
    except LossvizError as error:
        st.session_state[SAID] = ("error", str(error), False)
        return
    st.session_state[TOKEN] = uuid4().hex
    st.session_state[LAST] = ((planned, name, how), time.monotonic())
    words = f"{ids[0]} is in the queue." if len(ids) == 1 else f"{len(ids)} runs are in the queue as “{name}”."
    st.session_state[SAID] = ("started", words, True)


def free_name(offered: str) -> str:
    """``offered``, or with a number behind it where a group has the name already."""
    taken = {job.group for job in queue().jobs()} | set(runs.groups(runs.list_runs()))
    name, number = offered, 2
    while name in taken:
        name, number = f"{offered}-{number}", number + 1
    return name


def _names(group: str, planned: Sequence[Planned]) -> list[str]:
    """What the group's runs are called: by the group and what is theirs, numbered on where that is taken."""
    taken = {job.id for job in queue().jobs()} | {run.id for run in runs.list_runs()}
    names: list[str] = []
    for each in planned:
        stem = f"{legal(group)}-{legal(each.label)}".strip("-")
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name)
        names.append(name)
    return names
