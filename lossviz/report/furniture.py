"""What stands in a panel besides its points: graticule or axes, and the arrows of prototypes."""

import math
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lossviz.report.camera import SPACE, Lens
from lossviz.report.looks import Look, Rgb
from lossviz.report.marks import Bar, Mark, Patch, Word
from lossviz.view import Panel

Doubles = NDArray[np.float64]
AXES = "xyz"
SHORTEST = 1e-4  # unit radii; a prototype at the origin has no direction
SHAFT = 2.2  # width of an arrow
PIECES = 8  # that a shaft is cut into, so that points hide what is behind them
SIDES = 20  # of an arrow's tip
CROWD = 60  # prototypes from which on arrows are thinner


def standing(panel: Panel, radius: float, lens: Lens, look: Look) -> tuple[list[Bar], list[Word]]:
    """The unit sphere or circle, or axes through the origin with a tick at a round number, and what is written there.

    ``radius`` is what one unit radius is in the panel's own units.
    """
    axes = panel.positions.shape[2]
    if panel.sphere:
        segments, style = _sphere() if axes == SPACE else _circle()
        return _bars(segments, style, lens, look.ink), []
    if not panel.ruled:
        return [], []
    nice = nice_below(radius)
    segments, style = _axes(axes, nice / radius)
    return _bars(segments, style, lens, look.ink), _ticks(axes, (nice, nice / radius), lens, look)


def nice_below(limit: float) -> float:
    """1, 2 or 5 times a power of ten, the largest that is at most ``limit``."""
    power = 10.0 ** math.floor(math.log10(limit))
    return next((step * power for step in (5, 2, 1) if step * power <= limit * (1 + 1e-9)), power)


def _bars(segments: Doubles, style: Doubles, lens: Lens, ink: Rgb) -> list[Bar]:
    """``segments`` (S, 2, 3), ``style`` (S, 3): alpha, width, what is left of alpha behind."""
    at, to = lens.project(segments[:, 0]), lens.project(segments[:, 1])
    depth = (at[:, 2] + to[:, 2]) / 2
    t = np.clip((depth + 0.25) / 0.5, 0, 1)
    alpha = style[:, 0] * (style[:, 2] + (1 - style[:, 2]) * t * t * (3 - 2 * t))
    columns = (depth, at[:, 0], at[:, 1], to[:, 0], to[:, 1], style[:, 1], alpha)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Bar(z, x, y, u, v, width, ink, strength) for z, x, y, u, v, width, strength in rows]


@cache
def _sphere() -> tuple[Doubles, Doubles]:
    """Meridians and circles of latitude, the equator stronger."""
    turn = np.linspace(0, 2 * np.pi, 73)
    loops, strengths = [], []
    for angle in np.arange(6) * np.pi / 6:
        loops.append(np.stack([np.sin(turn) * np.cos(angle), np.sin(turn) * np.sin(angle), np.cos(turn)], axis=1))
        strengths.append(0.2)
    for latitude in np.radians([-60, -30, 0, 30, 60]):
        flat = np.cos(latitude) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        loops.append(np.column_stack([flat, np.full(len(turn), np.sin(latitude))]))
        strengths.append(0.36 if latitude == 0 else 0.2)
    segments = np.concatenate([np.stack([loop[:-1], loop[1:]], axis=1) for loop in loops])
    strength = np.repeat(strengths, len(turn) - 1)
    return segments, np.stack([strength, np.ones(len(strength)), np.full(len(strength), 0.32)], axis=1)


@cache
def _circle() -> tuple[Doubles, Doubles]:
    """The unit circle with twelve ticks and faint spokes."""
    turn = np.linspace(0, 2 * np.pi, 129)
    round_ = np.stack([np.cos(turn), np.sin(turn), np.zeros(len(turn))], axis=1)
    twelve = np.arange(12) * np.pi / 6
    out = np.stack([np.cos(twelve), np.sin(twelve), np.zeros(12)], axis=1)
    parts = [np.stack([round_[:-1], round_[1:]], axis=1), np.stack([0.97 * out, 1.03 * out], axis=1)]
    parts.append(np.stack([0 * out, 0.97 * out], axis=1))
    styles = [(0.4, 1.2, 1.0)] * 128 + [(0.5, 1.0, 1.0)] * 12 + [(0.08, 1.0, 1.0)] * 12
    return np.concatenate(parts), np.array(styles)


