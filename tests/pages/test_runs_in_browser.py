"""The Runs page in a real browser: the table by mouse and by keyboard, and what the address keeps."""

import re
import shutil
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from lossviz import runs
from tests.browser import PATIENCE, ROOT, serve
from tests.pages.driving import Dashboard
from tests.view.conftest import steady

NAMES = ("softmax", "arcface", "triplet", "other-seed", "longer")
OWN = {"list.find": "own-", "list.sort": "Name"}
HEAD, ROW, BOX = 38, 35, 16  # pixels of the table


@pytest.fixture
def shelf(homes, no_runs, tmp_path):
    """The dashboard on a few runs of its own besides those shipped; its address."""
    for name in (*NAMES, "no-header"):
        shutil.copytree(Path(homes["LOSSVIZ_RUNS"]) / name, no_runs / f"own-{name}")
    log = tmp_path / "log"
    with serve(ROOT / "app.py", log, LOSSVIZ_RUNS=str(no_runs)) as address:
        yield address
    assert "Traceback" not in log.read_text()


class Shelf(Dashboard):
    """The Runs page."""

    def show(self, **address):
        query = "&".join(f"{name}={value}" for name, value in address.items())
        self.page.goto(f"{self.address}/runs?{query}")
        self.page.get_by_test_id("stDataFrame").first.wait_for()
        return self.settled()

    def at(self, row, x):
        """Clicks into a row of the table, from 0."""
        self.quiet()
        box = steady(self.page.get_by_test_id("stDataFrame").first.locator("canvas").first)
        self.page.mouse.click(box["x"] + x, box["y"] + HEAD + ROW * (row + 0.5))

    def selected(self, count):
        self.says(rf"\b{count} selected")
        return self.settled()

    def query(self):
        return parse_qs(urlsplit(self.page.url).query)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()
        return self.settled()


@pytest.fixture
def table(shelf, page):
    return Shelf(page, shelf)


def test_rows_are_selected_by_mouse_and_keyboard_and_compared(table):
    table.show(**OWN)
    table.at(0, BOX)
    table.selected(1)
    table.at(1, 120)
    table.page.keyboard.press("ArrowDown")
    table.page.keyboard.press("ArrowDown")
    table.page.keyboard.press("Shift+Space")
    table.selected(2)
    table.press("Compare")
    expect(table.page).to_have_url(re.compile(r"//[^/]+/\?(.*&)?runs="))
    assert table.query()["runs"] == ["own-arcface", "own-other-seed"]


def test_a_search_is_in_the_address_and_found_again(table):
    table.show()
    table.page.get_by_role("textbox", name="Search").fill("own-triplet")
    table.page.keyboard.press("Enter")
    table.says(r"1 of \d+ runs")
    expect(table.page).to_have_url(re.compile("list.find=own-triplet"))
    table.page.reload()
    table.says(r"1 of \d+ runs")


def test_a_group_is_made_with_the_keyboard_alone_and_drawn_as_a_curve(table):
    table.show(**{"list.find": "own- digits arcface"})
    table.press("Select all")
    table.selected(3)
    table.page.get_by_role("button", name="Group").first.focus()
    table.page.keyboard.press("Enter")
    field = table.page.get_by_role("combobox", name=re.compile("Put into the group"))
    field.focus()
    field.press_sequentially("three of a kind")
    table.page.keyboard.press("Enter")
    table.page.get_by_role("button", name="Put", exact=True).focus()
    table.page.keyboard.press("Enter")
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end and _members("three of a kind") != {"own-arcface", "own-other-seed", "own-longer"}:
        table.page.wait_for_timeout(200)
    assert _members("three of a kind") == {"own-arcface", "own-other-seed", "own-longer"}
    table.says("Means over seeds|One run at each place")
    table.page.locator(".js-plotly-plot .main-svg").first.wait_for()


def _members(group):
    return {run.id for run in runs.groups(runs.list_runs()).get(group, [])}


def test_delete_and_undo(table):
    table.show(**OWN)
    table.at(0, BOX)
    table.selected(1)
    table.press("Delete")
    table.says("Deleted 1: own-arcface")
    assert "own-arcface" not in {run.id for run in runs.list_runs()}
    table.press("Undo")
    table.says(r"6 of \d+ runs")
    assert "own-arcface" in {run.id for run in runs.list_runs()}
