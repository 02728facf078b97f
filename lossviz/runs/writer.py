"""Writing a run: every file in one step, so that a crash at any moment leaves a run that can be read and resumed."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Self

from filelock import FileLock, Timeout

from lossviz.errors import RunError
from lossviz.paths import replacing_folder
from lossviz.records import Config, Facts, Snapshot
from lossviz.runs import layout
from lossviz.runs.reader import Run

LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
HEARTBEAT = 1.0  # seconds between two writes of the status while an epoch is under way


class Writer:
    """Holds a run's lock from creation or resumption until :meth:`close`."""

    def __init__(self, run: Run, lock: FileLock, epochs: int, keep_all_weights: bool) -> None:
        self.run = run
        self._lock = lock
        self._epochs = epochs
        self._keep_all = keep_all_weights
        self._epoch = -1
        self._seconds = 0.0
        self._beaten = 0.0

    @classmethod
    def create(cls, folder: Path, facts: Facts, name: str | None = None) -> Self:
        """Start a run in a new folder inside ``folder``."""
        config = facts.config
        now = datetime.now(UTC)
        name = name if name is not None else new_name(config)
        check_name(name)
        if (folder / name).exists():
            raise RunError(f"there already is a run called '{name}' in {folder}; choose another name")
        with layout.writing(folder / name), replacing_folder(folder / name) as fresh:
            lock = layout.lock_of(fresh)
            lock.acquire()
            (fresh / layout.SNAPSHOTS).mkdir()
            (fresh / layout.WEIGHTS).mkdir()
            layout.write_json(fresh / layout.HEADER, _header(name, now, facts))
            layout.write_json(fresh / layout.CLASSES, {"class_names": list(facts.class_names)})
            layout.write_arrays(fresh / layout.SAMPLES, _sample_arrays(facts), {})
            layout.write_json(fresh / layout.STATUS, _status("running", -1))
        settings = config.settings
        return cls(Run(folder / name), lock, settings.epochs, settings.keep_weights == "all")

    @classmethod
    def reopen(cls, run: Run) -> Self:
        """Take up an unfinished run, clearing what a crash left half-written."""
        lock = layout.lock_of(run.folder)
        try:
            lock.acquire(timeout=2)
        except Timeout:
            raise RunError(f"run '{run.id}' is being written by another process; stop that one first") from None
        for leftover in run.folder.rglob(".*.partial"):
            leftover.unlink(missing_ok=True)
        settings = run.config.settings
        writer = cls(run, lock, settings.epochs, settings.keep_weights == "all")
        writer._seconds = run.status.seconds or 0.0
        return writer

    def snapshot(self, snapshot: Snapshot) -> None:
        """Record one epoch: its snapshot, then its weights, and last the state from which to go on, if it has one."""
        folder, record = self.run.folder, snapshot.record
        arrays: dict[str, Any] = dict(snapshot.embeddings)
        if snapshot.head is not None:
            arrays["head"] = snapshot.head
        if snapshot.prototypes is not None:
            arrays["prototypes"] = snapshot.prototypes
        about = {"record": json.dumps(asdict(record))}
        layout.write_arrays(layout.epoch_file(folder / layout.SNAPSHOTS, record.epoch), arrays, about)
        if snapshot.state and (self._keep_all or record.epoch == self._epochs):
            weights = {name: array for name, array in snapshot.state.items() if name.startswith(("net.", "criterion."))}
            layout.write_arrays(layout.epoch_file(folder / layout.WEIGHTS, record.epoch), weights, {})
        if snapshot.state:
            resume = {"epoch": str(record.epoch), "batch_order": record.batch_order}
            layout.write_arrays(folder / layout.STATE, snapshot.state, resume)
        self._epoch = record.epoch
        self._seconds += record.seconds
        self._tell("running", record.epoch)

    def beat(self, live: Mapping[str, Any]) -> None:
        """Note how far the epoch under way is; written at most about once a second."""
        if time.monotonic() - self._beaten >= HEARTBEAT:
            self._beaten = time.monotonic()
            self._tell("running", self._epoch, live=dict(live))

    def close(self, state: str, message: str = "", resumable: bool = True) -> None:
        """Say how it ended and let go of the lock. A finished run no longer needs the state to go on from."""
        try:
            epochs = self.run.epochs()
            self._tell(state, epochs[-1] if epochs else -1, message=message, resumable=resumable)
            if state == "finished":
                (self.run.folder / layout.STATE).unlink(missing_ok=True)
        finally:
            self._lock.release()

    def _tell(self, state: str, epoch: int, **more: Any) -> None:
        layout.write_json(self.run.folder / layout.STATUS, _status(state, epoch, seconds=self._seconds, **more))


def new_name(config: Config) -> str:
    """A name for a run that begins now."""
    return f"{config.loss.name}-{config.data.name}-{datetime.now():%m%d-%H%M}-{token_hex(2)}"


def check_name(name: str) -> None:
    """Raise :class:`RunError` where a run cannot be called so."""
    if not LEGAL.fullmatch(name) or name == "latest":
        raise RunError(
            f"a run cannot be called '{name}': use letters, digits, '.', '_' and '-', beginning with a letter or "
            "digit, 100 at most; 'latest' stands for the newest run"
        )


def read_state(run: Run) -> tuple[int, str, layout.Arrays] | None:
    """Epoch, batch-order digest and arrays from which a run goes on; ``None`` before its first snapshot."""
    path = run.folder / layout.STATE
    if not path.exists():
        return None
    arrays, metadata = layout.read_arrays(path)
    return int(metadata["epoch"]), metadata["batch_order"], arrays


def _status(state: str, epoch: int, **more: Any) -> dict[str, Any]:
    return {"state": state, "epoch": epoch, "updated": datetime.now(UTC).isoformat(timespec="seconds"), **more}


def _header(name: str, now: datetime, facts: Facts) -> dict[str, Any]:
    return {
        "format": layout.FORMAT,
        "id": name,
        "created": now.isoformat(timespec="seconds"),
        "config": _config(facts),
        "asked": None if facts.asked is None else facts.asked.to_json(),
        "loss": dict(facts.loss),
        "classes": len(facts.class_names),
        "train_classes": len(facts.train_classes),
        "train_images": facts.train_images,
        "samples": {name: len(samples.index) for name, samples in facts.samples.items()},
        "image_shape": list(facts.image_shape),
        "parameters": facts.parameters,
        "hashes": dict(facts.hashes),
        "environment": dict(facts.environment),
        "note": facts.note,
        "origin": None if facts.origin is None else dict(facts.origin),
        "faults": list(facts.faults),
    }


def _config(facts: Facts) -> dict[str, Any]:
    """The config; of a run that was trained elsewhere without the settings that nobody knows."""
    config = facts.config.to_json()
    if facts.origin is not None and facts.origin["run"] is None:
        config["settings"] = {name: config["settings"][name] for name in ("epochs", "dim")}
    return config


def _sample_arrays(facts: Facts) -> dict[str, Any]:
    arrays: dict[str, Any] = {"train_classes": facts.train_classes}
    for name, samples in facts.samples.items():
        arrays |= {f"{name}.index": samples.index, f"{name}.labels": samples.labels}
    for name, protocol in facts.protocols.items():
        arrays |= {f"protocol/{name}.{part}": getattr(protocol, part) for part in ("index", "same", "fold")}
    if facts.prototype_labels is not None:
        arrays["prototype_labels"] = facts.prototype_labels
    return arrays
