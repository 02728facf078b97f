"""Several panels on one picture, under a title and over a key to the classes: a frame of a film, or a still."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lossviz.report.camera import HOME, Box, grid
from lossviz.report.looks import LIGHT, Look, Rgb, mixed
from lossviz.report.marks import Bar, Mark, Scene, Word, fitted, width_of
from lossviz.report.moments import Timed
from lossviz.report.raster import paint, write
from lossviz.report.scenes import LONGEST_NAME, MOST_NAMES, Shot, scene
from lossviz.report.vector import svg
from lossviz.view import Panel

WIDE = 1280.0  # units across a picture of that many pixels; smaller pictures have larger words
SMALLEST = 0.62  # pixels a unit
HEAD, FOOT, ROW = 42.0, 34.0, 20.0
KEY_SIZE, DOT, EDGE = 12.0, 10.0, 14.0


@dataclass(frozen=True)
class Sheet:
    """Panels to be drawn on ``size`` (width, height) pixels, with one key to the classes of all of them.

    ``counted``: how far the epochs have come is written and drawn at the bottom. ``fixed`` are epochs, one a panel,
    that these show whatever the sheet does.
    """

    panels: tuple[Timed, ...]
    size: tuple[int, int]
    title: str = ""
    look: Look = LIGHT
    counted: bool = True
    fixed: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, panels: Sequence[Panel], size: tuple[int, int], title: str = "", look: Look = LIGHT, counted: bool = True
    ) -> "Sheet":
        """A sheet of ``panels``."""
        return cls(tuple(map(Timed, panels)), size, title, look, counted)

    @property
    def ratio(self) -> float:
        """Pixels a unit."""
        return max(self.size[0] / WIDE, SMALLEST)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height in units."""
        return self.size[0] / self.ratio, self.size[1] / self.ratio

    @property
    def classes(self) -> dict[str, Rgb]:
        """Every class that has points, with its colour; numbered by name over all panels, as in the view."""
        names = list(dict.fromkeys(name for timed in self.panels for name in timed.panel.class_names))
        colours = dict(zip(names, self.look.class_colours(len(names)), strict=True))
        present = {
            timed.panel.class_names[label]
            for timed in self.panels
            for label in np.unique(timed.panel.labels).tolist()
            if label >= 0
        }
        return {name: colour for name, colour in colours.items() if name in present}

    @property
    def epochs(self) -> list[int]:
        """The epochs of all panels together, ascending."""
        return sorted({epoch for timed in self.panels for epoch in timed.panel.epochs})

    def picture(self, epoch: float, turn: NDArray[np.float64] = HOME) -> Image.Image:
        """The sheet at ``epoch``, all its panels turned alike."""
        image = Image.new("RGB", self.size, self.look.ground)
        scenes, words, key = self._laid(epoch, turn)
        for each in scenes:
            paint(image, each, self.look, self.ratio)
        paint(image, key, self.look, self.ratio)
        for word in words:
            write(image, word, self.look.ground, self.ratio)
        return image

    def drawing(self, epoch: float, turn: NDArray[np.float64] = HOME) -> str:
        """The same as an SVG document."""
        scenes, words, key = self._laid(epoch, turn)
        return svg([*scenes, key], words, self.extent, self.look)

    def _laid(self, epoch: float, turn: NDArray[np.float64]) -> tuple[list[Scene], list[Word], Scene]:
        key, words = self._key(epoch)
        own = self.classes
        scenes = []
        moments = self.fixed or (epoch,) * len(self.panels)
        for timed, box, at in zip(self.panels, self._boxes(), moments, strict=True):
            colours = [own.get(name, self.look.nothing) for name in timed.panel.class_names]
            drawn = scene(timed, at, Shot(box, self.look, colours, turn))
            drawn.standing += self._parting(box)
            scenes.append(drawn)
        if self.title:
            title = fitted(self.title, self.extent[0] - 2 * EDGE, 18, bold=True)
            words.append(Word(EDGE, 28, title, 18, self.look.ink, bold=True, anchor="ls"))
        if self._counts:
            last = self.epochs[-1]
            told = f"epoch {round(epoch)} of {last}"
            words.append(Word(EDGE, self.extent[1] - 13, told, 15, self.look.ink, bold=True, anchor="ls"))
        return scenes, words, key

    @property
    def _foot(self) -> float:
        return FOOT if self._counts else 8.0

    @property
    def _counts(self) -> bool:
        return self.counted and len(self.epochs) > 1

    def _boxes(self) -> list[Box]:
        width, height = self.extent
        top = HEAD if self.title else 0.0
        rows = len(self._key_rows())
        down = height - top - rows * ROW - self._foot
        return [(x, y + top, w, h) for x, y, w, h in grid(len(self.panels), width, down)]

    def _parting(self, box: Box) -> list[Bar]:
        """What parts a panel from the one to its right."""
        x, y, width, height = box
        if x + width > self.extent[0] - 2:
            return []
        return [Bar(0.0, x + width - 0.5, y + 8, x + width - 0.5, y + height - 8, 1.0, self.look.ink, 0.14)]

    def _progress(self, epoch: float) -> list[Mark]:
        """How far the epochs have come."""
        if not self._counts:
            return []
        first, last = self.epochs[0], self.epochs[-1]
        left = EDGE + width_of(f"epoch {last} of {last}", 15, bold=True) + 16
        right, y = self.extent[0] - EDGE, self.extent[1] - 18
        done = left + (right - left) * (epoch - first) / (last - first)
        track = mixed(self.look.ground, self.look.ink, 0.14)
        return [Bar(0.0, left, y, right, y, 4.0, track, 1.0), Bar(1.0, left, y, done, y, 4.0, self.look.accent, 1.0)]

    def _key_rows(self) -> list[list[tuple[str, Rgb, float]]]:
        """Names with colours and widths, as many in a row as there is room for; none of very many."""
        if len(self.classes) > MOST_NAMES:
            return []
        rows: list[list[tuple[str, Rgb, float]]] = [[]]
        room = self.extent[0] - 2 * EDGE
        for name, colour in self.classes.items():
            text = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
            width = width_of(text, KEY_SIZE) + 34
            if rows[-1] and sum(each[2] for each in rows[-1]) + width > room:
                rows.append([])
            rows[-1].append((text, colour, width))
        return rows

    def _key(self, epoch: float) -> tuple[Scene, list[Word]]:
        """Dots and names of the key, each row in the middle, and below them how far the epochs have come."""
        dots = self._progress(epoch)
        words, rows = [], self._key_rows()
        top = self.extent[1] - self._foot - ROW * len(rows)
        y = top + ROW / 2
        for row in rows:
            x = (self.extent[0] - sum(width for *_, width in row)) / 2
            for text, colour, width in row:
                dots.append(Bar(0.0, x + 8, y, x + 8, y, DOT, colour, 1.0))
                words.append(Word(x + 18, y, text, KEY_SIZE, self.look.ink, anchor="lm", halo=0))
                x += width
            y += ROW
        return Scene((0, top, self.extent[0], self.extent[1] - top), marks=dots), words
