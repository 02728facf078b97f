"""What is watched of the jobs: the newest group, or the one that the address names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lossviz.jobs.job import UNDER_WAY, Job
from lossviz.ui.train.naming import changed, differing, loss_title

MOST = 6
NEWEST = ""


@dataclass(frozen=True)
class Watched:
    """A group of jobs, or a single one, in the order of their making. ``labels`` tell them apart, by id."""

    name: str
    jobs: tuple[Job, ...]
    labels: Mapping[str, str]

    @property
    def begun(self) -> bool:
        """Whether there is something to see of it, or about to be."""
        return any(job.state != "queued" for job in self.jobs)

    def best(self) -> list[Job]:
        """At most six to look at: all, or those under way and those that ended last, in the order of their making."""
        going = [job for job in self.jobs if job.state in UNDER_WAY]
        ended = sorted((job for job in self.jobs if job.ended), key=lambda job: job.ended, reverse=True)
        chosen = {job.id for job in [*going, *ended, *self.jobs][:MOST]} if len(self.jobs) > MOST else None
        return [job for job in self.jobs if chosen is None or job.id in chosen]


def watchable(jobs: Sequence[Job]) -> list[Watched]:
    """Every group and every job that stands alone, the newest first."""
    together: dict[str, list[Job]] = {}
    for job in sorted(jobs, key=lambda job: (job.created, job.id)):
        together.setdefault(job.group or job.id, []).append(job)
    found = [Watched(name, tuple(some), _labels(some)) for name, some in together.items()]
    return sorted(found, key=lambda each: each.jobs[-1].created, reverse=True)


def pick_watched(jobs: Sequence[Job]) -> Watched:
    """A menu of what there is to watch, kept in the address; the newest that has begun unless one was chosen."""
    found = {each.name: each for each in watchable(jobs)}
    newest = next((name for name, each in found.items() if each.begun), next(iter(found)))

    def words(name: str) -> str:  # it is what the address has, too: but for the default, which is not in it
        return name or f"The newest: {newest}"

    name = st.selectbox(
        "Watch",
        [NEWEST, *found],
        format_func=words,
        key="watch",
        bind="query-params",
        width=380,
        filter_mode="contains",
    )
    return found[str(name) or newest]


def pick_shown(watched: Watched) -> list[Job]:
    """The jobs to draw side by side; where there are more than fit, a menu of them."""
    if len(watched.jobs) <= MOST:
        return list(watched.jobs)
    named = {job.id: job for job in watched.jobs}
    chosen = st.multiselect(
        "Side by side",
        list(named),
        max_selections=MOST,
        placeholder=f"{MOST} of {len(named)}: those that run, and the last to end",
        key="beside_each_other",
        bind="query-params",
    )
    return [named[name] for name in chosen] or watched.best()


def _labels(jobs: Sequence[Job]) -> dict[str, str]:
    if len(jobs) == 1:
        return {job.id: _named(job, changed(job.config)) for job in jobs}
    words = differing(jobs)
    return {job.id: _named(job, words[job.id]) for job in jobs}


def _named(job: Job, words: str) -> str:
    return f"{loss_title(job.config)}, {words}" if words else loss_title(job.config)
