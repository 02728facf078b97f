"""Every data set by name: the known ones and the folders that were added."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lossviz.data import _prepared as prepared
from lossviz.data._download import NotDownloaded
from lossviz.data._recipes import Fit, Recipe
from lossviz.data.base import DataSet, Images, Report
from lossviz.errors import DataError, UnknownName
from lossviz.paths import data_dir
from lossviz.registry import Registry

registry: Registry[DataSet] = Registry("lossviz.data", "lossviz.data.base:DataSet", "data set")
get = registry.get


@dataclass(frozen=True)
class Status:
    """One line of the list. ``state`` is ``prepared``, ``to prepare``, ``to download`` or ``damaged``.

    ``kind`` is ``builtin`` or ``folder``; ``channels`` and ``size`` (pixels a side) are 0 for a damaged folder set.
    """

    name: str
    title: str
    kind: str
    state: str
    classes: int = 0
    images: int = 0
    channels: int = 0
    size: int = 0
    download_mb: float = 0.0
    licence: str = ""
    note: str = ""


def available() -> list[str]:
    """Every name that :func:`open_set` takes, sorted."""
    return sorted({*registry.available(), *prepared.names()})


def open_set(name: str, knobs: Mapping[str, Any] | None = None, report: Report | None = None) -> Images:
    """Open the data set called ``name``; one that was never used is downloaded and prepared first.

    ``knobs`` are those of its :class:`~lossviz.data.base.DataSet` (a folder has none). Raises
    :class:`UnknownName`, :class:`~lossviz.errors.KnobError`, and :class:`DataError` when it cannot be had.
    """
    if name not in registry.files():
        if name not in prepared.names():
            raise UnknownName("data set", name, available())
        if knobs:
            raise DataError(f"the data set '{name}' is a folder of images and has no knobs, got {', '.join(knobs)}")
        return _open_folder(name)
    choice = registry.get(name).from_values(knobs or {})
    return _selected(choice, _prepare(name, report or silent))


def open_prepared(name: str, knobs: Mapping[str, Any] | None = None) -> Images | None:
    """As :func:`open_set`, but only what is there: nothing is downloaded, built or repaired.

    ``None`` where the set is not prepared or is damaged.
    """
    if (images := open_whole(name)) is None:
        return None
    return _selected(registry.get(name).from_values(knobs or {}), images) if name in registry.files() else images


def open_whole(name: str) -> Images | None:
    """Every image of the prepared set called ``name``, those that its knobs leave out included; ``None`` without it."""
    if name not in prepared.names():
        return None
    try:
        return prepared.load(name)
    except prepared.Damaged:
        return None


def recipe(name: str, shape: tuple[int, int, int]) -> tuple[Recipe, str]:
    """How a picture from outside becomes one of the set called ``name``, of ``shape`` (C, H, W); and what is in doubt.

    A folder's recipe is kept with its prepared images. Where these are not there, its pictures are taken to have been
    cropped, and the second value is a sentence that says so.
    """
    if name in registry.files():
        return registry.get(name).recipe(), ""
    if (images := open_prepared(name)) is None:
        assumed = f"The data set '{name}' is not on this machine: that its pictures were cropped to squares is assumed."
        return Fit(shape, reads_near=4 * shape[1]), assumed
    return Fit(shape, images.invert, images.fit, images.invert, 4 * shape[1]), ""


def fetch(name: str, report: Report | None = None) -> Status:
    """Download and prepare a data set now, so that it opens at once later; returns its new status."""
    open_set(name, report=report)
    return status(name)


def remove(name: str) -> None:
    """Forget a folder that was added, or the prepared files of a known set; the original pictures stay."""
    if name not in available():
        raise UnknownName("data set", name, available())
    with prepared.lock(name, silent):
        if name in prepared.names():
            prepared.delete(name)


def status(name: str) -> Status:
    """What the list says about one data set."""
    if name not in registry.files():
        if name not in prepared.names():
            raise UnknownName("data set", name, available())
        return _prepared_status(name, Status(name, name, "folder", "damaged"))
    known = registry.get(name)
    count, channels, size, _ = known.shape
    state = "to prepare" if known.at_hand() else "to download"
    facts = (known.classes, count, channels, size, known.size_mb, known.licence, known.note)
    listed = Status(name, known.title, "builtin", state, *facts)
    return _prepared_status(name, listed) if name in prepared.names() else listed


def describe() -> list[Status]:
    """The status of every data set, in the order of their names."""
    return [status(name) for name in available()]


def ready() -> list[str]:
    """The names that open without a network."""
    return [line.name for line in describe() if line.state in ("prepared", "to prepare")]


def _prepared_status(name: str, otherwise: Status) -> Status:
    try:
        meta = prepared.read_meta(name)
        count, channels, size, _ = meta["shape"]
        facts = {"classes": len(meta["class_names"]), "images": count, "channels": channels, "size": size}
        words = {key: meta[key] for key in ("title", "kind", "licence", "note")}
    except (prepared.Damaged, KeyError, TypeError, ValueError):
        return otherwise
    return replace(otherwise, state="prepared", **facts, **words)


def _selected(choice: DataSet, prepared_images: Images) -> Images:
    """What the knobs ask for, with a digest that tells them apart."""
    images = choice.select(prepared_images)
    knobs = choice.told_apart()
    if not knobs:
        return images
    words = images.digest + json.dumps(knobs, sort_keys=True)
    return replace(images, digest=hashlib.sha256(words.encode()).hexdigest())


def _open_folder(name: str) -> Images:
    try:
        return prepared.load(name)
    except prepared.Damaged as error:
        again = f"python -m lossviz data add {name} FOLDER"
        raise DataError(f"{error}; add the folder again under this name ({again})") from error


def _prepare(name: str, report: Report) -> Images:
    """Open a known set, building it first when it is not there or damaged."""
    if (opened := _intact(name)) is not None:
        return opened
    with prepared.lock(name, report):
        if (opened := _intact(name)) is not None:
            return opened
        _build(name, report)
        return prepared.load(name)


def _intact(name: str) -> Images | None:
    if name not in prepared.names():
        return None
    try:
        if prepared.read_meta(name).get("kind") == "folder":
            raise DataError(
                f"'{name}' names both a known data set and a folder that was added; remove the folder "
                f"(python -m lossviz data remove {name}) or rename the plug-in file"
            )
        return prepared.load(name)
    except prepared.Damaged:
        return None


def _build(name: str, report: Report) -> None:
    known = registry.get(name)
    try:
        raw = known().build(report)
    except NotDownloaded as error:
        raise DataError(
            f"{known.title} is not on this machine: {error}. On a machine with network, "
            f"`python -m lossviz data fetch {name}` fetches it; copy its data folder to {data_dir()}, or point "
            "LOSSVIZ_DATA at a folder that has it. "
            f"What opens here without network: {', '.join(ready()) or 'nothing'}"
        ) from error
    if raw.images.shape != known.shape or len(raw.class_names) != known.classes:
        raise DataError(
            f"the originals of {known.title} under {data_dir()} are not whole: {raw.images.shape[0]} images of "
            f"{len(raw.class_names)} classes were found where {known.shape[0]} of {known.classes} belong; delete them "
            f"and run `python -m lossviz data fetch {name}`"
        )
    report(f"writing {known.title}", None)
    about = prepared.About(
        known.title, "builtin", known.source, known.licence, known.flip, known.pad, "crop", known.invert, known.note
    )
    prepared.write(name, raw, about)


def silent(what: str, share: float | None) -> None:
    """Report to nobody."""
