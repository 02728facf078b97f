"""The Studies page in a browser: a cell opens its runs, and a study is trained by the server whoever looks."""

import re
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from lossviz.studies import Results, load
from lossviz.studies.reading import keep
from tests.browser import ROOT, serve, watching
from tests.pages.driving import Dashboard
from tests.studies.made import TEXT, all_made

__all__ = ["all_made"]

TINY = """
title = "Tiny"
seeds = [0]
settings = { epochs = 1, dim = 3, limit = 200, probe = 100, gallery = 100, threads = 1 }

[[contender]]
loss = "arcface"
title = "ArcFace"

[[contender]]
loss = "softmax"

[[data]]
name = "digits"
title = "Digits"

[[model]]
name = "mlp"
"""


class Studies(Dashboard):
    """The Studies page."""

    def cell(self, loss):
        """The link in the row of a loss."""
        row = self.page.locator(".lh-table tr", has=self.page.get_by_role("rowheader", name=loss, exact=True))
        return row.locator(".lh-cell")

    def compared(self):
        """The names of the runs whose panels Compare shows."""
        self.ready()
        return {panel["key"] for panel in self.look()["panels"]}


@contextmanager
def opened(browser, address, path):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    with watching(page):
        page.goto(f"{address}/{path}")
        yield Studies(page, address)
        context.close()


@pytest.fixture
def server(homes, all_made, tmp_path, monkeypatch):
    """A dashboard with the small study's runs, and a tiny one that nobody has trained; it may write no traceback."""
    place = tmp_path / "studied"
    shutil.copytree(all_made, place)
    monkeypatch.setenv("LOSSVIZ_RUNS", str(place))
    for name, text in (("small", TEXT), ("tiny", TINY)):
        file = tmp_path / f"{name}.toml"
        file.write_text(text)
        keep(file)
    log = tmp_path / "server.log"
    with serve(ROOT / "app.py", log, LOSSVIZ_RUNS=str(place), LOSSVIZ_DATA=homes["LOSSVIZ_DATA"]) as address:
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


def test_a_cell_opens_its_runs_by_mouse_by_keyboard_and_in_a_tab(browser, server):
    finals = {cell.cell.contender: {each.id for each in cell.finals} for cell in Results.of(load("small")).cells}
    with opened(browser, server, "studies?study=small") as studies:
        page = studies.page
        expect(studies.cell("ArcFace")).to_contain_text("±")
        page.evaluate("globalThis.stays = true")
        studies.cell("ArcFace").click()
        assert studies.compared() == finals["arcface"]
        assert page.evaluate("globalThis.stays"), "nothing was loaded anew"
        page.goto(f"{server}/studies?study=small")
        assert page.evaluate("globalThis.stays") is None
        studies.cell("softmax").focus()
        page.keyboard.press("Enter")
        assert studies.compared() == finals["softmax"] != finals["arcface"]
        page.goto(f"{server}/studies?study=small")
        with page.context.expect_page() as other:
            studies.cell("ArcFace").click(modifiers=["ControlOrMeta"])
        with watching(other.value):
            assert Studies(other.value, server).compared() == finals["arcface"]
        expect(studies.cell("ArcFace")).to_be_visible()
        assert "study=small" in page.url, "the page itself stays"


def test_a_study_is_started_seen_in_two_tabs_and_fills_its_table(browser, server):
    with opened(browser, server, "studies?study=tiny") as one:
        expect(one.cell("ArcFace")).to_have_text("not run")
        expect(one.cell("softmax")).to_have_text("not run")
        one.cell("softmax").click()
        one.says("None of its finals is finished on this machine")
        assert "cell=softmax" in one.page.url
        one.page.get_by_role("button", name="Start", exact=True).click()
        expect(one.page.get_by_text("Nothing of it has been trained here")).to_have_count(0)
        one.page.reload()
        with opened(browser, server, "studies?study=tiny") as other:
            for tab in (one, other):
                tab.says("All 2 trainings are done")
                expect(tab.cell("ArcFace")).to_have_text(re.compile(r"^\d+\.\d+ %$"))
                expect(tab.cell("softmax")).to_have_text(re.compile(r"^\d+\.\d+ %$"))
        assert [cell.state for cell in Results.of(load("tiny")).cells] == ["finished", "finished"]
        (made,) = Results.of(load("tiny")).cells[1].runs
        one.cell("softmax").click()
        assert one.compared() == {made}


def test_a_stop_is_heard_and_what_was_made_stays(browser, server):
    with opened(browser, server, "studies?study=tiny&seeds=0-19") as studies:
        studies.page.get_by_role("button", name="Start", exact=True).click()
        expect(studies.page.locator(".lv-square.finished").first).to_be_visible()
        studies.page.get_by_role("button", name="Stop", exact=True).click()
        studies.says("^Stopped, \\d+ of 40 trainings are done")
        results = Results.of(load("tiny").with_seeds(range(20)))
        assert 0 < results.done < results.total
        assert not {each.state for each in results.outcomes} & {"running", "queued"}
        expect(studies.page.get_by_role("button", name="Go on", exact=True)).to_be_enabled()
