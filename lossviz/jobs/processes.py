"""Work in processes of their own on this machine: started, waiting their turn, stopped, and ended with the server.

A process ends when its standard input does, which happens however the server ends; and when it is asked to by
SIGTERM. What it has done so far is on the disk, where everybody reads how far it is.
"""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lossviz.paths import ROOT

PATIENCE = 10.0  # seconds between asking a process to end and ending it


class Processes:
    """At most ``at_once`` processes of this server; others wait in the order in which they came.

    A process is called by a ``name``; asking for one that runs or waits changes nothing.
    """

    def __init__(self, at_once: int, threads: int) -> None:
        self._at_once = at_once
        self._threads = threads
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._waiting: dict[str, tuple[Sequence[str], Path]] = {}
        self._lock = threading.Lock()
        atexit.register(self.close)

    def start(self, name: str, arguments: Sequence[str], log: Path) -> None:
        """Have ``python ARGUMENTS`` run when its turn comes; what it says goes to the file ``log``."""
        with self._lock:
            self._reap()
            if name not in self._running:
                self._waiting.setdefault(name, (tuple(arguments), log))
            self._fill()

    def state(self, name: str) -> str:
        """``"running"``, ``"waiting"``, or ``"gone"``."""
        with self._lock:
            self._reap()
            self._fill()
            return "running" if name in self._running else "waiting" if name in self._waiting else "gone"

    def stop(self, name: str) -> None:
        """Ask it to end, or take it out of the queue."""
        with self._lock:
            self._waiting.pop(name, None)
            if name in self._running:
                _ask_to_end(self._running[name])

    def close(self) -> None:
        """End all, and wait for them a while."""
        with self._lock:
            self._waiting.clear()
            for process in self._running.values():
                _ask_to_end(process)
            for process in self._running.values():
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self._running.clear()

    def _reap(self) -> None:
        self._running = {name: process for name, process in self._running.items() if process.poll() is None}

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            name = next(iter(self._waiting))
            arguments, log = self._waiting.pop(name)
            self._running[name] = spawn(arguments, log, self._threads)


def spawn(
    arguments: Sequence[str], log: Path, threads: int, stays: bool = False, hand_on: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    """Start ``python ARGUMENTS`` on ``threads`` processors; what it says goes to the file ``log``.

    Its standard input ends with this process, or is empty for one that ``stays``. It inherits the file descriptors
    ``hand_on``.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    share = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL if stays else subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | share | {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": _path()},
            pass_fds=tuple(hand_on),
            start_new_session=True,  # so that Ctrl-C reaches the server alone, which then asks
        )


def _path() -> str:
    """Where Python looks for modules: wherever this process was started, the program is found."""
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])


SERVER_GONE = "the dashboard that ran it was closed"
ASKED = "as asked"


class StopAsked:
    """Whether this process is to end: true after the first :meth:`ask`, whose ``reason`` counts."""

    def __init__(self, heard: Callable[[str], None] = lambda reason: None) -> None:
        self.reason = ""
        self._heard = heard
        self._lock = threading.RLock()  # a signal may come while another one is handled

    def __call__(self) -> bool:
        return bool(self.reason)

    def ask(self, reason: str) -> None:
        """Have it end; whoever wanted to hear of it is told once."""
        with self._lock:
            first = not self.reason
            self.reason = self.reason or reason
        if first:
            # in a thread of its own: this may be a signal's handler, in the middle of anything
            threading.Thread(target=self._heard, args=(reason,), name="stop-asked", daemon=True).start()


@contextmanager
def asked_to_stop(asked: StopAsked | None = None, with_server: bool = True) -> Iterator[StopAsked]:
    """In such a process: whether it is to end, by SIGTERM or, ``with_server``, because the server is gone."""
    asked = asked or StopAsked()
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.ask(ASKED))

    def listen() -> None:
        while os.read(0, 1):  # not sys.stdin: its lock would keep the interpreter from ending
            pass
        asked.ask(SERVER_GONE)

    if with_server:
        threading.Thread(target=listen, name="server-gone", daemon=True).start()
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


def _ask_to_end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
