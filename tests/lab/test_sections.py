"""Every section of pairs, batches and trainings opens without a browser, follows its widgets, and gives its data."""

import argparse
import json
import time
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from lossviz import runs
from lossviz.cli.training import add_train
from lossviz.ui.lab.presets import PRESETS
from tests.browser import ROOT
from tests.pages.conftest import home, homes  # noqa: F401  (fixtures: tiny runs)
from tests.pages.reading import payload

PATIENCE = 180


def section(name, **parameters):
    """The section called ``name`` at an address."""

    def page():
        import streamlit as st

        from lossviz.ui.lab.sections import SECTIONS

        next(each for each in SECTIONS if each.name == st.query_params["only"]).draw()

    at = AppTest.from_function(page, default_timeout=PATIENCE)
    at.query_params["only"] = name
    for key, value in parameters.items():
        at.query_params[key] = value
    return again(at)


def again(at):
    at.run()
    assert not at.exception, at.exception
    return at


def mounted(at):
    """What the section's component was given."""
    return json.loads(at.get("bidi_component")[0].proto.json)


@pytest.mark.parametrize("name", ["pairs", "plane", "unified"])
def test_sections_that_live_in_the_browser_are_given_the_knobs_ranges(name):
    spans = [value for value in mounted(section(name)).values() if isinstance(value, dict)]
    assert spans
    assert all(each["low"] < each["default"] <= each["high"] for each in spans)


def test_forces_follow_losses_knobs_and_points():
    at = section("forces", **{"forces": "ArcFace", "forces.points": "45"})
    data = mounted(at)
    assert [panel["key"] for panel in data["panels"]] == ["arcface"]
    assert len(data["points"]) == len(data["panels"][0]["vectors"]) == 45
    other = mounted(
        section("forces", **{"forces": "ArcFace", "forces.points": "45", "lab": "forces~arcface.margin!0.0"})
    )
    assert other["knobs"]["arcface"]["margin"] == 0
    assert other["panels"][0]["value"] < data["panels"][0]["value"]
    at.multiselect(key="forces").set_value([])
    assert [each.value for each in again(at).info] == ["Choose at least one loss."]


def test_pair_weights_are_symmetric_and_of_the_chosen_losses():
    panels = mounted(section("edges"))["panels"]
    assert [panel["by"] for panel in panels] == ["product", "distance"]
    for panel in panels:
        assert len(panel["weights"]) == 16
        assert panel["weights"][1][5] == pytest.approx(panel["weights"][5][1])


def trained(at):
    """The section once its training is over."""
    end = time.monotonic() + PATIENCE
    while not any(each.proto.bytes for each in at.get("bidi_component")):
        assert time.monotonic() < end, "the training did not end"
        time.sleep(0.2)
        again(at)
    return at


def test_a_toy_training_is_played_in_the_view_and_its_start_compared():
    knobs = {"toy": "ArcFace", "toy.start": "Both", "toy.steps": "20", "toy.points": "60"}
    at = trained(section("toy", **knobs))
    panels = payload(at)[0]["panels"]
    assert [panel["title"] for panel in panels] == ["ArcFace", "ArcFace (warm)"]
    assert panels[0]["epochs"] == list(range(21))
    assert all(panel["sphere"] for panel in panels)
    cold = trained(section("toy", **{**knobs, "toy.start": "Cold"}))
    assert [panel["title"] for panel in payload(cold)[0]["panels"]] == ["ArcFace"]


def test_a_margin_that_cannot_be_met_is_explained():
    knobs = {"toy": "CosFace", "toy.steps": "20", "toy.points": "60", "toy.cloud.classes": "12"}
    assert any("cannot be met" in each.value for each in trained(section("toy", **knobs)).warning)


@pytest.mark.usefixtures("home")
def test_what_if_hands_over_angles_and_begins_with_the_runs_own_knobs():
    at = section("whatif", **{"whatif.run": "arcface"})
    data, run = mounted(at), runs.find("arcface")
    assert data["live"]
    assert data["knobs"]["arcface"]["margin"] == run.config.loss.knobs["margin"]
    assert len(data["labels"]) == len(run.samples["probe"].labels)
    moved = mounted(section("whatif", **{"whatif.run": "arcface", "lab": "whatif~arcface.margin!0.07~run!arcface"}))
    assert moved["knobs"]["arcface"]["margin"] == 0.07
    elsewhere = mounted(section("whatif", **{"whatif.run": "arcface", "lab": "whatif~arcface.margin!0.07~run!triplet"}))
    assert elsewhere["knobs"] == data["knobs"]


@pytest.mark.usefixtures("home")
def test_a_loss_whose_value_does_not_follow_from_angles_is_answered_by_the_criterion():
    opened = {"whatif.run": "triplet", "whatif.loss.triplet": "AdaFace"}
    data = mounted(section("whatif", **opened))
    assert data["live"] is False
    more = mounted(section("whatif", **opened, lab="whatif~adaface.margin!0.9~run!triplet"))
    assert more["answer"]["value"] > data["answer"]["value"]
    assert more["answer"]["violates"] >= data["answer"]["violates"]


@pytest.mark.usefixtures("home")
def test_the_command_and_the_form_to_train_with_these_knobs_are_filled_in():
    at = section("whatif", **{"whatif.run": "triplet", "lab": "whatif~arcface.margin!0.35~run!triplet"})
    words = at.code[0].value.split()
    parser = argparse.ArgumentParser()
    add_train(parser, words[3:])
    read, unknown = parser.parse_known_args(words[4:])
    assert words[:4] == ["python", "-m", "lossviz", "train"] and not unknown
    config = runs.find("triplet").config
    assert (read.loss, read.dataset, read.model) == ("arcface", config.data.name, config.model.name)
    assert float(read.margin) == 0.35 and int(read.epochs) == config.settings.epochs
    (link,) = [each.value for each in at.markdown if "Train with these knobs" in each.value]
    query = parse_qsl(link.rpartition("?")[2].rstrip(")"))
    form = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=PATIENCE)
    for name, value in query:
        form.query_params[name] = value
    again(form)
    assert form.slider(key="train.loss.arcface.margin").value == 0.35
    assert dict(query)["train.dataset"].lower().startswith(config.data.name)


@pytest.mark.parametrize("preset", [each for each in PRESETS if each.widgets], ids=lambda preset: preset.name)
def test_a_presets_widgets_are_there_and_take_its_values(preset):
    at = section(preset.section)
    for key, value in preset.widgets.items():
        at.session_state[key] = value
    again(at)
    for key, value in preset.widgets.items():
        assert at.session_state[key] == value
    kinds = ("multiselect", "slider", "button_group", "selectbox", "text_input", "number_input", "toggle")
    drawn = {each.key for kind in kinds for each in at.get(kind)}
    assert set(preset.widgets) <= drawn


def test_a_preset_opens_its_section_with_its_widgets():
    at = AppTest.from_file(str(ROOT / "pages" / "lab.py"), default_timeout=PATIENCE)
    at.session_state["section"] = "Figures of papers"
    at.run()
    at.button(key="preset NormFace Fig. 4").click()
    again(at)
    assert at.session_state["section"] == "Forces"
    assert at.multiselect(key="forces").value == ["normface", "softmax"]
    assert [panel["key"] for panel in mounted(at)["panels"]] == ["normface", "softmax"]
