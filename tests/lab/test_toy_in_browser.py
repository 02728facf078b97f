"""A toy training on the page: made in the background, played, with its regions following the slider."""

import time

import pytest

from tests.browser import PATIENCE, ROOT, serve


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with serve(ROOT / "app.py", tmp_path_factory.mktemp("toy") / "server.log") as address:
        yield address


REGIONS = ".st-key-lab_regions .lab-root"


def look(page, root):
    return page.locator(root).evaluate("root => root.lossviz?.inspect() ?? null")


def until(page, root, good):
    """What the inspection handle says once ``good`` is true of it."""
    end = time.monotonic() + PATIENCE / 1000
    while True:
        state = look(page, root)
        if state and good(state):
            return state
        assert time.monotonic() < end, f"waited in vain: {str(state)[:800]}"
        page.wait_for_timeout(60)


def test_a_training_is_made_played_and_its_regions_follow(app, page):
    page.goto(f"{app}/lab?section=Trained+toy&toy=Softmax&toy=CosFace&toy.steps=40&toy.points=60&toy.start=Both")
    page.locator(REGIONS).wait_for()
    view = until(page, ".lv-root", lambda state: len(state["panels"]) == 3)
    assert [panel["key"] for panel in view["panels"]] == ["softmax", "cosface", "cosface-warm"]
    last = until(page, REGIONS, lambda state: state["step"] == 40)["panels"]
    page.locator(".lv-epoch").press("Home")
    first = until(page, REGIONS, lambda state: state["step"] == 0)["panels"]
    assert [panel["key"] for panel in first] == ["softmax", "cosface", "cosface-warm"]
    assert first[1]["prototypes"] == first[2]["prototypes"]  # one start
    assert all(a["prototypes"] != b["prototypes"] for a, b in zip(first, last, strict=True))
    page.locator(".lv-root").get_by_role("button", name="Play", exact=True).click()
    until(page, ".lv-root", lambda state: state["t"] > 3)  # to its end: it might be there before Pause is pressed
    until(page, REGIONS, lambda state: state["step"] > 2)
    assert page.get_by_test_id("stException").count() == 0
