"""The server's queue and the thread that tends it."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lossviz.errors import RunError
from lossviz.paths import ROOT
from lossviz.ui import queueing, serving
from tests.jobs.test_processes import until


class Tended:
    """A queue that counts its rounds, and fails in those that are given."""

    def __init__(self, *failing):
        self.rounds, self.failing = 0, failing

    def tend(self):
        self.rounds += 1
        if self.rounds in self.failing:
            raise RunError("the disk is full")


@pytest.fixture
def tended(monkeypatch):
    """``tended(rounds)``: the server's queue, tended quickly."""

    def make(*failing):
        queue = Tended(*failing)
        monkeypatch.setattr(queueing, "queue", lambda: queue)
        monkeypatch.setattr(queueing, "EVERY", 0.01)
        return queue

    return make


def test_all_sessions_of_a_server_have_one_queue_for_a_folder_of_runs(runs_home, monkeypatch, tmp_path):
    one = queueing.queue()
    assert queueing.queue() is one and one.runs == runs_home
    monkeypatch.setenv("LOSSVIZ_RUNS", str(tmp_path / "other"))
    assert queueing.queue() is not one


def test_a_round_that_fails_is_told_once_and_the_next_ones_come(tended, capsys):
    queue, over = tended(2, 3, 4, 7), threading.Event()
    thread = threading.Thread(target=queueing.tend, args=(over,))
    thread.start()
    assert until(lambda: queue.rounds > 9)
    over.set()
    thread.join(180)
    assert not thread.is_alive() and capsys.readouterr().err == "lossviz: the disk is full\n" * 2


def test_the_server_tends_from_its_start_to_its_end(tended, monkeypatch):
    queue = tended()
    monkeypatch.setattr(serving, "_warm_up", lambda: None)

    async def live():
        async with serving.lifespan(None):
            while queue.rounds <= 3:
                await asyncio.sleep(0.01)
        tender = next((each for each in threading.enumerate() if each.name == "tender"), None)
        if tender:
            await asyncio.to_thread(tender.join, 180)
        after = queue.rounds
        await asyncio.sleep(0.2)
        return after

    with ThreadPoolExecutor(1) as elsewhere:  # a browser test of the same process leaves a loop running in this thread
        assert elsewhere.submit(asyncio.run, live()).result() == queue.rounds


def test_tending_imports_nothing_heavy():
    code = (
        "import sys; from lossviz.ui.queueing import queue; queue().tend(); queue().jobs();"
        "print([name for name in ('torch', 'sklearn', 'pandas', 'plotly', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
