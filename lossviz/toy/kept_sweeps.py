"""Sweeps that were made beforehand: ``checkpoints/sweeps.json``, written by ``checkpoints/sweeps.py``."""

import base64
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lossviz.paths import checkpoints_dir
from lossviz.records import Floats
from lossviz.toy.sweep import Outcome, Sweep

FORMAT = 1
STEPS = 32767  # whole numbers that stand for a feature's largest coordinate


def kept_file() -> Path:
    """Where they are."""
    return checkpoints_dir() / "sweeps.json"


def kept_sweep(sweep: Sweep) -> list[Outcome] | None:
    """What became of this very sweep, if it was made beforehand."""
    rows = _read(kept_file())["sweeps"].get(sweep.told())
    return None if rows is None else [_unpacked(row) for row in rows]


def provenance() -> str:
    """What they were made with, in words."""
    return str(_read(kept_file())["made"])


def write_sweeps(made: str, outcomes: Iterable[tuple[Sweep, list[Outcome]]]) -> None:
    """Put them all into the file, ``made`` saying with what."""
    sweeps = {sweep.told(): [_packed(each) for each in found] for sweep, found in outcomes}
    text = json.dumps({"format": FORMAT, "made": made, "sweeps": sweeps}, separators=(",", ":"), sort_keys=True)
    kept_file().write_text(text.replace('],"', '],\n"') + "\n")
    _read.cache_clear()


@cache
def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"made": "", "sweeps": {}}
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def _packed(outcome: Outcome) -> dict[str, Any]:
    known = {name: [round(share, 6) for share in getattr(outcome, name)] for name in ("known", "unseen")}
    counts = {name: getattr(outcome, name).tolist() for name in ("same", "other")}
    drawn = {name: _coded(getattr(outcome, name)) for name in ("features", "prototypes", "similarities")}
    owners = None if outcome.prototype_labels is None else outcome.prototype_labels.tolist()
    return {"name": outcome.name, "at": outcome.at, "owners": owners, **known, **counts, **drawn}


def _unpacked(row: dict[str, Any]) -> Outcome:
    similarities = _decoded(row["similarities"])
    assert similarities is not None
    return Outcome(
        name=row["name"],
        at=row["at"],
        known=tuple(row["known"]),
        unseen=tuple(row["unseen"]),
        features=_decoded(row["features"]),
        prototypes=_decoded(row["prototypes"]),
        prototype_labels=None if row["owners"] is None else np.array(row["owners"]),
        same=np.array(row["same"]),
        other=np.array(row["other"]),
        similarities=similarities,
    )


def _coded(array: Floats | None) -> list[Any] | None:
    """Shape, the largest coordinate, and 16-bit whole numbers in base64."""
    if array is None:
        return None
    largest = float(np.abs(array).max()) or 1.0
    whole = np.rint(array * (STEPS / largest)).astype("<i2")
    return [list(array.shape), largest, base64.b64encode(whole.tobytes()).decode()]


def _decoded(coded: list[Any] | None) -> Floats | None:
    if coded is None:
        return None
    shape, largest, text = coded
    whole = np.frombuffer(base64.b64decode(text), "<i2").reshape(shape)
    return (whole * (largest / STEPS)).astype(np.float32)
