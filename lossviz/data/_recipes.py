"""How a picture from outside becomes an image of a set: as the set's own pictures were made, with a few controls."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lossviz.data._pictures import to_array
from lossviz.data._strokes import SHRUNK, light_ground, strokes, trimmed
from lossviz.knobs import Knobbed, knob

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Touch(Knobbed):
    """What a person changes by hand; as it stands nothing, and then the recipe does what the set's own pictures got."""

    zoom: float = knob(1.0, 1.0, 20.0, log=True, help="Enlarge: the part that is looked at is so many times smaller.")
    across: float = knob(0.0, -1.0, 1.0, step=0.01, help="Where that part lies: -1 at the left edge, 1 at the right.")
    down: float = knob(0.0, -1.0, 1.0, step=0.01, help="Where that part lies: -1 at the upper edge, 1 at the lower.")
    centre: bool | None = knob(
        None, kind=bool, help="Look for what stands out from the ground and put it into the middle; auto: as the set."
    )
    invert: bool | None = knob(None, kind=bool, help="Swap dark and light; auto: as the set, or as the ground tells.")
    contrast: float = knob(1.0, 0.2, 5.0, log=True, help="Times the difference from the ground, or from the mean.")


UNTOUCHED = Touch()


@dataclass(frozen=True)
class Recipe(ABC):
    """A set's way: ``shape`` (C, H, W) of its images. ``dark``: they are light on a dark ground."""

    shape: tuple[int, int, int]

    dark: bool = False

    @property
    def near(self) -> int | None:
        """What a JPEG may be decoded near to, as in ``data.take``; it has to be what the set was read with."""
        return None

    def prepare(self, image: Image.Image, touch: Touch = UNTOUCHED) -> Pixels:
        """``image``, upright and of mode ``L`` or ``RGB``, as (C, H, W) ``uint8``."""
        pixels = self._made(_part(image, touch), touch)
        if touch.contrast == 1:
            return pixels
        middle = 0.0 if self.dark else float(pixels.mean())
        return np.rint(middle + (pixels - middle) * touch.contrast).clip(0, 255).astype(np.uint8)

    def picture(self, pixels: Pixels) -> Image.Image:
        """A picture that is prepared to exactly ``pixels``, which is one of the set's images (C, H, W)."""
        return Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))

    @abstractmethod
    def _made(self, image: Image.Image, touch: Touch) -> Pixels:
        """The chosen part, prepared."""


@dataclass(frozen=True)
class Fit(Recipe):
    """Cropped, padded or stretched to a square and resized, as a folder's pictures are: see ``to_array``."""

    fit: str = "crop"
    invert: bool = False
    reads_near: int | None = None

    @property
    def near(self) -> int | None:
        return self.reads_near

    def picture(self, pixels: Pixels) -> Image.Image:
        return super().picture(255 - pixels if self.invert else pixels)

    def _made(self, image: Image.Image, touch: Touch) -> Pixels:
        channels, side, _ = self.shape
        if touch.centre:
            image = trimmed(image, around=0.15)
        invert = self.invert if touch.invert is None else touch.invert
        return to_array(image, side, channels, self.fit, invert)


@dataclass(frozen=True)
class Window(Fit):
    """Of photographs of one size the part in the middle: ``part`` of the shorter side. What has the set's size
    is such a part already."""

    part: float = 1.0

    def _made(self, image: Image.Image, touch: Touch) -> Pixels:
        if touch.centre is not False and image.size != self.shape[:0:-1]:
            side = round(min(image.size) * self.part)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            image = image.crop((left, top, left + side, top + side))
        return to_array(image, self.shape[1], self.shape[0], self.fit, bool(touch.invert))


@dataclass(frozen=True)
class Ink(Recipe):
    """Light strokes on black, fitted into a box and centred: what MNIST's authors did with NIST's digits.

    The strokes' longer side becomes ``box`` pixels at unchanged proportions, and their centre of mass, or with
    ``by_mass`` off the middle of their box, the middle of the field (LeCun, Bottou, Bengio and Haffner 1998, p. 10).
    ``levels``: ink has one brightness, and what photographs make of it is stretched. A picture that has the set's
    size and its dark ground is one of its images already and stays as it is.
    """

    dark: bool = True
    box: int = 20
    by_mass: bool = True
    levels: bool = True

    def _made(self, image: Image.Image, touch: Touch) -> Pixels:
        _, height, width = self.shape
        grey = image.convert("L")
        own = grey.size == (width, height) and image.mode == "L" and not light_ground(np.asarray(grey))
        if own and touch.invert is None and touch.centre is None:
            return np.asarray(grey)[None].copy()
        ink = strokes(grey.reduce(-(-max(grey.size) // SHRUNK)), touch.invert, self.levels)
        field = np.zeros((height, width), np.float32)
        if touch.centre is False:
            side = min(height, width)
            square = Image.fromarray(np.rint(255 * ink).astype(np.uint8))
            return to_array(square, side, 1, "pad")
        found = trimmed(Image.fromarray(ink))
        if ink.any():
            self._put(found, field)
        return np.rint(255 * field).astype(np.uint8)[None]

    def _put(self, found: Image.Image, field: NDArray[np.float32]) -> None:
        """Draw ``found`` (mode F) into ``field`` (H, W)."""
        scale = self.box / max(found.size)
        width, height = (max(1, round(side * scale)) for side in found.size)
        small = np.asarray(found.resize((width, height), Image.Resampling.BICUBIC)).clip(0, None)
        if self.levels:
            small = small / max(float(small.max()), 1e-6)
        top, left = (field.shape[axis] // 2 - self._middle(small, axis) for axis in (0, 1))
        top, left = (
            int(np.clip(round(at), 0, most))
            for at, most in ((top, len(field) - height), (left, field.shape[1] - width))
        )
        field[top : top + height, left : left + width] = small.clip(0, 1)

    def _middle(self, small: NDArray[np.float32], axis: int) -> float:
        if not self.by_mass:
            return small.shape[axis] / 2
        mass = small.sum(axis=1 - axis)
        return float((mass * np.arange(len(mass))).sum() / max(float(mass.sum()), 1e-6))


@dataclass(frozen=True)
class Counted(Ink):
    """Strokes on a bitmap of ``fine`` times the pixels, counted block by block, as UCI's 8x8 digits are.

    The bitmap is filled from top to bottom; a stroke that is no upright line is stretched to three quarters of the
    width, which is what the set looks like (its authors say only that digits were normalised).
    """

    fine: int = 4

    def _put(self, found: Image.Image, field: NDArray[np.float32]) -> None:
        height, width = (side * self.fine for side in field.shape)
        wide = width * 3 // 4
        if found.width < SLIM * found.height:
            wide = max(self.fine, round(height * found.width / found.height))
        inked = np.asarray(found.resize((wide, height), Image.Resampling.BICUBIC)) > 0.5
        bitmap = np.zeros((height, width), np.float32)
        left = (width - wide) // 2
        bitmap[:, left : left + wide] = inked
        blocks = bitmap.reshape(field.shape[0], self.fine, field.shape[1], self.fine)
        field[:] = blocks.mean(axis=(1, 3))


SLIM = 0.3  # width over height of what is an upright line and must not be stretched


def _part(image: Image.Image, touch: Touch) -> Image.Image:
    """What of the picture is looked at."""
    if touch.zoom == 1:
        return image
    width, height = (max(1, round(side / touch.zoom)) for side in image.size)
    left = round((image.width - width) * (touch.across + 1) / 2)
    top = round((image.height - height) * (touch.down + 1) / 2)
    return image.crop((left, top, left + width, top + height))
