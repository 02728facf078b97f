"""A word when a job has ended, on whatever page one is."""

import streamlit as st

from lossviz.jobs.job import ENDED, Job
from lossviz.ui.frame import guarded
from lossviz.ui.queueing import queue
from lossviz.ui.train.naming import changed, loss_title
from lossviz.ui.train.progress import under_way

REFRESH = 2.0  # seconds between two looks while something runs
TOLD = "jobs_told"
ICONS = {
    "finished": ":material/check_circle:",
    "failed": ":material/error:",
    "stopped": ":material/stop_circle:",
    "interrupted": ":material/bolt:",
}
MOST = 3  # ends that are told one by one


def toasts() -> None:
    """Tell each end of a job once to each visitor; where nothing runs, that is one look at the queue."""

    def part() -> None:
        jobs = queue().jobs()
        if under_way(jobs) != looking:
            st.rerun()  # first: what is told just before a rerun may not arrive
        _tell(jobs)

    looking = under_way(queue().jobs())
    st.fragment(guarded(part), run_every=REFRESH if looking else None)()


def _tell(jobs: list[Job]) -> None:
    """Tell what has ended since this visitor's last look; at the first look that is nothing."""
    ended = {(job.id, job.ended): job for job in jobs if job.state in ENDED}
    before: set[tuple[str, str]] | None = st.session_state.get(TOLD)
    st.session_state[TOLD] = (before or set()) | set(ended)
    fresh = [] if before is None else [job for key, job in ended.items() if key not in before]
    if len(fresh) > MOST:
        states = [job.state for job in fresh]
        st.toast(
            f"{len(fresh)} jobs have ended: "
            + ", ".join(f"{states.count(each)} {each}" for each in dict.fromkeys(states))
        )
        return
    for job in fresh:
        words = ", ".join(filter(None, [loss_title(job.config), changed(job.config), job.config.data.name]))
        st.toast(
            f"**{words}**: {job.sentence}", icon=ICONS[job.state], duration="long" if job.state == "failed" else "short"
        )
