"""Where an embedding stands in a picture of its run, by which method, and how long that took."""

import time
from dataclasses import dataclass

import numpy as np

from lossviz.projection import Fitted, Projection
from lossviz.projection._nonlinear import Drawn
from lossviz.records import Floats
from lossviz.runs import Drawing, Run, drawn_rows

EXACT = "exact: computed from the embedding itself, as every point of this picture"
DESCENT = "t-SNE's own law: the point descends its KL among the others, which stand still"
MEDIAN = "at the median of its 10 nearest neighbours in the embedding"


@dataclass(frozen=True)
class Placed:
    """``positions`` (M, k) in the picture; ``spread`` (M,) in its units is the radius of the halo, 0 where exact.

    ``how`` names the method in words; ``milliseconds`` is what placing them took.
    """

    positions: Floats
    spread: Floats
    how: str
    milliseconds: float

    @property
    def exact(self) -> bool:
        """Whether nothing had to be guessed."""
        return not self.spread.any()


def place(fitted: Fitted, embeddings: Floats, index: int) -> Placed:
    """Places of ``embeddings`` (M, d) in the picture of the epoch at ``index`` of the sequence that was fitted.

    Linear pictures place exactly, our t-SNE by its own law. UMAP and scikit-learn's t-SNE have no transform that could
    run in a server (UMAP's takes seconds to compile and is farther from the truth): there the neighbours say where,
    and the halo how far they disagree.
    """
    began = time.perf_counter()
    found = fitted.place(embeddings.astype(np.float32), index)
    took = 1000 * (time.perf_counter() - began)
    return Placed(found.positions, found.spread, how(fitted), took)


def how(fitted: Fitted) -> str:
    """In words, how new points are placed in this picture."""
    inner = getattr(fitted, "inner", fitted)  # a picture turned onto another one holds it
    if not isinstance(inner, Drawn):
        return EXACT
    from lossviz.projection._tsne_place import TsnePicture  # noqa: PLC0415  compiled: only where points are placed

    return DESCENT if isinstance(inner, TsnePicture) else MEDIAN


def fitted_to(run: Run, method: Projection, drawing: Drawing | None = None) -> Fitted:
    """The picture of all epochs of ``run`` by a settled ``method``, in which new points can be placed.

    Linear methods are fitted; others need their finished ``drawing``.
    """
    rows = drawn_rows(run)
    embeddings = [run.snapshot(epoch).embeddings["probe"][rows] for epoch in run.epochs()]
    if drawing is None:
        return method.fit_sequence(embeddings)
    arrays, note = drawing.read()
    return method.restored(embeddings, arrays["positions"], note)
