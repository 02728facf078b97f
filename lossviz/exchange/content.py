"""What travels between lossviz and other programs: embeddings of images, epoch by epoch, and what is known of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz import runs
from lossviz.errors import RunError, UnknownName
from lossviz.records import Floats, Ints, PairSet
from lossviz.runs import Run

VERSION = 1
PROTOTYPES = "prototypes"
PAIRS = "pairs"
TABLE_SETS = ("probe", "gallery", "known", "known_gallery")
"""The sample sets that are embedded at every epoch."""

Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """A sample set: ``index`` (N,) which images, ``labels`` (N,) into the class names, ``embeddings`` (N, d) by epoch.

    ``pictures`` (N, H, W, C) uint8, where they are at hand.
    """

    index: Ints
    labels: Ints
    embeddings: Mapping[int, Floats]
    pictures: Pictures | None = None


@dataclass(frozen=True)
class Content:
    """Embeddings with their labels.

    ``prototypes`` (P, d) by epoch with ``prototype_labels`` (P,). ``heads`` and ``told`` are by epoch what the loss's
    own head predicts for each probe, and what :func:`lossviz.runs.points` tells of it. ``about`` is what lossviz needs
    to know a run again (see :func:`about`); empty for what other programs made. ``note`` is what must be said of it.
    """

    name: str
    class_names: tuple[str, ...]
    parts: Mapping[str, Part]
    prototypes: Mapping[int, Floats] = field(default_factory=dict)
    prototype_labels: Ints | None = None
    heads: Mapping[int, Ints] = field(default_factory=dict)
    told: Mapping[int, Mapping[str, NDArray[Any]]] = field(default_factory=dict)
    protocols: Mapping[str, PairSet] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def epochs(self) -> list[int]:
        """Every epoch that there is, ascending."""
        return sorted({epoch for part in self.parts.values() for epoch in part.embeddings})

    @property
    def dim(self) -> int:
        """Embedding size."""
        return int(next(iter(self.parts["probe"].embeddings.values())).shape[1])


def content_of(run: Run, epochs: Sequence[int], sets: Sequence[str]) -> Content:
    """The snapshots ``epochs`` of ``run``, of its sample sets ``sets``; raises for what it does not have."""
    there = run.samples
    for name in sets:
        if name not in there:
            raise UnknownName(f"sample set of run '{run.id}'", name, there)
    missing = [epoch for epoch in epochs if epoch not in run.epochs()]
    if missing or not epochs:
        has = ", ".join(map(str, run.epochs())) or "no epoch yet"
        raise RunError(f"run '{run.id}' has no epoch {', '.join(map(str, missing))}; it has {has}")
    snapshots = {epoch: run.snapshot(epoch) for epoch in epochs}
    parts = {}
    for name in sets:
        embeddings = {epoch: each.embeddings[name] for epoch, each in snapshots.items() if name in each.embeddings}
        index = there[name].index
        pictures = runs.probe_pictures(run) if name == "probe" else runs.pictures_of(run, index)
        parts[name] = Part(index, there[name].labels, embeddings, pictures)
    made = Content(
        name=run.id,
        class_names=run.class_names,
        parts=parts,
        prototypes={epoch: each.prototypes for epoch, each in snapshots.items() if each.prototypes is not None},
        prototype_labels=run.prototype_labels,
        heads={epoch: each.head for epoch, each in snapshots.items() if each.head is not None},
        told={epoch: runs.points(run, epoch) for epoch in epochs} if "probe" in parts else {},
        protocols=run.protocols if PAIRS in parts else {},
    )
    return Content(**{**vars(made), "about": about(run, made)})


def about(run: Run, content: Content) -> dict[str, Any]:
    """What makes the exported run known again: its facts, and the :func:`digest` of what was exported."""
    return {
        "lossviz": VERSION,
        "run": run.id,
        "header": run.header,
        "class_names": list(run.class_names),
        "train_classes": run.train_classes.tolist(),
        "records": [asdict(run.record(epoch)) for epoch in content.epochs],
        "digest": digest(content),
    }


def known_again(text: str | bytes, path: Path) -> dict[str, Any]:
    """What :func:`about` wrote into the file at ``path``; raises :class:`RunError` where it is damaged."""
    try:
        found = json.loads(text)
        if found["lossviz"] != VERSION:
            raise RunError(f"{path} was exported by another version of lossviz, which this one cannot read")
        if not {"run", "header", "class_names", "train_classes", "records", "digest"} <= set(found):
            raise KeyError("header")
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: what lossviz wrote of its run is damaged ({error!r})") from None
    return dict(found)


def digest(content: Content) -> str:
    """A sha256 over which images, their labels, and all embeddings and prototypes."""
    found = hashlib.sha256()
    for name, part in sorted(content.parts.items()):
        if name == PAIRS or not len(part.index):  # tables have no rows for either
            continue
        found.update(name.encode() + part.index.astype("<i8").tobytes() + part.labels.astype("<i8").tobytes())
        for epoch, embeddings in sorted(part.embeddings.items()):
            found.update(f"{epoch}".encode() + np.ascontiguousarray(embeddings, "<f4").tobytes())
    for epoch, prototypes in sorted(content.prototypes.items()):
        found.update(f"prototypes {epoch}".encode() + np.ascontiguousarray(prototypes, "<f4").tobytes())
    return found.hexdigest()


@dataclass(frozen=True)
class Rows:
    """One epoch as a table of M rows: all sample sets one after another, then the prototypes.

    ``index`` and what is told of probes are -1 and NaN for rows that have none.
    """

    sets: list[str]
    index: Ints
    labels: Ints
    vectors: Floats
    prediction: Ints
    confidence: Floats
    head: Ints


def rows_of(content: Content, epoch: int) -> Rows:
    """The table of one epoch; the sample set ``pairs`` has no rows in it."""
    blocks: list[tuple[str, Ints, Ints, Floats]] = [
        (name, part.index, part.labels, part.embeddings[epoch])
        for name, part in content.parts.items()
        if name != PAIRS and epoch in part.embeddings
    ]
    if epoch in content.prototypes and content.prototype_labels is not None:
        labels = content.prototype_labels
        blocks.append((PROTOTYPES, np.full(len(labels), -1), labels, content.prototypes[epoch]))
    sets = [name for name, index, _, _ in blocks for _ in index]
    probes = np.flatnonzero(np.array(sets) == "probe")
    count, told = len(sets), content.told.get(epoch, {})
    prediction, head, confidence = np.full(count, -1), np.full(count, -1), np.full(count, np.nan, np.float32)
    if told:
        prediction[probes], confidence[probes] = told["prediction"], told["confidence"]
    if epoch in content.heads:
        head[probes] = content.heads[epoch]
    index, labels, vectors = (np.concatenate([block[place] for block in blocks]) for place in (1, 2, 3))
    return Rows(sets, index, labels, vectors.astype(np.float32), prediction, confidence, head)


def class_name(names: Sequence[str], label: int) -> str:
    """The name of a class; nothing for -1."""
    return names[label] if label >= 0 else ""
