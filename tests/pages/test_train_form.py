"""The form of the Train page: what is filled in is what is put into the queue, once."""

import re
import shlex

import pytest
import streamlit as st

from lossviz.cli import main
from lossviz.jobs.rates import Rate
from lossviz.records import Choice, Config, Settings
from lossviz.ui.queueing import queue
from lossviz.ui.train.presets import PRESETS
from tests.pages.conftest import _opened

pytestmark = pytest.mark.usefixtures("no_runs", "known_speed")


@pytest.fixture
def known_speed(monkeypatch):
    """The machine has been measured, so that no process does it."""
    monkeypatch.setattr("lossviz.ui.train.estimate.rates.measured", lambda wanted: Rate(1000.0, 1000.0, 5.0))


def opened(**query):
    """The page at an address; ``_`` stands for a dot in names of the query."""
    return _opened("train", **{f"train.{key.replace('__', '.')}": value for key, value in query.items()})


def again(at):
    at.run()
    assert not at.exception, at.exception
    return at


def start(at):
    """The Start button."""
    return next(each for each in at.button if each.key.startswith("train start"))


def press(at, label):
    """Press the button that is called so."""
    next(each for each in at.button if each.label.strip("*") == label).click()
    return again(at)


def queued():
    return [job.config for job in queue().jobs()]


class Asked(Exception):
    """Carries the config that the command line would train."""


@pytest.fixture
def parsed(monkeypatch):
    """``parsed(command)``: what the command line makes of it."""

    def stop(config, *_):
        raise Asked(config)

    def parse(text):
        words = shlex.split(text)
        with pytest.raises(Asked) as caught:
            main(words[3:])
        return caught.value.args[0]

    monkeypatch.setattr("lossviz.cli.training.make_run", stop)
    return parse


def test_it_opens_ready_to_start():
    at = opened()
    assert start(at).label == "Start 2 runs" and not start(at).disabled
    assert at.multiselect(key="train.losses").value == ["softmax", "arcface"]
    start(at).click()
    again(at)
    assert queued() == [Config(Choice(name), Choice("digits"), Choice("convnet")) for name in ("softmax", "arcface")]
    assert {job.group for job in queue().jobs()} == {"softmax-arcface-digits"}
    assert [job.id for job in queue().jobs()] == ["softmax-arcface-digits-softmax", "softmax-arcface-digits-arcface"]


def test_a_second_group_like_the_first_gets_a_name_of_its_own():
    for number in range(2):
        at = opened()
        start(at).click()
        again(at)
        assert len(queue().jobs()) == 2 + 2 * number
    assert {job.group for job in queue().jobs()} == {"softmax-arcface-digits", "softmax-arcface-digits-2"}


LINK = {
    "losses": ["CosFace", "Triplet"],
    "model": "MLP",
    "loss__cosface__margin": "0.2",
    "loss__triplet__mining": "all",
    "model__mlp__layers": "3",
    "epochs": "4",
    "limit": "300",
    "dim": "8",
    "seed": "0-1",
    "vary": "CosFace: margin (cosine)",
    "values": "0.1, 0.3",
    "optimizer": "sgd",
    "lr": "0.05",
    "augment": "false",
    "warm_start": "1",
}


def test_all_that_a_link_says_is_started_and_is_what_the_commands_say(parsed):
    at = opened(**LINK)
    commands = [line for block in at.code for line in block.value.splitlines() if line.startswith("python")]
    start(at).click()
    again(at)
    settings = Settings(epochs=4, limit=300, dim=8, optimizer="sgd", lr=0.05, augment=False, warm_start=1)
    assert len(queued()) == 6
    assert [parsed(command) for command in commands] == queued()
    assert {config.settings.seed for config in queued()} == {0, 1}
    assert all(
        Settings.from_values({**config.settings.values(), "seed": 0}) == settings
        and config.model == Choice("mlp", {"layers": 3})
        for config in queued()
    )
    assert [dict(config.loss.knobs) for config in queued()[::2]] == [
        {"margin": 0.1},
        {"margin": 0.3},
        {"mining": "all"},
    ]


def test_one_run_has_one_command_and_no_group(parsed):
    at = opened(losses="softmax")
    assert start(at).label == "Start"
    (command,) = [block.value for block in at.code if block.value.startswith("python")]
    start(at).click()
    again(at)
    assert [parsed(command)] == queued() and queue().jobs()[0].group == ""


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"seed": ""}, "at least one seed"),
        ({"warm_start": "5", "epochs": "5"}, "leaves none of the 5 epochs"),
        ({"seed": "0-49", "losses": ["Softmax", "ArcFace", "CosFace"]}, "150 runs, and 100 at most"),
    ],
)
def test_what_cannot_be_trained_is_said_and_not_started(query, words):
    at = opened(**query)
    if query.get("seed") == "":
        at.text_input(key="train.seed").set_value(" ")
        again(at)
    assert start(at).disabled
    assert any(words in each.value for each in at.error)


