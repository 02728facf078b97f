"""Triplets as FaceNet defines them: an anchor, a positive of its class, a negative of another.

Distances are those of the triplet loss in the run's metric: squared Euclidean, between unit vectors where the metric
is the cosine (d = 2 - 2 cos, from 0 to 4), or plain Euclidean if asked for. With them and a margin, a triplet is
(Schroff, Kalenichenko, Philbin 2015, Sec. 3.2)

* **hard** if the negative is nearer to the anchor than the positive: d(a, n) < d(a, p),
* **semi-hard** if it is not, but by less than the margin: d(a, p) <= d(a, n) < d(a, p) + margin,
* **easy** otherwise; such a triplet costs the loss nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics._similarity import similarity_blocks
from lossviz.records import Floats, Ints

Doubles = NDArray[np.float64]

MOST_ANCHORS = 500


@dataclass(frozen=True)
class HardTriplet:
    """What a triplet loss sees from one anchor: rows (n,) and distances (n,).

    ``positives`` are the farthest images of the anchor's class, farthest first, ``negatives`` the nearest of other
    classes, nearest first.
    """

    positives: Ints
    positive_distances: Doubles
    negatives: Ints
    negative_distances: Doubles


@dataclass(frozen=True)
class TripletCounts:
    """Numbers of valid triplets by kind, over ``anchors`` of the images as anchors."""

    hard: int
    semi_hard: int
    easy: int
    anchors: int

    @property
    def total(self) -> int:
        """All valid triplets of these anchors."""
        return self.hard + self.semi_hard + self.easy


def hardest(
    embeddings: Floats, labels: Ints, anchor: int, metric: str, k: int = 1, squared: bool = True
) -> HardTriplet:
    """The ``k`` farthest positives and the ``k`` nearest negatives of row ``anchor``; fewer where there are fewer."""
    (distances,) = _rows_of_distances(embeddings, np.array([anchor]), metric, squared)
    same = labels == labels[anchor]
    positives = np.flatnonzero(same & (np.arange(len(labels)) != anchor))
    negatives = np.flatnonzero(~same)
    positives = positives[np.argsort(-distances[positives], kind="stable")][:k]
    negatives = negatives[np.argsort(distances[negatives], kind="stable")][:k]
    return HardTriplet(positives, distances[positives], negatives, distances[negatives])


def count_triplets(
    embeddings: Floats,
    labels: Ints,
    metric: str,
    margin: float,
    squared: bool = True,
    most_anchors: int | None = MOST_ANCHORS,
) -> TripletCounts:
    """Count all valid triplets of ``embeddings`` (N, d) exactly, for every anchor or for some.

    Of more than ``most_anchors`` images every n-th in the order of their classes is an anchor, each with all its
    positives and negatives: the shares of the kinds hardly change, and every class is there in proportion. ``None``
    takes all.
    """
    order = np.argsort(labels, kind="stable")
    step = 1 if most_anchors is None else -(-len(order) // most_anchors)
    anchors = order[::step]
    found = np.zeros(3, np.int64)
    for start in range(0, len(anchors), 512):
        block = anchors[start : start + 512]
        for anchor, distances in zip(block, _rows_of_distances(embeddings, block, metric, squared), strict=True):
            same = labels == labels[anchor]
            negatives = np.sort(distances[~same])
            same[anchor] = False
            positives = distances[same]
            nearer = np.searchsorted(negatives, positives, side="left").sum()
            within = np.searchsorted(negatives, positives + margin, side="left").sum()
            found += nearer, within - nearer, len(positives) * len(negatives) - within
    hard, semi_hard, easy = found.tolist()
    return TripletCounts(hard, semi_hard, easy, len(anchors))


def _rows_of_distances(embeddings: Floats, rows: Ints, metric: str, squared: bool) -> Doubles:
    """Distances (r, N) of the images ``rows`` (r,) to all; those that are equal tie exactly."""
    similarities = np.concatenate([block for _, block in similarity_blocks(embeddings[rows], embeddings, metric)])
    return -similarities if squared else np.sqrt(-similarities)
