"""What makes a picture look unlike those that a net was trained on: sentences for whoever sent it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lossviz.data._recipes import Ink, Pixels, Recipe, Window
from lossviz.data._strokes import light_ground

FLAT = 4.0  # standard deviation of 255 levels below which nothing can be seen
LONG = 1.8  # the longer side over the shorter, beyond which a square is a poor frame
COLOURED = 40  # levels between the channels of a pixel that has a colour
COLOURFUL = 0.01  # of the pixels that have one, above which a picture is no grey one
FAR_OFF = 4.0  # standard deviations of the training images' means


@dataclass(frozen=True)
class Seen:
    """What a net was trained on: the set's ``title``, its channels' ``mean`` and ``std`` in [0, 1].

    ``means`` (N,) are the mean levels in [0, 255] of single training images; without them brightness is not judged.
    """

    title: str
    mean: Sequence[float]
    std: Sequence[float]
    means: NDArray[np.float64] | None = None


def doubts(image: Image.Image, prepared: Pixels, recipe: Recipe, seen: Seen) -> list[str]:
    """Sentences on what of ``image``, or of ``prepared`` (C, H, W) made from it, is unlike the set, if anything."""
    return list(_doubts(image, prepared, recipe, seen))


def _doubts(image: Image.Image, prepared: Pixels, recipe: Recipe, seen: Seen) -> Iterator[str]:
    if prepared.std() < FLAT:
        yield (
            "Nothing can be seen on the prepared picture: it is blank. Choose another part, switch invert, or take "
            "more contrast."
        )
        return
    yield from _shape(image, recipe)
    yield from _colours(image, prepared, seen)
    if recipe.dark and light_ground(prepared.mean(axis=0).astype(np.uint8)):
        yield (
            f"It looks inverted: the pictures of {seen.title} are light on a dark ground, and this one is dark on a "
            "light one. Switch invert."
        )
    elif seen.means is not None:
        spread = max(float(seen.means.std()), 1.0)
        off = (float(prepared.mean()) - float(seen.means.mean())) / spread
        if abs(off) > FAR_OFF:
            yield (
                f"It is much {'lighter' if off > 0 else 'darker'} than the pictures of {seen.title}: change contrast, "
                "or choose another part."
            )


def _shape(image: Image.Image, recipe: Recipe) -> Iterator[str]:
    _, height, width = recipe.shape
    longer, shorter = max(image.size), min(image.size)
    if not isinstance(recipe, Ink) and longer > LONG * shorter:
        yield (
            f"It is {image.width} x {image.height}, and the net sees squares: what lies beyond is cut off or squeezed. "
            "Choose the part that matters."
        )
    if shorter < min(height, width) // 2 and not isinstance(recipe, Ink):
        yield f"It is only {image.width} x {image.height} and was enlarged to {width} x {height}: it is blurred."
    if isinstance(recipe, Window) and image.size not in ((250, 250), (width, height)):
        yield (
            "The set's photographs are 250 x 250 with the face in the middle, eyes and mouth at the same places, and "
            "no face is looked for here: move and enlarge the part until the face fills it as theirs do."
        )


def _colours(image: Image.Image, prepared: Pixels, seen: Seen) -> Iterator[str]:
    small = image.reduce(-(-max(image.size) // 128))
    channels = np.asarray(small, dtype=np.float64).reshape(small.height, small.width, -1)
    colourful = float((np.ptp(channels, axis=2) > COLOURED).mean()) > COLOURFUL
    coloured_set = len(seen.mean) == 3 and max(seen.mean) - min(seen.mean) > 0.005
    if len(prepared) == 1 and colourful:
        yield f"Its colours are left out: the pictures of {seen.title} are grey."
    elif coloured_set and channels.shape[2] == 1:
        yield f"It is grey, and the pictures of {seen.title} are in colour."
