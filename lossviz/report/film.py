"""The epochs of several runs as a film: pictures one after another, while the camera stands, turns or rocks."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lossviz.errors import ReportError
from lossviz.knobs import Knobbed, knob
from lossviz.report.camera import HOME, about_up
from lossviz.report.looks import DARK, LIGHT
from lossviz.report.sheets import Sheet
from lossviz.view import Panel

SHORTEST, LONGEST = 4.0, 8.0  # seconds of a film whose pace is left to the program
A_STEP = 0.5  # seconds from one epoch to the next, as in the view


@dataclass(frozen=True)
class Film(Knobbed):
    """How the epochs are filmed."""

    path: str = knob(
        "turn", choices=("still", "turn", "rock"), help="The camera's: it stands, goes round once, or swings."
    )
    turns: float = knob(
        1.0, -20.0, 20.0, step=0.25, help="Rounds that a turning camera makes, or times that it swings."
    )
    swing: float = knob(25.0, 1.0, 180.0, unit="deg", help="How far a rocking camera swings to each side.")
    width: int = knob(1280, 240, 3840, step=2, help="Pixels across.")
    height: int = knob(640, 160, 2160, step=2, help="Pixels down.")
    pace: float | None = knob(None, 0.05, 60.0, kind=float, help="Epochs a second; auto is 2, for 4 to 8 seconds.")
    rate: int = knob(20, 1, 60, step=1, help="Pictures a second.")
    hold: float = knob(1.5, 0.0, 60.0, unit="s", help="How long the last epoch stays.")
    dark: bool = knob(False, help="On a dark ground.")

    def seconds(self, epochs: int) -> float:
        """How long the way through ``epochs`` steps takes, without what is held at the end."""
        return epochs / self.pace if self.pace else min(max(A_STEP * epochs, SHORTEST), LONGEST)

    def count(self, epochs: int) -> int:
        """How many pictures there are, for ``epochs`` steps from the first epoch to the last."""
        moving = self.seconds(epochs) if epochs else 0.0
        return max(1, round((moving + self.hold) * self.rate))


@dataclass(frozen=True)
class Reel:
    """A film of ``panels`` that can be shown: its pictures are painted as they are asked for."""

    panels: Sequence[Panel]
    film: Film
    title: str = ""

    def __post_init__(self) -> None:
        if not self.panels:
            raise ReportError("there is no run to film")

    @property
    def sheet(self) -> Sheet:
        """The picture that is painted again and again."""
        size = (self.film.width // 2 * 2, self.film.height // 2 * 2)  # a video has even sides
        return Sheet.of(self.panels, size, self.title, DARK if self.film.dark else LIGHT)

    def __len__(self) -> int:
        return self.film.count(len(self.sheet.epochs) - 1)

    def frames(self, only: Sequence[int] | None = None) -> Iterator[Image.Image]:
        """All pictures, or those with the numbers ``only``."""
        sheet, count = self.sheet, len(self)
        for number in range(count) if only is None else only:
            yield sheet.picture(self.epoch(number, count), self.turn(number, count))

    def epoch(self, number: int, count: int) -> float:
        """The epoch of a picture; as in the view, the way from one epoch to the next takes always as long."""
        epochs = self.sheet.epochs
        steps = len(epochs) - 1
        moving = max(1, count - round(self.film.hold * self.film.rate) - 1)
        return float(np.interp(min(1.0, number / moving) * steps, range(len(epochs)), epochs))

    def turn(self, number: int, count: int) -> NDArray[np.float64]:
        """From where a picture is seen; after the last one it would be seen as the first one was."""
        around = 2 * math.pi * self.film.turns * number / count
        if self.film.path == "still":
            return HOME
        angle = around if self.film.path == "turn" else math.radians(self.film.swing) * math.sin(around)
        return HOME @ about_up(angle)
