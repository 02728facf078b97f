"""The process of a job: what it makes, what it says, and how it goes on."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from lossviz.errors import DataError, RunError
from lossviz.jobs import recording, training
from lossviz.jobs.job import Said, Wanted
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.processes import StopAsked
from lossviz.jobs.queue import Queue
from lossviz.jobs.recording import Audience, make_run
from lossviz.jobs.training import Reporter, work
from lossviz.records import Choice, Config, Settings
from lossviz.runs import Run, find, list_runs, marks
from tests.jobs.test_processes import until

SMALL = Settings(epochs=3, dim=3, probe=100, gallery=100, batch_size=32, limit=300, threads=1)


@pytest.fixture(autouse=True)
def prepared(tmp_path_factory, monkeypatch):
    """One prepared copy of digits for the whole module."""
    home = tmp_path_factory.getbasetemp() / "prepared-digits"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("LOSSVIZ_DATA", str(home))


@pytest.fixture
def queue(runs_home):
    """A queue whose jobs are trained by processes of this machine."""
    return Queue(runs_home, LocalRunner())


def config(loss="arcface", **settings):
    return Config(Choice(loss), Choice("digits"), Choice("mlp"), Settings.from_values({**SMALL.values(), **settings}))


def at_work(queue, name, asked=None):
    """The job's turn in this process; returns the job as the queue then sees it."""
    folder = queue.runs / ".jobs" / name
    wanted = Wanted.read(folder)
    asked = asked or StopAsked()
    work(folder, wanted, Reporter(folder, wanted.turn), asked)
    return queue.job(name)


