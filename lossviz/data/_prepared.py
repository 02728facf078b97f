"""Prepared data sets on disk: ``$LOSSVIZ_DATA/prepared/<name>/``, written whole or not at all, opened without copying.

====================  =========================================================================
``images.npy``        (N, C, H, W) ``uint8``, opened memory-mapped
``labels.npy``        (N,) ``int64`` into ``class_names``
``test.npy``          (N,) ``bool``, true in the test split
``pairs-<name>.npy``  (P, 4) ``int64``: row, row, same person (0 or 1), fold; one file a protocol
``meta.json``         :class:`About`, class names, groups, shape, mean and std, sha256, time written
====================  =========================================================================
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from lossviz.data._disk import disk_errors
from lossviz.data.base import Images, Pairs, Raw, Report
from lossviz.errors import DataError
from lossviz.paths import data_dir, replacing_folder

FORMAT = 1
_CHUNK = 4096


class Damaged(DataError):
    """A prepared data set is there but cannot be used as it is."""


@dataclass(frozen=True)
class About:
    """What is known of a set besides its arrays. ``kind`` is ``builtin`` or ``folder``; see ``base.Images``."""

    title: str
    kind: str
    source: str
    licence: str
    flip: bool = False
    pad: int = 0
    fit: str = "crop"
    invert: bool = False
    note: str = ""


def root() -> Path:
    """Where the prepared sets are."""
    return data_dir() / "prepared"


def names() -> list[str]:
    """Every name there is a prepared folder for, damaged ones included, sorted."""
    return sorted(path.name for path in root().glob("*") if path.is_dir() and not path.name.startswith("."))


@contextmanager
def lock(name: str, report: Report) -> Iterator[None]:
    """Hold the right to write ``name``; waits for another process that is writing it."""
    with disk_errors(root(), f"'{name}'"):
        root().mkdir(parents=True, exist_ok=True)
        guard = FileLock(root() / f".{name}.lock")
        try:
            guard.acquire(timeout=0)
        except Timeout:
            report(f"waiting for another process that prepares {name}", None)
            guard.acquire()
    try:
        yield
    finally:
        guard.release()


def write(name: str, raw: Raw, about: About) -> None:
    """Write a prepared set under the lock of its name; a crash leaves the old one, or none.

    Raises :class:`DataError` when the disk is full or may not be written.
    """
    with disk_errors(root(), f"'{name}'", raw.images.nbytes):
        for left in (root() / f".{name}.old", *root().glob(f".{name}.*.partial")):  # by a writer that was killed
            shutil.rmtree(left, ignore_errors=True)
        with replacing_folder(root() / name) as folder:
            np.save(folder / "images.npy", np.ascontiguousarray(raw.images))
            np.save(folder / "labels.npy", raw.labels.astype(np.int64))
            np.save(folder / "test.npy", raw.is_test.astype(np.bool_))
            for protocol, pairs in raw.pairs.items():
                table = np.column_stack([pairs.index, pairs.same, pairs.fold]).astype(np.int64)
                np.save(folder / f"pairs-{protocol}.npy", table)
            text = json.dumps(_meta(name, raw, about), indent=1, ensure_ascii=False)
            (folder / "meta.json").write_text(text, encoding="utf-8")


def read_meta(name: str) -> dict[str, Any]:
    """What ``meta.json`` says; raises :class:`Damaged` when it is missing, broken or of another version."""
    try:
        meta = json.loads((root() / name / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(name, f"meta.json cannot be read ({type(error).__name__})") from error
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        version = meta.get("format") if isinstance(meta, dict) else None
        raise _damaged(name, f"it is of format {version}, this program writes format {FORMAT}")
    return meta


def load(name: str) -> Images:
    """Open a prepared set; raises :class:`Damaged` when a file is missing or does not fit the others."""
    meta = read_meta(name)
    try:
        count = meta["shape"][0]
        images = _array(name, "images.npy", np.uint8, tuple(meta["shape"]))
        labels = np.array(_array(name, "labels.npy", np.int64, (count,)))
        is_test = np.array(_array(name, "test.npy", np.bool_, (count,)))
        pairs = {protocol: _pairs(name, protocol, size) for protocol, size in meta["pairs"].items()}
        if len(labels) and not 0 <= labels.min() <= labels.max() < len(meta["class_names"]):
            raise _damaged(name, "labels.npy names classes that meta.json does not have")
        known = {item.name for item in fields(Images)}
        words = {key: _tuples(value) for key, value in meta.items() if key in known}
        return Images(**{**words, "images": images, "labels": labels, "is_test": is_test, "pairs": pairs})
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise _damaged(name, f"meta.json lacks what it needs ({error})") from error


def delete(name: str) -> None:
    """Remove a prepared set, whatever state it is in."""
    with disk_errors(root(), f"'{name}'"):
        shutil.rmtree(root() / name)


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _array(name: str, file: str, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    try:
        array = np.load(root() / name / file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _damaged(name, f"{file} is missing or cut short") from error
    if array.dtype != dtype or array.shape != shape:
        raise _damaged(name, f"{file} has shape {array.shape}, meta.json says {shape}")
    return array


def _pairs(name: str, protocol: str, size: int) -> Pairs:
    table = np.array(_array(name, f"pairs-{protocol}.npy", np.int64, (size, 4)))
    return Pairs(table[:, :2], table[:, 2].astype(np.bool_), table[:, 3])


def _damaged(name: str, why: str) -> Damaged:
    return Damaged(f"the prepared data set '{name}' in {root() / name} is damaged: {why}")


def _meta(name: str, raw: Raw, about: About) -> dict[str, Any]:
    mean, std = _mean_std(raw.images, np.flatnonzero(~raw.is_test))
    return {
        "format": FORMAT,
        "name": name,
        **asdict(about),
        "class_names": raw.class_names,
        "groups": raw.groups,
        "shape": raw.images.shape,
        "mean": mean,
        "std": std,
        "digest": _digest(raw),
        "pairs": _sizes(raw.pairs),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _sizes(pairs: Mapping[str, Pairs]) -> dict[str, int]:
    return {protocol: len(item.same) for protocol, item in pairs.items()}


def _mean_std(images: NDArray[np.uint8], rows: NDArray[np.int64]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation (at least 1/255) of each channel over ``rows``, pixels in [0, 1]."""
    counts = np.zeros((images.shape[1], 256), dtype=np.int64)
    for start in range(0, len(rows), _CHUNK):
        part = images[rows[start : start + _CHUNK]]
        for channel in range(len(counts)):
            counts[channel] += np.bincount(part[:, channel].ravel(), minlength=256)
    values = np.arange(256) / 255
    share = counts / counts.sum(axis=1, keepdims=True)
    mean = share @ values
    variance = (share * (values - mean[:, None]) ** 2).sum(axis=1)
    return mean.tolist(), np.maximum(np.sqrt(variance), 1 / 255).tolist()


def _digest(raw: Raw) -> str:
    digest = hashlib.sha256(f"{raw.images.shape}{raw.class_names}".encode())
    for start in range(0, len(raw.images), _CHUNK):
        digest.update(np.ascontiguousarray(raw.images[start : start + _CHUNK]).data)
    digest.update(np.ascontiguousarray(raw.labels, dtype=np.int64).data)
    digest.update(np.ascontiguousarray(raw.is_test, dtype=np.bool_).data)
    return digest.hexdigest()
