"""Every test writes its runs to a folder of its own, and sees none that are shipped.

All use one thread: results must not depend on how busy a machine is.
"""

import os
from pathlib import Path

import pytest

from tests.browser import *  # noqa: F403  one browser for all folders: a second one in a process is refused

os.environ.setdefault("OMP_NUM_THREADS", "1")
IN_A_BROWSER = {"page", "browser", "launch"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser is tried once more where it failed, and listed in the summary: see CONTRIBUTING.md."""
    for item in items:
        if IN_A_BROWSER.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter) -> None:
    """Shows why a test was tried once more, whatever came of that."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"RERUN {report.nodeid}")
        terminalreporter.line(report.longreprtext)


@pytest.fixture(autouse=True)
def runs_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``$LOSSVIZ_RUNS``, and no ``checkpoints/``."""
    home = tmp_path / "runs-home"
    home.mkdir()
    monkeypatch.setenv("LOSSVIZ_RUNS", str(home))
    for room in ("lossviz.runs.store", "lossviz.runs.scoring", "lossviz.studies.shipped"):
        monkeypatch.setattr(f"{room}.checkpoints_dir", lambda: tmp_path / "checkpoints")
    return home
