"""A test in a browser has a second chance, and no other has; what always fails fails."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = """
import pytest

made, tries = [], {"once": 0, "always": 0, "without": 0}

@pytest.fixture(scope="session")
def launch():
    made.append("launch")
    return "a browser"

@pytest.fixture
def page(launch):
    made.append("page")

def fails(name):
    tries[name] += 1
    assert tries[name] > 1

def test_once(page):
    fails("once")
    assert made == ["launch", "page", "page"]

def test_always(page):
    fails("always")
    assert False

def test_without():
    fails("without")
"""


def test_a_test_in_a_browser_is_tried_twice_and_listed(tmp_path):
    (tmp_path / "test_made.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_collection_modifyitems, pytest_terminal_summary\n"
    )
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_made.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    listed = re.findall(r"^(RERUN|FAILED) test_made.py::test_(\w+)", done.stdout, re.MULTILINE)
    assert set(listed) == {("RERUN", "once"), ("RERUN", "always"), ("FAILED", "always"), ("FAILED", "without")}
    assert "2 failed, 1 passed, 2 rerun" in done.stdout
    assert "assert tries[name] > 1" in done.stdout.split("RERUN test_made.py::test_once")[1], "why it was"
