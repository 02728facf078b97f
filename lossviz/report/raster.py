"""Painting marks into pixels, with numpy and Pillow: edges are smooth, points lie between pixels where they belong.

Points and arrows become *fragments*: a pixel, a colour and how much of the pixel it covers. The fragments of each pixel
are then laid over one another by depth, for all pixels at once.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lossviz.report.looks import Look, Rgb
from lossviz.report.marks import Bar, Discs, Doubles, Mark, Patch, Scene, Word, font

FINER = 4  # how much finer lines and patches are drawn than they are shown
BALL_FILL, BALL_RIM = 0.045, 0.2
DARKEST = 1e-7  # of what is behind, that the most opaque fragment lets through


@dataclass(frozen=True)
class _Fragments:
    """Arrays (F,) and ``colour`` (F, 3): column and row of the pixel, depth, and how much of it is covered."""

    column: NDArray[np.int64]
    row: NDArray[np.int64]
    depth: Doubles
    colour: Doubles
    cover: Doubles


def paint(picture: Image.Image, scene: Scene, look: Look, ratio: float = 1.0) -> None:
    """Paint ``scene`` onto ``picture`` (RGB), ``ratio`` pixels for each unit of the scene."""
    if scene.ball:
        _ball(picture, scene.ball, look.ink, ratio)
    _standing(picture, scene, ratio)
    _lay(picture, scene, ratio)
    for word in scene.words:
        write(picture, word, look.ground, ratio)


def write(picture: Image.Image, word: Word, ground: Rgb, ratio: float = 1.0) -> None:
    """Write ``word`` with a halo in the colour of the ``ground``."""
    shares = zip(word.colour, ground, strict=True)
    colour = tuple(round(part * word.alpha + under * (1 - word.alpha)) for part, under in shares)
    ImageDraw.Draw(picture).text(
        (word.x * ratio, word.y * ratio), word.text, colour, font(word.size * ratio, word.bold), word.anchor,
        stroke_width=word.halo * ratio, stroke_fill=ground,
    )  # fmt: skip


def _lay(picture: Image.Image, scene: Scene, ratio: float) -> None:
    """Points and arrows onto the part of the picture that is the scene's box."""
    x, y, width, height = (round(part * ratio) for part in scene.box)
    found = [] if scene.points is None else list(_of_discs(scene.points, ratio))
    found += [fragments for mark in scene.marks if (fragments := _of_mark(mark, ratio)) is not None]
    if not found:
        return
    column, row, depth, colour, cover = (
        np.concatenate([getattr(each, name) for each in found])
        for name in ("column", "row", "depth", "colour", "cover")
    )
    inside = (cover > 1 / 512) & (column >= x) & (column < x + width) & (row >= y) & (row < y + height)
    pixel = (row[inside] - y) * width + column[inside] - x
    order = np.lexsort((-depth[inside], pixel))  # of each pixel, the nearest first
    pixel, colour, cover = pixel[order], colour[inside][order], cover[inside][order]
    first = np.flatnonzero(np.diff(pixel, prepend=-1))
    let = np.log(np.maximum(1 - cover, DARKEST))
    before = np.cumsum(let) - let
    share = cover * np.exp(before - np.repeat(before[first], np.diff(np.append(first, len(pixel)))))
    box = (x, y, x + width, y + height)
    pixels = np.array(picture.crop(box)).reshape(-1, 3)
    seen = np.add.reduceat(np.column_stack([share[:, None] * colour, share]), first, axis=0)
    under = pixel[first]
    pixels[under] = np.clip(seen[:, :3] + pixels[under] * (1 - seen[:, 3:]), 0, 255).round()
    picture.paste(Image.fromarray(pixels.reshape(height, width, 3)), (x, y))


