"""What the embedding view is given: panels of points, and what else is drawn with them."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import LossvizError
from lossviz.records import Floats, Ints

KINDS = ("class", "binary", "continuous")
LINE_KINDS = ("true", "false", "missed")
REGION_KINDS = ("product", "direction", "distance")
MOST_PANELS = 6
MOST_OWNERS = 128
PLANE, SPACE = 2, 3
PER_EPOCH = 2  # dimensions of a channel that has values for every epoch
_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")


class ViewError(LossvizError, ValueError):
    """The embedding view was given something that it cannot draw."""


@dataclass(frozen=True)
class Channel:
    """Something that points can be coloured by.

    ``values`` are ``(N,)``, or ``(E, N)`` where they change with the epoch. ``kind`` is ``class`` (whole numbers into
    the panel's ``class_names``, -1 for none), ``binary`` (0 or 1) or ``continuous``. ``low`` and ``high`` bound the
    colour scale; where they are ``None`` the data of all panels and epochs do. NaN means "no value".
    """

    key: str
    title: str
    kind: str
    values: NDArray[np.generic]
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Sprite:
    """A sheet of thumbnails at ``url``, ``columns`` a row; cell ``i`` belongs to row ``i`` of the panel.

    ``width`` and ``height`` are those of one cell, in pixels.
    """

    url: str
    width: int
    height: int
    columns: int
    count: int


@dataclass(frozen=True)
class Regions:
    """Whose place is whose under a panel's prototypes as they stand, painted beneath its points at every moment.

    A place belongs to the class of the prototype with which it has the largest inner product (``by`` is ``product``;
    ``direction`` takes all prototypes for equally long), or which is nearest (``distance``). ``curves`` (E or 1, T),
    not for distances, are the target logit over its scale at T equal steps of the angle from 0 to pi: a place is its
    class's for sure where the prototype's length times the curve at the angle between them is at least every other
    class's product over the place's length. What is not sure is margin.
    """

    by: str = "product"
    curves: Floats | None = None


@dataclass(frozen=True)
class Panel:
    """One picture: the points of a run over its epochs.

    ``positions`` are ``(E, N, 2 or 3)``, in one frame of reference for all epochs; ``epochs`` their E numbers,
    ascending. ``ids`` ``(N,)`` are rows of the data set whose hash is ``data``: panels with the same ``data`` show
    the same image where they show the same id. ``prototypes`` ``(E, P, 2 or 3)`` are drawn as arrows from the origin.
    ``key`` stays the same for as long as it is the same run. ``ruled``: off the sphere, its axes mean something and are
    drawn with a length on them. ``regions`` need prototypes; in space they are painted on the unit sphere, or on one
    through the outermost points.
    """

    key: str
    title: str
    subtitle: str
    positions: Floats
    epochs: tuple[int, ...]
    ids: Ints
    labels: Ints
    class_names: tuple[str, ...]
    channels: tuple[Channel, ...] = ()
    prototypes: Floats | None = None
    prototype_labels: Ints | None = None
    sphere: bool = False
    ruled: bool = True
    sprite: Sprite | None = None
    data: str = ""
    regions: Regions | None = None


@dataclass(frozen=True)
class Line:
    """A line between two images, by id, in the panel with that key: a ``true``, ``false`` or ``missed`` neighbour."""

    panel: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Command:
    """What Python asks of the view, once for each ``nonce``. ``None`` leaves a thing as it is.

    ``pinned`` and ``selected`` are ids; ``isolate`` are the class numbers to show, and ``()`` shows all.
    """

    nonce: str
    epoch: int | None = None
    pinned: tuple[int, ...] | None = None
    selected: tuple[int, ...] | None = None
    isolate: tuple[int, ...] | None = None


@dataclass(frozen=True)
class ViewState:
    """What Python hears: the epoch at which the slider rests, and the ids of pinned and selected images."""

    epoch: int
    pinned: tuple[int, ...]
    selected: tuple[int, ...]


def check(panels: tuple[Panel, ...], lines: tuple[Line, ...]) -> None:
    """Refuse, in words, what cannot be drawn.

    Raises:
        ViewError: naming the panel, what is wrong and what is allowed.
    """
    if not 1 <= len(panels) <= MOST_PANELS:
        raise ViewError(f"the view shows 1 to {MOST_PANELS} panels, got {len(panels)}")
    keys = [panel.key for panel in panels]
    if len(set(keys)) < len(keys):
        raise ViewError(f"every panel needs a key of its own, got {', '.join(keys)}")
    for panel in panels:
        _check_points(panel)
        _check_prototypes(panel)
        _check_regions(panel)
        for channel in panel.channels:
            _check_channel(panel, channel)
    for line in lines:
        if line.kind not in LINE_KINDS:
            raise ViewError(f"a line is one of {', '.join(LINE_KINDS)}, got '{line.kind}'")
        if line.panel not in keys:
            raise ViewError(f"a line names the panel '{line.panel}'; there is: {', '.join(keys)}")


def _check_points(panel: Panel) -> None:
    shape, who = panel.positions.shape, f"panel '{panel.key}'"
    if len(shape) != SPACE or shape[2] not in (PLANE, SPACE):
        raise ViewError(f"{who}: positions must be (epochs, points, 2 or 3), got {shape}")
    if shape[0] == 0 or shape[1] == 0:
        raise ViewError(f"{who} has no points to show: positions are {shape}")
    if not np.isfinite(panel.positions).all():
        raise ViewError(f"{who}: some positions are not finite numbers")
    if len(panel.epochs) != shape[0]:
        raise ViewError(f"{who}: {len(panel.epochs)} epoch numbers for positions of {shape[0]} epochs")
    if any(later <= earlier for earlier, later in zip(panel.epochs, panel.epochs[1:], strict=False)):
        raise ViewError(f"{who}: epochs must ascend, got {panel.epochs}")
    for name, values in (("ids", panel.ids), ("labels", panel.labels)):
        if values.shape != (shape[1],):
            raise ViewError(f"{who}: {name} must be ({shape[1]},), got {values.shape}")
    if len(np.unique(panel.ids)) < len(panel.ids):
        raise ViewError(f"{who}: an id occurs twice")
    if panel.ids.min() < 0 or panel.ids.max() >= 1 << 31:
        raise ViewError(f"{who}: ids must be between 0 and 2147483647")
    _check_classes(panel, "labels", panel.labels)
    if panel.sprite is not None and panel.sprite.count < shape[1]:
        raise ViewError(f"{who}: the sprite has {panel.sprite.count} cells for {shape[1]} points")


def _check_classes(panel: Panel, name: str, values: NDArray[np.generic]) -> None:
    known = len(panel.class_names)
    if values.size and (values.min() < -1 or values.max() >= known):
        raise ViewError(f"panel '{panel.key}': {name} must be -1 or a class of 0 to {known - 1}")


def _check_prototypes(panel: Panel) -> None:
    if panel.prototypes is None:
        return
    epochs, _, axes = panel.positions.shape
    shape, who = panel.prototypes.shape, f"panel '{panel.key}'"
    if len(shape) != SPACE or shape[0] != epochs or shape[2] != axes:
        raise ViewError(f"{who}: prototypes must be ({epochs}, prototypes, {axes}), got {shape}")
    if not np.isfinite(panel.prototypes).all():
        raise ViewError(f"{who}: some prototypes are not finite numbers")
    if panel.prototype_labels is None or panel.prototype_labels.shape != (shape[1],):
        raise ViewError(f"{who}: {shape[1]} prototypes need as many prototype_labels")
    _check_classes(panel, "prototype_labels", panel.prototype_labels)


def _check_regions(panel: Panel) -> None:
    who, told = f"panel '{panel.key}'", panel.regions
    if told is None:
        return
    if panel.prototypes is None or not 1 <= panel.prototypes.shape[1] <= MOST_OWNERS:
        raise ViewError(f"{who}: regions need 1 to {MOST_OWNERS} prototypes")
    if told.by not in REGION_KINDS:
        raise ViewError(f"{who}: regions are by one of {', '.join(REGION_KINDS)}, got '{told.by}'")
    if told.curves is None:
        return
    epochs, shape = len(panel.epochs), told.curves.shape
    if told.by == "distance" or len(shape) != PER_EPOCH or shape[0] not in (1, epochs) or shape[1] < PER_EPOCH:
        raise ViewError(f"{who}: curves go with no distance and must be (1 or {epochs}, steps), got {shape}")
    if not np.isfinite(told.curves).all():
        raise ViewError(f"{who}: some values of the curves are not finite numbers")


def _check_channel(panel: Panel, channel: Channel) -> None:
    epochs, points, _ = panel.positions.shape
    who = f"panel '{panel.key}', channel '{channel.key}'"
    if not _KEY.match(channel.key) or channel.key == "label":
        raise ViewError(f"{who}: a key is made of letters, digits, - and _, and is not 'label'")
    if channel.kind not in KINDS:
        raise ViewError(f"{who}: kind must be one of {', '.join(KINDS)}, got '{channel.kind}'")
    if channel.values.shape not in ((points,), (epochs, points)):
        raise ViewError(f"{who}: values must be ({points},) or ({epochs}, {points}), got {channel.values.shape}")
    if channel.kind == "class":
        _check_classes(panel, f"channel '{channel.key}'", channel.values)
    if channel.kind == "binary" and not np.isin(channel.values, (0, 1)).all():
        raise ViewError(f"{who}: a binary channel has values 0 and 1")
