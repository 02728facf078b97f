"""What-if in a real browser: while a knob is dragged it shows what the criterion computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from lossviz import losses
from lossviz.toy.whatif import seen, what_if
from lossviz.ui.lab import whatif
from lossviz.ui.lab.mount import CARDS, packed
from lossviz.ui.lab.two_classes import ANGULAR
from tests.lab.still import Still

RNG = np.random.default_rng(8)
CLASSES, COUNT = 6, 240
PROTOTYPES = RNG.normal(size=(CLASSES, 5)).astype(np.float32)
LABELS = np.arange(COUNT) % CLASSES
EMBEDDINGS = (PROTOTYPES[LABELS] + 0.7 * RNG.normal(size=(COUNT, 5))).astype(np.float32) * 3
RUN = SimpleNamespace(id="a-run", config=SimpleNamespace(loss=SimpleNamespace(name="triplet", knobs={})))
FROZEN = (EMBEDDINGS, LABELS, PROTOTYPES, "prototypes")
GRIDS = {
    "normface": [{"scale": s} for s in (1.0, 16.0, 64.0, 128.0)],
    "cosface": [{"margin": m, "scale": s} for m in (0.0, 0.2, 0.35, 1.0) for s in (1.0, 30.0, 128.0)],
    "arcface": [
        {"margin": m, "scale": s, "past_pi": word}
        for m in (0.0, 0.3, 0.5, 1.0)
        for s in (1.0, 30.0, 128.0)
        for word in ("fallback", "plain", "easy")
    ],
    "combined_margin": [
        {"m1": m1, "m2": m2, "m3": m3, "scale": 30.0}
        for m1 in (0.5, 1.3, 2.0)
        for m2 in (0.0, 0.6)
        for m3 in (0.0, 0.4)
    ],
}


def data_of(loss, run=RUN):
    """What the page hands over."""
    found = seen(EMBEDDINGS, LABELS, PROTOTYPES)
    angles = {"theta": packed(found.theta), "cosines": packed(found.cosines)}
    data = whatif._card(run, loss) | angles | {"labels": LABELS.tolist(), "apart": found.apart, "words": "Frozen."}
    return data if data["live"] else data | whatif._answer(loss, FROZEN)


@pytest.fixture
def shown(page, tmp_path):
    return lambda loss, **more: Still(
        page, tmp_path, (*ANGULAR, *CARDS, "whatif_math", "whatif"), data_of(loss), **more
    )


def test_every_loss_is_either_in_the_grid_or_answered_by_python():
    live = {name for name in whatif.angular_names() if whatif._curve(name)["live"]}
    assert live == set(GRIDS)
    assert {"adaface", "curricularface"} <= set(whatif.angular_names()) - live


@pytest.mark.parametrize("key", GRIDS)
def test_loss_violations_and_boundary_equal_the_criterions_over_a_grid(shown, key):
    section, seen_values = shown(losses.get(key)()), set()
    for values in GRIDS[key]:
        loss = losses.get(key)(**values)
        theirs, ours = what_if(loss, EMBEDDINGS, LABELS, PROTOTYPES), section.call("verdict", loss.values())
        assert ours["value"] == pytest.approx(theirs.value, rel=1e-5, abs=1e-5)
        np.testing.assert_allclose(ours["targets"], theirs.target, atol=1e-5)
        on_edge = int((np.abs(theirs.target - np.cos(np.radians(theirs.other))) < 1e-5).sum())
        assert abs(ours["violates"] - theirs.violates.sum()) <= on_edge
        assert ours["wrong"] == theirs.wrong.sum()
        none = ours["boundary"] is None or np.isnan(ours["boundary"])
        assert none == np.isnan(theirs.boundary)
        assert none or ours["boundary"] == pytest.approx(theirs.boundary, abs=1e-5)
        seen_values.add(round(ours["value"], 4))
    assert len(seen_values) > len(GRIDS[key]) / 3  # and they do differ


def printed(section, name):
    return section.page.locator(f"[data-number={name}]").inner_text()


def line(section):
    return section.page.locator("[data-figure=angles] [data-boundary]").get_attribute("d")


def test_numbers_bars_and_boundary_move_before_the_slider_is_let_go_and_not_by_themselves(shown):
    section = shown(losses.get("arcface")(margin=0.5))
    names = ("value", "violates", "wrong", "boundary")
    before, drawn = {name: printed(section, name) for name in names}, line(section)
    bars = section.page.locator("[data-figure=angles] [data-violates]").count()
    section.page.wait_for_timeout(500)
    assert {name: printed(section, name) for name in names} == before
    assert line(section) == drawn
    margin = section.hold("arcface.margin", 0.15)["state"]["arcface.margin"]
    assert margin == pytest.approx(0.15, abs=0.03)
    held = {name: printed(section, name) for name in names}
    theirs = what_if(losses.get("arcface")(margin=margin), EMBEDDINGS, LABELS, PROTOTYPES)
    assert float(held["value"]) == pytest.approx(theirs.value, abs=6e-5)
    assert held["wrong"] == before["wrong"]
    assert float(held["violates"].split()[0]) == pytest.approx(100 * theirs.violates.mean(), abs=0.06)
    assert float(held["boundary"].rstrip("°")) == pytest.approx(theirs.boundary, abs=6e-3)
    assert line(section) != drawn
    assert section.page.locator("[data-figure=angles] [data-violates]").count() < bars
    assert section.page.evaluate("said.heard ?? null") is None  # nothing was asked of Python so far
    section.page.mouse.up()
    section.page.wait_for_function("said.heard")
    assert section.page.evaluate("said.heard.knobs.arcface.margin") == pytest.approx(margin)


def test_a_scale_moves_the_logits_and_not_who_violates(shown):
    section = shown(losses.get("cosface")(margin=0.3))
    before = section.look()
    held = section.hold("cosface.scale", 0.9)
    section.page.mouse.up()
    assert held["value"] != pytest.approx(before["value"], rel=0.05)
    assert held["violates"] == before["violates"]
    assert held["figures"]["logits"]["x"][1] > before["figures"]["logits"]["x"][1]


def test_a_loss_that_the_browser_cannot_compute_is_asked_for_on_the_way_and_says_so(shown):
    section = shown(losses.get("adaface")())
    assert "on the server" in section.page.locator(".lab-controls").inner_text()
    before = printed(section, "value")
    section.hold("adaface.margin", 0.9)
    section.page.wait_for_function("said.heard")
    assert printed(section, "value") == before
    while True:  # the slider may have been on its way still when it first asked: then it asks again once it is answered
        heard = section.page.evaluate("said.heard.knobs.adaface")
        answer = data_of(losses.get("adaface").from_values(heard))
        section.page.evaluate("data => give({ ...data, command: null })", answer)
        if section.look()["fresh"]:
            break
        section.page.wait_for_function(f"said.heard.knobs.adaface.margin !== {heard['margin']}")
    assert float(printed(section, "value")) > float(before)
    section.page.mouse.up()


def test_what_was_moved_on_one_run_is_not_taken_to_another(shown):
    section = shown(losses.get("arcface")())
    section.hold("arcface.margin", 0.1)
    section.page.mouse.up()
    other = SimpleNamespace(
        id="another", config=SimpleNamespace(loss=SimpleNamespace(name="arcface", knobs={"margin": 0.77}))
    )
    loss = losses.get("arcface")(margin=0.77)
    section.page.evaluate("data => give({ ...data, command: null })", data_of(loss, other))
    assert section.until("s.state.run === 'another'")["state"]["arcface.margin"] == 0.77


def test_a_letter_lights_the_boundary_the_boundary_lights_its_letter(shown):
    section = shown(losses.get("arcface")())
    boundary = section.page.locator("[data-figure=angles] [data-boundary]")
    thin = float(boundary.get_attribute("stroke-width"))
    section.page.locator("[data-card] [tabindex][data-symbol='arcface.margin']").first.focus()
    section.until("s.lit === 'arcface.margin'")
    assert float(boundary.get_attribute("stroke-width")) > thin
    section.page.locator("[data-card] [tabindex][data-symbol='arcface.scale']").first.focus()
    section.until("s.lit === 'arcface.scale'")
    assert float(boundary.get_attribute("stroke-width")) == thin
    section.page.locator("[data-typed='arcface.scale']").evaluate("field => field.blur()")
    section.page.evaluate("document.activeElement.blur()")
    box = boundary.evaluate("line => line.getBoundingClientRect().toJSON()")  # in one step: it is drawn anew on the way
    section.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.6)
    section.until("s.lit === 'arcface.margin'")
    assert section.page.locator("[data-card] [data-symbol='arcface.margin'].lab-lit").count() >= 2
    section.page.mouse.move(5, 5)
    section.until("s.lit === null")
