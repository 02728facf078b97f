"""Your image as a person meets it: what is drawn on the pad is seen for what it is, enrolled, and found again."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import ROOT, serve
from tests.view.conftest import steady

RUNS = ("mnist-softmax", "mnist-arcface", "mnist-center", "mnist-triplet")


def arc(x, y, wide, high, begin, end):
    """Points along an ellipse, from an angle to another in degrees."""
    turns = np.radians(np.linspace(begin, end, 20))
    return [(x + wide * np.cos(turn), y + high * np.sin(turn)) for turn in turns]


SEVEN = [(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]
THREE = [*arc(0.48, 0.36, 0.16, 0.15, -150, 90), *arc(0.48, 0.66, 0.19, 0.16, -90, 150)]
ONE = [(0.5, 0.2), (0.5, 0.8)]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The dashboard with the runs that come with the program, and no data set on the machine."""
    home = tmp_path_factory.mktemp("shipped")
    folders = {name: str(home / name) for name in ("LOSSVIZ_RUNS", "LOSSVIZ_DATA")}
    with serve(ROOT / "app.py", home / "server.log", **folders) as served:
        yield served
    told = (home / "server.log").read_text()
    assert "Traceback" not in told, told


@pytest.fixture
def pad(address, page):
    return Pad(page, address)


class Pad:
    """The page with its drawing pad."""

    def __init__(self, page, address):
        self.page, self.address = page, address

    def open(self, tab, runs):
        query = "&".join([*(f"runs={run}" for run in runs), f"image_tab={tab}"])
        self.page.goto(f"{self.address}/image?{query}")
        self.page.locator(".li-pad canvas").wait_for()
        self.quiet()

    def quiet(self):
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        assert self.page.get_by_test_id("stException").count() == 0

    def draw(self, points, up=True):
        canvas = self.page.locator(".li-pad canvas")
        canvas.scroll_into_view_if_needed()
        box = steady(canvas)
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=5)
        if up:
            self.page.mouse.up()

    def wipe(self):
        self.page.locator(".li-pad [data-does=wipe]").click()

    def taken_for(self, *names):
        """Waits until the runs, in their order, say so."""
        expect(self.page.locator(".im-strip b")).to_have_text(list(names))


def test_a_digit_drawn_on_the_pad_is_seen_for_what_it_is_by_every_run(pad):
    pad.open("Where+it+lands", RUNS)
    expect(pad.page.locator(".im-strip")).to_have_count(0)
    pad.draw(SEVEN)
    pad.taken_for(*["7"] * len(RUNS))
    pad.wipe()
    expect(pad.page.locator(".im-strip")).to_have_count(0)
    pad.draw(THREE)
    pad.taken_for(*["3"] * len(RUNS))


def test_while_the_hand_still_draws_the_answer_follows(pad):
    pad.open("Where+it+lands", RUNS[:1])
    pad.draw(ONE, up=False)
    pad.taken_for("1")
    pad.page.mouse.up()


def enrol(pad, name):
    """Enrol what is on the pad as ``name``."""
    pad.page.locator(".li-pad [data-does=keep]").click()
    form = pad.page.get_by_test_id("stForm")
    choice = form.get_by_test_id("stMultiSelect").get_by_role("combobox")
    expect(choice).to_be_enabled()
    choice.click()
    pad.page.get_by_role("option", name=re.compile("drawing")).first.click()
    pad.page.keyboard.press("Escape")
    form.get_by_role("textbox", name="Enrol under the name").fill(name)
    form.get_by_role("button", name="Enrol", exact=True).click()
    expect(pad.page.locator(".lv-enrolled").filter(has_text=name)).to_be_visible()
    pad.quiet()


def test_drawings_are_enrolled_and_another_one_is_found_among_them(pad):
    pad.open("Gallery", RUNS[1:2])
    for points, name in ((SEVEN, "sieben"), (THREE, "drei")):
        pad.draw(points)
        enrol(pad, name)
    pad.draw([(x - 0.06, y + 0.03) for x, y in SEVEN])
    found = pad.page.locator("table[data-of=identification] tbody tr")
    expect(found).to_have_count(1)
    expect(found.locator("b")).to_have_text("sieben")
    pad.wipe()
    pad.draw([(x + 0.05, y) for x, y in THREE])
    expect(found.locator("b")).to_have_text("drei")
