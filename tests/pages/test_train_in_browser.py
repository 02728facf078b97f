"""A newcomer trains, watches, reloads, stops and goes on, in a real browser."""

import re
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from lossviz import runs
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.records import Choice, Config, Settings
from tests.browser import ROOT, serve, watching
from tests.pages.driving import Dashboard

pytestmark = pytest.mark.usefixtures("home")

LONG = {"epochs": 1000, "dim": 2, "limit": 900, "probe": 200, "gallery": 200}
WHILE_TRAINING = 240  # seconds; a busy machine starts a process slowly
TOASTS = """() => {
    globalThis.toasts = [];  // a toast may be gone before anybody looks
    const told = () => document.querySelectorAll('[data-testid=stToast]');
    const look = () => told().forEach((each) => toasts.push(each.innerText));
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


class Training(Dashboard):
    """The Train page."""

    def panels(self):
        """Of every panel of the view: its key, and the epochs that it has got."""
        model = "root => root.view?.model?.panels.map(({ key, epochs }) => [key, [...epochs]]) ?? []"
        return dict(self.root.evaluate(model)) if self.root.count() else {}

    def wait(self, good, seconds=WHILE_TRAINING):
        """The panels once ``good`` is true of them."""
        self.root = self.page.locator(".lv-root")
        end = time.monotonic() + seconds
        while not good(found := self.panels()):
            assert time.monotonic() < end, f"waited in vain: {found}; {self.states()}"
            self.page.wait_for_timeout(150)
        return found

    def states(self):
        """The state of every job in the list, by id."""
        rows = self.page.locator(".lq-row")
        return dict(rows.evaluate_all("all => all.map(({ dataset }) => [dataset.job, dataset.state])"))

    def row(self, name):
        return self.page.locator(f'.lq-row[data-job="{name}"]')

    def until_state(self, name, state):
        expect(self.row(name)).to_have_attribute("data-state", state, timeout=1000 * WHILE_TRAINING)

    def does(self, name, what):
        self.row(name).locator(f'[data-do="{what}"]').click()


@contextmanager
def opened(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    with watching(page):
        yield Training(page, address)
        context.close()


@pytest.fixture
def server(homes, tmp_path, monkeypatch):
    """A dashboard of the test's own, without a run; what it told must hold no traceback."""
    place = tmp_path / "trained"
    place.mkdir()
    monkeypatch.setenv("LOSSVIZ_RUNS", str(place))
    log = tmp_path / "server.log"
    with serve(ROOT / "app.py", log, LOSSVIZ_RUNS=str(place), LOSSVIZ_DATA=homes["LOSSVIZ_DATA"]) as address:
        yield address, place
    assert "Traceback" not in log.read_text(), log.read_text()


def submit(place: Path, name: str, **settings) -> Queue:
    queue = Queue(place, LocalRunner())
    config = Config(Choice("softmax"), Choice("digits"), Choice("convnet"), Settings.from_values({**LONG, **settings}))
    queue.submit([config], names=[name])
    return queue


def test_a_newcomer_trains_two_losses_and_watches_both_spaces_form(browser, server):
    address, place = server
    with opened(browser, address) as train:
        page, start = train.page, time.monotonic()
        page.goto(f"{address}/train")
        page.evaluate(TOASTS)
        page.get_by_role("button", name="Digits in 10 seconds").locator("visible=true").first.click()
        page.get_by_role("button", name=re.compile("Start 2 runs")).click()
        found = train.wait(lambda found: len(found) == 2 and all(len(epochs) >= 3 for epochs in found.values()))
        x, y = train.middle()
        turned = np.array(train.drag((x, y), (x + 100, y + 30))["cameras"][0]["turn"])
        for name in found:
            train.until_state(name, "finished")
        took = time.monotonic() - start
        print(f"\nfrom opening the page to two finished spaces: {took:.1f} s")
        train.wait(lambda found: all(max(epochs) == 20 for epochs in found.values()))
        train.until(lambda state: state["epoch"] == 20 and not state["playing"])
        assert np.abs(np.array(train.still()["cameras"][0]["turn"]) - turned).max() < 1e-9, "the camera is kept"
        page.wait_for_function("toasts.some((words) => words.includes('Finished'))")
        assert sorted(runs.find(name).status.state for name in found) == ["finished", "finished"]
        page.locator(".lq-group summary .lq-link", has_text="Compare").click()
        train.ready()
        assert sorted(panel["key"] for panel in train.look()["panels"]) == sorted(found)
        assert place.joinpath(".jobs").is_dir()


