"""On the way to the first picture nothing is imported that takes seconds."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import ROOT

HEAVY = {"torch", "torchvision", "sklearn", "scipy", "umap", "numba", "matplotlib", "pytorch_metric_learning"}
LOOK = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
import lossviz.paths

lossviz.paths.ROOT = Path(sys.argv[1])  # where nothing is shipped
at = AppTest.from_file(sys.argv[2], default_timeout=180)
at.query_params["runs"] = ["softmax", "arcface"]
at.query_params["run"] = "arcface"
if sys.argv[3] != "compare":
    at.switch_page(f"../../pages/{sys.argv[3]}.py")
at.run()
assert not at.exception and (at.get("bidi_component") or sys.argv[3] in ("train", "runs") and at.button), at
print(*{name.split(".")[0] for name in sys.modules})
"""


def imported(home: Path, page: str) -> set[str]:
    """What a fresh process has imported once it has drawn the page."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(home / "nothing"), str(ROOT / "lossviz" / "ui" / "main.py"), page],
        cwd=ROOT,
        env={**os.environ, "LOSSVIZ_RUNS": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture
def scored(home, tmp_path):
    """Two runs that were looked at before."""
    for name in ("softmax", "arcface"):
        shutil.copytree(home / name, tmp_path / "scored" / name)
    return tmp_path / "scored"


@pytest.mark.parametrize("page", ["compare", "explore", "runs"])
def test_a_run_with_stored_scores_is_drawn_without_the_large_libraries(scored, page):
    assert "numpy" in imported(scored, page)
    assert HEAVY & imported(scored, page) == set()


def test_scoring_would_be_noticed(scored):
    shutil.rmtree(scored / "softmax" / "derived")
    assert HEAVY & imported(scored, "compare")


def test_the_training_form_is_drawn_without_them_once_losses_and_nets_have_been_read(scored):
    assert HEAVY & imported(scored, "train")  # the first time, their classes are read
    assert HEAVY & imported(scored, "train") == set()
