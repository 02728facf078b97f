"""Ink on a ground: which of both is the lighter, where the ink is, and how dark it would be on a clean scan."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SHRUNK = 400  # pixels a side of what ink is looked for in: twenty times what a net sees of it
RING = 0.04  # of the shorter side: the frame that is taken for the ground
NOISE = 4.0  # standard deviations of the ground that count as ground
FAINTEST = 10  # levels of 255 below which nothing is drawn
INKED = 0.25  # of full ink: what belongs to a stroke
SPECK = 0.05  # of the largest stroke's area: what is smaller is dirt

Values = NDArray[np.float32]


def light_ground(grey: NDArray[np.uint8]) -> bool:
    """Whether the ground of (H, W) is lighter than what is drawn on it: the frame's median lies above the middle."""
    low, high = np.percentile(grey, (1, 99))
    middle = (low + high) / 2 if high - low >= FAINTEST else 127
    return bool(np.median(_ring(grey.astype(np.float32))) > middle)


def strokes(grey: Image.Image, invert: bool | None, levels: bool) -> Values:
    """The ink (H, W) of ``grey``, from 0 where there is none to 1.

    ``invert`` says that the ground is light; by default it is looked at. With ``levels`` what differs from the ground
    no more than the ground from itself is taken away, and the rest stretched to full ink.
    """
    values = np.asarray(grey, dtype=np.float32)
    light = light_ground(np.asarray(grey)) if invert is None else invert
    if light:
        values = 255 - values
    ring = _ring(values)
    ground = float(np.median(ring))
    noise = 1.4826 * float(np.median(np.abs(ring - ground)))
    above: Values = (values - np.float32(ground + (NOISE * noise if levels else 0))).clip(0, None)
    top = float(above.max())
    if top < FAINTEST:
        return np.zeros_like(above)
    if not levels:
        return above / np.float32(255)
    full = float(np.percentile(above[above > top / 2], 60))
    ink: Values = (above / np.float32(full)).clip(0, 1)
    return ink


def trimmed(image: Image.Image, around: float = 0.0) -> Image.Image:
    """The box of what stands out from the ground; ``around`` of its longer side is left about it, as a square."""
    if image.mode == "F":
        ink = np.asarray(image)
    else:
        step = -(-max(image.size) // SHRUNK)
        ink = strokes(image.convert("L").reduce(step), None, True)
    box = _box(ink > INKED)
    if box is None:
        return image
    if not around:
        return image.crop(box)
    left, top, right, bottom = (side * step for side in box)
    half = (0.5 + around) * max(right - left, bottom - top)
    across, down = (left + right) / 2, (top + bottom) / 2
    return _cut(image, (across - half, down - half, across + half, down + half))


def _cut(image: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    """``box`` of ``image``; what lies outside has the colour of its edge."""
    left, top, right, bottom = (round(side) for side in box)
    over = max(0, -left, -top, right - image.width, bottom - image.height)
    pixels = np.asarray(image)
    frame = ((over, over), (over, over)) + ((0, 0),) * (pixels.ndim - 2)
    wide = Image.fromarray(np.pad(pixels, frame, mode="edge"))
    return wide.crop((left + over, top + over, right + over, bottom + over))


def _ring(values: Values) -> Values:
    """The pixels of a frame around (H, W)."""
    wide = max(1, round(RING * min(values.shape)))
    inner = np.zeros(values.shape, bool)
    inner[wide:-wide, wide:-wide] = True
    return values[~inner]


def _box(inked: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of all that is no speck."""
    from scipy import ndimage  # noqa: PLC0415  a list of data sets needs none

    parts, count = ndimage.label(inked, structure=np.ones((3, 3)))
    if not count:
        return None
    areas = np.bincount(parts.ravel(), minlength=count + 1)
    areas[0] = 0
    kept = (areas >= SPECK * areas.max())[parts]
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
