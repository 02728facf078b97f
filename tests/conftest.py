"""Every test writes its runs to a folder of its own, on one thread (results must not depend on how busy it is)."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def runs_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``$LOSSVIZ_RUNS``."""
    home = tmp_path / "runs-home"
    home.mkdir()
    monkeypatch.setenv("LOSSVIZ_RUNS", str(home))
    return home
