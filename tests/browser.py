"""Fixtures for tests in a real browser, there for all tests by way of ``tests/conftest.py``."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["browser", "launch", "page", "serve", "watching"]

ROOT = Path(__file__).parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
)
SLOWLY = float(os.environ.get("LOSSVIZ_TEST_SLOWLY", "1"))
"""How many times slower than it can every page computes, to show tests that hold on a fast machine alone."""
START = 600  # seconds that a server may take
PATIENCE = int(os.environ.get("LOSSVIZ_TEST_PATIENCE", "300000"))
"""Milliseconds that a page may take: a machine may be busy, what never comes fails all the same."""


@contextlib.contextmanager
def serve(script: Path, log: Path, **environment: str) -> Iterator[str]:
    """A Streamlit server on ``script``; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    options += ["--server.fileWatcherType=none", "--browser.gatherUsageStats=false"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    with log.open("w") as out:
        env = {**os.environ, **environment}
        server = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=env)
    try:
        _wait(server, f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    end = time.monotonic() + START
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).read()
            return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def find_browser() -> str | None:
    """Where Chromium or Chrome is."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@pytest.fixture(scope="session")
def launch():
    """``launch(flags)`` starts headless Chromium. Where it is missing, the test is skipped, in CI it fails."""
    missing = pytest.fail if os.environ.get("CI") else pytest.skip
    program = find_browser()
    if program is None:
        missing("no Chromium on the path")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        missing("playwright is not installed")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        yield lambda flags: play.chromium.launch(executable_path=program, headless=True, args=list(flags))


@pytest.fixture(scope="session")
def browser(launch):
    """One browser for all tests."""
    started = launch(FLAGS)
    yield started
    started.close()


@pytest.fixture
def page(browser, request):
    """A page of 1280 x 860, or as ``@pytest.mark.parametrize("page", [{...context options}], indirect=True)`` says.

    Ask for the server first. The test fails where the page wrote an error to the console.
    """
    options = {"viewport": {"width": 1280, "height": 860}, **getattr(request, "param", {})}
    context = browser.new_context(**options)
    opened = context.new_page()
    with watching(opened):
        yield opened
        context.close()


@contextlib.contextmanager
def watching(opened):
    """Fails at the end where the page wrote an error to the console."""
    opened.set_default_timeout(PATIENCE)
    if SLOWLY > 1:
        opened.context.new_cdp_session(opened).send("Emulation.setCPUThrottlingRate", {"rate": SLOWLY})
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
    opened.on("console", lambda said: errors.append(_line(said)) if said.type == "error" else None)
    yield
    # On a deep link the frontend probes /page/_stcore/* to find where the server's root is.
    errors = [error for error in errors if not ("404" in error and "/_stcore/" in error)]
    assert not errors, errors


def _line(said):
    return f"{said.text} {said.location.get('url', '')}"
