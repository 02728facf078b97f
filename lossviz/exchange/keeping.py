"""Making a run of lossviz of what was read: what it was, where lossviz wrote it; otherwise with what is known of it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz import data, runs
from lossviz.errors import DataError, KnobError, RunError
from lossviz.exchange.content import Content, digest
from lossviz.knobs import Value
from lossviz.records import Choice, Config, EpochRecord, Facts, SampleSet, Settings, Snapshot
from lossviz.runs import Run
from lossviz.runs.store import is_taken

UNKNOWN = "unknown"
LAST_EPOCH = 1000
CHANGED = "It was exported by lossviz from run {run} and changed since, so nothing is known of how it came about."


@dataclass(frozen=True)
class Named:
    """How an imported run is to be called and understood.

    ``name`` of the run (made of the file's where it is ``None``), ``title`` in headings, ``data`` the data set whose
    rows the images are, ``metric`` in which embeddings are compared.
    """

    name: str | None = None
    title: str = "Imported"
    data: str | None = None
    metric: str = "cosine"


def keep(content: Content, kind: str, file: str, named: Named) -> Run:
    """Write ``content`` as a run; ``kind`` and ``file`` say where it comes from. Raises :class:`LossvizError`."""
    known = bool(content.about) and content.about["digest"] == digest(content)
    ours = known and not _stranger(content.about["header"])
    origin = {"format": kind, "file": file, "run": content.about["run"] if ours else None}
    name = named.name or free_name(content.name)
    if known:
        facts, snapshots = _known_facts(content, origin), _known_snapshots(content)
    else:
        facts, snapshots = _foreign_facts(content, origin, named), _foreign_snapshots(content)
    return runs.adopt(name, facts, snapshots, content.parts["probe"].pictures)


def free_name(wanted: str) -> str:
    """A name for a run, made of ``wanted``, that no run has."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:90] or "imported"
    return next(each for each in (name, *(f"{name}-{count}" for count in range(2, 10**6))) if not is_taken(each))


def _stranger(header: Mapping[str, Any]) -> bool:
    origin = header.get("origin")
    return origin is not None and origin["run"] is None


def _known_facts(content: Content, origin: Mapping[str, Any]) -> Facts:
    """Those of the exported run, with the sample sets that were exported.

    What it was ``asked`` to be stays with the original: a copy without weights does not stand for it in a study.
    """
    header = content.about["header"]
    try:
        return Facts(
            config=Config.from_json(header["config"]),
            train_classes=np.array(content.about["train_classes"], np.int64),
            train_images=header["train_images"],
            loss=header["loss"],
            hashes=header["hashes"],
            environment=header["environment"],
            parameters=header["parameters"],
            image_shape=tuple(header["image_shape"]),
            note=header["note"],
            faults=tuple(header.get("faults", ())),
            origin=origin,
            **_samples(content),
        )
    except (KeyError, TypeError, KnobError) as error:
        raise RunError(f"what lossviz wrote of run '{content.name}' cannot be read: {error!r}") from None


def _samples(content: Content) -> dict[str, Any]:
    sets = {name: SampleSet(part.index, part.labels) for name, part in content.parts.items()}
    nobody = SampleSet(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return {
        "samples": sets if "gallery" in sets else sets | {"gallery": nobody},
        "protocols": content.protocols,
        "class_names": content.class_names,
        "prototype_labels": content.prototype_labels if content.prototypes else None,
    }


def _known_snapshots(content: Content) -> Iterator[Snapshot]:
    for values in content.about["records"]:
        yield _snapshot(content, EpochRecord(**{**values, "notes": tuple(values["notes"])}), values["epoch"])


def _snapshot(content: Content, record: EpochRecord, epoch: int) -> Snapshot:
    there = {name: part.embeddings[epoch] for name, part in content.parts.items() if epoch in part.embeddings}
    nobody = np.zeros((0, content.dim), np.float32)
    return Snapshot(record, {"gallery": nobody} | there, content.heads.get(epoch), content.prototypes.get(epoch))


def _foreign_facts(content: Content, origin: Mapping[str, Any], named: Named) -> Facts:
    probe = content.parts["probe"]
    pictures = probe.pictures
    changed = CHANGED.format(run=content.about["run"]) if content.about else ""
    found = _of_data(content, named.data) if named.data else _of_itself(content)
    settings = {"epochs": max(number for number, _ in _numbered(content)) or 1, "dim": content.dim}
    try:
        config = Config(Choice(UNKNOWN), found["choice"], Choice(UNKNOWN), Settings.from_values(settings))
    except KnobError as error:
        raise RunError(f"this cannot be shown as a run: {error}") from None
    return Facts(
        config=config,
        train_classes=np.zeros(0, np.int64),
        train_images=0,
        loss={
            "title": named.title,
            "family": UNKNOWN,
            "normalises": named.metric == "cosine",
            "metric": named.metric,
            "psi": None,
        },
        hashes={"data": found["digest"]},
        environment={"libraries": {}},
        parameters=0,
        image_shape=found["shape"] or ((0, 0, 0) if pictures is None else (pictures.shape[3], *pictures.shape[1:3])),
        note=f"{changed} {content.note}".strip(),
        origin=origin,
        **_samples(content),
    )


def _foreign_snapshots(content: Content) -> Iterator[Snapshot]:
    for number, epoch in _numbered(content):
        notes = () if number == epoch else (f"Step {epoch} of the training that this comes from.",)
        record = EpochRecord(number, "imported", None, None, 0.0, 0, 0.0, "", notes)
        yield _snapshot(content, record, epoch)


def _numbered(content: Content) -> list[tuple[int, int]]:
    """The number that each epoch gets: its own, or its place where steps were counted that no slider could hold."""
    epochs = content.epochs
    return list(enumerate(epochs)) if epochs[-1] > LAST_EPOCH else [(epoch, epoch) for epoch in epochs]


def _of_itself(content: Content) -> dict[str, Any]:
    """A digest of which images there are, so that two imports of the same images are seen together."""
    found = hashlib.sha256(json.dumps(content.class_names).encode())
    for name, part in sorted(content.parts.items()):
        found.update(name.encode() + part.index.astype("<i8").tobytes() + part.labels.astype("<i8").tobytes())
    return {"choice": Choice(UNKNOWN), "digest": found.hexdigest(), "shape": None}


def _of_data(content: Content, name: str) -> dict[str, Any]:
    """Which images they are of the data set ``name``; raises :class:`DataError` where they cannot be."""
    knobs: dict[str, Value] = data.get(name)().values() if name in data.registry.files() else {}
    images = data.open_prepared(name, knobs) if name in data.available() else data.open_set(name)
    if images is None:
        raise DataError(f"the data set '{name}' is not prepared; do that first: python -m lossviz data fetch {name}")
    if content.class_names != images.class_names:
        raise DataError(
            f"these are not images of '{name}': its classes are {', '.join(images.class_names[:10])}, and those here "
            f"{', '.join(content.class_names[:10])}. Leave out --data"
        )
    for part in content.parts.values():
        if part.index.max(initial=0) >= len(images.labels) or (images.labels[part.index] != part.labels).any():
            raise DataError(
                f"these are not the rows of '{name}': the images with these numbers have other classes there. "
                "Leave out --data"
            )
    return {"choice": Choice(name, knobs), "digest": images.digest, "shape": images.images.shape[1:]}
