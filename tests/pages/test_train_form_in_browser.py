"""The form of the Train page in a browser: its address, keys, impatient hands, and a sweep to its comparison."""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.runs import Run
from tests.browser import PATIENCE, ROOT, serve
from tests.pages.driving import Dashboard

SWEEP = 900_000  # ms that five trainings of five thousand images may take there
LITTLE = "train.losses=Softmax&train.model=MLP&train.epochs=1&train.limit=100"


@pytest.fixture(scope="module")
def runs_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trained")


@pytest.fixture(scope="module")
def dashboard(runs_folder, tmp_path_factory):
    """The dashboard over an empty folder of runs."""
    log = tmp_path_factory.mktemp("train") / "server.log"
    with serve(ROOT / "app.py", log, LOSSVIZ_RUNS=str(runs_folder)) as address:
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def jobs(runs_folder):
    """``jobs()``: what is in the queue, on the disk."""
    return lambda: Queue(runs_folder, LocalRunner()).jobs()


def opened(page, dashboard, query=""):
    page.goto(f"{dashboard}/train?{query}")
    return settled(page)


def settled(page):
    for _ in range(2):  # what was done a moment ago may make a script run only now
        start(page).wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(100)
    return page


def until(page, true):
    end = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < end, "waited in vain"
        page.wait_for_timeout(100)


def start(page):
    return page.get_by_role("button", name="Start", exact=False).filter(has_text="Start").first


def typed(page, label, value):
    box = page.get_by_label(label, exact=True).first
    settled(page)
    box.fill(value)
    box.press("Enter")
    settled(page)
    expect(box).to_have_value(value)


def test_a_link_opens_the_form_as_it_was(page, dashboard, browser):
    opened(page, dashboard, "train.losses=ArcFace")
    typed(page, "Seeds", "0-2")
    typed(page, "Epochs", "7")
    page.get_by_text("ArcFace: defaults").click()
    slider = page.get_by_role("slider", name="Margin (rad)")
    slider.focus()
    slider.press("ArrowLeft")
    page.get_by_text("ArcFace: margin 0.49").wait_for()
    page.wait_for_function("location.search.includes('margin=0.49')")
    context = browser.new_context()
    try:
        other = context.new_page()
        other.goto(page.url)
        settled(other)
        expect(other.get_by_text("ArcFace: margin 0.49")).to_be_visible()
        expect(other.get_by_label("Epochs", exact=True)).to_have_value("7")
        expect(other.get_by_label("Seeds", exact=True)).to_have_value("0-2")
    finally:
        context.close()


def test_names_and_mistakes_in_a_link_are_put_right_in_the_address(page, dashboard):
    opened(page, dashboard, "train.losses=cosface&train.losses=nobody&train.epochs=5&train.dim=1")
    expect(page.get_by_text("no loss called 'nobody'", exact=False)).to_be_visible()
    expect(page.get_by_text("CosFace: defaults")).to_be_visible()
    page.wait_for_function("location.search.includes('train.losses=CosFace')")
    assert "nobody" not in page.url and "train.dim" not in page.url and "train.epochs=5" in page.url


def test_the_form_is_as_it_was_left_after_another_page(page, dashboard):
    opened(page, dashboard, "train.losses=CosFace&train.vary=CosFace:%20margin%20(cosine)&train.values=0.1,0.3")
    typed(page, "Seeds", "4, 5")
    page.get_by_role("link", name="Loss lab").click()
    page.wait_for_url("**/lab*")
    page.get_by_role("link", name="Train", exact=True).click()
    settled(page)
    expect(start(page)).to_contain_text("Start 4 runs")
    expect(page.get_by_label("Seeds", exact=True)).to_have_value("4, 5")


def test_a_double_click_is_one_job_and_a_second_tab_another(page, dashboard, jobs, browser):
    before = len(jobs())
    opened(page, dashboard, LITTLE)
    start(page).dblclick()
    until(page, lambda: len(jobs()) > before)
    page.wait_for_timeout(1000)
    settled(page)
    assert len(jobs()) == before + 1
    context = browser.new_context()
    try:
        other = context.new_page()
        other.goto(page.url)
        settled(other)
        start(other).focus()
        other.keyboard.press("Enter")
        until(other, lambda: len(jobs()) == before + 2)
    finally:
        context.close()


def test_a_preset_is_two_keys_away(page, dashboard):
    opened(page, dashboard, "train.seed=3")
    page.get_by_role("button", name="Presets").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Center-loss figure").first.wait_for()
    page.get_by_role("button", name="Center-loss figure").first.press("Enter")
    expect(page.get_by_text("Center loss: center weight 0.1")).to_be_visible()
    expect(page.get_by_label("Seeds", exact=True)).to_have_value("0")
    page.wait_for_function("location.search.includes('train.model=LeNet')")


@pytest.mark.skipif(
    not (Path(os.environ.get("LOSSVIZ_DATA", "nowhere")) / "MNIST").is_dir(),
    reason="MNIST is not under $LOSSVIZ_DATA",
)
def test_a_sweep_of_five_margins_runs_from_the_page_to_its_comparison(page, tmp_path):
    with serve(ROOT / "app.py", tmp_path / "server.log", LOSSVIZ_RUNS=str(tmp_path / "runs")) as address:
        _swept(page, address, tmp_path / "runs")
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def _swept(page, dashboard, runs_folder):
    opened(page, dashboard)
    page.get_by_role("button", name="Presets").click()
    page.get_by_role("button", name="Five margins").first.click()
    expect(start(page)).to_contain_text("Start 5 runs")
    typed(page, "Epochs", "2")
    start(page).click()
    group = page.locator("[data-group=arcface-margin-mnist]")
    expect(group.get_by_text("5 finished").first).to_be_visible(timeout=SWEEP)
    made = [Run(path) for path in sorted(runs_folder.glob("arcface-margin-mnist-*"))]
    assert [dict(run.config.loss.knobs)["margin"] for run in made] == [0, 0.2, 0.4, 0.6, 0.8]
    assert len({run.header["hashes"]["initial_weights"] for run in made}) == 1
    assert len({run.record(2).batch_order for run in made}) == 1
    group.get_by_role("link", name="Compare").first.click()
    page.wait_for_function("!location.pathname.includes('train')")
    compared = Dashboard(page, dashboard)
    compared.root = page.locator(".lv-root")
    compared.root.wait_for()
    compared.until(lambda state: [panel["key"] for panel in state["panels"]] == [run.id for run in made])