def test_without_a_loss_there_is_nothing_to_start():
    at = opened()
    at.multiselect(key="train.losses").set_value([])
    again(at)
    assert start(at).disabled and any("at least one loss" in each.value for each in at.error)


def test_a_link_with_mistakes_is_told_and_the_rest_filled_in():
    at = opened(losses=["softmax", "arcfase"], epochs="3", dim="1")
    (told,) = [each.value for each in at.warning]
    assert "arcfase" in told and "dim must be" in told
    assert at.multiselect(key="train.losses").value == ["softmax"]
    assert at.number_input(key="train.epochs").value == 3
    assert not press(at, "Understood").warning


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_fills_in_the_form_and_starts_nothing(preset):
    at = opened(seed="3", epochs="77", losses="center", loss__center__alpha="0.9")
    press(at, preset.name)
    assert not queue().jobs() and not at.warning
    assert at.multiselect(key="train.losses").value == [loss.name for loss in preset.losses]
    assert at.selectbox(key="train.dataset").value == preset.data
    assert at.text_input(key="train.seed").value == "0"
    assert at.number_input(key="train.epochs").value == preset.config().settings.epochs
    if any(block.value.startswith("python") for block in at.code):
        start(at).click()
        again(at)
        made = queued()
        assert made[0].settings == preset.config().settings and made[0].model == preset.model
        assert {config.loss.name for config in made} == {loss.name for loss in preset.losses}
        assert len(made) == (5 if preset.vary else len(preset.losses))
        if preset.vary:
            assert [config.loss.knobs.get("margin", 0.5) for config in made] == [0, 0.2, 0.4, 0.6, 0.8]


def test_several_values_are_offered_for_the_knob_that_is_picked():
    at = opened(losses="ArcFace")
    at.selectbox(key="train.vary").set_value("loss.arcface.margin")
    again(at)
    assert at.text_input(key="train.values").value == "0, 0.25, 0.5, 0.75, 1"
    assert start(at).label == "Start 5 runs"
    at.text_input(key="train.values").set_value("0.1, 0.2")
    again(at)
    at.selectbox(key="train.vary").set_value("setting.train.dim")
    again(at)
    assert start(at).label == "Start 5 runs" and at.text_input(key="train.values").value.startswith("2, ")
    at.selectbox(key="train.vary").set_value(None)
    assert start(again(at)).label == "Start"
    at.selectbox(key="train.vary").set_value("loss.arcface.margin")
    again(at)
    assert start(at).label == "Start 2 runs" and at.text_input(key="train.values").value == "0.1, 0.2"


def test_changed_knobs_are_named_and_go_back_at_a_click():
    at = opened(losses="ArcFace")
    at.slider(key="train.loss.arcface.margin").set_value(0.3)
    again(at)
    assert [each.label for each in at.expander if each.label.startswith("ArcFace")] == ["ArcFace: **margin 0.3**"]
    press(at, "Reset to defaults")
    assert at.slider(key="train.loss.arcface.margin").value == 0.5
    assert [each.label for each in at.expander if each.label.startswith("ArcFace")] == ["ArcFace: defaults"]


def test_a_set_that_must_be_downloaded_says_so_and_what_is_here(monkeypatch, tmp_path):
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "empty"))
    st.cache_data.clear()
    at = opened(dataset="mnist")
    (told,) = [each.value for each in at.caption if "Must be downloaded" in each.value]
    assert "12 MB" in told and "Digits" in told and re.search("70,000 images of 10 classes", told)


def test_a_folder_that_was_added_can_be_trained_on(monkeypatch, tmp_path):
    import numpy as np
    from PIL import Image

    from lossviz import data

    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "data"))
    st.cache_data.clear()
    for side, label in enumerate(("cats", "dogs")):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for number in range(8):
            noise = np.random.default_rng(8 * side + number).integers(0, 255, (16, 16), np.uint8)
            Image.fromarray(noise).save(tmp_path / "pets" / label / f"{number}.png")
    data.register_folder("pets", tmp_path / "pets", options=data.FolderOptions(size=16))
    at = opened(dataset="pets", losses="softmax")
    assert any("16 images of 2 classes, 16 by 16" in each.value for each in at.caption)
    start(at).click()
    again(at)
    assert queued()[0].data == Choice("pets")


def test_two_clicks_are_one_start_and_two_sessions_are_two():
    first, second = opened(losses="softmax"), opened(losses="softmax")
    button = start(first)
    button.click()
    again(first)
    start(first).click()  # the second half of a double click, on the button as it was drawn anew
    again(first)
    assert len(queue().jobs()) == 1
    start(second).click()
    again(second)
    assert len(queue().jobs()) == 2


def test_a_press_that_is_no_double_click_starts_again(monkeypatch):
    monkeypatch.setattr("lossviz.ui.train.start.HAND", 0.0)
    at = opened(losses="softmax")
    for number in (1, 2):
        start(at).click()
        again(at)
        assert len(queue().jobs()) == number
