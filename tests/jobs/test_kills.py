"""A few SIGKILLs of workers and servers; ``benchmarks/kills.py`` does the same with fifty and more."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from benchmarks import kills
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice, Config, Settings

ROOT = Path(__file__).parent.parent.parent
SMALL = Settings(epochs=2, probe=60, gallery=60, limit=100, threads=1)


def test_killed_eight_times_nothing_is_lost():
    command = [sys.executable, "benchmarks/kills.py", "--kills", "8", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "8 SIGKILLs" in done.stdout
    assert "no lost epoch, no duplicate job, no unreadable run, identical embeddings" in done.stdout


@pytest.fixture
def outcome(runs_home, monkeypatch):
    """Two runs of two jobs, and an undisturbed run of the same config."""
    monkeypatch.setattr(kills, "CONFIGS", [Config(Choice("arcface"), Choice("digits"), Choice("mlp"), SMALL)] * 2)
    Queue(runs_home, LocalRunner()).submit(kills.CONFIGS, names=["a", "b"])
    for name in "ab":
        make_run(kills.CONFIGS[0], Audience(), name, runs_home)
    calm = make_run(kills.CONFIGS[0], Audience(), "calm", runs_home.parent / "calm")
    return runs_home, {"arcface": calm}


def test_the_comparison_would_notice(outcome):
    runs, calm = outcome
    assert kills.compare(runs, 1, calm) == []
    assert kills.compare(runs, 2, calm) == ["2 jobs of 4"]
    path = runs / "a" / "snapshots" / "epoch-0001.safetensors"
    with safe_open(path, "numpy") as file:
        about = file.metadata()
    arrays = load_file(path)
    arrays["probe"][0, 0] = np.nextafter(arrays["probe"][0, 0], np.float32(9))
    save_file(arrays, path, about)
    assert kills.compare(runs, 1, calm) == ["a differs at epoch 1"], "by one bit"
    path.unlink()
    assert kills.compare(runs, 1, calm) == ["a has epochs [0, 2]"]


def test_the_witness_would_notice(outcome, monkeypatch):
    runs, _ = outcome
    witness = kills.Witness()
    monkeypatch.setenv("LOSSVIZ_RUNS", str(runs))
    witness.look(runs)
    assert witness.wrong == []
    (runs / "a" / "snapshots" / "epoch-0002.safetensors").unlink()
    (runs / "b" / "snapshots" / "epoch-0001.safetensors").write_bytes(b"half")
    monkeypatch.setattr(kills, "workers", lambda: {1: "a", 2: "a"})
    witness.look(runs)
    assert witness.wrong[0].startswith(("a lost epochs [2]", "b cannot be read")) and len(witness.wrong) == 3
    assert "two processes of job a" in witness.wrong
