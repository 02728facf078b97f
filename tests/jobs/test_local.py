"""Jobs in processes of this machine: never two of one job, and what becomes of them when the server ends."""

import fcntl
import os
import subprocess
import sys
import time

import pytest

from lossviz.jobs import local
from lossviz.jobs.job import STOP, Said, Wanted
from lossviz.jobs.local import LOCK, LocalRunner, processors
from lossviz.jobs.processes import spawn
from lossviz.records import Choice, Config
from tests.jobs.test_processes import until

WORKER = """
import sys, time, threading
from pathlib import Path
from lossviz.jobs import training
def work(folder, wanted, reporter, asked):
    with (folder / "visits").open("a") as visits:
        visits.write("x")
    reporter.say("running")
    while not asked():
        time.sleep(0.02)
    if STUBBORN:
        time.sleep(60)
    reporter.say("stopped", asked.reason)
training.work = work
training.GRACE = 0.5
training.main(sys.argv[1:])
"""


@pytest.fixture
def folder(runs_home):
    """A job's folder."""
    there = runs_home / ".jobs" / "a"
    there.mkdir(parents=True)
    Wanted("a", Config(Choice("arcface"), Choice("digits"), Choice("mlp")), "", False, "", 1.0).write(there)
    return there


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    """Instead of training, the process waits to be stopped."""

    def instead(arguments, log, threads, **rest):
        return spawn(["-c", WORKER.replace("STUBBORN", "False"), *arguments[2:]], log, threads, **rest)

    monkeypatch.setattr(local, "spawn", instead)


def said(folder):
    return Said.read(folder).state


def visits(folder):
    return len((folder / "visits").read_text()) if (folder / "visits").exists() else 0


def end(runner, folder):
    (folder / STOP).touch()
    runner.wake(folder)
    assert until(lambda: not runner.alive(folder))


def test_a_job_is_alive_from_the_moment_it_is_started_until_it_ends(folder):
    runner = LocalRunner()
    assert not runner.alive(folder)
    runner.start(folder, 1, detach=False)
    assert runner.alive(folder) and LocalRunner().alive(folder), "for whoever asks"
    assert until(lambda: said(folder) == "running")
    end(runner, folder)
    assert (said(folder), Said.read(folder).message) == ("stopped", "as asked")


def test_a_second_process_does_not_begin_whoever_starts_it(folder):
    runner = LocalRunner()
    runner.start(folder, 1, detach=False)
    runner.start(folder, 1, detach=False)
    LocalRunner().start(folder, 1, detach=False)
    assert until(lambda: said(folder) == "running")
    time.sleep(0.5)
    assert visits(folder) == 1
    end(runner, folder)


def test_without_the_lock_a_second_process_would_begin(folder, monkeypatch):
    monkeypatch.setattr(local.fcntl, "flock", lambda *args: None)
    runner = LocalRunner()
    runner.start(folder, 1, detach=False)
    other = LocalRunner()
    other.start(folder, 1, detach=False)
    assert until(lambda: visits(folder) == 2)
    (folder / STOP).touch()
    for each in (runner, other):
        assert until(lambda each=each: not each._own or each._reap() or not each._own)


def test_whoever_looks_does_not_look_alive_to_others(folder):
    (folder / LOCK).touch()
    looking = os.open(folder / LOCK, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)  # another server's look, held still
    try:
        assert not LocalRunner().alive(folder)
        fcntl.flock(looking, fcntl.LOCK_EX)
        assert LocalRunner().alive(folder)
    finally:
        os.close(looking)


def test_a_stop_file_alone_is_enough(folder):
    runner = LocalRunner()
    runner.start(folder, 1, detach=False)
    assert until(lambda: said(folder) == "running")
    (folder / STOP).touch()
    assert until(lambda: not runner.alive(folder)) and said(folder) == "stopped"


def test_who_does_not_stop_in_time_is_ended(folder, monkeypatch):
    def stubborn(arguments, log, threads, **rest):
        return spawn(["-c", WORKER.replace("STUBBORN", "True"), *arguments[2:]], log, threads, **rest)

    monkeypatch.setattr(local, "spawn", stubborn)
    runner = LocalRunner()
    runner.start(folder, 1, detach=False)
    assert until(lambda: said(folder) == "running")
    began = time.monotonic()
    end(runner, folder)
    assert said(folder) == "stopped" and 0.5 < time.monotonic() - began < 60


SERVER = """
import sys, time
from pathlib import Path
from lossviz.jobs import local
from lossviz.jobs.processes import spawn
local.spawn = lambda arguments, log, threads, **rest: spawn(["-c", WORKER, *arguments[2:]], log, threads, **rest)
runner = local.LocalRunner()
runner.start(Path(sys.argv[1]), 1, sys.argv[2] == "detach")
time.sleep(600)
"""


@pytest.mark.parametrize("how", ["stays", "detach"])
def test_a_killed_server_takes_its_jobs_along_except_those_detached(folder, how):
    values = Wanted.read(folder)
    Wanted(**{**vars(values), "detach": how == "detach"}).write(folder)
    code = f"WORKER = {WORKER.replace('STUBBORN', 'False')!r}\n{SERVER}"
    with subprocess.Popen([sys.executable, "-c", code, str(folder), how]) as server:
        assert until(lambda: said(folder) == "running")
        server.kill()
    runner = LocalRunner()
    if how == "detach":
        time.sleep(1.0)
        assert runner.alive(folder) and said(folder) == "running"
        (folder / STOP).touch()  # a server that came later stops it
        runner.wake(folder)
    assert until(lambda: not runner.alive(folder))
    expected = "as asked" if how == "detach" else "the dashboard that ran it was closed"
    assert (said(folder), Said.read(folder).message) == ("stopped", expected)


def test_the_process_has_its_share_of_threads_and_a_low_priority(folder, monkeypatch):
    look = 'import os; print(os.environ["OMP_NUM_THREADS"], os.nice(0))\n'

    def looking(arguments, log, threads, **rest):
        code = WORKER.replace("STUBBORN", "False").replace("    reporter.say", f"    {look}    reporter.say", 1)
        return spawn(["-u", "-c", code, *arguments[2:]], log, threads, **rest)

    monkeypatch.setattr(local, "spawn", looking)
    runner = LocalRunner()
    runner.start(folder, 3, detach=False)
    assert until(lambda: said(folder) == "running")
    end(runner, folder)
    threads, nice = (folder / "log.txt").read_text().split()
    assert int(threads) == 3 and int(nice) >= min(19, os.nice(0) + 10)


def test_there_is_at_least_one_processor():
    assert LocalRunner().most_at_once() == processors() >= 1
