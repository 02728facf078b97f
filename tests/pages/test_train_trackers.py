"""The Train page tells a tracker, where one is installed: through the job, the address and the shell command."""

import shlex

import pytest

from lossviz.cli import main
from lossviz.errors import LossvizError
from lossviz.jobs import tracking
from lossviz.jobs.job import Wanted
from lossviz.ui.queueing import queue
from tests.pages.test_train_form import again, known_speed, opened, start

__all__ = ["known_speed"]
pytestmark = pytest.mark.usefixtures("no_runs", "known_speed")


@pytest.fixture
def there(monkeypatch):
    """``there("mlflow")``: these are installed, and no others."""

    def set_(*names):
        monkeypatch.setattr(tracking, "find_spec", lambda name: name in names or None)

    return set_


def trackers(at):
    return [each for each in at.selectbox if each.key == "train.log"]


def commands(at):
    return [line for block in at.code for line in block.value.splitlines() if line.startswith("python")]


def logs():
    return [Wanted.read(job.folder).log for job in queue().jobs()]


def test_where_none_is_installed_one_sentence_says_what_to_install(there):
    there()
    at = opened()
    assert trackers(at) == [] and "`pip install mlflow`, or `wandb`" in " ".join(each.value for each in at.caption)
    start(at).click()
    again(at)
    assert logs() == ["", ""] and not any("--log" in command for command in commands(at))


def test_only_what_is_installed_is_offered(there):
    there("wandb")
    (menu,) = trackers(opened())
    assert menu.options == ["Weights & Biases"] and menu.value is None
    there("wandb", "mlflow")
    assert trackers(opened())[0].options == ["MLflow", "Weights & Biases"]


def test_what_is_chosen_reaches_the_job_and_the_command(there, monkeypatch):
    there("mlflow")
    at = opened()
    assert not any("--log" in command for command in commands(at))
    trackers(at)[0].select("MLflow")
    again(at)
    assert len(commands(at)) == 2 and all(command.endswith(" --log mlflow") for command in commands(at))
    start(at).click()
    again(at)
    assert logs() == ["mlflow", "mlflow"]
    asked = []

    def ask(name):
        asked.append(name)
        raise LossvizError("asked")

    monkeypatch.setattr("lossviz.cli.training.tracker", ask)
    assert main(shlex.split(commands(at)[0])[3:]) == 1
    assert asked == ["mlflow"], "the command line understands it"


@pytest.mark.parametrize("written", ["mlflow", "MLflow"])
def test_a_link_names_it(there, written):
    there("mlflow")
    at = opened(log=written)
    assert trackers(at)[0].value == "mlflow" and not at.warning


def test_a_link_to_one_that_is_not_installed_says_so(there):
    there("mlflow")
    at = opened(log="wandb")
    (warning,) = at.warning
    assert "wandb is not installed on this machine; install it with: pip install wandb." in warning.value.lower()
    assert trackers(at)[0].value is None
