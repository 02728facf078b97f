"""A random test image of the data set that a run was trained on, as a file that somebody might have sent."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lossviz import data, inference
from lossviz.data._recipes import Pixels
from lossviz.errors import RunError
from lossviz.records import Ints
from lossviz.runs import Run, probe_pictures
from lossviz.ui.images.held import Held, made


@dataclass(frozen=True)
class Lots:
    """Images to draw from: ``rows`` (N,) of the data set, the names of their ``classes`` (N,), and which of them are
    of classes that were ``seen`` (N,) in training. Their ``pixels`` are (N, C, H, W) or, memory-mapped, more: then
    those of ``rows``.
    """

    rows: Ints
    classes: NDArray[np.str_]
    seen: NDArray[np.bool_]
    pixels: Pixels

    def image(self, at: int) -> Pixels:
        """(C, H, W) of the image at ``at``."""
        return np.ascontiguousarray(self.pixels[at if len(self.pixels) == len(self.rows) else self.rows[at]])


def some_test_image(run: Run, unseen: bool, rng: np.random.Generator) -> Held:
    """A test image of a class that ``run`` was trained on, or with ``unseen`` of another; classes are equally likely.

    It is a PNG that is prepared to the very same pixels. Raises :class:`RunError` where there is none, with what to do.
    """
    there = _lots_of(run)
    wanted = np.flatnonzero(there.seen != unseen)
    if not len(wanted):
        raise RunError(f"no test image of a class that run '{run.id}' {'did not see' if unseen else 'saw'} is here")
    name = str(rng.choice(np.unique(there.classes[wanted])))
    at = int(rng.choice(wanted[there.classes[wanted] == name]))
    recipe, _ = inference.recipe_of(run)
    content = io.BytesIO()
    recipe.picture(there.image(at)).save(content, "PNG")
    return made(content.getvalue(), f"{run.config.data.name} {int(there.rows[at])}.png", "test", name)


def at_hand(run: Run) -> bool:
    """Whether there are test images of its data set here: the set itself, or thumbnails that came with the run."""
    try:
        return len(_lots_of(run).rows) > 0
    except RunError:
        return False


def how_to_have(run: Run) -> str:
    """Where the test images of its data set can be had from, in a sentence."""
    name = run.config.data.name
    if name not in data.registry.files():
        return f"Add the folder that it was made from: `python -m lossviz data add {name} FOLDER`."
    size = data.get(name).size_mb
    return (
        f"`python -m lossviz data fetch {name}` fetches them, {size:.0f} MB; where you have them, `LOSSVIZ_DATA` names "
        "the folder that they are in."
    )


def has_unseen(run: Run) -> bool:
    """Whether test images of classes that ``run`` was not trained on are at hand; so it is where none are at all."""
    try:
        return not _lots_of(run).seen.all()
    except RunError:
        return False


def _lots_of(run: Run) -> Lots:
    return _lots(str(run.folder), run.signature())


@lru_cache(maxsize=8)
def _lots(folder: str, _changed: str) -> Lots:
    """All test images of the prepared data set, whatever its knobs left out; else the probes with a thumbnail."""
    run = Run(Path(folder))
    trained = [run.class_names[label] for label in run.train_classes]
    if (whole := inference.whole_set(run)) is not None:
        rows = np.flatnonzero(whole.is_test & (whole.labels >= 0))
        classes = np.array(whole.class_names)[whole.labels[rows]]
        return Lots(rows, classes, np.isin(classes, trained), whole.images)
    pictures, probe = probe_pictures(run), run.samples["probe"]
    if pictures is None:
        name = run.config.data.name
        raise RunError(
            f"the test images of '{name}' are not on this machine, and run '{run.id}' has no thumbnails of them. "
            f"{how_to_have(run)}"
        )
    classes = np.array(run.class_names)[probe.labels]
    return Lots(probe.index, classes, np.isin(classes, trained), pictures.transpose(0, 3, 1, 2))