class AskedAfter(StopAsked):
    """Asked to end at the n-th look."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks

    def __call__(self):
        self.looks -= 1
        if self.looks < 0:
            self.ask("as asked")
        return super().__call__()


def same(one, two):
    assert one.epochs() == two.epochs()
    for epoch in one.epochs():
        first, second = one.snapshot(epoch), two.snapshot(epoch)
        for name, values in first.embeddings.items():
            assert np.array_equal(values, second.embeddings[name])
        assert first.record.batch_order == second.record.batch_order


def test_a_job_makes_the_run_of_its_name_in_its_group(queue):
    queue.submit([config()], group="mine", names=["a"])
    job = at_work(queue, "a")
    assert (job.state, job.epoch, job.epochs) == ("finished", 3, 3) and not job.resumable
    assert job.run.epochs() == [0, 1, 2, 3] and marks(job.run).group == "mine"
    same(job.run, make_run(config(), Audience(), "straight"))


def test_stopped_anywhere_it_goes_on_to_the_same_result(queue):
    whole = make_run(config(), Audience(), "whole")
    looks = 0
    for number, step in enumerate((1, 4, 9, 5, 11, 30)):
        name = f"a{number}"
        queue.submit([config()], names=[name])
        job = at_work(queue, name, AskedAfter(looks := looks + step))
        if job.state == "finished":
            break
        assert job.state == "stopped" and job.resumable and job.sentence.endswith(", as asked.")
        assert job.run is None or (job.run.problem() is None and job.run.status.state == "stopped")
        queue.retry(name)
        same(at_work(queue, name).run, whole)
    assert number >= 4, "stopped while preparing, before and while training, and while embedding"


def test_a_job_that_is_given_away_again_after_its_end_changes_nothing(queue):
    queue.submit([config()], names=["a"])
    written = at_work(queue, "a").run.signature()
    assert at_work(queue, "a").state == "finished" and find("a").signature() == written


def test_what_went_wrong_is_said_in_words(queue, monkeypatch):
    def failing(error):
        def fail(*arguments, **rest):
            raise error

        return fail

    no_room = RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory: you tried")
    cases = {
        "memory": (MemoryError(), "there was not enough memory. A smaller batch"),
        "torch": (no_room, "there was not enough memory"),
        "cuda": (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "there was not enough memory"),
        "shapes": (RuntimeError("mat1 and mat2 shapes"), "RuntimeError: mat1 and mat2 shapes"),
        "data": (DataError("MNIST is not on this machine: no network"), "MNIST is not on this machine: no network"),
        "disk": (RunError("the disk is full: x could not be written"), "the disk is full: x"),
        "defect": (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    }
    for name, (error, sentence) in cases.items():
        queue.submit([config()], names=[name])
        monkeypatch.setattr(recording, "train", failing(error))
        job = at_work(queue, name)
        assert job.state == "failed" and sentence in job.sentence
        assert job.run.status.state == "failed" and sentence in job.run.status.message and job.run.problem() is None
        monkeypatch.undo()
        monkeypatch.setenv("LOSSVIZ_RUNS", str(queue.runs))


def test_a_data_set_that_cannot_be_had_is_told_and_leaves_no_run(queue, monkeypatch, tmp_path):
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "empty"))
    monkeypatch.setattr("urllib.request.urlopen", lambda *args, **rest: (_ for _ in ()).throw(OSError("no network")))
    queue.submit([replace(config(), data=Choice("mnist"))], names=["a"])
    job = at_work(queue, "a")
    assert job.state == "failed" and job.run is None and list_runs() == []
    assert "no network" in job.sentence or "not on this machine" in job.sentence


def test_divergence_is_told_and_cannot_go_on(queue):
    wild = config("softmax", optimizer="sgd", lr=10.0, momentum=0.999, prototype_lr=100.0, epochs=60)
    queue.submit([wild], names=["a"])
    job = at_work(queue, "a")
    assert job.state == "failed" and "diverged" in job.sentence and not job.resumable
    with pytest.raises(RunError, match="'a' cannot go on: the training diverged"):
        queue.retry("a")
    assert job.run.epochs()[0] == 0, "what was before is kept"


def test_a_run_that_somebody_else_made_under_the_name_is_left_alone(queue):
    queue.submit([config("softmax"), config(seed=5)], names=["a", "b"])
    for name in "ab":
        make_run(config(), Audience(), name)
        written = find(name).signature()
        job = at_work(queue, name)
        assert job.state == "failed" and f"there is another run called '{name}'" in job.sentence
        assert find(name).signature() == written


def test_progress_of_a_preparation_is_told(queue, monkeypatch):
    told = []
    queue.submit([config()], names=["a"])
    monkeypatch.setattr(training, "BEAT", 0.0)
    real = Said.write
    monkeypatch.setattr(Said, "write", lambda said, folder: told.append(said) or real(said, folder))

    def slow(name, knobs, report):
        report("downloading digits", 0.25)
        report("downloading digits", 0.75)
        raise DataError("that was all")

    monkeypatch.setattr("lossviz.data.open_set", slow)
    at_work(queue, "a")
    seen = [(said.state, said.doing, said.share) for said in told]
    assert seen[:3] == [
        ("preparing", "preparing", None),
        *[("preparing", "downloading digits", s) for s in (0.25, 0.75)],
    ]


def test_a_download_is_left_when_asked(queue, monkeypatch):
    asked, chunks = StopAsked(), []

    def endless(name, knobs, report):
        for number in range(1000):
            chunks.append(number)
            report("downloading", number / 1000)
            if number == 3:
                asked.ask("as asked")

    monkeypatch.setattr("lossviz.data.open_set", endless)
    queue.submit([config()], names=["a"])
    job = at_work(queue, "a", asked)
    assert job.state == "stopped" and job.resumable and len(chunks) == 5 and list_runs() == []


def test_after_the_last_word_nothing_is_said(tmp_path):
    reporter = Reporter(tmp_path, 1)
    for state in ("preparing", "stopping", "running", "stopped", "finished"):
        reporter.say(state)
        assert Said.read(tmp_path).state == {"running": "stopping", "finished": "stopped"}.get(state, state)


def test_whoever_is_told_to_stop_is_told_once():
    heard = []
    asked = StopAsked(heard.append)
    assert not asked()
    for reason in ("first", "second"):
        asked.ask(reason)
    assert asked() and asked.reason == "first" and until(lambda: heard == ["first"])


def tended(queue, true, seconds=300):
    return until(lambda: queue.tend() or true(), seconds)


def test_in_processes_a_killed_worker_is_interrupted_and_goes_on_to_the_same_result(queue):
    queue.submit([config(epochs=40)], names=["a"])
    assert tended(queue, lambda: queue.job("a").epoch >= 2), queue.job("a").log_tail()
    queue._runner._own[queue.job("a").folder].kill()
    assert until(lambda: queue.job("a").state == "interrupted")
    job = queue.job("a")
    assert job.resumable and "ended from outside after epoch" in job.sentence
    queue.tend()
    assert queue.job("a").state == "interrupted", "nobody goes on unasked"
    queue.retry("a")
    assert tended(queue, lambda: queue.job("a").state == "finished")
    same(find("a"), make_run(config(epochs=40), Audience(), "whole"))


def test_in_processes_stopping_a_detached_job_by_a_later_queue(queue, runs_home):
    queue.submit([config(epochs=900)], names=["a"], detach=True)
    assert tended(queue, lambda: queue.job("a").epoch >= 1)
    later = Queue(runs_home, LocalRunner())
    assert later.job("a").state == "running"
    later.stop("a")
    assert later.job("a").state in ("stopping", "stopped")
    assert until(lambda: later.job("a").state == "stopped")
    assert later.job("a").sentence.startswith("Stopped after epoch") and later.job("a").resumable


def test_detached_jobs_hand_on_the_turn_without_any_server(queue):
    queue.at_once = 1
    queue.submit([config(epochs=1)] * 2, names=["a", "b"], detach=True)
    queue.submit([config(epochs=1)], names=["c"])
    queue.tend(only_detached=True)
    assert until(lambda: queue.job("b").state == "finished"), queue.job("b").log_tail()
    assert queue.job("a").state == "finished" and queue.job("c").state == "queued"


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """Runs on a disk of two megabytes, where this machine lets one be made."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False
    )
    if not made or made.returncode:
        pytest.skip("no disk can be mounted here")
    monkeypatch.setenv("LOSSVIZ_RUNS", str(disk / "runs"))
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_told_nothing_half_written_stays_and_it_goes_on_with_room(small_disk):
    queue = Queue(small_disk / "runs", LocalRunner())
    wanted = config(keep_weights="all", epochs=20)
    queue.submit([wanted], names=["a"])
    job = at_work(queue, "a")
    assert job.state == "failed" and job.sentence.startswith("the disk is full: ") and job.resumable
    assert job.run.epochs() == list(range(job.epoch + 1)) and 0 < job.epoch < 20
    assert [record.epoch for record in job.run.history()] == job.run.epochs(), "every snapshot is whole"
    assert not list(small_disk.rglob("*.partial"))
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError, match="No space"):
        while True:
            ballast.write(bytes(4096))
    with pytest.raises(RunError, match="the disk is full"):
        queue.submit([wanted])
    assert [job.id for job in queue.jobs()] == ["a"]
    subprocess.run(["mount", "-o", "remount,size=40m", small_disk], check=True)
    queue.retry("a")
    assert at_work(queue, "a").state == "finished"
    same(Run(small_disk / "runs" / "a"), make_run(wanted, Audience(), "whole"))
