"""The queue of the Train page: every job with where it stands, and what can be done with it."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.jobs.job import Job
from lossviz.jobs.queue import Queue
from lossviz.ui import frame
from lossviz.ui.frame import guarded
from lossviz.ui.queueing import queue
from lossviz.ui.train.progress import under_way
from lossviz.ui.train.queue_rows import queue_rows
from lossviz.view.sources import source, style

REFRESH = 1.0  # seconds between two looks while something runs
KEY = "queue"
HERE = Path(__file__).parent
EMPTY = (
    "Nothing is queued. Choose what to train at the left, or take one of these, and press **Start**: jobs appear here."
)


def queue_panel() -> None:
    """Draw the queue; it looks again by itself while something runs or waits, and not otherwise."""

    def part() -> None:
        jobs = queue().jobs()
        if under_way(jobs) != looking:
            st.rerun()
        if refused := st.session_state.pop(REFUSED, ""):
            st.error(refused, icon=":material/error:")
        for problem in queue().problems:
            st.warning(f"A job is left out of the queue: {problem}. Delete its folder to be rid of it.")
        if jobs:
            _draw(jobs)
        else:
            st.info(EMPTY, icon=":material/queue:")

    looking = under_way(queue().jobs())
    st.fragment(guarded(part), run_every=REFRESH if looking else None)()


def _draw(jobs: list[Job]) -> None:
    limit = queue()
    data = {"rows": queue_rows(jobs, frame.address), "at_once": limit.at_once, "most": limit.most_at_once}
    _component()(key=KEY, data=data, height="content", on_did_change=_do)
    opened = st.session_state.pop(OPENED, None)
    if opened is not None:
        frame.go(opened["page"], [(name, value) for name, value in opened["query"]])


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lossviz_queue",
        html='<div class="lq-root"></div>',
        css=style(HERE / "queue.css"),
        js="\n".join(
            [source("icons"), *((HERE / "js" / f"{name}.js").read_text() for name in ("queue_parts", "queue"))]
        ),
    )


REFUSED, OPENED = "queue_refused", "queue_opened"
ACTIONS: dict[str, Callable[[Queue, Mapping[str, Any]], None]] = {
    "stop": lambda queue, told: _each(queue.stop, told),
    "on": lambda queue, told: _each(queue.retry, told),
    "again": lambda queue, told: _each(queue.retry, told),
    "remove": lambda queue, told: _each(queue.remove, told),
    "up": lambda queue, told: queue.move(told["ids"][0], -1),
    "down": lambda queue, told: queue.move(told["ids"][0], 1),
    "stop_all": lambda queue, told: queue.stop_all(),
    "clear_ended": lambda queue, told: queue.clear_ended(),
    "at_once": lambda queue, told: setattr(queue, "at_once", int(told["number"])),
}
"""What the browser may ask for."""


def _do() -> None:
    """Carry out what was clicked; what the queue refuses is told above it."""
    told = st.session_state[KEY].get("did")
    if not told:
        return
    if told["do"] == "open":
        st.session_state[OPENED] = told
        return
    try:
        ACTIONS[told["do"]](queue(), told)
    except LossvizError as error:
        st.session_state[REFUSED] = str(error)


def _each(action: Callable[[str], None], told: Mapping[str, Any]) -> None:
    for job in told["ids"]:
        action(job)
