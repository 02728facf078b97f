"""Where a panel is looked at from, and where its points then stand on the picture: the arithmetic of the view's camera.

Lengths are in the picture's units, x to the right and y downwards; one is a CSS pixel of the view.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""x, y, width and height."""

DISTANCE = 3.4  # unit radii from the eye to the origin
TITLE = 40.0  # above a panel's picture, for its title
FILL = 0.84  # the unit sphere's share of the panel's shorter side
SPACE = 3


def looking(eye: Sequence[float], up: Sequence[float] = (0.0, 0.0, 1.0)) -> Doubles:
    """The rotation (3, 3) that looks from ``eye`` at the origin: its rows point right, up and towards the viewer."""
    back = np.asarray(eye, float) / np.linalg.norm(eye)
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back])


HOME = looking((1.1, -1.6, 0.95))


def about_up(angle: float) -> Doubles:
    """Turns points (as rows times its transpose) by ``angle`` radians about the upright axis."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Lens:
    """A camera at one panel: ``turn`` (3, 3), perspective ``k`` (0: infinitely far), and the picture's measures."""

    turn: Doubles
    k: float
    half: float
    middle: tuple[float, float]
    side: float
    box: Box

    @classmethod
    def at(cls, axes: int, turn: Doubles, box: Box, zoom: float = 1.0) -> "Lens":
        """The lens for a panel of 2 or 3 ``axes`` in ``box``."""
        x, y, width, height = box
        top = min(TITLE, 0.2 * height)
        side = min(width, height - top)
        flat = axes < SPACE
        half, middle = side / 2 * FILL * zoom, (x + width / 2, y + (height + top) / 2)
        return cls(np.eye(SPACE) if flat else turn, 0.0 if flat else 1 / DISTANCE, half, middle, side, box)

    def project(self, points: Doubles) -> Doubles:
        """(N, 2 or 3) in unit radii to (N, 4): x, y, depth towards the viewer, and w, what perspective divides by."""
        spread = np.zeros((len(points), SPACE))
        spread[:, : points.shape[1]] = points
        turned = spread @ self.turn.T
        w = 1 - self.k * turned[:, 2]
        x, y = self.middle[0] + self.half * turned[:, 0] / w, self.middle[1] - self.half * turned[:, 1] / w
        return np.stack([x, y, turned[:, 2], w], axis=1)


def grid(count: int, width: float, height: float) -> list[Box]:
    """Boxes of ``count`` panels: the grid in which their shorter side is longest."""
    best, columns, rows = 0.0, 1, count
    for across in range(1, count + 1):
        down = -(-count // across)
        side = min(width / across, height / down)
        if side > best + 1:
            best, columns, rows = side, across, down
    w, h = width / columns, height / rows
    return [(w * (i % columns), h * (i // columns), w, h) for i in range(count)]