def _axes(axes: int, nice: float) -> tuple[Doubles, Doubles]:
    segments, styles = [], []
    for axis in range(axes):
        along, across = np.eye(SPACE)[axis], np.eye(SPACE)[(axis + 1) % axes]
        for cut in np.linspace(-1, 1, 13)[:-1]:  # in pieces, so that it fades towards the back
            segments.append((along * cut, along * (cut + 1 / 6)))
            styles.append((0.24, 1.0, 0.6))
        for sign in (-1, 1):
            segments.append((along * sign * nice - 0.018 * across, along * sign * nice + 0.018 * across))
            styles.append((0.6, 1.2, 1.0))
    return np.array(segments), np.array(styles)


def _ticks(axes: int, tick: tuple[float, float], lens: Lens, look: Look) -> list[Word]:
    """Letters at the ends of the axes, and a number at the first one's ``tick``: in own units and unit radii."""
    ends, faint = lens.project(1.04 * np.eye(SPACE)[:axes]), look.quiet
    words = [Word(float(end[0]), float(end[1]), AXES[axis], 11, faint) for axis, end in enumerate(ends)]
    x, y, *_ = lens.project(np.array([[tick[1], 0.0, 0.0]]))[0]
    return [*words, Word(float(x), float(y) + 11, f"{tick[0]:g}", 10.5, faint)]


def arrows(tips: Doubles, colours: list[Rgb], lens: Lens) -> list[Mark]:
    """An arrow from the origin to each of ``tips`` (P, 2 or 3), in pieces that can be sorted among points."""
    crowd = 0.6 if len(tips) > CROWD else 1.0
    found: list[Mark] = []
    for tip, colour in zip(tips, colours, strict=True):
        reach = float(np.linalg.norm(tip))
        if reach >= SHORTEST:
            found += _arrow(tip, reach, crowd, (colour, lens))
    return found


def _arrow(tip: Doubles, reach: float, crowd: float, drawn: tuple[Rgb, Lens]) -> list[Mark]:
    colour, lens = drawn
    length, away = min(0.085 * crowd, 0.5 * reach), np.zeros(SPACE)
    away[: len(tip)] = tip / reach
    steps = np.linspace(0, reach - 0.9 * length, 1 + (PIECES if lens.k else 1))
    at = lens.project(steps[:, None] * away)
    depth = (at[:-1, 2] + at[1:, 2]) / 2
    pieces: list[Mark] = [
        Bar(z, one[0], one[1], other[0], other[1], SHAFT * crowd, colour, 1.0)
        for z, (one, other) in zip(depth.tolist(), pairwise(at.tolist()), strict=True)
    ]
    return [*pieces, _tip(reach * away, away, length, (colour, lens))]


def _tip(end: Doubles, away: Doubles, length: float, drawn: tuple[Rgb, Lens]) -> Patch:
    """A cone: its mantle and its base as triangles."""
    colour, lens = drawn
    side = np.eye(SPACE)[2] if abs(away[2]) < 0.9 else np.eye(SPACE)[0]
    u = np.cross(side, away)
    u /= np.linalg.norm(u)
    turn = np.linspace(0, 2 * np.pi, SIDES + 1)
    ring = 0.38 * length * (np.cos(turn)[:, None] * u + np.sin(turn)[:, None] * np.cross(away, u))
    flat = lens.project(np.concatenate([[end, end - length * away], end - length * away + ring]))
    (top, base, *around), depth = [(float(x), float(y)) for x, y, *_ in flat], float(flat[:2, 2].mean())
    edges = list(pairwise(around))
    triangles = tuple((apex, one, other) for apex in (top, base) for one, other in edges)
    return Patch(depth, triangles, colour, 1.0)
