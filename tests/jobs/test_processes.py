"""Processes of their own: their turn, their end, and the end of the server."""

import subprocess
import sys
import time

import pytest

from lossviz.jobs.processes import Processes

COUNT = """
import sys, time
from pathlib import Path
from lossviz.jobs.processes import asked_to_stop
with asked_to_stop() as asked:
    for number in range(12_000):
        if asked():
            Path(sys.argv[1]).write_text("asked")
            break
        Path(sys.argv[1]).write_text("running")
        time.sleep(0.05)
"""


def until(true, seconds=300.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


@pytest.fixture
def counting(tmp_path):
    """``counting(name)``: arguments of a process that says it runs in a file, and the file."""

    def make(name):
        return ["-c", COUNT, str(tmp_path / name)], tmp_path / name

    return make


def said(path):
    return path.read_text() if path.exists() else ""


def test_one_waits_until_the_other_has_been_stopped_and_both_end_when_asked(counting, tmp_path):
    processes = Processes(at_once=1, threads=1)
    (first, told), (second, later) = counting("first"), counting("second")
    processes.start("first", first, tmp_path / "log-1")
    processes.start("second", second, tmp_path / "log-2")
    assert until(lambda: said(told) == "running")
    assert processes.state("second") == "waiting" and not later.exists()
    processes.stop("first")
    assert until(lambda: said(told) == "asked" and processes.state("first") == "gone")
    assert until(lambda: said(later) == "running") and processes.state("second") == "running"
    processes.close()
    assert said(later) == "asked" and processes.state("second") == "gone"


def test_asking_twice_makes_one_and_what_waits_can_be_taken_back(counting, tmp_path):
    processes = Processes(at_once=1, threads=1)
    (first, told), (second, later) = counting("first"), counting("second")
    for _ in range(2):
        processes.start("first", first, tmp_path / "log-1")
    processes.start("second", second, tmp_path / "log-2")
    processes.stop("second")
    assert processes.state("second") == "gone"
    assert until(lambda: said(told) == "running")
    processes.close()
    assert said(told) == "asked" and not later.exists(), "neither a second first nor the second was ever started"


def test_a_process_ends_when_its_server_is_killed(counting, tmp_path):
    arguments, told = counting("orphan")
    server = (
        "import sys, time; from pathlib import Path; from lossviz.jobs.processes import Processes\n"
        f"Processes(1, 1).start('orphan', {arguments!r}, Path({str(tmp_path / 'log')!r})); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", server]) as process:
        assert until(lambda: said(told) == "running")
        process.kill()
    assert until(lambda: said(told) == "asked")