def _of_discs(discs: Discs, ratio: float) -> Iterator[_Fragments]:
    """Points of about one size together: a square of pixels around each."""
    reach = np.ceil(discs.radius * ratio + 0.5).astype(int)
    for half in np.unique(reach).tolist():
        mine = reach == half
        x, y = discs.x[mine] * ratio - 0.5, discs.y[mine] * ratio - 0.5
        left, top = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
        down, across = (part.ravel() for part in np.mgrid[-half : half + 1, -half : half + 1])
        away = np.hypot(across - (x - left)[:, None], down - (y - top)[:, None])
        radius, rim = discs.radius[mine, None] * ratio, discs.rim[mine, None] * ratio
        cover = np.clip(radius + 0.5 - away, 0, 1)
        body = np.clip(radius - rim + 0.5 - away, 0, 1)[..., None]
        colour = discs.edge[mine, None] * (1 - body) + discs.colour[mine, None] * body
        yield _Fragments(
            (left[:, None] + across).ravel(),
            (top[:, None] + down).ravel(),
            np.repeat(discs.depth[mine], len(across)),
            colour.reshape(-1, 3),
            (cover * discs.alpha[mine, None]).ravel(),
        )


def _of_mark(mark: Mark, ratio: float) -> _Fragments | None:
    """The pixels of an arrow's piece, or of its tip; ``None`` where it is too small or too large to be seen."""
    corners = np.array(mark.triangles if isinstance(mark, Patch) else [[(mark.x, mark.y), (mark.to_x, mark.to_y)]])
    spare = (mark.width * ratio / 2 if isinstance(mark, Bar) else 0) + 1
    low = np.floor(corners.min(axis=(0, 1)) * ratio - spare).astype(int)
    size = np.ceil(corners.max(axis=(0, 1)) * ratio + spare).astype(int) - low
    if max(size) > 1 << 13:
        return None
    cover = _patch_cover(mark, low, size, ratio) if isinstance(mark, Patch) else _bar_cover(mark, low, size, ratio)
    row, column = np.nonzero(cover > 0)
    some = cover[row, column] * mark.alpha
    colour = np.broadcast_to(np.array(mark.colour, float), (len(row), 3))
    return _Fragments(column + low[0], row + low[1], np.full(len(row), mark.depth), colour, some)


def _bar_cover(bar: Bar, low: NDArray[np.int64], size: NDArray[np.int64], ratio: float) -> Doubles:
    """What lies within half its width of a line."""
    start, end = np.array([bar.x, bar.y]) * ratio, np.array([bar.to_x, bar.to_y]) * ratio
    y, x = np.mgrid[: size[1], : size[0]]
    way, apart = end - start, np.stack([x, y], axis=-1) + 0.5 + low - start
    share = np.clip(apart @ way / max(float(way @ way), 1e-9), 0, 1)
    away = np.linalg.norm(apart - share[..., None] * way, axis=-1)
    cover: Doubles = np.clip(bar.width * ratio / 2 + 0.5 - away, 0, 1)
    return cover


def _patch_cover(patch: Patch, low: NDArray[np.int64], size: NDArray[np.int64], ratio: float) -> Doubles:
    fine = Image.new("L", (int(size[0]) * FINER, int(size[1]) * FINER))
    draw = ImageDraw.Draw(fine)
    for triangle in (np.array(patch.triangles) * ratio - low) * FINER:
        draw.polygon([tuple(corner) for corner in triangle.tolist()], fill=255)
    return np.asarray(fine.reduce(FINER), np.float64) / 255


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
    mask = _shaded(ball[2] * ratio)
    left, top = round(ball[0] * ratio) - mask.width // 2, round(ball[1] * ratio) - mask.height // 2
    picture.paste(ink, (left, top, left + mask.width, top + mask.height), mask)


@lru_cache(maxsize=16)
def _shaded(radius: float) -> Image.Image:
    """The mask of a see-through ball: nearly nothing in the middle, and a rim."""
    side = 2 * math.ceil(radius + 1) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    away = np.hypot(x, y)
    facing = np.sqrt(np.clip(1 - (away / radius) ** 2, 0, 1))
    cover = np.clip(radius + 0.5 - away, 0, 1) * 255 * (BALL_FILL + BALL_RIM * (1 - facing) ** 3)
    return Image.fromarray(cover.round().astype(np.uint8))
