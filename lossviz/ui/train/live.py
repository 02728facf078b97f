"""Trainings as they go: the embedding view with an epoch more every time one comes, and curves below it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lossviz import runs
from lossviz.jobs.job import Job
from lossviz.ui.frame import guarded
from lossviz.ui.orders import ordered
from lossviz.ui.pictured import Pictured, epoch_of
from lossviz.ui.queueing import queue
from lossviz.ui.train.live_curves import live_curves
from lossviz.ui.train.live_picture import live_picture
from lossviz.ui.train.progress import progress, under_way
from lossviz.ui.train.watching import Watched, pick_shown, pick_watched
from lossviz.ui.views import pick_projection
from lossviz.view import embedding_view
from lossviz.words import duration

REFRESH = 1.0  # seconds between two looks while something runs
KEY = "live_view"
HEIGHT = {1: 560, 2: 540, 3: 480}
MANY = 800  # pixels for two rows of panels
BEHIND = "live_behind"
"""Whether scores are still to be computed of epochs that are there."""


def live_panel() -> None:
    """Draw what is watched; only this part runs again while it trains, and nothing does afterwards."""

    def part() -> None:
        jobs = queue().jobs()
        if _goes_on(jobs) != looking:
            st.rerun()
        if jobs:
            _draw(jobs)

    looking = _goes_on(queue().jobs())
    st.fragment(guarded(part), run_every=REFRESH if looking else None)()


def _goes_on(jobs: Sequence[Job]) -> bool:
    return under_way(jobs) or bool(jobs and st.session_state.get(BEHIND))


def _draw(jobs: Sequence[Job]) -> None:
    before = bool(st.session_state.pop(BEHIND, False))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        watched = pick_watched(jobs)
        shown = pick_shown(watched)
        pictured = {job.id: job.run for job in shown if job.run is not None and job.run.epochs()}
        method = pick_projection(list(pictured.values()), linear=True) if pictured else None
        _actions(watched)
    st.caption(" · ".join(f"**{watched.labels[job.id]}**: {_told(job)}" for job in shown))
    if method is None:
        st.info(_awaited(shown), icon=":material/hourglass_empty:")
        return
    _panels([_labelled(live_picture(run, method), watched.labels[name]) for name, run in pictured.items()])
    st.session_state[BEHIND] = live_curves(list(pictured.values()), [watched.labels[name] for name in pictured])
    _against_the_knob(watched)
    if st.session_state[BEHIND] and not before and not under_way(jobs):
        st.rerun()  # the scores left are computed at the next looks


def _actions(watched: Watched) -> None:
    """Stopping what is watched, and going on with it; single jobs are the queue's below."""
    going = [job.id for job in watched.jobs if job.state in ("running", "queued")]
    if going:
        st.button("Stop", key="live_stop", icon=":material/stop:", on_click=_each, args=("stop", going))
    again = [job.id for job in watched.jobs if job.resumable]
    if again:
        st.button("Go on", key="live_on", icon=":material/play_arrow:", on_click=_each, args=("retry", again))


def _each(action: str, ids: Sequence[str]) -> None:
    for job in ids:
        getattr(queue(), action)(job)


def _panels(shown: Sequence[Pictured]) -> None:
    panels = [each.panel for each in shown]
    state = embedding_view(panels, key=KEY, height=HEIGHT.get(len(panels), MANY), command=ordered(KEY))
    notes = {each.note(epoch_of(each, state.epoch)) for each in shown}
    st.caption("; ".join(sorted(notes)) + ". How far to trust a picture is measured in Compare and Explore.")


def _labelled(each: Pictured, label: str) -> Pictured:
    return replace(each, panel=replace(each.panel, title=label))


def _told(job: Job) -> str:
    """Where a job stands, in one line."""
    far = progress(job)
    words = [job.sentence.rstrip(".")]
    words += [f"loss {far.loss:.3g}"] if far.loss is not None else []
    words += [f"{far.speed:,.0f} images/s"] if far.speed else []
    words += [f"{duration(far.left)} left"] if far.left is not None else []
    return ", ".join(words)


def _awaited(shown: Sequence[Job]) -> str:
    if under_way(shown):
        return "The first picture comes with the first epoch: the net before any training."
    return "Nothing of this was recorded, so that there is no picture of it."


def _against_the_knob(watched: Watched) -> None:
    """The scores of a sweep against its knob, where there is one."""
    ended = [job.run for job in watched.jobs if job.run is not None and job.state == "finished"]
    made: list[runs.Run] = [run for run in ended if run is not None]
    if len(made) < 2:
        return
    from lossviz.ui.sweep_curve import sweep_curve  # noqa: PLC0415

    below = st.expander("Scores against what varies", icon=":material/ssid_chart:", key="against", on_change="rerun")
    if below.open:
        with below:
            sweep_curve(made)
