"""``lossviz jobs`` and ``train --detach``: trainings in processes of their own, seen from a shell."""

import argparse
from collections.abc import Callable, Sequence

from lossviz.cli.output import as_json, console, table
from lossviz.errors import RunError, UnknownName
from lossviz.jobs.job import Job
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.paths import runs_dir
from lossviz.records import Config

ACTIONS = {
    "list": "what trains, what waits and what has ended (default)",
    "show": "one job, with the last lines that its process wrote",
    "stop": "end jobs after the batch under way; the epochs recorded are kept",
    "retry": "go on with jobs that did not finish, to the same result; they then go on whatever is closed",
    "remove": "take jobs that wait or have ended off the list; their runs stay",
}


def add_jobs(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``jobs [list | show | stop | retry | remove] [JOB ...] [--json]``."""
    actions = "\n".join(f"  {name:8}{text}" for name, text in ACTIONS.items())
    parser.description = f"{parser.description}\n\n{actions}"
    parser.add_argument("action", nargs="?", default="list", metavar="ACTION", help=", ".join(ACTIONS))
    parser.add_argument("job", nargs="*", help="name of a job, the beginning of it, 'latest' or 'all'")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=jobs)


def jobs(arguments: argparse.Namespace) -> int:
    """List jobs, or do something with some of them."""
    action = arguments.action
    if action not in ACTIONS:
        raise UnknownName("action of 'jobs'", action, ACTIONS)
    queue = _queue()
    queue.tend(only_detached=True)
    if action == "list":
        _list(queue.jobs(), arguments.json)
        return 0
    if not arguments.job:
        raise RunError(f"which job? python -m lossviz jobs {action} JOB, or 'all'")
    for job in _chosen(queue.jobs(), arguments.job, action):
        _act(queue, action, job)
    queue.tend(only_detached=True)
    return 0


def detach(config: Config, name: str | None, log: str = "") -> int:
    """Have ``config`` trained by a process that stays when this one ends, and tells the tracker ``log`` of it."""
    queue = _queue()
    (job,) = queue.submit([config], detach=True, names=None if name is None else [name], log=log)
    queue.tend(only_detached=True)
    console.print(f"{job}: {queue.job(job).sentence}", markup=False, soft_wrap=True)
    console.print("Watch it: python -m lossviz jobs, or in the dashboard: streamlit run app.py", soft_wrap=True)
    console.print(f"Stop it:  python -m lossviz jobs stop {job}", soft_wrap=True)
    return 0


def _queue() -> Queue:
    return Queue(runs_dir(), LocalRunner())


def _act(queue: Queue, action: str, job: Job) -> None:
    if action == "show":
        console.print(f"{job.id}  {job.state}. {job.sentence}", markup=False, soft_wrap=True)
        console.print(job.log_tail(), markup=False, soft_wrap=True)
    elif action == "retry":
        queue.retry(job.id, detach=True)
        console.print(f"{job.id} goes on.", markup=False, soft_wrap=True)
    else:
        {"stop": queue.stop, "remove": queue.remove}[action](job.id)
        done = {"stop": "is asked to stop", "remove": "is off the list"}[action]
        console.print(f"{job.id} {done}.", markup=False, soft_wrap=True)


def _chosen(known: Sequence[Job], words: Sequence[str], action: str) -> list[Job]:
    """The jobs that are meant; with ``all`` those with which ``action`` can be done."""
    if list(words) == ["all"]:
        under_way = ("running", "stopping")
        fits: dict[str, Callable[[Job], bool]] = {
            "show": lambda job: True,
            "stop": lambda job: job.state in (*under_way, "queued"),
            "retry": lambda job: job.resumable,
            "remove": lambda job: job.state not in under_way,
        }
        return [job for job in known if fits[action](job)]
    return [_find(known, word) for word in words]


def _find(known: Sequence[Job], word: str) -> Job:
    if word == "latest" and known:
        return max(known, key=lambda job: (job.created, job.rank))
    begun = [job for job in known if job.id == word] or [job for job in known if job.id.startswith(word)]
    if not begun:
        raise UnknownName("job", word, [job.id for job in known])
    if len(begun) > 1:
        raise RunError(f"'{word}' stands for several jobs: {', '.join(job.id for job in begun[:5])}; write more of it")
    return begun[0]


def _list(known: Sequence[Job], json: bool) -> None:
    if json:
        facts = ("id", "group", "state", "sentence", "epoch", "epochs", "detach", "created", "resumable")
        as_json([{name: getattr(job, name) for name in facts} | {"live": job.live} for job in known])
    elif known:
        rows = [(job.id, job.state, f"{max(job.epoch, 0)}/{job.epochs}", job.sentence) for job in known]
        table(("!job", "state", ">epochs", "where it stands"), rows)
    else:
        console.print("No job. Start one here: python -m lossviz train --detach, or on the dashboard's page Train.")
