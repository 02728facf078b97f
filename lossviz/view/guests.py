"""Guests, images of a person's own among a panel's points, and areas, the places that a threshold accepts.

Both travel with the lines, apart from the points, and can change at every rerun.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.records import Floats, Ints
from lossviz.view.panel import Panel, ViewError

MOST_GUESTS = 100  # of one panel
MOST_AREAS = 1024  # of one panel
PICTURE = "data:image/"
HALF_TURN = 180.0  # degrees


@dataclass(frozen=True)
class Guest:
    """An image of the person's own, as it stands in the panel with the key ``panel``.

    The same image has the same ``key`` in every panel: hovering one rings it in all. ``positions`` (E', 2 or 3) and
    ``spread`` (E',), the radius of a halo about the place (0: exact), are in the panel's units, at ``epochs``, E'
    ascending numbers among the panel's, often the last alone. ``picture`` is a ``data:`` URL of what the net sees,
    ``facts`` labels and values for the card. Thin lines lead to the points with the ids ``neighbours``, those of them
    that are in the picture. One that is not ``chosen`` is smaller, without name, way and lines until it is hovered.
    """

    panel: str
    key: str
    title: str
    positions: Floats
    epochs: tuple[int, ...]
    spread: Floats
    picture: str | None
    facts: tuple[tuple[str, str], ...] = ()
    neighbours: tuple[int, ...] = ()
    chosen: bool = True


@dataclass(frozen=True)
class Areas:
    """What a threshold accepts in the panel with the key ``panel``: all places within ``radius`` of a class's centre.

    ``centres`` (C, 2 or 3) and ``radius`` are in the panel's units: discs in the plane, balls in space. Where
    ``degrees``, ``centres`` are directions of any length and ``radius`` an angle about each: sectors of the plane or
    of the unit circle's disc; in space caps on the unit sphere, or on one through the outermost points. ``labels``
    (C,) are class numbers of the panel. Where classes are elsewhere at other epochs than ``epoch``, areas are outlines
    there alone, and the panel's title says so.
    """

    panel: str
    centres: Floats
    labels: Ints
    radius: float
    degrees: bool
    epoch: int | None = None


def check_guests(panels: Sequence[Panel], guests: Sequence[Guest]) -> None:
    """Refuse, in words, guests that cannot be drawn.

    Raises:
        ViewError: naming the guest, what is wrong and what is allowed.
    """
    known = {panel.key: panel for panel in panels}
    met: set[tuple[str, str]] = set()
    for guest in guests:
        panel = _panel_of(known, guest.panel, f"guest '{guest.title}'")
        if (guest.panel, guest.key) in met:
            raise ViewError(f"panel '{guest.panel}' has the guest '{guest.key}' twice")
        met.add((guest.panel, guest.key))
        _check_places(panel, guest)
        if guest.picture is not None and not guest.picture.startswith(PICTURE):
            raise ViewError(f"guest '{guest.title}': its picture must be a URL that begins with {PICTURE}")
    for key in known:
        if sum(panel == key for panel, _ in met) > MOST_GUESTS:
            raise ViewError(f"panel '{key}' takes at most {MOST_GUESTS} guests")


def _panel_of(known: dict[str, Panel], key: str, who: str) -> Panel:
    if key not in known:
        raise ViewError(f"{who} names the panel '{key}'; there is: {', '.join(known)}")
    return known[key]


def _check_places(panel: Panel, guest: Guest) -> None:
    who, count, axes = f"guest '{guest.title}' in panel '{panel.key}'", len(guest.epochs), panel.positions.shape[2]
    if not count or guest.positions.shape != (count, axes) or guest.spread.shape != (count,):
        shapes = f"positions {guest.positions.shape}, spread {guest.spread.shape}"
        raise ViewError(
            f"{who}: {count} epochs need at least one, ({count}, {axes}) positions and as many spread: {shapes}"
        )
    if any(later <= earlier for earlier, later in zip(guest.epochs, guest.epochs[1:], strict=False)):
        raise ViewError(f"{who}: epochs must ascend, got {guest.epochs}")
    if not set(guest.epochs) <= set(panel.epochs):
        raise ViewError(f"{who}: its epochs must be among the panel's, got {guest.epochs}")
    if not (np.isfinite(guest.positions).all() and np.isfinite(guest.spread).all() and (guest.spread >= 0).all()):
        raise ViewError(f"{who}: positions must be finite, and spread finite and at least 0")


def check_areas(panels: Sequence[Panel], areas: Sequence[Areas]) -> None:
    """Refuse, in words, areas that cannot be drawn.

    Raises:
        ViewError: naming the panel, what is wrong and what is allowed.
    """
    known = {panel.key: panel for panel in panels}
    if len({each.panel for each in areas}) < len(areas):
        raise ViewError("a panel has areas once at most")
    for each in areas:
        panel, who = _panel_of(known, each.panel, "an area"), f"areas of panel '{each.panel}'"
        axes = panel.positions.shape[2]
        if each.centres.shape != (len(each.labels), axes) or len(each.labels) > MOST_AREAS:
            got = f"{each.centres.shape} and {each.labels.shape}"
            raise ViewError(f"{who}: at most {MOST_AREAS} centres (areas, {axes}) with as many labels, got {got}")
        if not np.isfinite(each.centres).all() or (each.degrees and not each.centres.any(axis=1).all()):
            raise ViewError(f"{who}: centres must be finite, and directions not zero")
        if not 0 <= each.radius <= (HALF_TURN if each.degrees else np.finfo(np.float32).max):
            allowed = "0 to 180 degrees" if each.degrees else "a finite number of at least 0"
            raise ViewError(f"{who}: radius must be {allowed}, got {each.radius:g}")
        if each.epoch is not None and each.epoch not in panel.epochs:
            raise ViewError(f"{who}: epoch must be one of the panel's, got {each.epoch}")
        classes = len(panel.class_names)
        if each.labels.size and not 0 <= each.labels.min() <= each.labels.max() < classes:
            raise ViewError(f"{who}: labels must be classes of 0 to {classes - 1}")


def told_guests(guests: Sequence[Guest]) -> dict[str, Any]:
    """What the browser hears of them; every picture travels once."""
    pictures = list(dict.fromkeys(guest.picture for guest in guests if guest.picture is not None))
    at = {url: index for index, url in enumerate(pictures)}
    return {"pictures": pictures, "guests": [_told(guest, at) for guest in guests]}


def _told(guest: Guest, at: dict[str, int]) -> dict[str, Any]:
    return {
        "panel": guest.panel,
        "key": guest.key,
        "title": guest.title,
        "epochs": [int(epoch) for epoch in guest.epochs],
        "positions": guest.positions.tolist(),
        "spread": guest.spread.tolist(),
        "picture": -1 if guest.picture is None else at[guest.picture],
        "facts": [list(fact) for fact in guest.facts],
        "neighbours": [int(number) for number in guest.neighbours],
        "chosen": guest.chosen,
    }


def told_areas(panels: Sequence[Panel], areas: Sequence[Areas], classes: Sequence[str]) -> list[dict[str, Any]]:
    """What the browser hears of them; ``classes`` are the names of all panels, which it numbers classes by."""
    names = {panel.key: panel.class_names for panel in panels}
    return [
        {
            "panel": each.panel,
            "centres": each.centres.tolist(),
            "labels": [classes.index(names[each.panel][label]) for label in each.labels],
            "radius": float(each.radius),
            "degrees": each.degrees,
            "epoch": each.epoch,
        }
        for each in areas
    ]
