"""Runs to look at, the pages without a browser, and a server for those tests that need one."""

import os
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from tests.browser import ROOT, serve
from tests.pages.made import make_runs

MAIN = ROOT / "lossviz" / "ui" / "main.py"
PATIENCE = 300  # seconds that a page may take on a busy machine


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """``LOSSVIZ_RUNS`` with the runs of ``made.py`` and a ``LOSSVIZ_DATA``; made once for all workers."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    place, made = shared / "pages", {name: str(shared / "pages" / name) for name in ("LOSSVIZ_RUNS", "LOSSVIZ_DATA")}
    with FileLock(shared / "pages.lock"), pytest.MonkeyPatch.context() as patch:
        if not (place / "done").exists():
            for name, folder in made.items():
                Path(folder).mkdir(parents=True)
                patch.setenv(name, folder)
            make_runs(Path(made["LOSSVIZ_RUNS"]))
            (place / "done").touch()
    return made


@pytest.fixture(autouse=True)
def looked_at_anew(monkeypatch) -> None:
    """A study is looked at whenever a page is drawn, and not only after some times what the last look took."""
    for name in ("FRESH", "SHARE"):
        monkeypatch.setattr(f"lossviz.ui.studies.desk.{name}", 0.0)


@pytest.fixture
def home(homes, runs_home, monkeypatch) -> Path:
    """The made runs, and none that are shipped."""
    for name, folder in homes.items():
        monkeypatch.setenv(name, folder)
    _no_shipped(monkeypatch, runs_home)
    return Path(homes["LOSSVIZ_RUNS"])


@pytest.fixture
def no_runs(runs_home, monkeypatch) -> Path:
    """An empty ``$LOSSVIZ_RUNS``, and no run shipped."""
    _no_shipped(monkeypatch, runs_home)
    return runs_home


def _no_shipped(monkeypatch, nowhere) -> None:
    monkeypatch.setattr("lossviz.paths.ROOT", nowhere)
    st.cache_data.clear()  # a listing is good for seconds, a test's runs are not


def _opened(page, **parameters) -> AppTest:
    at = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
    for name, value in parameters.items():
        at.query_params[name] = value
    if page != "compare":
        at.switch_page(f"../../pages/{page}.py")
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture
def compare():
    """``compare(runs=[...], align="false")`` opens the page at an address."""
    return partial(_opened, "compare")


@pytest.fixture
def explore():
    """``explore(run="arcface")`` opens the page at an address."""

    return partial(_opened, "explore")


@pytest.fixture
def image():
    """``image(runs=["arcface"])`` opens the page at an address."""
    return partial(_opened, "image")


@pytest.fixture(scope="session")
def app(homes, tmp_path_factory):
    """The dashboard with the made runs; its address. The test session fails if it wrote a traceback."""
    log = tmp_path_factory.mktemp("dashboard") / "server.log"
    with serve(ROOT / "app.py", log, **homes) as address:
        yield address
    told = log.read_text()
    assert "Traceback" not in told, told
