"""Training a study from the page: how far it is, how long it takes, Start and Stop."""

import streamlit as st

from lossviz.jobs.job import Job
from lossviz.jobs.studying import Studying
from lossviz.studies import Outcome, Results, Study
from lossviz.studies.telling import tried_told
from lossviz.ui.frame import guarded, link
from lossviz.ui.queueing import queue
from lossviz.ui.studies.desk import Driven, desk
from lossviz.ui.studies.grid import grid
from lossviz.ui.studies.time_left import measuring, time_left
from lossviz.ui.train.progress import progress
from lossviz.ui.train.samples import statuses
from lossviz.words import duration

REFRESH = 1.5  # seconds between two looks while something of it is under way
UNASKED = 3  # failed trainings that are told without a click


def running(study: Study) -> None:
    """Draw it; it looks again by itself while something of the study is under way or measured."""

    def part() -> None:
        results = desk().look(study)
        if _goes_on(study, results) != looking:
            st.rerun()
        _draw(study, results)

    looking = _goes_on(study, desk().look(study))
    st.fragment(guarded(part), run_every=REFRESH if looking else None)()


def _goes_on(study: Study, results: Results) -> bool:
    driven = desk().driven(study.name)
    return (driven is not None and driven.active) or bool(_under_way(results)) or measuring(study)


def _under_way(results: Results) -> list[Outcome]:
    return [each for each in results.outcomes if each.state in ("running", "queued")]


def _draw(study: Study, results: Results) -> None:
    driven = desk().driven(study.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        _buttons(study, results, driven)
        st.markdown(_told(study, results, driven), width="content")
        if results.done < results.total:
            time_left(results)
    if driven is not None and driven.problem and not driven.active:
        st.error(f"It stopped: {driven.problem}.", icon=":material/error:")
    if results.done < results.total:
        for sentence in _needed(study):
            st.warning(sentence, icon=":material/folder_off:")
        _downloads(study)
        st.progress(results.done / results.total)
        grid(results)
        _now(results)
        _failed(results)


def _buttons(study: Study, results: Results, driven: Driven | None) -> None:
    """Start and Stop; what is being trained already is not started a second time by another tab."""
    going = driven is not None and driven.active
    if going or _under_way(results):
        st.button(
            "Stop",
            key="studies stop",
            icon=":material/stop:",
            on_click=desk().stop,
            args=(study,),
            disabled=driven is not None and (driven.stopping or (going and driven.study != study)),
            help="Ends what is under way after its batch, and takes out of the queue what waits. What is recorded "
            "stays, and goes on later to the same result.",
        )
    if not going and results.done < results.total:
        begun = results.done or any(each.state != "missing" for each in results.outcomes)
        st.button(
            "Go on" if begun else "Start",
            key="studies start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=desk().start,
            args=(study,),
        )
    elif not going and not all(each.here for each in results.outcomes):
        st.button(
            "Train it here",
            key="studies own",
            icon=":material/play_arrow:",
            on_click=desk().start,
            args=(study, False),
            help="Trains on this machine what came with lossviz as numbers alone, so that there are runs to look at.",
        )


def _told(study: Study, results: Results, driven: Driven | None) -> str:
    """Where it stands, in a sentence."""
    done = f"**{results.done:,} of {results.total:,}** trainings are done"
    if driven is not None and driven.active:
        if driven.study != study:
            return f"{done}. This study is being trained in another form, over other seeds or from an earlier file."
        return f"Stopping; {done}." if driven.stopping else f"{done}{_counted(results)}."
    if results.done == results.total:
        return f"All {results.total:,} trainings are done{_came(results)}."
    if _under_way(results):
        whence = "started by a shell, or queued before lossviz was closed"
        return f"{done}{_counted(results)}: {whence}. **Go on** adds the rest."
    return _idle(results)


def _idle(results: Results) -> str:
    """Where it stands while nothing of it is under way."""
    states = {each.state for each in results.outcomes}
    if states == {"missing"}:
        return f"Nothing of it has been trained here: {results.total:,} trainings."
    said = f"{results.done:,} of {results.total:,} trainings are done{_came(results)}"
    over = not states & {"missing", "stopped"} and not _undecided(results)
    return f"{said}; what is left has failed." if over else f"Stopped, {said}."


def _undecided(results: Results) -> bool:
    return any(not cell.finals for cell in results.cells)


def _counted(results: Results) -> str:
    states = [each.state for each in results.outcomes]
    words = [f"{states.count(state)} {state}" for state in ("running", "queued", "failed") if state in states]
    return f", {', '.join(words)}" if words else ""


def _came(results: Results) -> str:
    """How many came with the program as numbers."""
    came = sum(each.state == "finished" and not each.here for each in results.outcomes)
    if not came:
        return ""
    return "; all came with lossviz as numbers" if came == results.done else f"; {came:,} came with lossviz as numbers"


def _needed(study: Study) -> list[str]:
    """What must be added before all of it can be trained, and how."""
    how = (
        "`python -m lossviz data add NAME FOLDER` adds a folder that has a folder of images for each class; then go on."
    )
    return [f"{sentence.rstrip('.?')}. {how}" for sentence in Studying(study, queue()).absent()]


def _downloads(study: Study) -> None:
    """What the first training fetches."""
    known = statuses()
    names = dict.fromkeys(each.data.name for each in study.grounds if each.data.name in known)
    wanted = [known[name] for name in names if known[name].state == "to download"]
    if wanted:
        listed = ", ".join(f"{each.title} ({each.download_mb:.0f} MB)" for each in wanted)
        st.caption(f":orange[To be downloaded, by the first training that needs it: {listed}.]")


def _now(results: Results) -> None:
    """What is under way this moment, each with a link to where it can be watched."""
    jobs = {job.id: job for job in queue().jobs()}
    for outcome in results.outcomes:
        job = jobs.get(outcome.id)
        if outcome.state == "running" and job is not None and job.group:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f"**{_called(results.study, outcome)}**: {_far(job)}", width="content")
                link("train", "Watch", [("watch", job.group)])


def _called(study: Study, outcome: Outcome) -> str:
    cell, training = outcome.training.cell, outcome.training
    what = f"trial of {tried_told(training.knobs)}" if training.trial else "final"
    return f"{study.contender(cell.contender).title} on {study.ground(cell.ground).title}, {what}, seed {training.seed}"


def _far(job: Job) -> str:
    left = progress(job).left
    return job.sentence + (f" {duration(left)} left." if left is not None else "")


def _failed(results: Results) -> None:
    """The failed trainings with their messages."""
    failed = [
        f"{_called(results.study, each)}: {each.message.rstrip('.')}."
        for each in results.outcomes
        if each.state == "failed"
    ]
    if not failed:
        return
    few = f"{len(failed)} {'training' if len(failed) == 1 else 'trainings'} failed"
    with st.expander(few, icon=":material/error:", expanded=len(failed) <= UNASKED):
        st.markdown("\n".join(f"* {line}" for line in failed))
