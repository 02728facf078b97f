"""How quickly a page answers while jobs train: a real browser on Compare of shipped runs, idle and under load.

    python benchmarks/responsiveness.py [--times 15] [--dataset mnist]

Two interactions, each timed from the key or the click until its result is drawn: scrubbing to the first or the last
epoch, until the score table tells of it, and choosing another view in the menu, until the picture is there and no
script runs. First idle, then while as many jobs train as the machine has processors, with as many waiting, then idle
again. Medians, and their ratio against the target: at most 2. Exits with 1 above it.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, expect, sync_playwright

from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.records import Choice, Config, Settings
from tests.browser import FLAGS, ROOT, find_browser, serve

RUNS = ("digits-softmax", "digits-arcface")
TARGET = 2.0
SLOW = 120_000  # ms
DRAWN = "root => new Promise(done => requestAnimationFrame(() => done(root.lossviz.inspect().renders)))"


def scrub(page: Page, number: int) -> float:
    """Seconds from a key on the epoch slider until the score table is of that epoch."""
    slider, told = page.locator(".lv-epoch"), page.locator("table.lv-scores small").first
    before = told.inner_text()
    began = time.perf_counter()
    slider.press("Home" if number % 2 == 0 else "End")
    expect(told).not_to_have_text(before, timeout=SLOW)
    took = time.perf_counter() - began
    _rest(page)
    return took


def choose(page: Page, number: int) -> float:
    """Seconds from a click in the menu of views until that picture is drawn and no script runs."""
    pca = number % 2 == 0
    page.get_by_test_id("stSelectbox").filter(has_text="View").get_by_role("combobox").click()
    option = page.get_by_role("option", name="PCA" if pca else "Native", exact=True)
    option.wait_for(timeout=SLOW)
    caption = page.get_by_text(re.compile("of the variance")).first
    began = time.perf_counter()
    option.click()
    caption.wait_for(state="visible" if pca else "hidden", timeout=SLOW)
    _rest(page)
    page.locator(".lv-root").evaluate(DRAWN)
    return time.perf_counter() - began


def _rest(page: Page) -> None:
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=SLOW)


def measure(page: Page, times: int, what: str) -> dict[str, float]:
    """Median seconds of each interaction; one more of each is made before, unmeasured."""
    interactions: dict[str, Callable[[Page, int], float]] = {"scrubbing": scrub, "choosing a view": choose}
    found = {}
    for name, act in interactions.items():
        taken = [act(page, number) for number in range(-2, times - times % 2)][2:]
        found[name] = median(taken)
        spread = f"{min(taken):.2f} to {max(taken):.2f}"
        print(f"{what:8} {name:16} {median(taken):6.3f} s  ({spread}; load {os.getloadavg()[0]:.1f})", flush=True)
    return found


def fill(queue: Queue, dataset: str) -> None:
    """As many jobs as there are processors train, and as many wait."""
    queue.at_once = queue.most_at_once
    config = Config(Choice("arcface"), Choice(dataset), Choice("convnet"), Settings(epochs=1000))
    names = queue.submit([config] * (2 * queue.at_once))
    while not all(_trains(queue, name) for name in names[: queue.at_once]):
        time.sleep(0.2)


def _trains(queue: Queue, name: str) -> bool:
    job = queue.job(name)
    if job.state not in ("queued", "running"):
        raise SystemExit(f"{job.sentence}\n{job.log_tail()}")
    return (job.live or {}).get("doing") == "training"


def main() -> int:
    """Idle, busy, idle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--dataset", default="mnist")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as play:
        runs = Path(home) / "runs"
        queue = Queue(runs, LocalRunner())
        with serve(ROOT / "app.py", Path(home) / "server.log", LOSSVIZ_RUNS=str(runs)) as address:
            browser = play.chromium.launch(executable_path=find_browser(), headless=True, args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1280, "height": 860})
            page.goto(f"{address}/?" + "&".join(f"runs={name}" for name in RUNS))
            page.locator("table.lv-scores small").first.wait_for(timeout=SLOW)
            time.sleep(15)  # the server imports what later pages need
            idle = measure(page, arguments.times, "idle")
            fill(queue, arguments.dataset)
            busy = measure(page, arguments.times, f"{queue.at_once} jobs")
            queue.stop_all()
            while any(job.state in ("running", "stopping") for job in queue.jobs()):
                time.sleep(0.2)
            again = measure(page, arguments.times, "idle")
            browser.close()
    ratios = {name: busy[name] / min(idle[name], again[name]) for name in busy}
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f} times as long under load; target: at most {TARGET:g}")
    return 0 if max(ratios.values()) <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
