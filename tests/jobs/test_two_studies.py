"""Two processes on one study at the same instant train everything once."""

import subprocess
import sys
from dataclasses import replace

import pytest

from lossviz.errors import LossvizError, RunError
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.records import Choice
from lossviz.studies.reading import parse
from tests.jobs.test_studying import stopped_run
from tests.studies.made import TEXT, InThisProcess

STUDY = parse(TEXT, "small")
ANOTHER = """
import sys
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.paths import runs_dir
from lossviz.studies.reading import parse

studying = Studying(parse(sys.argv[1], "small"), Queue(runs_dir(), LocalRunner()))
results = studying.look()
print("looked", flush=True)
sys.stdin.readline()
print(len(studying.submit(results)), flush=True)
"""


def test_two_processes_that_both_see_it_missing_submit_it_once(runs_home):
    """Both have looked before either submits."""
    others = [
        subprocess.Popen(
            [sys.executable, "-c", ANOTHER, TEXT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [other.stdout.readline() for other in others] == ["looked\n"] * 2
    for other in others:
        other.stdin.write("now\n")
        other.stdin.flush()
    submitted = sorted(int(other.communicate()[0]) for other in others)
    jobs = Queue(runs_home, LocalRunner()).jobs()
    assert submitted == [0, 4] and len(jobs) == 4, "the four trials, from one of them"


def test_what_others_submitted_before_the_look_holds_up_nothing(runs_home):
    """A finished job whose run was deleted is known, and its training wanted again."""
    queue = Queue(runs_home, InThisProcess())
    first = Studying(STUDY, queue)
    ids = first.submit(first.look())
    assert len(ids) == 4 and queue.submit_new([queue.job(ids[0]).config], "", seen=ids) != []
    assert queue.submit_new([queue.job(ids[0]).config], "", seen=ids[1:]) == []


def test_a_training_that_cannot_be_made_is_refused_like_any(runs_home):
    config = replace(STUDY.final(STUDY.cells[0], 0).config, loss=Choice("softmaxx"))
    with pytest.raises(LossvizError, match="softmaxx"):
        Queue(runs_home, InThisProcess()).submit_new([config], "", ())


class Beaten(Queue):
    """A queue on which somebody else always asks for the same a moment before."""

    def retry(self, id, detach=None):
        Queue(self.runs, InThisProcess()).retry(id)
        super().retry(id)

    def adopt(self, id, config, group="", detach=False):
        Queue(self.runs, InThisProcess()).adopt(id, config, group)
        super().adopt(id, config, group)


class Broken(Queue):
    """A queue that cannot be written."""

    def adopt(self, id, config, group="", detach=False):
        raise RunError("the disk is full")


@pytest.mark.parametrize("with_job", [True, False], ids=["its job", "the run itself"])
def test_what_stopped_goes_on_once_when_two_ask_for_it(runs_home, with_job):
    run = stopped_run(STUDY.trials_of(STUDY.cells[0])[0].config)
    queue = Queue(runs_home, InThisProcess())
    if with_job:
        queue.adopt(run.id, run.asked)
        queue.stop(run.id)
    Studying(STUDY, Beaten(runs_home, InThisProcess())).go_on()
    assert [(job.id, job.state) for job in queue.jobs()] == [(run.id, "queued")]


def test_what_could_not_go_on_for_another_reason_is_told(runs_home):
    stopped_run(STUDY.trials_of(STUDY.cells[0])[0].config)
    with pytest.raises(RunError, match="the disk is full"):
        Studying(STUDY, Broken(runs_home, InThisProcess())).go_on()
