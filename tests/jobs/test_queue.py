"""The queue: what it promises whatever runs the jobs, with a runner that only remembers what it was told."""

import contextlib
import shutil
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from lossviz.errors import KnobError, LossvizError, RunError, TrainingError, UnknownName
from lossviz.jobs.job import MOST_TRIES, STATES, STOP, Said, Wanted, ordinal
from lossviz.jobs.queue import Queue
from lossviz.jobs.runner import Runner
from lossviz.jobs.shelf import SUBMITTED, Shelf
from lossviz.paths import ROOT
from lossviz.records import Choice, Config, Settings


class Remembering(Runner):
    """A runner of four processors, whose jobs are alive until told otherwise."""

    def __init__(self, most=4):
        self.started, self.threads, self.living, self.woken = [], [], set(), []
        self.most = most

    def start(self, folder, threads, detach):
        self.started.append(folder.name)
        self.threads.append(threads)
        self.living.add(folder)

    def alive(self, folder):
        return folder in self.living

    def wake(self, folder):
        self.woken.append(folder.name)

    def most_at_once(self):
        return self.most


def config(seed=0, **settings):
    return Config(Choice("arcface"), Choice("digits"), Choice("mlp"), Settings(seed=seed, **settings))


@pytest.fixture
def runner():
    return Remembering()


@pytest.fixture
def queue(runs_home, runner):
    return Queue(runs_home, runner)


def folder(queue, name):
    return queue.runs / ".jobs" / name


def say(queue, runner, name, state, message="", *, alive=False):
    """What the process of a job would do."""
    Said(1, state, message, f"2026-01-01T00:00:{len(runner.woken):02d}").write(folder(queue, name))
    (runner.living.add if alive else runner.living.discard)(folder(queue, name))


def states(queue):
    return {job.id: job.state for job in queue.jobs()}


def test_jobs_wait_in_their_order_and_start_as_there_is_room(queue, runner):
    queue.at_once = 2
    names = queue.submit([config(seed) for seed in range(4)], group="seeds", names=list("abcd"))
    assert names == list("abcd") and runner.started == []
    assert [job.sentence for job in queue.jobs()][:3] == [f"{n} in the queue." for n in ("First", "Second", "Third")]
    queue.tend()
    queue.tend()
    assert runner.started == ["a", "b"] and runner.threads == [2, 2], "four processors shared by two"
    assert states(queue) == {"a": "running", "b": "running", "c": "queued", "d": "queued"}
    say(queue, runner, "a", "finished")
    queue.tend()
    assert runner.started == ["a", "b", "c"]
    assert [job.id for job in queue.jobs()] == ["b", "c", "d", "a"], "under way, waiting, ended"
    assert {job.group for job in queue.jobs()} == {"seeds"}


def test_a_queue_on_the_same_folder_knows_the_same(queue, runner, runs_home):
    queue.submit([config()], names=["a"])
    queue.at_once = 3
    other = Queue(runs_home, Remembering())
    assert states(other) == {"a": "queued"} and other.at_once == 3
    assert other.job("a").config == config()
    with pytest.raises(UnknownName, match="no job called 'b'"):
        other.job("b")


def test_what_cannot_be_trained_is_refused_and_then_nothing_is_submitted(queue):
    wrong = {
        KnobError: replace(config(), loss=Choice("arcface", {"margin": 9.0})),
        UnknownName: replace(config(), data=Choice("mnits")),
        TrainingError: config(epochs=2, warm_start=2),
        LossvizError: replace(config(), model=Choice("mlp", {"nothing": 1})),
    }
    for kind, bad in wrong.items():
        with pytest.raises(kind):
            queue.submit([config(), bad])
    with pytest.raises(RunError, match="cannot be called 'no/name'"):
        queue.submit([config(), config()], names=["good", "no/name"])
    assert queue.jobs() == []


