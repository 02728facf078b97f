"""A small study with its runs, made once in this process, and a runner that works on jobs in this process."""

import shutil

import pytest

from lossviz.jobs.job import Wanted
from lossviz.jobs.processes import StopAsked
from lossviz.jobs.recording import Audience, make_run
from lossviz.jobs.runner import Runner
from lossviz.jobs.training import Reporter, work
from lossviz.studies import Results
from lossviz.studies.reading import parse

TEXT = """
title = "Small"
note = "Made for tests."
seeds = [0, 1]
settings = { epochs = 1, dim = 8, limit = 200, probe = 100, gallery = 100, threads = 1, batch_size = 32 }
trials = { count = 2, seeds = [100], validation = 0.2 }

[[contender]]
loss = "arcface"
title = "ArcFace"
tune = { margin = { low = 0.2, high = 0.6 } }

[[contender]]
loss = "softmax"
title = "softmax"
tune = { "settings.lr" = { low = 0.0001, high = 0.0002 } }

[[data]]
name = "digits"
title = "Digits"

[[model]]
name = "mlp"
"""


class InThisProcess(Runner):
    """Works on a job at once, before it is even asked whether it lives; notes what it was given."""

    def __init__(self):
        self.worked, self.asked = [], StopAsked()

    def start(self, folder, threads, detach):
        wanted = Wanted.read(folder)
        self.worked.append(wanted)
        work(folder, wanted, Reporter(folder, wanted.turn), self.asked)

    def alive(self, folder):
        return False

    def wake(self, folder):
        self.asked.ask("as asked")

    def most_at_once(self):
        return 2


@pytest.fixture
def study():
    return parse(TEXT, "small")


@pytest.fixture(scope="session")
def all_made(tmp_path_factory):
    """A folder of runs with all of the study, made as anybody would make them."""
    home = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_RUNS", str(home))
        small = parse(TEXT, "small")
        for trial in (True, False):
            for outcome in Results.of(small).outcomes:
                if outcome.training.trial is trial:
                    make_run(outcome.training.config, Audience())
    return home


@pytest.fixture
def made(all_made, runs_home):
    """A copy of them as the user's folder of runs."""
    shutil.rmtree(runs_home)
    shutil.copytree(all_made, runs_home)
    return runs_home
