"""What a picture keeps of its embedding, and how much it moves without a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._linear import unit
from lossviz.projection._quality import BLOCK, Distances, check_pair
from lossviz.projection.base import ProjectionError
from lossviz.records import Floats

STEADY = 0.25  # of the points: those whose neighbours changed least
ALIKE = 15  # neighbours by which epochs are compared
FEWEST = 4  # points of which something can be told


@dataclass(frozen=True)
class Quality:
    """Each (N,), point by point; the mean over the points is the score of the picture.

    ``trustworthiness``: 1 where whoever is drawn near a point is near it. ``continuity``: 1 where whoever is near is
    drawn near (Venna & Kaski 2001, 2006). ``kept``: the share of the nearest neighbours that are the nearest in the
    picture too, as :func:`kept_neighbours` counts.
    """

    trustworthiness: Floats
    continuity: Floats
    kept: Floats

    def means(self) -> dict[str, float]:
        """The three scores by name."""
        return {name: float(values.mean(dtype=np.float64)) for name, values in vars(self).items()}


def quality(high: Floats, low: Floats, metric: str, k: int = 12, kept_of: int = 10) -> Quality:
    """How far the picture ``low`` (N, 2|3) of the embedding ``high`` (N, d) is to be trusted.

    ``k`` neighbours count for trustworthiness and continuity, ``kept_of`` for those kept; both are cut to what N points
    admit. Of fewer than 4 points nothing can be said, and all is 1. Every distance is computed, in blocks: time grows
    with N^2 log N, memory with N.
    """
    check_pair(high, low, metric, min(k, kept_of))
    count = len(high)
    found = Quality(*(np.ones(count, np.float32) for _ in range(3)))
    if count < FEWEST:
        return found
    k, kept_of = min(k, (count - 1) // 2), min(kept_of, count - 1)
    true, seen = Distances(unit(high) if metric == "cosine" else high), Distances(low)
    scale = 2 / (k * (2 * count - 3 * k - 1))
    step = max(16, BLOCK // count)
    for start in range(0, count, step):
        rows = slice(start, min(start + step, count))
        here, there = _Rows(true, rows), _Rows(seen, rows)
        found.trustworthiness[rows] -= scale * here.intrusion(there.nearest(k))
        found.continuity[rows] -= scale * there.intrusion(here.nearest(k))
        near, drawn = here.within(kept_of), there.within(kept_of)
        larger = np.maximum(np.count_nonzero(near, axis=1), np.count_nonzero(drawn, axis=1))
        found.kept[rows] = np.count_nonzero(near & drawn, axis=1) / larger
    return found


class _Rows:
    """Distances of some points to all, and the same sorted."""

    def __init__(self, distances: Distances, rows: slice) -> None:
        self._apart, self._tie = distances.of(rows), distances.tie
        self._sorted = np.sort(self._apart, axis=1)

    def within(self, k: int) -> NDArray[np.bool_]:
        """(r, N) which points are no farther than the k-th nearest."""
        near: NDArray[np.bool_] = self._apart <= self._sorted[:, k - 1, None] + self._tie
        return near

    def nearest(self, k: int) -> NDArray[np.int64]:
        """(r, k) the nearest, in no order."""
        return np.argpartition(self._apart, k - 1, axis=1)[:, :k]

    def intrusion(self, others: NDArray[np.int64]) -> NDArray[np.float64]:
        """(r,) how far beyond rank k ``others`` (r, k) stand here, summed. The nearest other has rank 1."""
        asked = np.take_along_axis(self._apart, others, axis=1) - self._tie
        ranks = np.stack([np.searchsorted(row, each) for row, each in zip(self._sorted, asked, strict=True)]) + 1
        beyond: NDArray[np.float64] = np.maximum(ranks - others.shape[1], 0).sum(axis=1).astype(np.float64)
        return beyond


def jitter(epochs: Sequence[Floats], positions: Floats, metric: str) -> Floats:
    """How far a picture (E, N, k) of ``epochs`` (N, d) moves from one epoch to the next for no reason, (E - 1,).

    The mean displacement of the quarter of points whose 15 nearest neighbours in the embedding changed least in that
    step, over the picture's radius (the root mean square distance to its mean, of both epochs).
    """
    from lossviz.projection._neighbours import Nearest  # noqa: PLC0415  compiled: a page that only draws needs none
    from lossviz.projection._tsne_affinity import overlap  # noqa: PLC0415

    if len(epochs) != len(positions) or len(epochs[0]) != positions.shape[1]:
        raise ProjectionError(f"{len(epochs)} epochs of {len(epochs[0])} points do not make {positions.shape}")
    k = min(ALIKE, len(epochs[0]) - 1)
    seen = [unit(epoch) if metric == "cosine" else epoch for epoch in epochs]
    near = [Nearest(epoch).of_each(k)[0] for epoch in seen]
    radii = np.sqrt(positions.var(axis=1, dtype=np.float64).sum(axis=1))
    steps = np.linalg.norm(np.diff(positions.astype(np.float64), axis=0), axis=2)
    found = np.zeros(len(steps), np.float32)
    for epoch, (before, after) in enumerate(pairwise(near)):
        same = overlap(before, after, k)
        size = (radii[epoch] + radii[epoch + 1]) / 2
        found[epoch] = steps[epoch][same >= np.quantile(same, 1 - STEADY)].mean() / size if size > 0 else 0
    return found


def control(positions: Floats, seed: int = 0) -> Floats:
    """The picture (..., N, k) with its points given one another's places: what a score is worth that says nothing.

    Epochs are shuffled alike, so that it stands as still as the picture itself.
    """
    return positions[..., np.random.default_rng(seed).permutation(positions.shape[-2]), :]
