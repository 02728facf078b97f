"""A study is trained by the server, once, whoever asks, and goes on after a stop or a new server."""

import shutil
import threading
import time

import pytest

from lossviz.errors import RunError
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.runs import find
from lossviz.studies import Results
from lossviz.ui.studies.desk import Desk
from tests.studies.made import InThisProcess, all_made, made, study

__all__ = ["all_made", "made", "study"]
PATIENCE = 180


@pytest.fixture
def runner():
    return InThisProcess()


@pytest.fixture
def desk(made, runner, monkeypatch):
    mine = Queue(made, runner)
    monkeypatch.setattr("lossviz.ui.studies.desk.queue", lambda: mine)
    return Desk()


def wait(good):
    end = time.monotonic() + PATIENCE
    while not good():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def delete(study, *places):
    for cell, final in places:
        shutil.rmtree(find(Results.of(study).cells[cell].finals[final].id).folder)


def test_what_is_missing_is_trained_and_told(study, desk, runner):
    assert desk.look(study).done == 8 and desk.driven(study.name) is None
    delete(study, (0, 0))
    fresh = Desk()
    assert fresh.look(study).done == 7
    fresh.start(study)
    driven = fresh.driven(study.name)
    wait(lambda: not driven.active)
    assert driven.problem == "" and fresh.look(study).done == 8
    assert [wanted.config.loss.name for wanted in runner.worked] == ["arcface"]


def test_started_twice_it_is_trained_once(study, desk, runner, monkeypatch):
    delete(study, (0, 0), (1, 1))
    going, began = threading.Event(), []

    def held(studying, results):
        began.append(studying)
        assert going.wait(PATIENCE)
        return []

    with monkeypatch.context() as patch:
        patch.setattr(Studying, "submit", held)
        desk.start(study)
        first = desk.driven(study.name)
        desk.start(study)
        assert desk.driven(study.name) is first
        going.set()
        wait(lambda: not first.active)
        assert len(began) == 1
    desk.start(study)
    assert desk.driven(study.name) is not first, "after its end it may be started again"
    wait(lambda: not desk.driven(study.name).active)
    assert len(runner.worked) == 2


def test_what_goes_wrong_is_told_and_the_next_start_tries_again(study, desk, monkeypatch):
    delete(study, (0, 0))

    def full(self, *args, **more):
        raise RunError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(Studying, "submit", full)
        desk.start(study)
        driven = desk.driven(study.name)
        wait(lambda: not driven.active)
    assert driven.problem == "the disk is full" and desk.look(study).done == 7
    desk.start(study)
    wait(lambda: not desk.driven(study.name).active)
    assert desk.driven(study.name).problem == "" and desk.look(study).done == 8


def test_a_stop_is_heard_and_a_new_server_goes_on(study, desk, runner, monkeypatch):
    delete(study, (0, 0))
    waiting = Queue(runner=NeverStarts(), runs=find(Results.of(study).cells[0].finals[1].id).folder.parent)
    with monkeypatch.context() as patch:
        patch.setattr("lossviz.ui.studies.desk.queue", lambda: waiting)
        desk.start(study)
        driven = desk.driven(study.name)
        wait(lambda: driven.results is not None and any(each.state == "queued" for each in driven.results.outcomes))
        assert driven.active and not driven.stopping
        desk.stop(study)
        wait(lambda: not driven.active)
        assert desk.look(study).done == 7
        assert {each.state for each in desk.look(study).outcomes} == {"finished", "stopped"}
    again = Desk()
    again.start(study)
    wait(lambda: not again.driven(study.name).active)
    assert again.look(study).done == 8 and len(runner.worked) == 1


class NeverStarts(InThisProcess):
    """A runner that has no room."""

    def most_at_once(self):
        return 0
