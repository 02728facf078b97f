"""Seconds from ``streamlit run app.py`` to the first picture, beside a dashboard that imports torch at the top.

    python benchmarks/first_picture.py [--times 3] [--runs NAME NAME ...]

Each time a fresh server and a fresh browser page, one after the other, taking turns; the best of each counts. The
other dashboard differs in one thing: torch, torchvision, scikit-learn and pytorch-metric-learning are imported before
its first page. Without ``--runs`` both open on what a first visit shows.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, sync_playwright

from tests.browser import FLAGS, ROOT, find_browser

HEAVY = "import pytorch_metric_learning.losses, sklearn.manifold, sklearn.metrics, torch, torchvision\n"
DRAWN = "root => new Promise(done => requestAnimationFrame(() => done(root.lossviz?.inspect().renders ?? 0)))"


def first_picture(script: Path, browser: Browser, query: str) -> float:
    """Seconds from the start of the server until points stand on the canvas."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]  # in ROOT: its settings
    start = time.perf_counter()
    server = subprocess.Popen([*command, "--server.headless=true"], cwd=ROOT, stdout=subprocess.DEVNULL)
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/?{query}")
        root = page.locator(".lv-root")
        root.wait_for(timeout=120_000)
        while not root.evaluate(DRAWN):
            page.wait_for_timeout(10)
        return time.perf_counter() - start
    finally:
        context.close()
        server.terminate()
        server.wait()


def _wait(address: str) -> None:
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).read()
        except OSError:  # not there yet, or busy importing
            time.sleep(0.02)
        else:
            return


def main() -> None:
    """Print the best of several starts of each, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--runs", nargs="*", default=[])
    arguments = parser.parse_args()
    query = "&".join(f"runs={name}" for name in arguments.runs)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        eager = Path(folder) / "eager.py"
        same = (ROOT / "app.py").read_text().replace("Path(__file__).resolve().parent", f"Path({str(ROOT)!r})")
        eager.write_text(HEAVY + same)
        browser = play.chromium.launch(executable_path=find_browser(), headless=True, args=list(FLAGS))
        scripts = {"as it is": ROOT / "app.py", "importing first": eager}
        seconds: dict[str, list[float]] = {name: [] for name in scripts}
        for name in list(scripts) * arguments.times:
            seconds[name].append(first_picture(scripts[name], browser, query))
    for name, times in seconds.items():
        print(f"{name:16} {min(times):5.1f} s  ({', '.join(f'{each:.1f}' for each in times)})")
    print(f"ratio {min(seconds['importing first']) / min(seconds['as it is']):.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