def test_names_are_those_of_the_runs_and_taken_once(queue, runs_home):
    (runs_home / "there").mkdir()
    queue.submit([config()], names=["waiting"])
    for taken in ("there", "waiting"):
        with pytest.raises(RunError, match=f"already is a run or a job called '{taken}'"):
            queue.submit([config(), config()], names=["new", taken])
    with pytest.raises(RunError, match="already is a run or a job called 'twice'"):
        queue.submit([config(), config()], names=["twice", "twice"])
    made = queue.submit([config()] * 30)
    assert len(set(made)) == 30 and all(name.startswith("arcface-digits-") for name in made)


def test_a_double_click_makes_one_and_two_tabs_make_two(queue):
    first = queue.submit([config(), config(1)], token="tab 1")
    assert queue.submit([config(), config(1)], token="tab 1") == first
    assert queue.submit([config(), config(1)], token="tab 2") != first
    queue.submit([config()])
    queue.submit([config()])
    assert len(queue.jobs()) == 6, "and without a token each call is a wish of its own"


def test_two_clicks_at_the_same_moment_make_one(runs_home):
    queues, made = [Queue(runs_home, Remembering()) for _ in range(8)], []
    threads = [
        threading.Thread(target=lambda queue=queue: made.append(queue.submit([config()], token="one")))
        for queue in queues
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8 and len({tuple(names) for names in made}) == 1 and len(queues[0].jobs()) == 1


class Killed(BaseException):
    """Stands for a SIGKILL: whoever is killed cleans nothing up."""


@pytest.mark.parametrize(("at", "there"), [("write", 0), ("rename", 0), ("move", 3)])
def test_killed_while_submitting_all_or_nothing_comes_in(queue, runs_home, monkeypatch, at, there):
    def die(*args, **kwargs):
        raise Killed

    monkeypatch.setattr("lossviz.jobs.shelf.shutil.rmtree", lambda *args, **kwargs: None)
    if at == "write":
        count = iter([None, None])
        real = Wanted.write
        monkeypatch.setattr(Wanted, "write", lambda *args: real(*args) if next(count, die) is None else die())
    elif at == "rename":
        monkeypatch.setattr("pathlib.Path.rename", die)
    else:
        monkeypatch.setattr(Shelf, "_settle", lambda self: die() if list(self.folder.glob(f"{SUBMITTED}*")) else None)
    with pytest.raises(Killed):
        queue.submit([config(seed) for seed in range(3)], names=list("abc"), token="one")
    monkeypatch.undo()
    monkeypatch.setenv("LOSSVIZ_RUNS", str(runs_home))
    assert list((runs_home / ".jobs").glob(f"{SUBMITTED}*")), "the kill left something behind"
    later = Queue(runs_home, Remembering())
    assert len(later.jobs()) == there
    assert later.submit([config(seed) for seed in range(3)], names=list("abc"), token="one") == list("abc")
    assert len(later.jobs()) == 3 and not list((runs_home / ".jobs").glob(f"{SUBMITTED}*"))


def test_each_state_has_a_sentence(queue, runner):
    queue.at_once = 4
    names = ["q", "r", "p", "g", "s", "t", "f", "x", "i", "n"]
    queue.submit([config()] * len(names), names=names)
    say(queue, runner, "r", "running", alive=True)
    Said(1, "preparing", doing="downloading digits", share=0.4).write(folder(queue, "p"))
    runner.living.add(folder(queue, "p"))
    say(queue, runner, "g", "stopping", "the dashboard that ran it was closed", alive=True)
    say(queue, runner, "s", "stopped", "as asked")
    say(queue, runner, "t", "stopped", "the dashboard that ran it was closed")
    say(queue, runner, "f", "finished")
    say(queue, runner, "x", "failed", "the disk is full")
    say(queue, runner, "i", "running")
    queue.stop("n")
    told = {job.id: (job.state, job.sentence) for job in queue.jobs()}
    assert told == {
        "q": ("queued", "First in the queue."),
        "r": ("running", "Starting."),
        "p": ("running", "Downloading digits, 40 %."),
        "g": ("stopping", "Stopping; the epochs recorded are kept."),
        "s": ("stopped", "Stopped before its first epoch, as asked."),
        "t": ("stopped", "Stopped before its first epoch, because the dashboard that ran it was closed."),
        "f": ("finished", "Finished."),
        "x": ("failed", "the disk is full"),
        "i": (
            "interrupted",
            "Its process was ended from outside before its first epoch, perhaps for want of memory. "
            "Nothing that was recorded is lost.",
        ),
        "n": ("stopped", "Stopped before its first epoch, as asked."),
    }
    assert {state for state, _ in told.values()} == set(STATES)
    assert {job.id for job in queue.jobs() if job.resumable} == set("stxin")
    assert queue.job("p").live == {"doing": "downloading digits", "share": 0.4}


def test_a_process_that_could_not_even_say_why_on_a_full_disk(queue, runner, monkeypatch):
    queue.submit([config()], names=["a"])
    say(queue, runner, "a", "running")
    assert "the disk is full" not in queue.job("a").sentence
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=4096))
    assert "and the disk is full: free some space, then go on" in Queue(queue.runs, runner).job("a").sentence


