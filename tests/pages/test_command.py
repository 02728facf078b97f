"""The shell command in the Run tab makes the same run once more."""

import shlex

import pytest

from lossviz import losses, models, runs
from lossviz.cli import main
from lossviz.records import Choice, Config, Settings
from lossviz.report.shell import command


class Asked(Exception):
    """Carries the config that the command line would train."""


@pytest.fixture
def parsed(monkeypatch):
    def stop(config, *_):
        raise Asked(config)

    monkeypatch.setattr("lossviz.cli.training.make_run", stop)

    def parse(text):
        words = shlex.split(text)
        assert words[:3] == ["python", "-m", "lossviz"]
        with pytest.raises(Asked) as caught:
            main(words[3:])
        return caught.value.args[0]

    return parse


def test_it_is_the_runs_own_config(home, explore, parsed):
    for name in ("arcface", "triplet", "wide"):
        at = explore(run=name, below="Run")
        (text,) = [each.value for each in at.code if each.value.startswith("python -m lossviz train")]
        assert parsed(text) == runs.find(name).config


def test_no_knob_of_any_loss_or_net_is_mistaken_for_another(parsed):
    settings = Settings(momentum=0.5, batch_size=77, lr=0.123, augment=False, warm_start=2)
    nets = [Choice(name, _settled(models.get(name)())) for name in models.available()]
    for number, loss in enumerate(losses.available()):
        config = Config(
            Choice(loss, _settled(losses.get(loss)())), Choice("digits"), nets[number % len(nets)], settings
        )
        assert parsed(command(config)) == config


def _settled(owner):
    """Knobs as a run records them: nothing is left to the program."""
    values = {name: value for name, value in owner.values().items() if value is not None}
    return values | ({"embedding_bn": True} if "embedding_bn" in owner.values() else {})
