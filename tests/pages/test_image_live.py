"""Your image in a real browser: an image lands in every picture, and its threshold is dragged over cards and view."""

import pytest
from playwright.sync_api import expect

from lossviz import inference, runs
from tests.pages.driving import Dashboard
from tests.view.conftest import steady

TWO = ["arcface", "flat"]

pytestmark = pytest.mark.usefixtures("home")


class Page(Dashboard):
    """The page with its view and its cards."""

    def open(self, **parameters):
        super().open("image", **parameters)
        self.cards = self.page.locator(".st-key-image_cards .lab-root")
        self.once(lambda: len(self.told()["cards"]) == len(parameters["runs"]))
        return self.settled()

    def told(self):
        """What the cards say, or nothing while they are not there."""
        return self.cards.evaluate("root => root.lossviz?.inspect() ?? { cards: {} }")

    def test_image(self):
        self.page.locator(".st-key-image_test_0 button").first.click()
        self.once(lambda: len(self.guests(0)) == 1 and self.page.locator("[data-bar]").count() > 0)
        return self.settled()

    def guests(self, panel):
        return self.root.evaluate("(root, at) => root.lossviz?.guests(at) ?? []", panel)

    def radii(self):
        """What the view is fed while Python has not heard."""
        return self.page.evaluate("globalThis.lossvizFeeds?.get('image_view')?.radii ?? null")

    def take_hold(self, dx):
        """Drags the first threshold by so many pixels, and does not let it go."""
        handle = self.page.locator("[data-figure=threshold0] [data-handle=threshold]")
        handle.scroll_into_view_if_needed()
        box = steady(handle)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y, steps=6)
        self.once(lambda: self.told()["fed"])


@pytest.fixture
def your(app, page):
    return Page(page, app)


def test_a_test_image_lands_in_every_picture_and_can_be_taken_away_again(your):
    your.open(runs=TWO)
    assert your.guests(0) == your.guests(1) == []
    your.root.evaluate("root => { root.mounted = true; }")
    your.test_image()
    assert [len(your.guests(panel)) for panel in (0, 1)] == [1, 1]
    assert your.guests(0)[0]["key"] == your.guests(1)[0]["key"]
    assert your.root.evaluate("root => root.mounted")  # the view is the same one: nothing of it was sent again
    names = your.page.locator(".im-strip b")
    expect(names).to_have_count(2)
    your.page.locator(".li-images .li-remove").click()
    your.once(lambda: your.guests(0) == your.guests(1) == [])
    expect(names).to_have_count(0)
    your.says("Give it a picture")


def test_a_dragged_threshold_is_seen_in_the_view_at_once_and_heard_when_it_is_let_go_of(your):
    your.open(runs=TWO).test_image()
    your.quiet()
    before, sent = your.told()["cards"], len(your.sent)
    your.take_hold(60)
    during, radii = your.told()["cards"], your.radii()
    for name in TWO:
        assert during[name]["threshold"] > before[name]["threshold"]
        assert radii[name] == pytest.approx(during[name]["threshold"])
    assert len(your.sent) == sent  # Python has heard nothing
    your.page.mouse.up()
    your.once(lambda: not your.told()["fed"])
    assert your.radii() is None
    your.settled()
    after = your.told()
    level = after["state"]["level"]
    assert after["cards"] == during
    for name in TWO:
        run = runs.find(name)
        scores = inference.class_scores(inference.space(run, inference.last_epoch(run)))
        assert scores.far(during[name]["threshold"]) == pytest.approx(10**level, rel=0.3, abs=0.02)
    your.once(lambda: f"level!{level}" in your.page.url)
    your.page.reload()
    your.ready()
    your.once(lambda: your.told().get("state", {}).get("level") == level)


def test_going_to_an_earlier_epoch_and_back_leaves_the_image_and_marks_where_it_was_not(your):
    your.open(runs=["arcface"]).test_image()
    assert your.guests(0)[0]["own"]
    your.root.locator(".lv-epoch").press("Home")
    your.once(lambda: not your.guests(0)[0]["own"])
    your.root.locator(".lv-epoch").press("End")
    your.once(lambda: your.guests(0)[0]["own"])