def test_what_ends_while_it_is_looked_at_is_not_taken_for_interrupted(queue, runner, monkeypatch):
    queue.submit([config()], names=["a"])
    say(queue, runner, "a", "running", alive=True)
    alive = runner.alive

    def ends_after_the_look(where):
        told = alive(where)
        say(queue, runner, "a", "finished")
        return told

    monkeypatch.setattr(runner, "alive", ends_after_the_look)
    assert states(queue)["a"] == "running" and states(queue)["a"] == "finished"


def test_what_begins_while_it_is_looked_at_is_not_taken_for_interrupted(queue, runner, monkeypatch):
    queue.submit([config()], names=["a"])
    alive = runner.alive

    def begins_after_the_look(where):
        told = alive(where)
        say(queue, runner, "a", "running", alive=True)
        return told

    monkeypatch.setattr(runner, "alive", begins_after_the_look)
    assert states(queue)["a"] == "running"


def test_stopping_what_runs_waits_for_it_and_what_waits_never_begins(queue, runner):
    queue.at_once = 1
    queue.submit([config()] * 3, names=list("abc"))
    queue.tend()
    queue.stop("a")
    queue.stop("b")
    assert states(queue) == {"a": "stopping", "c": "queued", "b": "stopped"} and runner.woken[0] == "a"
    say(queue, runner, "a", "stopped", "as asked")
    queue.tend()
    assert runner.started == ["a", "c"], "b has been taken out of the queue"
    queue.stop("a")
    assert not (folder(queue, "b") / STOP).exists() or states(queue)["a"] == "stopped"
    queue.submit([config()] * 2, names=list("de"))
    queue.stop_all()
    assert states(queue) == dict.fromkeys("abde", "stopped") | {"c": "stopping"}


def test_going_on_takes_a_new_turn_at_the_end_of_the_queue(queue, runner):
    queue.at_once = 1
    queue.submit([config()] * 2, names=list("ab"))
    queue.tend()
    queue.stop("a")
    with pytest.raises(RunError, match="'a' is stopping: wait for its end"):
        queue.retry("a")
    say(queue, runner, "a", "stopped", "as asked")
    queue.retry("a")
    assert states(queue) == {"b": "queued", "a": "queued"}
    assert [job.id for job in queue.jobs()] == ["b", "a"]
    queue.tend()
    say(queue, runner, "b", "finished")
    queue.tend()
    assert runner.started == ["a", "b", "a"] and states(queue)["a"] == "running", "what it said before is of before"
    with pytest.raises(RunError, match="'b' cannot go on: Finished"):
        queue.retry("b")


def test_jobs_are_moved_among_those_that_wait(queue):
    queue.submit([config()] * 4, names=list("abcd"))

    def order():
        return "".join(job.id for job in queue.jobs())

    for name, places, expected in (
        ("d", -1, "abdc"), ("d", -9, "dabc"), ("d", 2, "abdc"), ("a", 99, "bdca"), ("b", 0, "bdca"),
    ):  # fmt: skip
        queue.move(name, places)
        assert order() == expected
    queue.stop("d")
    with pytest.raises(RunError, match="'d' is not in the queue"):
        queue.move("d", 1)


