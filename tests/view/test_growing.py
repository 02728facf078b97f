"""A run that grows while it is looked at."""

from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect


def grow(view, times=1):
    for _ in range(times):
        ticks = view.root.locator(".lv-ticks i")
        before = ticks.count()
        view.page.get_by_role("button", name="Grow").click()
        expect(ticks).to_have_count(before + 1)  # a second click before that may count as the same one
    return view


@pytest.fixture
def growing(view):
    """Epochs 0 to 2 of a run."""
    view.open("growing")
    assert view.look()["epoch"] == 2
    return view


def test_who_is_at_the_newest_epoch_goes_on_to_the_next_and_keeps_the_camera(growing):
    x, y = growing.middle()
    turned = growing.drag((x, y), (x + 90, y + 40))["cameras"][0]["turn"]
    state = grow(growing).until(lambda state: state["epoch"] == 3 and not state["playing"])
    assert state["t"] == 3
    assert np.abs(np.subtract(state["cameras"][0]["turn"], turned)).max() < 1e-9
    growing.heard("epoch 3 ")
    grow(growing, 2).until(lambda state: state["epoch"] == 5 and not state["playing"])
    growing.heard("epoch 5 ")
    assert ".e" not in growing.kept(), "who opens the link follows as well"


def test_the_way_to_the_next_epoch_is_shown(growing):
    growing.root.evaluate(
        """root => {
          window.seen = [];
          const look = () => { seen.push(root.lossviz.inspect().t); requestAnimationFrame(look); };
          look();
        }"""
    )
    grow(growing).until(lambda state: state["t"] == 3)
    times = growing.page.evaluate("window.seen")
    assert any(2 < t < 3 for t in times), times[-20:]
    assert all(after >= before for before, after in pairwise(times))


def test_who_went_back_stays_there(growing):
    growing.root.locator(".lv-epoch").press("ArrowLeft")
    growing.heard("epoch 1 ")
    grow(growing)
    growing.until(lambda state: growing.root.locator(".lv-ticks i").count() == 4)
    growing.quiet()
    assert growing.still()["epoch"] == 1
    growing.root.locator(".lv-epoch").press("End")
    growing.heard("epoch 3 ")
    assert grow(growing).until(lambda state: state["epoch"] == 4 and not state["playing"])["t"] == 4


@pytest.mark.parametrize(
    "page", [{"reduced_motion": "reduce", "viewport": {"width": 1280, "height": 860}}], indirect=True
)
def test_who_wants_no_motion_is_put_there_at_once(growing):
    state = grow(growing).until(lambda state: state["epoch"] == 3)
    assert not state["playing"]
    expect(growing.root.locator(".lv-readout")).to_have_text("epoch 3")
