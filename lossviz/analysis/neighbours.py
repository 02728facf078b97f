"""Who lies next to an image: truly, in the embedding space, and in a picture of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.analysis._distances import distance_unit, distances_to
from lossviz.metrics._similarity import nearest
from lossviz.records import Floats, Ints


@dataclass(frozen=True)
class Neighbours:
    """The nearest images of one, nearest first: ``rows`` (k,) and ``distances`` (k,) in ``unit``.

    For the cosine, distances are angles in degrees (``unit`` ``"deg"``) and ``cosines`` (k,) are given as well;
    otherwise they are Euclidean and without a unit.
    """

    rows: Ints
    distances: NDArray[np.float64]
    unit: str
    cosines: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Seen:
    """How a picture tells of true neighbours: all rows of images, nearest first.

    ``kept`` are neighbours in the picture that are true ones, ``false`` those that are not, and ``missed`` true ones
    that the picture has elsewhere.
    """

    kept: Ints
    false: Ints
    missed: Ints


def neighbours(embeddings: Floats, index: int, metric: str, k: int) -> Neighbours:
    """The ``k`` nearest of ``embeddings`` (N, d) to that of row ``index``, itself left out, under ``metric``.

    ``metric`` is ``"cosine"`` or ``"euclidean"``, the run's own or another. Fewer than ``k`` where there are fewer.
    Images that are equally near come in the order of their rows. The angle to or from a zero vector is NaN.
    """
    rows = _nearest_rows(embeddings, index, metric, k)
    distances = distances_to(embeddings[index], embeddings[rows], metric)
    cosines = np.cos(np.radians(distances)) if metric == "cosine" else None
    return Neighbours(rows, distances, distance_unit(metric), cosines)


def picture_neighbours(positions: Floats, index: int, k: int) -> Ints:
    """The rows of the ``k`` points that lie nearest to point ``index`` among ``positions`` (N, 2 or 3)."""
    return _nearest_rows(positions, index, "euclidean", k)


def seen(true: Ints, picture: Ints) -> Seen:
    """Compare the rows of true neighbours (k,) with those in a picture (k,)."""
    there = np.isin(picture, true)
    return Seen(picture[there], picture[~there], true[~np.isin(true, picture)])


def _nearest_rows(vectors: Floats, index: int, metric: str, k: int) -> Ints:
    k = min(k, len(vectors) - 1)
    if k < 1:
        return np.empty(0, np.int64)
    others = np.delete(np.arange(len(vectors)), index)
    rows, _ = nearest(vectors[index : index + 1], vectors[others], metric, k)
    return others[rows[0]]