def test_removing_takes_a_job_off_the_list_and_leaves_its_run(queue, runner, runs_home):
    queue.submit([config()] * 4, names=list("abcd"))
    (runs_home / "b").mkdir()
    queue.tend()
    say(queue, runner, "b", "finished")
    with pytest.raises(RunError, match="'a' is running; stop it first"):
        queue.remove("a")
    queue.remove("b")
    queue.remove("c")
    assert set(states(queue)) == {"a", "d"} and (runs_home / "b").is_dir()
    say(queue, runner, "a", "failed", "no")
    queue.clear_ended()
    assert states(queue) == {"d": "queued"}
    assert sorted(path.name for path in (runs_home / ".jobs").iterdir()) == [".lock", "d"]


def test_how_many_at_once_has_limits(queue):
    assert (queue.at_once, queue.most_at_once) == (2, 4)
    for wrong in (0, 5):
        with pytest.raises(RunError, match="between 1 and 4 jobs can run at once"):
            queue.at_once = wrong
    queue.at_once = 4
    assert queue.at_once == 4
    assert Queue(queue.runs, Remembering(most=1)).at_once == 1, "a smaller machine on the same folder"


def test_a_process_that_ends_before_its_first_word_is_started_again_but_not_for_ever(queue, runner):
    queue.submit([config()], names=["a"])
    for number in range(MOST_TRIES):
        assert states(queue) == {"a": "queued"}
        queue.tend()
        assert runner.started == ["a"] * (number + 1)
        runner.living.clear()
    queue.tend()
    assert runner.started == ["a"] * MOST_TRIES
    assert queue.job("a").state == "failed" and "ended before it could begin" in queue.job("a").sentence
    queue.retry("a")
    queue.tend()
    assert states(queue) == {"a": "running"}


def test_only_detached_jobs_are_started_by_whoever_does_not_stay(queue, runner):
    queue.submit([config()], names=["a"])
    queue.submit([config()], names=["b"], detach=True)
    queue.tend(only_detached=True)
    assert runner.started == ["b"]
    queue.tend()
    assert runner.started == ["b", "a"]


class Slow(Remembering):
    """Where a process takes a moment to be seen."""

    def start(self, folder, threads, detach):
        time.sleep(0.05)
        super().start(folder, threads, detach)


@pytest.mark.parametrize("locked", [True, False])
def test_two_servers_start_a_job_once_because_of_the_lock(runs_home, monkeypatch, locked):
    runner = Slow()
    queues = [Queue(runs_home, runner) for _ in range(4)]
    queues[0].submit([config()], names=["a"])
    if not locked:
        monkeypatch.setattr(Shelf, "changing", lambda self: contextlib.nullcontext())
    threads = [threading.Thread(target=queue.tend) for queue in queues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (runner.started == ["a"]) is locked


def test_what_is_told_of_an_ended_job_follows_its_run(queue, runner, runs_home):
    queue.submit([config()], names=["a"])
    say(queue, runner, "a", "stopped", "as asked")
    assert queue.job("a").run is None and "before its first epoch" in queue.job("a").sentence
    shutil.copytree(ROOT / "checkpoints" / "digits-arcface", runs_home / "a")
    assert queue.job("a").run.id == "a" and "after epoch 60" in queue.job("a").sentence
    shutil.rmtree(runs_home / "a")
    assert queue.job("a").run is None


def test_damage_is_told_with_its_file_and_hides_no_other_job(queue):
    queue.submit([config(), config(), config()], names=["a", "b", "c"])
    assert not queue.problems
    (folder(queue, "a") / "job.json").write_text('{"id": "a"}')
    (folder(queue, "b") / "said.json").write_text("{")
    assert list(states(queue)) == ["c"]
    told = sorted(queue.problems)
    assert ".jobs/a/job.json is damaged" in told[0]
    assert ".jobs/b/said.json is damaged" in told[1]
    assert queue.submit([config()], names=["d"]) == ["d"]
    assert list(states(queue)) == ["c", "d"]


def test_places_in_words():
    assert [ordinal(n) for n in (1, 3, 10, 11, 12, 21, 22, 112)] == [
        "First", "Third", "Tenth", "11th", "12th", "21st", "22nd", "112th",
    ]  # fmt: skip
