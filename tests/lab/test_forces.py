"""Forces and pair weights in the browser: arrows are the criteria's gradients, points are dragged by mouse and keys."""

import numpy as np
import pytest

from lossviz import losses
from lossviz.toy.cloud import Cloud, CloudKnobs
from lossviz.ui.lab import batch, forces, told
from lossviz.ui.lab.mount import CARDS
from tests.lab.still import Still

KNOBS, POINTS, NAME = CloudKnobs(classes=3, overlap=0.6), 12, "a cloud"


def force_data(said, monkeypatch):
    """What the page's script would send for what was heard."""
    heard = {"lab_forces": {"heard": {"cloud": NAME, "moved": [], **said}}}
    monkeypatch.setattr(told.st, "session_state", heard)
    monkeypatch.setattr(told.st, "query_params", {})
    chosen = told.told_losses(("softmax", "arcface"), "lab_forces", "forces")
    cloud, kept = batch.moved_cloud("lab_forces", NAME, KNOBS, POINTS)
    panels = [forces._force_panel(loss, cloud, 3) for loss in chosen]
    data = batch.batch_data(cloud, kept, KNOBS, POINTS, NAME) | told.cards(chosen)
    return {**data, "panels": panels, "command": None}


@pytest.fixture
def shown(page, tmp_path, monkeypatch):
    return Still(page, tmp_path, ("arrow", *CARDS, "batch", "forces"), force_data({}, monkeypatch))


def answer(section, monkeypatch):
    """Plays Python: gives back what follows from what is said, until nothing newer is said."""
    while True:
        section.page.wait_for_function("said.heard")
        heard = section.page.evaluate("said.heard")
        section.page.evaluate("data => { said.heard = null; give(data); }", force_data(heard, monkeypatch))
        section.page.wait_for_function(
            "said.heard || document.querySelector('.lab-root').lossviz.inspect().fresh"  # a drag tells on its way too
        )
        if section.look()["fresh"]:
            return heard


def test_a_dragged_point_is_told_and_the_arrows_follow_without_letting_go_of_it(shown, monkeypatch):
    before = shown.look()
    node = shown.handle("softmax", "x11").element_handle()
    shown.drag("softmax", "x11", 45, -30)
    assert not shown.look()["fresh"]
    heard = answer(shown, monkeypatch)
    after = shown.until("s.fresh")
    assert heard["moved"][0] == 11
    assert after["places"][11] == heard["moved"][1:]
    assert after["places"][:11] == before["places"][:11]
    assert node.evaluate("node => node.isConnected")
    assert after["panels"][0]["vectors"] != before["panels"][0]["vectors"]


def test_arrow_keys_move_a_point_and_it_can_be_put_back(shown, monkeypatch):
    before = shown.look()["places"][2]
    shown.handle("arcface", "x2").press("ArrowRight")
    answer(shown, monkeypatch)
    assert shown.until("s.fresh")["places"][2][0] == pytest.approx(before[0] + 0.05, abs=1e-3)
    shown.page.locator("[data-does=reset]").click()
    answer(shown, monkeypatch)
    assert shown.until("s.fresh")["places"][2] == before


def test_rings_mark_exactly_the_ignored_points(shown):
    panel = shown.look()["panels"][1]
    strengths = np.linalg.norm(panel["vectors"], axis=1)
    ignored = set(np.flatnonzero(strengths <= 0.01 * strengths.max()).tolist())
    rings = shown.page.locator("[data-figure=arcface] [data-ignored]")
    assert {int(ring.get_attribute("data-ignored")) for ring in rings.all()} == ignored
    assert 0 < len(ignored) < POINTS


def test_moves_on_another_cloud_or_nonsense_in_a_link_count_for_nothing(shown):
    section = shown.page
    data = section.evaluate("document.querySelector('.lab-root').lab.data")
    sane = "([state, data]) => document.querySelector('.lab-root').lab.section.sane(state, data)"
    knobs = section.evaluate("document.querySelector('.lab-root').lab.state")
    state = {**knobs, "moved": [1, 0.5, 0.5], "cloud": "another", "length": 1}
    assert section.evaluate(sane, [state, data])["moved"] == []
    good = {**state, "cloud": NAME}
    assert section.evaluate(sane, [good, data])["moved"] == [1, 0.5, 0.5]
    assert section.evaluate(sane, [{**good, "moved": [99, 0.5, 0.5, 1, 77, 0]}, data])["moved"] == [1, 1.9, 0]


def test_a_dragged_knob_is_told_before_it_is_let_go_and_the_arrows_follow(shown, monkeypatch):
    before = shown.look()["panels"][1]
    margin = shown.hold("arcface.margin", 0.9)["state"]["arcface.margin"]
    heard = shown.heard("heard.knobs.arcface.margin === s.state['arcface.margin']")
    assert heard["knobs"]["arcface"]["margin"] == pytest.approx(margin)
    shown.page.evaluate("data => give(data)", force_data(heard, monkeypatch))
    held = shown.until("s.fresh")["panels"][1]
    assert held["value"] > before["value"] + 0.1
    assert held["vectors"] != before["vectors"]
    shown.page.mouse.up()


def test_pointing_at_a_letter_of_a_formula_lights_its_losss_arrows_and_leaving_it_puts_them_out(shown):
    def strokes(figure):
        arrows = shown.page.locator(f"[data-figure={figure}] [data-arrow=force]")
        return set(arrows.evaluate_all("all => all.map(each => each.getAttribute('stroke'))"))

    plain = strokes("arcface"), strokes("softmax")
    shown.page.locator("[data-card=arcface] math [data-symbol='arcface.margin']").first.focus()
    shown.until("s.lit === 'arcface.margin'")
    assert strokes("arcface").isdisjoint(plain[0])
    assert strokes("softmax") == plain[1]
    assert shown.page.locator("[data-card=arcface] .lab-lit").count() >= 2  # the letter and its value
    shown.page.locator("[data-does=reset]").focus()
    shown.until("s.lit === null")
    assert (strokes("arcface"), strokes("softmax")) == plain


@pytest.mark.parametrize("dark", [False, True])
def test_edges_are_as_thick_as_the_weights(page, tmp_path, dark):
    from lossviz.toy.edges import pair_weights

    cloud = batch.make_cloud(KNOBS, 2, POINTS)
    found = pair_weights(losses.get("lifted")(), cloud.points, cloud.labels, "distance")
    panel = {"key": "lifted", "title": "Lifted", "by": "distance", "value": found.value}
    data = batch.batch_data(Cloud(cloud.points, cloud.labels), [], KNOBS, POINTS, NAME)
    data["panels"] = [{**panel, "weights": found.weights.tolist()}]
    data |= told.cards([losses.get("lifted")()])
    Still(page, tmp_path, (*CARDS, "batch", "edges"), data, dark=dark)
    lines = page.locator("[data-edge]").all()
    assert len(lines) > 20
    heaviest = np.abs(found.weights).max()
    for line in lines:
        i, j = (int(part) for part in line.get_attribute("data-edge").split("-"))
        share = abs(found.weights[i, j]) / heaviest
        assert float(line.get_attribute("stroke-width")) == pytest.approx(max(9 * share, 0.4), rel=1e-6)
        dashed = line.get_attribute("stroke-dasharray") is not None
        assert dashed == (cloud.labels[i] != cloud.labels[j])
