"""How long what is left of a study takes here: from what was measured before, and measured when asked for."""

from functools import cache

import streamlit as st

from lossviz.jobs import rates
from lossviz.jobs.forecast import Forecast, forecast, to_measure
from lossviz.jobs.rates import Wanted
from lossviz.paths import runs_dir
from lossviz.studies import Results, Study
from lossviz.ui.queueing import queue
from lossviz.ui.train.estimate import UNKNOWN, Bench, spoken

FRESH = 30.0  # seconds that a forecast is good for
MEASURING = "studies measuring"


def time_left(results: Results) -> None:
    """A few words; what is not known is measured in the background when that is asked for, and fills itself in."""
    found, missing = _known(_asked(results), results)
    if missing and measuring(results.study):
        _look(missing)
        return
    st.session_state.pop(MEASURING, None)
    st.caption(_words(found), width="content")
    if missing:
        st.button(
            "Measure",
            key="studies measure",
            type="tertiary",
            icon=":material/timer:",
            on_click=st.session_state.update,
            args=({MEASURING: results.study.name},),
            help="Trains each of its nets on noise for some seconds, in the background.",
        )


def _words(found: Forecast) -> str:
    if not found.known:
        return f"How long the rest takes is not known: {'; '.join(found.unknown)}."
    at_once = min(queue().at_once, found.known)
    how = "one at a time" if at_once == 1 else f"{at_once} at a time"
    about = f"About **{spoken(found.known_seconds)}**"
    if found.seconds is not None:
        return f"{about} left on this machine, {how}."
    return f"{about} for {found.known} of the {found.trainings} that are left, {how}; of the others it is not known."


def measuring(study: Study) -> bool:
    """Whether this visitor asked for it, so that looking again will show something else."""
    return bool(st.session_state.get(MEASURING) == study.name)


def _look(missing: tuple[Wanted, ...]) -> None:
    """Have the first that is unknown measured, and say so; the page is drawn again when all are."""
    left = [each for each in missing if rates.measured(each) is None]
    if not left:
        _known.clear()
        st.session_state.pop(MEASURING, None)
        st.rerun()
    known = _bench().measure(left[0])
    words = f"Measuring how fast this machine trains, {len(missing) - len(left) + 1} of {len(missing)} …"
    st.caption(words if known else UNKNOWN, width="content")


def _asked(results: Results) -> tuple[object, ...]:
    """Changes with all that a forecast depends on, but for runs of others."""
    states = tuple(outcome.state for outcome in results.outcomes)
    return str(runs_dir()), results.study.name, results.study.seeds, states, queue().at_once


@st.cache_resource(ttl=FRESH, max_entries=16, show_spinner=False)
def _known(asked: tuple[object, ...], _results: Results) -> tuple[Forecast, tuple[Wanted, ...]]:
    """The forecast, and what would have to be measured for one."""
    return forecast(_results, queue()), to_measure(_results, queue())


@cache
def _bench() -> Bench:
    """One for this page: the Train page's own forgets what it was asked for when it is asked for another."""
    return Bench()
