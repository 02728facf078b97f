"""An image of a person's own as a run's net sees it, beside the original, with what can be changed by hand."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lossviz import data, inference
from lossviz.data import Recipe, Seen, Upload
from lossviz.runs import Run
from lossviz.ui.images.held import Held
from lossviz.ui.images.recent import Recent

SIDE = 360  # pixels of what is kept of an original, to be shown
MOST_PREPARED = 1200
MOST_ORIGINALS = 240  # reduced ones


@dataclass(frozen=True)
class Prepared:
    """One image as the net of a run sees it.

    ``upload`` is what was taken, its image reduced to at most 360 pixels a side: a hundred whole ones would not fit
    into memory. ``size`` is the width and height that it had. ``pixels`` (C, H, W) are what the net is given, by
    ``recipe``. ``said`` are sentences: of what the file held, of what had to be assumed, and in ``doubts`` of what
    looks unlike the training images.
    """

    upload: Upload
    size: tuple[int, int]
    pixels: NDArray[np.uint8]
    recipe: Recipe
    said: list[str]
    doubts: list[str]


_WHOLE: Recent[Upload] = Recent(1)  # 75 MB at most: of many files dropped at once only one is unpacked at a time
_REDUCED: Recent[Upload] = Recent(MOST_ORIGINALS)
_PREPARED: Recent[Prepared] = Recent(MOST_PREPARED)


def prepared(run: Run, held: Held) -> Prepared:
    """``held`` as the net of ``run`` sees it, made once for all runs on one data set.

    Raises :class:`~lossviz.errors.DataError` where it is no picture.
    """
    recipe, assumed = inference.recipe_of(run)
    trained_on = (run.config.data.name, tuple(run.config.data.knobs.items()), run.header["hashes"]["data"])
    return _PREPARED.once((held.key, held.touch, recipe, trained_on), lambda: _made(run, held, recipe, assumed))


def original(held: Held, near: int | None = None) -> Upload:
    """``held`` decoded, its image reduced to what can be shown; ``near`` as in ``data.take``.

    Raises :class:`~lossviz.errors.DataError` where it is no picture.
    """
    return _REDUCED.once(held.key, lambda: _reduced(_whole(held, near)))


def _made(run: Run, held: Held, recipe: Recipe, assumed: str) -> Prepared:
    whole = _whole(held, recipe.near)
    pixels = recipe.prepare(whole.image, held.touch)
    doubts = data.doubts(whole.image, pixels, recipe, _seen(str(run.folder), run.signature()))
    said = [*whole.decoded.notes, *doubts] + [assumed] * bool(assumed)
    return Prepared(original(held, recipe.near), whole.image.size, pixels, recipe, said, doubts)


def _whole(held: Held, near: int | None) -> Upload:
    return _WHOLE.once((held.key, near), lambda: data.take(held.content, held.name, near))


def _reduced(whole: Upload) -> Upload:
    return Upload(whole.name, replace(whole.decoded, image=whole.preview(SIDE)))


@lru_cache(maxsize=32)
def _seen(folder: str, _changed: str) -> Seen:
    return inference.seen_by(Run(Path(folder)))
