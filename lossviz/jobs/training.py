"""The process of a job: ``python -m lossviz.jobs.training FOLDER [LOCK]``.

It makes the job's run, or goes on with it, and says in ``said.json`` where it stands. ``LOCK`` is an open file
descriptor that holds the job's lock.
"""

import importlib
import os
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lossviz.errors import LossvizError, RunError
from lossviz.jobs.job import STOP, Said, Wanted
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.processes import ASKED, StopAsked, asked_to_stop
from lossviz.jobs.queue import Queue
from lossviz.jobs.tracking import followed, tracker
from lossviz.runs import Run, layout, marks
from lossviz.runs.marks import group

if TYPE_CHECKING:
    from lossviz.jobs.recording import Audience

NICE = 19
GRACE = 10.0  # seconds from being asked to end to ending, come what may
LOOK = 0.2  # seconds between two looks for the stop file
BEAT = 0.3  # seconds between two words on a preparation
FORCED = 75  # exit status of a process that did not stop in time


class Reporter:
    """Writes what the process says, from whichever thread."""

    def __init__(self, folder: Path, turn: int) -> None:
        self._folder = folder
        self._turn = turn
        self._lock = threading.Lock()
        self._stopping = self._over = False
        self._told = 0.0

    def say(self, state: str, message: str = "", doing: str = "", share: float | None = None) -> None:
        """Say where it stands, unless it has said that it stops, or its last word."""
        with self._lock:
            if not (self._over or (self._stopping and state in ("preparing", "running"))):
                self._stopping = state == "stopping"
                self._over = state in ("finished", "stopped", "failed")
                now = datetime.now(UTC).isoformat(timespec="milliseconds")
                Said(self._turn, state, message, now, doing, share).write(self._folder)

    def prepare(self, doing: str, share: float | None) -> None:
        """Say how far a preparation is, not more often than it is read."""
        if time.monotonic() - self._told > BEAT:
            self._told = time.monotonic()
            self.say("preparing", doing=doing, share=share)


def work(folder: Path, wanted: Wanted, reporter: Reporter, asked: StopAsked) -> None:
    """Make or go on with the run of the job, and say how it ended."""
    try:
        run = _train(folder, wanted, reporter, asked)
    except LossvizError as error:
        if asked():
            reporter.say("stopped", asked.reason)
        else:
            reporter.say("failed", str(error))
    except Exception as error:
        traceback.print_exc()
        reporter.say("failed", f"{type(error).__name__}: {error}")
    else:
        if run.status.state == "finished":
            reporter.say("finished")
        else:
            reporter.say("stopped", asked.reason)


def _train(folder: Path, wanted: Wanted, reporter: Reporter, asked: StopAsked) -> Run:
    from lossviz.jobs.recording import make_run, resume_run  # noqa: PLC0415  see main

    reporter.say("preparing", doing="preparing")
    runs = folder.parent.parent
    run = Run(runs / wanted.id)
    to = tracker(wanted.log) if wanted.log else None
    with followed(_audience(wanted, reporter, asked), to) as audience:
        if not (run.folder / layout.HEADER).exists():
            return make_run(wanted.config, audience, wanted.id, runs)
        _same_wish(run, wanted)
        return run if run.status.state == "finished" else resume_run(run, audience)


def _audience(wanted: Wanted, reporter: Reporter, asked: StopAsked) -> "Audience":
    from lossviz.jobs.recording import Audience  # noqa: PLC0415

    def started(run: Run, plan: object) -> None:
        if wanted.group and marks(run).group != wanted.group:
            group([run], wanted.group)
        reporter.say("running")
        print(f"run {run.id} on {os.environ.get('OMP_NUM_THREADS', 'all')} threads", flush=True)

    return Audience(on_start=started, on_data=reporter.prepare, should_stop=asked)


def _same_wish(run: Run, wanted: Wanted) -> None:
    """Refuse to go on with a run that somebody else made under the job's name."""
    made, config = run.config, wanted.config
    same = all(
        getattr(made, kind).name == getattr(config, kind).name
        and getattr(config, kind).knobs.items() <= getattr(made, kind).knobs.items()
        for kind in ("loss", "data", "model")
    )
    asked_for = {name: value for name, value in config.settings.values().items() if value not in (None, "auto")}
    if not same or not asked_for.items() <= made.settings.values().items():
        raise RunError(f"there is another run called '{run.id}' by now; rename or delete it, and start this one anew")


def _watch_for(stop: Path, asked: StopAsked) -> None:
    while not stop.exists():
        time.sleep(LOOK)
    asked.ask(ASKED)


def main(arguments: list[str]) -> None:
    """The process."""
    folder = Path(arguments[0])
    os.nice(NICE)
    wanted = Wanted.read(folder)
    reporter = Reporter(folder, wanted.turn)

    imported = threading.Event()

    def stopping(reason: str) -> None:
        reporter.say("stopping", reason)
        if imported.is_set():  # before, nothing has been begun that could be brought to an end
            time.sleep(GRACE)
        reporter.say("stopped", reason)
        os._exit(FORCED)

    with asked_to_stop(StopAsked(stopping), with_server=not wanted.detach) as asked:
        threading.Thread(target=_watch_for, args=(folder / STOP, asked), name="stop-file", daemon=True).start()
        reporter.say("preparing", doing="starting")
        importlib.import_module("lossviz.jobs.recording")  # torch takes seconds
        imported.set()
        work(folder, wanted, reporter, asked)
    if wanted.detach:  # there may be no server to do it
        os.close(int(arguments[1]))
        Queue(folder.parent.parent, LocalRunner()).tend(only_detached=True)
    sys.stdout.flush()
    os._exit(0)  # all is said and on the disk; torch would take a second or two to be taken down


if __name__ == "__main__":
    main(sys.argv[1:])
