"""The queue of this server, and the thread that tends it."""

import sys
import threading
from functools import cache
from pathlib import Path

from lossviz.errors import LossvizError
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.paths import runs_dir

EVERY = 0.5  # seconds between two rounds


def queue() -> Queue:
    """The queue of jobs, one for all sessions of this server."""
    return _queue(runs_dir())


@cache
def _queue(runs: Path) -> Queue:
    return Queue(runs, LocalRunner())


def tend(over: threading.Event) -> None:
    """Start what has its turn, until ``over``."""
    told = ""
    while not over.wait(EVERY):
        try:
            queue().tend()
            told = ""
        except LossvizError as error:  # a full disk, say: the pages tell of it, and the next round may do better
            if str(error) != told:
                told = str(error)
                print(f"lossviz: {told}", file=sys.stderr)
