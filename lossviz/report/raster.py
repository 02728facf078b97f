"""Painting marks into pixels, with numpy and Pillow: edges are smooth, points lie between pixels where they belong."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lossviz.report.looks import Look, Rgb
from lossviz.report.marks import Bar, Disc, Patch, Scene, Word, font

SUB = 4  # places between two pixels at which a disc is kept, each way
FINER = 4  # how much finer lines and patches are drawn than they are shown
BALL_FILL, BALL_RIM = 0.045, 0.2


def paint(picture: Image.Image, scene: Scene, look: Look, ratio: float = 1.0) -> None:
    """Paint ``scene`` onto ``picture`` (RGB), ``ratio`` pixels for each unit of the scene."""
    if scene.ball:
        _ball(picture, scene.ball, look.ink, ratio)
    _standing(picture, scene, ratio)
    for mark in scene.marks:
        if isinstance(mark, Disc):
            _disc(picture, mark, ratio)
        elif isinstance(mark, Bar):
            _bar(picture, mark, ratio)
        else:
            _patch(picture, mark, ratio)
    for word in scene.words:
        write(picture, word, look.ground, ratio)


def write(picture: Image.Image, word: Word, ground: Rgb, ratio: float = 1.0) -> None:
    """Write ``word`` with a halo in the colour of the ``ground``."""
    colour = tuple(
        round(part * word.alpha + under * (1 - word.alpha)) for part, under in zip(word.colour, ground, strict=True)
    )
    ImageDraw.Draw(picture).text(
        (word.x * ratio, word.y * ratio), word.text, colour, font(word.size * ratio, word.bold), word.anchor,
        stroke_width=word.halo * ratio, stroke_fill=ground,
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _round(quarters: int, dx: int, dy: int, strength: int) -> Image.Image:
    """The mask of a disc, its diameter in quarters of a pixel, its centre ``dx / SUB`` and ``dy / SUB`` off."""
    radius = quarters / 8
    side = 2 * math.ceil(radius + 1) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    away = np.hypot(x - dx / SUB, y - dy / SUB)
    return _mask(np.clip(radius + 0.5 - away, 0, 1) * strength)


def _mask(values: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(values.round().astype(np.uint8))


def _disc(picture: Image.Image, disc: Disc, ratio: float) -> None:
    x, y = disc.x * ratio, disc.y * ratio
    left, top = math.floor(x), math.floor(y)
    dx, dy = int((x - left) * SUB), int((y - top) * SUB)
    strength = round(255 * disc.alpha)
    for radius, colour in ((disc.radius, disc.edge), (disc.radius - disc.rim, disc.colour)):
        mask = _round(max(1, round(8 * radius * ratio)), dx, dy, strength)
        half = mask.width // 2
        picture.paste(colour, (left - half, top - half, left - half + mask.width, top - half + mask.height), mask)


def _bar(picture: Image.Image, bar: Bar, ratio: float) -> None:
    """One piece of a line, as what lies within half its width of it."""
    start, end = np.array([bar.x, bar.y]) * ratio, np.array([bar.to_x, bar.to_y]) * ratio
    half = bar.width * ratio / 2
    low = np.floor(np.minimum(start, end) - half - 1).astype(int)
    size = np.ceil(np.maximum(start, end) + half + 1).astype(int) - low
    if min(size) < 1 or max(size) > 4 * max(picture.size):
        return
    y, x = np.mgrid[: size[1], : size[0]]
    way, apart = end - start, np.stack([x, y], axis=-1) + low - start
    share = np.clip(apart @ way / max(float(way @ way), 1e-9), 0, 1)
    away = np.linalg.norm(apart - share[..., None] * way, axis=-1)
    mask = _mask(np.clip(half + 0.5 - away, 0, 1) * 255 * bar.alpha)
    picture.paste(bar.colour, (int(low[0]), int(low[1]), int(low[0] + size[0]), int(low[1] + size[1])), mask)


def _patch(picture: Image.Image, patch: Patch, ratio: float) -> None:
    corners = np.array(patch.triangles) * ratio
    low = np.floor(corners.min(axis=(0, 1))).astype(int) - 1
    width, height = (np.ceil(corners.max(axis=(0, 1))).astype(int) + 1 - low).tolist()
    fine = Image.new("L", (width * FINER, height * FINER))
    draw = ImageDraw.Draw(fine)
    for triangle in (corners - low) * FINER:
        draw.polygon([tuple(corner) for corner in triangle.tolist()], fill=round(255 * patch.alpha))
    left, top = low.tolist()
    picture.paste(patch.colour, (left, top, left + width, top + height), fine.reduce(FINER))


def _standing(picture: Image.Image, scene: Scene, ratio: float) -> None:
    """All lines that stand, as one mask: where two cross, the stronger is seen."""
    if not scene.standing:
        return
    x, y, width, height = (round(part * ratio) for part in scene.box)
    finer = FINER if ratio < 2 else 2
    fine = Image.new("L", (width * finer, height * finer))
    draw, k = ImageDraw.Draw(fine), ratio * finer
    for bar in sorted(scene.standing, key=lambda bar: bar.alpha):
        ends = [(px * k - x * finer, py * k - y * finer) for px, py in ((bar.x, bar.y), (bar.to_x, bar.to_y))]
        draw.line(ends, fill=round(255 * bar.alpha), width=max(1, round(bar.width * k)))
    picture.paste(scene.standing[0].colour, (x, y, x + width, y + height), fine.reduce(finer))


def _ball(picture: Image.Image, ball: tuple[float, float, float], ink: Rgb, ratio: float) -> None:
    mask = _shaded(round(ball[2] * ratio * SUB))
    left, top = round(ball[0] * ratio) - mask.width // 2, round(ball[1] * ratio) - mask.height // 2
    picture.paste(ink, (left, top, left + mask.width, top + mask.height), mask)


@lru_cache(maxsize=16)
def _shaded(quarters: int) -> Image.Image:
    """The mask of a see-through ball: nearly nothing in the middle, and a rim."""
    radius = quarters / SUB
    side = 2 * math.ceil(radius + 1) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    away = np.hypot(x, y)
    facing = np.sqrt(np.clip(1 - (away / radius) ** 2, 0, 1))
    return _mask(np.clip(radius + 0.5 - away, 0, 1) * 255 * (BALL_FILL + BALL_RIM * (1 - facing) ** 3))
