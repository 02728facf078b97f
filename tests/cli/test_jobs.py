"""Trainings in the background, from a shell."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lossviz.cli import main
from lossviz.jobs.job import Said
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.records import Choice, Config, Settings
from lossviz.runs import find, list_runs
from tests.cli.test_cli import QUICK
from tests.data.conftest import data_home
from tests.jobs.test_processes import until

__all__ = ["data_home"]

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.usefixtures("data_home")


@pytest.fixture
def queue(runs_home):
    return Queue(runs_home, LocalRunner())


@pytest.fixture
def three(queue):
    """Three jobs: ``one`` failed, ``two`` and ``three`` wait for a server."""
    queue.submit([Config(Choice("arcface"), Choice("digits"), Choice("mlp"), Settings(epochs=4))] * 3, names=NAMES)
    folder = queue.job("one").folder
    Said(1, "failed", "the data set is gone").write(folder)
    (folder / "log.txt").write_text("\n".join(f"line {number}" for number in range(40)))
    return queue


NAMES = ["one", "two", "three"]


def test_train_detach_returns_at_once_and_the_job_outlives_the_shell(capsys, queue):
    words = ["train", "--detach", "--name", "mine", *QUICK, "--epochs", "300", "--threads", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "lossviz", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "mine: Starting." in done.stdout and "python -m lossviz jobs stop mine" in done.stdout
    assert until(lambda: queue.job("mine").epoch >= 1), queue.job("mine").log_tail()
    assert queue.job("mine").state == "running"
    assert main(["jobs"]) == 0
    assert "mine   running" in capsys.readouterr().out
    assert main(["jobs", "stop", "min"]) == 0
    assert until(lambda: queue.job("mine").state == "stopped")
    assert find("mine").status.state == "stopped"
    assert main(["jobs", "retry", "latest"]) == 0 and queue.job("mine").state == "running"
    assert main(["jobs", "stop", "all"]) == 0 and until(lambda: queue.job("mine").state == "stopped")


def test_without_detach_nothing_is_left_to_a_queue(queue):
    assert main(["train", *QUICK, "--name", "here"]) == 0
    assert queue.jobs() == [] and [run.id for run in list_runs()] == ["here"]


def test_jobs_are_listed_in_a_table_and_as_json(capsys, three):
    assert main(["jobs"]) == 0
    told = capsys.readouterr().out.split("\n")
    assert [line.split()[:2] for line in told if line.strip()][2:] == [
        ["two", "queued"], ["three", "queued"], ["one", "failed"],
    ]  # fmt: skip
    assert any("Second in the queue." in line for line in told) and any("the data set is gone" in line for line in told)
    assert main(["jobs", "list", "--json"]) == 0
    facts = {job["id"]: job for job in json.loads(capsys.readouterr().out)}
    assert facts["one"]["state"] == "failed" and facts["one"]["resumable"] and facts["two"]["epochs"] == 4


def test_a_job_is_shown_with_the_end_of_its_log(capsys, three):
    assert main(["jobs", "show", "one"]) == 0
    told = capsys.readouterr().out
    assert "the data set is gone" in told and "line 39" in told and "line 5\n" not in told


def test_what_waits_for_a_server_is_not_started_by_a_shell(three):
    assert main(["jobs"]) == 0
    time.sleep(0.5)
    assert {job.state for job in three.jobs()} == {"queued", "failed"}


def test_jobs_are_stopped_and_removed_by_name_or_all(capsys, three):
    assert main(["jobs", "stop", "tw"]) == 0
    assert "two is asked to stop." in capsys.readouterr().out
    assert three.job("two").state == "stopped" and three.job("three").state == "queued"
    assert main(["jobs", "remove", "two", "one"]) == 0
    assert [job.id for job in three.jobs()] == ["three"]
    assert main(["jobs", "stop", "all"]) == 0 and main(["jobs", "remove", "all"]) == 0
    assert three.jobs() == []
    capsys.readouterr()
    assert main(["jobs"]) == 0
    assert "No job. Start one here: python -m lossviz train --detach" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["stpo"], "no action of 'jobs' called 'stpo'; did you mean 'stop'?"),
        (["stop"], "which job? python -m lossviz jobs stop JOB, or 'all'"),
        (["stop", "nobody"], "no job called 'nobody'"),
        (["remove", "t"], "'t' stands for several jobs: two, three; write more of it"),
        (["retry", "two"], "job 'two' is queued: wait for its end, or stop it first"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(capsys, three, words, sentence):
    assert main(["jobs", *words]) == 1
    assert sentence in capsys.readouterr().err
    assert len(three.jobs()) == 3
