"""Colours and type of pictures that are drawn without a browser: those of the embedding view (``view/js/palette.js``).

Colours are ``(red, green, blue)`` in 0..255. Type is DejaVu Sans, which comes with matplotlib.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]

# fmt: off
TEN = {
    "light": ("#0072b2", "#e08a00", "#009e73", "#c9489a", "#b8321f",
              "#45a9e6", "#7a5bd0", "#8f8a00", "#7b4a2a", "#5f6b7a"),
    "dark": ("#3d9be0", "#f2a73b", "#2fc497", "#ec85bf", "#f0654a",
             "#8fd3ff", "#a992ff", "#d8d24a", "#c08f68", "#aab4c3"),
}
# fmt: on
GOLDEN = 2.399963  # radians between the hues of two classes in a row, where there are more than 20
TO_CONE = np.array([[0.3963377774, 0.2158037573], [-0.1055613458, -0.0638541728], [-0.0894841775, -1.291485548]])
TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.707614701],
    ]
)


@dataclass(frozen=True)
class Look:
    """A light or a dark page: its ground, its ink, and what stands for "no class"."""

    name: str
    ground: Rgb
    ink: Rgb
    nothing: Rgb
    accent: Rgb

    def class_colours(self, count: int) -> list[Rgb]:
        """``count`` colours for classes, told apart on this ground."""
        ten = [rgb(each) for each in TEN[self.name]]
        if count <= len(ten):
            return ten[:count]
        if count <= 2 * len(ten):
            towards = (255, 255, 255) if self.name == "light" else (30, 34, 44)
            return [*ten, *(mixed(each, towards, 0.45) for each in ten)][:count]
        levels = (0.58, 0.7, 0.46) if self.name == "light" else (0.78, 0.64, 0.88)
        return [oklch(levels[i % 3], 0.12 if i % 2 else 0.16, i * GOLDEN) for i in range(count)]

    @property
    def quiet(self) -> Rgb:
        """Ink for what is said in passing."""
        return mixed(self.ink, self.ground, 0.3)


def rgb(hexadecimal: str) -> Rgb:
    """``"#rrggbb"``."""
    red, green, blue = (int(hexadecimal[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue


def css(colour: Sequence[int]) -> str:
    """``"#rrggbb"`` of a colour."""
    return "#" + "".join(f"{part:02x}" for part in colour)


def mixed(a: Rgb, b: Rgb, share: float) -> Rgb:
    """``a`` with so much of ``b``."""
    red, green, blue = (round(one + (other - one) * share) for one, other in zip(a, b, strict=True))
    return red, green, blue


LIGHT = Look("light", (255, 255, 255), rgb("#1c2330"), (160, 166, 176), rgb("#2f5fd0"))
DARK = Look("dark", rgb("#10141b"), rgb("#e4e8ef"), (104, 112, 126), rgb("#6f9bff"))


def oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """OKLCH to sRGB (Björn Ottosson, 2020), clipped to the gamut; ``hue`` in radians."""
    cones = (lightness + TO_CONE @ np.array([chroma * math.cos(hue), chroma * math.sin(hue)])) ** 3
    linear: NDArray[np.float64] = TO_LINEAR @ cones
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.abs(linear) ** (1 / 2.4) - 0.055)
    red, green, blue = (round(255 * float(part)) for part in np.clip(curved, 0, 1))
    return red, green, blue


@cache
def font_file(bold: bool = False) -> Path:
    """The file of the type."""
    import matplotlib  # noqa: PLC0415  heavy, and pictures without words do without

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
