"""What is known of every run, read once for the same files and shared by all visitors."""

from collections.abc import Iterable

import streamlit as st

from lossviz import runs
from lossviz.runs import Overview

Kept = dict[str, tuple[tuple[int, ...], Overview]]


def known() -> list[Overview]:
    """Every run, the newest first and damaged ones last."""
    found = runs.found_runs()
    there = {str(run.folder) for run in found}
    for gone in _kept().keys() - there:
        _kept().pop(gone, None)
    return sorted(map(known_of, found), key=lambda each: (each.created, each.run.id), reverse=True)


def known_of(run: runs.Run) -> Overview:
    """One run; what is being written is read afresh, since its process may end without a word."""
    place, stamp = str(run.folder), runs.stamp(run)
    before = _kept().get(place)
    if before is not None and before[0] == stamp and before[1].state != "running":
        return before[1]
    fresh = runs.overview(run)
    _kept()[place] = (stamp, fresh)
    return fresh


def score(some: Iterable[Overview], words: str = "Scoring") -> None:
    """Compute the scores of the last epoch of each, and say how far it is."""
    todo = [each for each in some if lacks_scores(each)]
    place = st.empty()
    for done, each in enumerate(todo):
        place.progress(done / len(todo), f"{words} {each.run.id}, {done + 1} of {len(todo)}")
        runs.scores(each.run, each.epoch)
    place.empty()


def lacks_scores(each: Overview) -> bool:
    """Whether scores can be computed and were not yet; those of a run that trains are another's in a moment."""
    return each.scores is None and each.config is not None and each.epoch >= 0 and each.state != "running"


@st.cache_resource(show_spinner=False)
def _kept() -> Kept:
    return {}
