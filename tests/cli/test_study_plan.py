"""``study --plan``: says what it measures, and tells what it knows when it is cut short."""

import json

import pytest

from lossviz import data
from lossviz.cli import main
from lossviz.jobs.rates import Rate
from tests.studies.made import TEXT, InThisProcess


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A study of two nets, as a file of one's own."""
    monkeypatch.setattr("lossviz.cli.studies.LocalRunner", InThisProcess)
    data.open_set("digits")
    path = tmp_path / "two.toml"
    path.write_text(TEXT + '\n[[model]]\nname = "convnet"\n')
    return str(path)


def out(capsys, *words):
    assert main(["study", *words]) == 0
    return capsys.readouterr().out


def measures(monkeypatch, interrupted_at=None):
    """Measurements that take no time; Ctrl-C is pressed in the one given."""
    asked = []

    def measure(config, shape, classes, began):
        asked.append(config.model.name)
        if len(asked) == interrupted_at:
            raise KeyboardInterrupt
        return Rate(100.0, 400.0, 4.0)

    monkeypatch.setattr("lossviz.cli.studies.rates.measure", measure)
    return asked


def test_each_measurement_is_announced_and_made_once(capsys, file, monkeypatch):
    asked = measures(monkeypatch)
    text = out(capsys, file, "--plan")
    assert "measuring 1 of 2: mlp on images of 1x8x8, 32 at a time\n" in text
    assert "measuring 2 of 2: convnet on images of 1x8x8, 32 at a time\n" in text
    assert asked == ["mlp", "convnet"] and "on this machine." in text and "not known" not in text
    assert "measuring" not in out(capsys, file, "--plan") and len(asked) == 2, "what is known is not measured again"


def test_ctrl_c_tells_what_is_known_so_far_and_the_next_call_goes_on(capsys, file, monkeypatch):
    asked = measures(monkeypatch, interrupted_at=2)
    text = out(capsys, file, "--plan")
    assert "Measured no further; the same command goes on." in text
    assert "on this machine for 8 of the 16 that are left." in text
    assert "How long it takes is not known: how fast this machine trains such a net was not measured." in text
    again = out(capsys, file, "--plan")
    assert asked == ["mlp", "convnet", "convnet"] and "measuring 1 of 1: convnet" in again
    assert "of the 16 that are left" not in again and "not known" not in again


def test_json_is_json_alone(capsys, file, monkeypatch):
    measures(monkeypatch, interrupted_at=2)
    found = json.loads(out(capsys, file, "--plan", "--json"))
    assert found["seconds"] is None and found["known"]["trainings"] == 8 and found["known"]["seconds"] > 8
    whole = json.loads(out(capsys, file, "--plan", "--json"))
    assert whole["seconds"] == whole["known"]["seconds"] and whole["known"]["trainings"] == 16
