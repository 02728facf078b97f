"""Jobs in processes of this machine.

A process holds a lock on its job from before it exists until it ends: the runner takes the lock and hands the open
file on. So there is no moment at which a second one could begin, and no process id that could be somebody else's.
"""

import atexit
import fcntl
import os
import subprocess
import threading
import time
from pathlib import Path

from lossviz.errors import RunError
from lossviz.jobs.processes import spawn
from lossviz.jobs.runner import Runner

LOCK = "lock"
PATIENCE = 0.5  # seconds: whoever looks whether a job is alive holds its lock for a moment


class LocalRunner(Runner):
    """Processes of this machine, at a low priority so that pages stay quick."""

    def __init__(self) -> None:
        self._own: dict[Path, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        atexit.register(self._reap)  # keeps the pipes open until this process ends, whoever forgets this object

    def start(self, folder: Path, threads: int, detach: bool) -> None:
        """See :meth:`Runner.start`."""
        held = _hold(folder)
        if held is None:
            return
        try:
            arguments = ["-m", "lossviz.jobs.training", str(folder.absolute()), str(held)]
            process = spawn(arguments, folder / "log.txt", threads, stays=detach, hand_on=[held])
        except OSError as error:
            raise RunError(f"the process of job '{folder.name}' could not be started: {error}") from error
        finally:
            os.close(held)
        with self._lock:
            self._own[folder] = process

    def alive(self, folder: Path) -> bool:
        """See :meth:`Runner.alive`."""
        self._reap()
        try:
            lock = os.open(folder / LOCK, os.O_RDONLY)
        except OSError:  # never started, or removed
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: who looks does not look alive to others
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def wake(self, folder: Path) -> None:
        """See :meth:`Runner.wake`."""
        with self._lock:
            process = self._own.get(folder)
            if process is not None and process.poll() is None:
                process.terminate()

    def most_at_once(self) -> int:
        """See :meth:`Runner.most_at_once`."""
        return processors()

    def _reap(self) -> None:
        with self._lock:
            self._own = {folder: process for folder, process in self._own.items() if process.poll() is None}


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _hold(folder: Path) -> int | None:
    """A descriptor that holds the job's lock, or ``None`` where a process has it."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(lock)
                return None
            time.sleep(0.01)
        else:
            return lock
