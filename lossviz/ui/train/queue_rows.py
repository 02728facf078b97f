"""The queue as plain values for the browser: a row a job, folded by groups."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from lossviz.jobs.job import ENDED, UNDER_WAY, Job
from lossviz.ui.train.address import query_of
from lossviz.ui.train.naming import changed, differing, loss_title, trained_on
from lossviz.ui.train.progress import ago, progress
from lossviz.words import duration

MOST_COMPARED = 6
LOG_LINES = 12
HERE = "train"
TITLES = {HERE: "Fill in the form with the same, to change some of it"}

Row = Mapping[str, Any]
Address = Callable[[str], str]
"""From a page's name to where the browser finds it."""


def queue_rows(jobs: Sequence[Job], address: Address) -> list[Row]:
    """Jobs in the queue's own order; a group stands where its first job does, with all of its jobs together."""
    together: dict[str, list[Job]] = {}
    for job in jobs:
        together.setdefault(f"group {job.group}" if job.group else f"job {job.id}", []).append(job)
    return [
        _group(sorted(some, key=lambda job: (job.created, job.id)), address)
        if some[0].group
        else _row(some[0], changed(some[0].config), address)
        for some in together.values()
    ]


def _group(jobs: Sequence[Job], address: Address) -> Row:
    differ = differing(jobs)
    shares = [progress(job).share or 0.0 for job in jobs]
    return {
        "group": jobs[0].group,
        "meta": _common(jobs),
        "count": _counted(jobs),
        "share": sum(shares) / len(shares),
        "busy": any(job.state in UNDER_WAY for job in jobs),
        "stop": [job.id for job in jobs if job.state in ("running", "queued")],
        "retry": [job.id for job in jobs if job.resumable],
        "links": _links("Compare", [job for job in jobs if _pictured(job)], address),
        "jobs": [_row(job, differ[job.id], address) for job in jobs],
    }


def _row(job: Job, varies: str, address: Address) -> Row:
    far = progress(job)
    failed = job.state in ("failed", "interrupted")
    links: list[Row] = []
    if _pictured(job):
        links = _links("Compare", [job], address) + _link("Explore", "explore", [("run", job.id)], address)
    return {
        "id": job.id,
        "state": job.state,
        "sentence": job.sentence,
        "title": loss_title(job.config),
        "varies": varies,
        "meta": trained_on(job.config),
        "share": far.share,
        "numbers": _numbers(job),
        "when": ago(job.ended) if job.state in ENDED else "",
        "detached": job.detach,
        "log": job.log_tail(LOG_LINES) if failed else "",
        "can": _can(job),
        "links": [*links, *_link("Duplicate", HERE, query_of(job.config), address)],
    }


def _numbers(job: Job) -> list[str]:
    """Loss, speed and time left of a job under way, as far as they are known."""
    far = progress(job)
    told = [f"loss {far.loss:.3g}"] if far.loss is not None else []
    told += [f"{far.speed:,.0f} images/s"] if far.speed else []
    return told + ([f"{duration(far.left)} left"] if far.left is not None else [])


def _can(job: Job) -> list[str]:
    """What can be done with a job, as the browser names it."""
    if job.state == "queued":
        return ["up", "down", "remove"]
    if job.state in UNDER_WAY:
        return ["stop"] if job.state == "running" else []
    again = ["on" if job.epoch >= 0 else "again"] if job.resumable else []
    return [*again, "remove"]


def _pictured(job: Job) -> bool:
    return job.run is not None and job.epoch >= 0


def _links(label: str, jobs: Sequence[Job], address: Address) -> list[Row]:
    """Compare opened on as many of the jobs' runs as it takes."""
    query = [("runs", job.id) for job in jobs[:MOST_COMPARED]]
    few = f"{label} {MOST_COMPARED} of {len(jobs)}" if len(jobs) > MOST_COMPARED else label
    return _link(few, "compare", query, address) if query else []


def _link(label: str, page: str, query: Sequence[tuple[str, str]], address: Address) -> list[Row]:
    href = f"{address(page)}?{urlencode(query)}"
    title = TITLES.get(page, f"Open in {label}")
    return [{"label": label, "title": title, "page": page, "query": [list(pair) for pair in query], "href": href}]


def _common(jobs: Sequence[Job]) -> str:
    """What all of a group are trained on, where that is one thing."""
    found = {trained_on(job.config) for job in jobs}
    titles = dict.fromkeys(loss_title(job.config) for job in jobs)
    losses = ", ".join(titles) if len(titles) <= 3 else f"{len(titles)} losses"
    return f"{losses}; {found.pop()}" if len(found) == 1 else losses


def _counted(jobs: Sequence[Job]) -> str:
    """``2 finished, 1 running, 2 queued``."""
    states = [job.state for job in jobs]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(sorted(states, key=_place)))


def _place(state: str) -> int:
    return ("finished", "running", "stopping", "queued", "stopped", "interrupted", "failed").index(state)
