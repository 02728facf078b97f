"""The lab as a page: tabs, figures of papers, links; and what every preset asks for is there."""

from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from lossviz import losses
from lossviz.toy.drawings import DRAWN
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.presets import PRESETS
from lossviz.ui.lab.sections import SECTIONS
from lossviz.ui.lab.thumbnails import thumbnail
from tests.browser import ROOT, serve

ANALYTIC = [preset for preset in PRESETS if preset.section]
ANGULAR_PRESETS = [preset for preset in ANALYTIC if "losses" in preset.state]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with serve(ROOT / "app.py", tmp_path_factory.mktemp("lab") / "server.log") as address:
        yield address


def ready(page, name):
    page.wait_for_function(
        """name => {
            const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.lab-root') ?? null)
                .find(each => each?.lossviz?.inspect().name === name) ?? document.querySelector('.lab-root');
            return root?.lossviz?.inspect().name === name && root.lossviz.inspect().frames > 0;
        }""",
        arg=name,
    )
    from playwright.sync_api import expect

    root = page.locator(".lab-root")
    expect(root).to_have_count(1)  # the one before may linger
    return root


def look(root):
    return root.evaluate("root => root.lossviz.inspect()")


def test_a_figure_is_chosen_and_its_link_opens_the_same(app, page):
    page.goto(f"{app}/lab?section=Figures+of+papers")
    page.get_by_role("button", name="CosFace Fig. 4", exact=True).click()
    state = look(ready(page, "many"))["state"]
    assert state["losses"] == ["cosface"] * 4
    assert [state[f"{i}.margin"] for i in range(4)] == [0, 0.1, 0.2, 0.35]
    page.locator("input[type=range][data-state=count]").press("ArrowRight")
    page.wait_for_function("location.search.includes('count')")
    page.get_by_role("tab", name="Two classes").click()
    assert look(ready(page, "two"))["state"]["losses"] != ["cosface"] * 4
    page.get_by_role("tab", name="Many classes").click()
    state = look(ready(page, "many"))["state"]
    assert state["count"] == 9  # neither forgotten nor overwritten by the preset chosen before
    page.wait_for_function("new URLSearchParams(location.search).get('lab').startsWith('many')")
    page.reload()
    assert look(ready(page, "many"))["state"] == state


def test_a_link_with_nonsense_opens_on_something_allowed(app, page):
    nonsense = "two~losses!nothing*arcface~0.margin!9~0.past_pi!sideways~apart!-4~axes!up"
    page.goto(f"{app}/lab?section=Two+classes&lab={nonsense}")
    state = look(ready(page, "two"))["state"]
    assert state["losses"] == ["arcface"]
    assert state["0.margin"] == 1
    assert state["0.past_pi"] == "fallback"
    assert state["apart"] == 5
    assert state["axes"] == "angle"


def test_a_drag_sends_nothing_to_the_server(app, page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda message: sent.append(len(message))))
    page.goto(f"{app}/lab?section=Two+classes")
    root, before = ready(page, "two"), None
    while before != (before := len(sent)):
        page.wait_for_timeout(700)
    frames = look(root)["frames"]
    for _ in range(12):
        page.locator("input[type=range][data-state=apart]").press("ArrowRight")
    page.wait_for_function("decodeURIComponent(location.search).includes('apart!102')")
    assert look(root)["state"]["apart"] == 102
    assert look(root)["frames"] > frames
    assert len(sent) == before


def test_the_page_runs_without_a_browser():
    at = AppTest.from_file(str(ROOT / "pages" / "lab.py"), default_timeout=120).run()
    assert not at.exception
    assert not at.error
    assert [tab.label for tab in at.tabs] == [section.title for section in SECTIONS] + ["Figures of papers"]
    at.session_state["section"] = "Figures of papers"
    at.run()
    assert not at.exception
    assert {button.label for button in at.button} >= {preset.name for preset in ANALYTIC}
    at.button(key="preset ArcFace Fig. 4 (b)").click().run()
    assert at.session_state["section"] == "Target logit"
    assert at.session_state["lab_command"]["state"]["low"] == 20


def test_every_preset_names_a_section_and_a_source():
    names = {section.name for section in SECTIONS}
    assert {preset.section for preset in ANALYTIC} <= names
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    assert all(preset.url.startswith("http") for preset in PRESETS)
    assert all(preset.page and preset.query for preset in PRESETS if not preset.section)


@pytest.mark.parametrize("preset", ANGULAR_PRESETS, ids=lambda preset: preset.name)
def test_every_preset_asks_for_values_that_the_knobs_allow(preset):
    offered = {loss["key"]: loss for loss in angular_losses()}
    for index, key in enumerate(preset.state["losses"]):
        known = {each["name"] for each in offered[key]["numbers"] + offered[key]["choices"]}
        values = {name[2:]: value for name, value in preset.state.items() if name.startswith(f"{index}.")}
        assert set(values) <= known
        own = {name: value for name, value in values.items() if name in {knob.name for knob in losses.get(key).knobs()}}
        losses.get(key).from_values(own)


@pytest.mark.parametrize("preset", ANALYTIC, ids=lambda preset: preset.name)
def test_every_thumbnail_is_a_picture_of_its_own_state(preset):
    drawing = ElementTree.fromstring(thumbnail(preset))
    assert len(list(drawing.iter())) >= 3
    assert preset.section in {*DRAWN, "sweep"}


def test_a_thumbnail_follows_its_state():
    by_name = {preset.name: preset for preset in PRESETS}
    one = by_name["ArcFace Fig. 5"]
    other = type(one)(one.name, one.says, one.url, one.section, {**one.state, "3.margin": 0.2})
    assert thumbnail(one) != thumbnail(other)
