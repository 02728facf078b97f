"""A panel at one moment, seen from somewhere, as marks: sorted by depth, with the view's depth cues and class names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lossviz.report.camera import HOME, SPACE, TITLE, Box, Lens
from lossviz.report.furniture import arrows, standing
from lossviz.report.looks import Look, Rgb, mixed
from lossviz.report.marks import Discs, Mark, Scene, Word, fitted, width_of
from lossviz.report.moments import Moment, Timed

Doubles = NDArray[np.float64]

MOST_NAMES = 40  # classes; names of more would hide the points
SHORT_ARROW = 0.5  # unit radii; names at the tips of shorter arrows would pile up at the origin
LONGEST_NAME = 18
NUDGES = ((0, -1), (1, -0.6), (-1, -0.6), (1.1, 0.4), (-1.1, 0.4), (0, 1.2), (0.8, 1.2), (-0.8, 1.2))
NAME_SIZE, THINNEST = 13.0, 2.4
HAZE, HAZE_ALPHA = 0.5, 0.1  # how much paler points at the very back are
FEW = 4000  # points from which on they are a little more see-through


@dataclass(frozen=True)
class Shot:
    """How a panel is seen: its ``box`` in the picture, the ``turn`` of its points, the ``look``; ``names``: of classes.

    ``colours`` are those of the panel's classes, by label.
    """

    box: Box
    look: Look
    colours: Sequence[Rgb]
    turn: Doubles = field(default_factory=lambda: HOME)
    zoom: float = 1.0
    names: bool = True


def scene(timed: Timed, epoch: float, shot: Shot) -> Scene:
    """``timed`` at ``epoch``, seen as ``shot`` says."""
    panel, moment = timed.panel, timed.at(epoch)
    lens = Lens.at(panel.positions.shape[2], shot.turn, shot.box, shot.zoom)
    bars, words = standing(panel, timed.radius, lens, shot.look)
    marks: list[Mark] = []
    if moment.prototypes is not None and panel.prototype_labels is not None:
        marks = arrows(moment.prototypes, [_colour(shot, label) for label in panel.prototype_labels], lens)
    names = _names(timed, moment, lens, shot) if shot.names else []
    titles = _titles(timed, epoch, shot)
    ball = None
    if panel.sphere and panel.positions.shape[2] == SPACE:
        ball = (*lens.middle, lens.half / math.sqrt(1 - lens.k**2))  # the rim that a lens sees
    points = _points(timed, moment, lens, shot)
    return Scene(shot.box, ball, bars, points, marks, [*words, *names, *titles])


def point_size(count: int, zoom: float, side: float) -> float:
    """Diameter of a point where depth adds nothing."""
    plain = min(max(11 - 2.05 * math.log10(count + 1), 2.6), 8.0)
    return plain * zoom**0.4 * min(max(side / 420, 0.75), 1.4)


def _colour(shot: Shot, label: int) -> Rgb:
    return shot.colours[label] if label >= 0 else shot.look.nothing


def _points(timed: Timed, moment: Moment, lens: Lens, shot: Shot) -> Discs:
    places, labels = lens.project(moment.points), timed.panel.labels
    size = point_size(len(places), shot.zoom, lens.side)
    near = 1 / places[:, 3] if lens.k else np.ones(len(places))
    radius = np.maximum(size * near, THINNEST) / 2
    t = (
        np.clip((0.75 - places[:, 2]) / 1.75, 0, 1)
        if timed.panel.positions.shape[2] == SPACE
        else np.zeros(len(places))
    )
    back = HAZE * t * t * (3 - 2 * t)
    full = np.array([*shot.colours, shot.look.nothing], float)[labels]  # a label of -1 is the last
    ground = np.array(shot.look.ground, float)
    colour = full + (ground - full) * back[:, None]
    alpha = (0.85 if len(places) > FEW else 0.95) * (1 - HAZE_ALPHA * back)
    return Discs(
        depth=places[:, 2],
        x=places[:, 0],
        y=places[:, 1],
        radius=radius,
        rim=np.clip(0.34 * radius, 0.5, 1.5),
        colour=colour,
        edge=colour + (ground - colour) * 0.8,
        alpha=alpha,
    )


def _names(timed: Timed, moment: Moment, lens: Lens, shot: Shot) -> list[Word]:
    """The names of classes, near ones first, each beside its arrow or its mean, where no other name stands."""
    panel = timed.panel
    present = [label for label in np.unique(panel.labels).tolist() if label >= 0]
    if len(present) > MOST_NAMES:
        return []
    places = lens.project(np.stack([_anchor(timed, moment, label) for label in present]))
    taken: list[tuple[float, float, float]] = []
    words = []
    for index in np.argsort(-places[:, 2], kind="stable").tolist():
        x, y, depth, _ = places[index].tolist()
        name = str(panel.class_names[present[index]])
        text = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
        width = width_of(text, NAME_SIZE, bold=True) + 6
        spot = _spot((x, y), width, shot.box, taken)
        if spot is None:
            continue
        taken.append((*spot, width))
        colour = mixed(_colour(shot, present[index]), shot.look.ink, 0.3)
        alpha = min(max(0.9 + 0.4 * depth, 0.55), 1.0) if panel.positions.shape[2] == SPACE else 1.0
        words.append(Word(*spot, text, NAME_SIZE, colour, bold=True, alpha=alpha))
    return words[::-1]


def _anchor(timed: Timed, moment: Moment, label: int) -> Doubles:
    owners = timed.panel.prototype_labels
    if moment.prototypes is not None and owners is not None and (owners == label).any():
        tip = moment.prototypes[int(np.flatnonzero(owners == label)[0])]
        if np.linalg.norm(tip) >= SHORT_ARROW:
            return tip * 1.1
    return moment.means[label]


def _spot(
    at: tuple[float, float], width: float, box: Box, taken: Sequence[tuple[float, float, float]]
) -> tuple[float, float] | None:
    """A free place for a name of that width near ``at``; ``None`` where all are taken."""
    left, top, across, down = box
    for dx, dy in NUDGES:
        x = min(max(at[0] + dx * (width / 2 + 4), left + width / 2), left + across - width / 2)
        y = min(max(at[1] + dy * 13, top + TITLE + 10), top + down - 9)
        if all(abs(u - x) * 2 > wide + width or abs(v - y) > 13 for u, v, wide in taken):
            return x, y
    return None


def _titles(timed: Timed, epoch: float, shot: Shot) -> list[Word]:
    panel, (x, y, width, _) = timed.panel, shot.box
    first, last = panel.epochs[0], panel.epochs[-1]
    ended = f" · ends at epoch {last}" if epoch > last else f" · begins at epoch {first}" if epoch < first else ""
    title = fitted(panel.title, width - 24, 14, bold=True)
    below = fitted(panel.subtitle + ended, width - 24, 12)
    look = shot.look
    words = [Word(x + 12, y + 22, title, 14, look.ink, bold=True, anchor="ls")]
    return [*words, Word(x + 12, y + 39, below, 12, look.quiet, anchor="ls")] if below else words
