"""Embeddings that another program wrote: tables with a vector a row become sample sets with labels and epochs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lossviz.errors import RunError, UnknownName
from lossviz.exchange._pictured import pictures_of
from lossviz.exchange.content import PROTOTYPES, TABLE_SETS, Content, Part, Pictures
from lossviz.records import Floats, Ints

MOST = 10_000
"""Images of one set that are taken where nothing else is asked for: as many as a picture draws."""
LABELS = ("class", "label", "labels", "category", "target", "y", "name")
IDS = ("image", "index", "id", "row")
SETS = ("set", "split")
MEANS = {
    **{name: name for name in (*TABLE_SETS, PROTOTYPES)},
    **dict.fromkeys(("test", "val", "validation", "query"), "probe"),
    **dict.fromkeys(("train", "training"), "gallery"),
}
"""What sets are called elsewhere, and what they are here."""
UNLABELLED = "not labelled"


@dataclass(frozen=True)
class Sheet:
    """One epoch as another program has it: ``vectors`` (M, d), and columns of M values each."""

    epoch: int
    vectors: Floats
    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Wanted:
    """What is asked of an import.

    ``label`` names the column with the classes; ``None`` looks for a usual name. ``limit`` is the most images of one
    set, the same share of each class. ``gallery`` is the share of the probe that becomes the gallery where the file has
    none.
    """

    label: str | None = None
    limit: int = MOST
    gallery: float = 0.0


def gathered(name: str, sheets: Sequence[Sheet], wanted: Wanted, about: Mapping[str, Any]) -> Content:
    """The sheets, one an epoch, as one content; raises :class:`RunError` where they do not fit together.

    ``about`` is what lossviz wrote beside its own export: class names and their numbers are then taken from there.
    """
    if not sheets:
        raise RunError(f"{name}: there are no embeddings in it")
    ordered = sorted(sheets, key=lambda sheet: sheet.epoch)
    for sheet in ordered:
        _check(name, sheet)
    first = ordered[0]
    sets, ids = _sets(first), _ids(first)
    labels, names = _labels(name, first, wanted.label, about)
    places = {sheet.epoch: _same_rows(name, first, sheet) for sheet in ordered}
    embeddings = {sheet.epoch: sheet.vectors[places[sheet.epoch]] for sheet in ordered}
    if len(embeddings) < len(ordered):
        raise RunError(f"{name}: several tables are of the same epoch, {[sheet.epoch for sheet in ordered]}")
    parts, notes = {}, []
    for part in [each for each in TABLE_SETS if each in sets]:
        rows = np.flatnonzero(sets == part)
        kept = rows if about else rows[stratified(labels[rows], wanted.limit)]
        if len(kept) < len(rows):
            notes.append(f"{len(kept):,} of {len(rows):,} images of the {part} were taken, the same share by class.")
        whole = Part(ids, labels, embeddings)
        parts[part] = replace(_some(whole, kept), pictures=pictures_of(first.columns, kept))
    if "probe" not in parts:
        raise RunError(f"{name}: it has no image in a set that is called probe or test, only in {', '.join(parts)}")
    marks = np.flatnonzero(sets == PROTOTYPES)
    prototypes = {epoch: each[marks] for epoch, each in embeddings.items()} if len(marks) else {}
    heads = _heads(ordered, places, np.flatnonzero(sets == "probe")) if about else {}
    owners = labels[marks] if len(marks) else None
    content = Content(name, names, parts, prototypes, owners, heads, about=about, note=" ".join(notes))
    return with_gallery(content, wanted.gallery) if wanted.gallery and "gallery" not in parts else content


def _heads(sheets: Sequence[Sheet], places: Mapping[int, Ints], probes: Ints) -> dict[int, Ints]:
    """What the loss's own head predicts for each probe, of the epochs where it is told."""
    found = {}
    for sheet in sheets:
        column = sheet.columns.get("head", [None] * len(sheet.vectors))
        values = [column[row] for row in places[sheet.epoch][probes]]
        if None not in values:
            found[sheet.epoch] = np.array(values, np.int64)
    return found


def stratified(labels: Ints, most: int) -> Ints:
    """Which of (N,) labels are kept so that there are at most so many, the same share of each class, in order."""
    if len(labels) <= most:
        return np.arange(len(labels))
    by_class = np.argsort(labels, kind="stable")
    return np.sort(by_class[np.linspace(0, len(labels) - 1, most).astype(int)])