def test_reload_second_tab_stop_and_go_on_lose_nothing(browser, server):
    address, place = server
    queue = submit(place, "long")
    with opened(browser, address) as train:
        train.page.goto(f"{address}/train")
        train.wait(lambda found: len(found.get("long", ())) >= 3)
        before = max(train.panels()["long"])
        train.page.reload()
        train.wait(lambda found: max(found.get("long", (0,))) > before)
        assert train.states() == {"long": "running"}
        with opened(browser, address) as other:
            other.page.goto(f"{address}/train")
            other.wait(lambda found: len(found.get("long", ())) >= 3)
            assert other.states() == {"long": "running"}
            train.does("long", "stop")
            train.until_state("long", "stopped")
            other.until_state("long", "stopped")
        expect(train.row("long")).to_contain_text("Stopped after epoch")
        recorded = runs.find("long").epochs()
        train.does("long", "on")
        train.until_state("long", "running")
        train.wait(lambda found: max(found["long"]) > recorded[-1])
        assert runs.find("long").epochs()[: len(recorded)] == recorded, "every epoch from before is there"
        queue.stop("long")
        train.until_state("long", "stopped")


def test_who_went_back_to_an_earlier_epoch_stays_there_while_it_trains(browser, server):
    address, place = server
    queue = submit(place, "long")
    with opened(browser, address) as train:
        train.page.goto(f"{address}/train")
        train.wait(lambda found: len(found.get("long", ())) >= 3)
        train.root.locator(".lv-epoch").press("Home")
        newest = max(train.panels()["long"])
        train.wait(lambda found: max(found["long"]) > newest + 2)
        assert train.still()["epoch"] == 0
        train.root.locator(".lv-epoch").press("End")
        newest = train.look()["epoch"]
        train.until(lambda state: state["epoch"] > newest)
        queue.stop("long")
        train.until_state("long", "stopped")


def test_nothing_is_asked_of_the_server_once_nothing_runs(browser, server):
    address, place = server
    queue = submit(place, "short")
    with opened(browser, address) as train:
        train.page.goto(f"{address}/train")
        train.until_state("short", "running")
        train.wait(lambda found: len(found.get("short", ())) >= 1)
        asked = len(train.sent)
        queue.stop("short")  # from outside: the page sees it because it looks again and again
        train.until_state("short", "stopped")
        assert len(train.sent) > asked
        train.quiet(5000)  # scores of epochs that are there already may still be computed
        train.page.goto(f"{address}/explore?run=short")
        train.ready()
        train.quiet(5000)  # nor on any other page


def test_the_queue_can_be_ordered_and_emptied_by_hand(browser, server):
    address, place = server
    queue = submit(place, "first")
    queue.at_once = 1
    for name in ("second", "third"):
        submit(place, name)
    with opened(browser, address) as train:
        train.page.goto(f"{address}/train")
        train.until_state("first", "running")
        assert list(train.states()) == ["first", "second", "third"]
        train.does("third", "up")
        expect(train.page.locator(".lq-row").nth(1)).to_have_attribute("data-job", "third")
        assert [job.id for job in queue.jobs()] == ["first", "third", "second"]
        train.does("second", "remove")
        expect(train.row("second")).to_have_count(0)
        train.page.locator('[data-do="stop_all"]').click()
        for name in ("first", "third"):
            train.until_state(name, "stopped")
        train.page.locator('[data-do="clear_ended"]').click()
        train.says("Nothing is queued")
        assert queue.jobs() == [] and runs.find("first").epochs() is not None
