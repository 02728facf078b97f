"""Tiny runs for the pages' tests: real ones on digits, and some that are damaged on purpose."""

import json
import shutil
from pathlib import Path

from lossviz import runs
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice, Config, Settings

EPOCHS = 3
PROBE = 120
WHOLE = {
    "softmax": ("softmax", {}),
    "arcface": ("arcface", {}),
    "triplet": ("triplet", {}),
    "flat": ("arcface", {"dim": 2}),
    "wide": ("arcface", {"dim": 8}),
    "other-seed": ("arcface", {"seed": 1}),
    "longer": ("arcface", {"epochs": EPOCHS + 1}),
}
"""Name of the run: its loss, and the settings in which it differs."""


def make_runs(home: Path) -> None:
    """Fill ``home`` with the runs of ``WHOLE``, scored, and with those that cannot be shown."""
    for name, (loss, settings) in WHOLE.items():
        small = {"epochs": EPOCHS, "dim": 3, "limit": 300, "probe": PROBE, "gallery": 120, "threads": 1} | settings
        config = Config(Choice(loss), Choice("digits"), Choice("mlp"), Settings.from_values(small))
        run = make_run(config, Audience(), name, home)
        for epoch in run.epochs():
            runs.scores(run, epoch)
            runs.points(run, epoch)
    _half_written(home)
    _truncated(home, "cut-at-the-end", EPOCHS)
    _truncated(home, "cut-midway", 1)
    _copied(home, "no-header").joinpath("run.json").write_text("{")


def _copied(home: Path, name: str) -> Path:
    shutil.copytree(home / "arcface", home / name)
    return home / name


def _half_written(home: Path) -> None:
    """A run whose process was killed before the first snapshot."""
    folder = _copied(home, "half-written")
    shutil.rmtree(folder / "snapshots")
    (folder / "snapshots").mkdir()
    status = json.loads((folder / "status.json").read_text())
    (folder / "status.json").write_text(json.dumps({**status, "state": "running", "epoch": -1}))


def _truncated(home: Path, name: str, epoch: int) -> None:
    snapshot = _copied(home, name) / "snapshots" / f"epoch-{epoch:04d}.safetensors"
    snapshot.write_bytes(snapshot.read_bytes()[:500])
