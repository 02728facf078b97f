"""What a drawn panel is made of: discs, bars, patches and words, to be painted (``raster``) or written (``vector``).

Places and lengths are in the picture's units, see ``camera``. Colours are opaque, ``alpha`` is from 0 to 1.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from lossviz.report.camera import Box
from lossviz.report.looks import Rgb, font_file

Doubles = NDArray[np.float64]

HALO = 2.0  # around words, so that they can be read on points


@dataclass(frozen=True)
class Discs:
    """Points, each array (N,) or (N, 3): colours, and of the paler rim that parts each from its neighbours."""

    depth: Doubles
    x: Doubles
    y: Doubles
    radius: Doubles
    rim: Doubles
    colour: Doubles
    edge: Doubles
    alpha: Doubles


class Bar(NamedTuple):
    """A piece of a line."""

    depth: float
    x: float
    y: float
    to_x: float
    to_y: float
    width: float
    colour: Rgb
    alpha: float


class Patch(NamedTuple):
    """Triangles that together are one surface: the tip of an arrow."""

    depth: float
    triangles: tuple[tuple[tuple[float, float], ...], ...]
    colour: Rgb
    alpha: float


class Word(NamedTuple):
    """Words around (x, y); ``anchor`` is Pillow's: ``mm`` for the middle, ``ls`` for the left end of the baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: Rgb
    bold: bool = False
    anchor: str = "mm"
    alpha: float = 1.0
    halo: float = HALO


Mark = Bar | Patch


@dataclass
class Scene:
    """A panel in its ``box``: a see-through ``ball`` (x, y, radius), what stands behind all, points, arrows, words.

    Points and ``marks`` hide one another by depth, larger being nearer.
    """

    box: Box
    ball: tuple[float, float, float] | None = None
    standing: list[Bar] = field(default_factory=list)
    points: Discs | None = None
    marks: list[Mark] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)


@cache
def font(size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The type at ``size`` pixels."""
    return ImageFont.truetype(str(font_file(bold)), size)


def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide ``text`` is."""
    return font(100, bold).getlength(text) * size / 100


def fitted(text: str, width: float, size: float, bold: bool = False) -> str:
    """``text``, with its end replaced by an ellipsis where it is wider than ``width``."""
    if width_of(text, size, bold) <= width:
        return text
    end = len(text)
    while end > 1 and width_of(text[:end] + "…", size, bold) > width:
        end -= 1
    return text[:end] + "…"
