"""What came of trainings of studies elsewhere: numbers and small pictures that are shipped without the runs themselves.

``checkpoints/.studies/`` has two files for each study: ``NAME.json`` with what came of its trainings, told apart by
what they were asked to be, and ``NAME.safetensors`` with pictures of some of them. See ``checkpoints/README.md``.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lossviz import __version__
from lossviz.paths import checkpoints_dir
from lossviz.records import Config, Floats, Ints
from lossviz.runs import layout
from lossviz.studies.study import fingerprint

FOLDER = ".studies"
DIGITS = 7  # of a number that is kept
ARRAYS = ("positions", "labels", "ids")


@dataclass(frozen=True)
class Kept:
    """A finished training: ``id`` is what its run was called where it was made; the rest is as in an ``Outcome``.

    ``environment`` has the versions and the machine that it was made with.
    """

    id: str
    scores: Mapping[str, float]
    measures: Mapping[str, float]
    seconds: float
    start: tuple[str, ...]
    probes: int
    notes: tuple[str, ...]
    environment: Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """A training's test images after the last epoch, drawn in space.

    ``positions`` (N, 3), ``labels`` (N,) into ``class_names``, ``ids`` (N,) rows of the data set. ``method`` says in
    words how it was drawn, ``quality`` has ``trustworthiness`` and ``kept`` from 0 to 1 (:class:`lossviz.runs.Trust`),
    of all ``probes`` that the picture was made of, where only the most frequent classes are kept.
    """

    run: str
    positions: Floats
    labels: Ints
    ids: Ints
    class_names: tuple[str, ...]
    method: str
    epoch: int
    quality: Mapping[str, float]
    probes: int
    sphere: bool = False


def of(config: Config) -> Kept | None:
    """What came of a training that was asked to be ``config``, if that was shipped with this very version."""
    return _all().get(_digest(config))


def picture(study: str, run: str) -> Picture | None:
    """The shipped picture of the training of ``study`` whose run was called ``run``."""
    path = _folder() / f"{study}.safetensors"
    return _pictures(path, _changed(path)).get(run) if path.exists() else None


def write(study: str, kept: Mapping[str, Kept], configs: Mapping[str, Config], pictures: Iterable[Picture]) -> None:
    """Ship what came of ``study``: ``kept`` and the ``configs`` that were asked for, by run, and pictures of some."""
    _folder().mkdir(exist_ok=True)
    (_folder() / f"{study}.json").write_text(_numbers(kept, configs))
    arrays: dict[str, Any] = {}
    told = {}
    for each in pictures:
        narrow = (each.positions.astype(np.float16), each.labels.astype(np.int16), each.ids.astype(np.int32))
        arrays |= {f"{each.run}/{name}": array for name, array in zip(ARRAYS, narrow, strict=True)}
        told[each.run] = {key: value for key, value in vars(each).items() if key not in ARRAYS}
    layout.write_arrays(_folder() / f"{study}.safetensors", arrays, {"pictures": json.dumps(told)})


def _numbers(kept: Mapping[str, Kept], configs: Mapping[str, Config]) -> str:
    environments: list[Mapping[str, Any]] = []
    trainings = {}
    for name, each in sorted(kept.items()):
        if each.environment not in environments:
            environments.append(each.environment)
        values = asdict(each) | {"environment": environments.index(each.environment)}
        for numbers in ("scores", "measures"):
            values[numbers] = {key: float(f"{value:.{DIGITS}g}") for key, value in values[numbers].items()}
        trainings[_digest(configs[name])] = values | {"seconds": round(each.seconds, 2)}
    whole = {"lossviz": __version__, "environments": environments, "trainings": trainings}
    return json.dumps(whole, indent=0, separators=(",", ":")) + "\n"


def _digest(config: Config) -> str:
    return hashlib.sha256(fingerprint(config).encode()).hexdigest()[:20]


def _folder() -> Path:
    return checkpoints_dir() / FOLDER


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns


def _all() -> Mapping[str, Kept]:
    files = sorted(_folder().glob("*.json"))
    return _read(tuple((path, _changed(path)) for path in files))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[Path, int], ...]) -> Mapping[str, Kept]:
    found = {}
    for path, _ in files:
        whole = layout.read_json(path)
        if whole["lossviz"] != __version__:
            continue
        for digest, values in whole["trainings"].items():
            values["environment"] = whole["environments"][values["environment"]]
            values |= {name: tuple(values[name]) for name in ("start", "notes")}
            found[digest] = Kept(**values)
    return found


@lru_cache(maxsize=8)
def _pictures(path: Path, _changed: int) -> Mapping[str, Picture]:
    arrays, metadata = layout.read_arrays(path)
    found = {}
    for run, told in json.loads(metadata["pictures"]).items():
        positions, labels, ids = (arrays[f"{run}/{name}"] for name in ARRAYS)
        told["class_names"] = tuple(told["class_names"])
        told |= {"positions": positions.astype(np.float32), "labels": labels.astype(np.int64)}
        found[run] = Picture(**told, ids=ids.astype(np.int64))
    return found
