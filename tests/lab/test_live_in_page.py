"""Sphere and toy on the page itself: the embedding view follows a knob that is still held."""

import time

import pytest

from tests.browser import PATIENCE, ROOT, serve
from tests.view.conftest import steady


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with serve(ROOT / "app.py", tmp_path_factory.mktemp("live") / "server.log") as address:
        yield address


def lab(page):
    return page.locator(".lab-root", has=page.locator("[data-card], [data-slot]"))


def hold(page, state, part):
    """Drags a slider, and does not let it go."""
    slider = page.locator(f"input[type=range][data-state='{state}']")
    slider.scroll_into_view_if_needed()
    box = steady(slider)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + part * (box["width"] - 16), box["y"] + box["height"] / 2, steps=6)


LEAD = """(root, [panel, degrees]) => {
    if (!root.view?.frames[panel]?.moment || !root.lossviz) return NaN;  // it is drawn anew
    const { panel: { prototypes, axes, radius }, moment } = root.view.frames[panel];
    const part = (axis) => prototypes.positions[(moment.a * axes + axis) * prototypes.count] * prototypes.unit;
    const weight = [part(0), part(1), axes === 3 ? part(2) : 0], unit = (p) => p.map((each) => each / Math.hypot(...p));
    const at = unit(weight), way = unit([-at[1], at[0], 0]), turn = degrees * Math.PI / 180;
    const place = at.map((each, i) => radius * (each * Math.cos(turn) + way[i] * Math.sin(turn)));
    return root.lossviz.verdict(panel, place).lead;
}"""


def lead(page, panel, degrees):
    """By how much of a product a panel's first class has the place so far from its weight, margin taken off."""
    return page.locator(".lv-root").evaluate(LEAD, [panel, degrees])


def until(page, good):
    end = time.monotonic() + PATIENCE / 1000
    while not (found := good()):
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(60)
    return found


def rest(page, number):
    """What a number has come to."""
    before = None
    while before != (before := number()):
        page.wait_for_timeout(400)
    return before


def test_the_spheres_caps_follow_a_held_margin_and_the_number_of_classes(app, page):
    page.goto(f"{app}/lab?section=Sphere&lab=sphere~losses!cosface~0.margin!0.1")
    lab(page).wait_for()
    view = page.locator(".lv-root")
    until(
        page,
        lambda: view.evaluate("root => root.view?.frames.length === 1 && root.view.model.panels[0].title") == "CosFace",
    )
    before = rest(page, lambda: lead(page, 0, 12))
    hold(page, "0.margin", 0.45)
    assert until(page, lambda: lead(page, 0, 12) < before - 0.2)
    page.mouse.up()
    hold(page, "count", 0.9)
    assert until(page, lambda: view.evaluate("root => root.view.model.panels[0].count") > 18)
    page.mouse.up()
    assert page.get_by_test_id("stException").count() == 0


def test_a_toys_regions_follow_a_held_margin_and_training_follows_the_release(app, page):
    page.goto(f"{app}/lab?section=Trained+toy&toy=CosFace&toy.steps=40&toy.points=60")
    view = page.locator(".lv-root")
    until(page, lambda: view.count() and view.evaluate("root => root.view?.frames.length === 1"))
    until(page, lambda: lab(page).evaluate("root => root.lossviz?.inspect().told"))
    before = rest(page, lambda: lead(page, 0, 5))
    places = view.evaluate("root => [...root.view.model.panels[0].positions]")
    hold(page, "cosface.margin", 0.95)
    assert until(page, lambda: lead(page, 0, 5) < before - 0.3)
    assert view.evaluate("root => [...root.view.model.panels[0].positions]") == places  # held: nothing was trained
    assert lab(page).evaluate("root => root.lossviz.inspect().fed") == ["cosface", "cosface-warm"]
    page.mouse.up()
    until(page, lambda: view.evaluate("root => [...(root.view?.model.panels[0].positions ?? [])]") not in ([], places))
    until(page, lambda: lab(page).evaluate("root => root.lossviz.inspect().fed.length === 0"))
    assert until(page, lambda: lead(page, 0, 5) < before - 0.3)
    page.wait_for_function("decodeURIComponent(location.search).includes('cosface.margin')")
    assert page.get_by_test_id("stException").count() == 0