def with_gallery(content: Content, share: float) -> Content:
    """The content with a ``share`` of its probe, the same of each class, as gallery instead."""
    probe = content.parts["probe"]
    count = round(share * len(probe.labels))
    if not 0 < count < len(probe.labels):
        raise RunError(f"a gallery of {share:g} of {len(probe.labels)} images leaves nothing to compare; take between")
    chosen = stratified(probe.labels, count)
    rest = np.setdiff1d(np.arange(len(probe.labels)), chosen)
    parts = {"probe": _some(probe, rest), "gallery": _some(probe, chosen)}
    return replace(content, parts={**content.parts, **parts})


def _some(part: Part, rows: Ints) -> Part:
    pictures: Pictures | None = None if part.pictures is None else part.pictures[rows]
    return Part(part.index[rows], part.labels[rows], {e: x[rows] for e, x in part.embeddings.items()}, pictures)


def _check(name: str, sheet: Sheet) -> None:
    vectors = sheet.vectors
    if vectors.ndim != 2 or not len(vectors):
        raise RunError(f"{name}: there are no embeddings in it")
    if not np.isfinite(vectors).all():
        raise RunError(f"{name}: epoch {sheet.epoch} has numbers that are not finite; there is nothing to show")
    for column, values in sheet.columns.items():
        if len(values) != len(vectors):
            raise RunError(f"{name}: {len(vectors)} vectors, but {len(values)} values of '{column}'")


def _sets(sheet: Sheet) -> Any:
    """The set of each row; all are the probe where no column says so in words that are known."""
    for column in SETS:
        words = [str(value).lower() for value in sheet.columns.get(column, ())]
        if words and all(word in MEANS for word in words):
            return np.array([MEANS[word] for word in words])
    return np.full(len(sheet.vectors), "probe")


def _ids(sheet: Sheet) -> Ints:
    """A number for each image: that of a column with whole numbers that are all different in a set, or its place."""
    for column in IDS:
        values = [_number(value) for value in sheet.columns.get(column, ())]
        keys = [key for key in zip(_sets(sheet), values, strict=False) if key[0] != PROTOTYPES]
        if keys and all(value >= 0 for _, value in keys) and len(set(keys)) == len(keys):
            return np.array(values, np.int64)
    return np.arange(len(sheet.vectors))


def _number(value: Any) -> int:
    """A whole number, or -1."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return -1


def _labels(name: str, sheet: Sheet, asked: str | None, about: Mapping[str, Any]) -> tuple[Ints, tuple[str, ...]]:
    if about:
        return np.array([int(value) for value in sheet.columns["label"]]), tuple(about["class_names"])
    column = asked or _label_column(sheet)
    if column is None:
        return np.zeros(len(sheet.vectors), np.int64), (UNLABELLED,)
    if column not in sheet.columns:
        raise UnknownName(f"column of {name}", column, sheet.columns)
    words = ["" if value is None else str(value) for value in sheet.columns[column]]
    names = tuple(sorted(set(words), key=_natural))
    places = {word: place for place, word in enumerate(names)}
    return np.array([places[word] for word in words]), tuple(word or UNLABELLED for word in names)


def _label_column(sheet: Sheet) -> str | None:
    """A column of a usual name, or the only one that there is."""
    by_name = {column.lower(): column for column in sheet.columns}
    usual = next((by_name[name] for name in LABELS if name in by_name), None)
    return usual or (next(iter(sheet.columns)) if len(sheet.columns) == 1 and "picture" not in sheet.columns else None)


def _natural(word: str) -> tuple[Any, ...]:
    """Numbers in words by their size."""
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", word) if part)


def _same_rows(name: str, first: Sheet, other: Sheet) -> Ints:
    """Where the rows of the first sheet are in another one; raises where they are not the same images."""
    if first.vectors.shape != other.vectors.shape:
        raise RunError(
            f"{name}: epoch {first.epoch} has {_shape(first)}, epoch {other.epoch} has {_shape(other)}; a run has the "
            "same images in every epoch"
        )
    keys = [list(zip(_sets(sheet), _ids(sheet).tolist(), strict=True)) for sheet in (first, other)]
    places = {key: place for place, key in enumerate(keys[1]) if key[0] != PROTOTYPES}
    marks = [place for place, key in enumerate(keys[1]) if key[0] == PROTOTYPES]
    try:
        return np.array([marks.pop(0) if key[0] == PROTOTYPES else places[key] for key in keys[0]])
    except (KeyError, IndexError):
        raise RunError(f"{name}: epochs {first.epoch} and {other.epoch} are not of the same images") from None


def _shape(sheet: Sheet) -> str:
    count, dim = sheet.vectors.shape
    return f"{count} vectors of {dim} numbers"
