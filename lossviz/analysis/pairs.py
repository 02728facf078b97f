"""All pairs of probes at once: angle histograms, ROC and FaceNet's VAL and FAR, fast enough to follow a slider.

The scores (:mod:`lossviz.metrics.verification`) answer exactly, in float64; the curves here are for the eye, in
float32, and take a tenth of the time: 2,000 probes have two million pairs.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics._similarity import in_metric
from lossviz.records import Floats, Ints

Doubles = NDArray[np.float64]

MOST_IMAGES = 4000  # eight million pairs; beyond, an even choice of images stands for all
ANGLE_BINS = 90
CURVE_POINTS = 500
DISTANCES = 201


@dataclass(frozen=True)
class PairCurves:
    """What all pairs of one snapshot look like.

    ``within`` and ``between`` (B,) are the shares of pairs of one class and of two classes whose angle lies in each
    bin of ``edges`` (B + 1,) degrees. ``far`` and ``tar`` (T,), ascending, are the ROC in the run's own metric.
    ``val`` and ``val_far`` (D,) are the shares accepted at each ``distance`` (D,), squared Euclidean between unit
    vectors (Schroff, Kalenichenko, Philbin 2015, Eq. 5-7). ``images`` is how many probes were paired.
    """

    edges: Doubles
    within: Doubles
    between: Doubles
    far: Doubles
    tar: Doubles
    distance: Doubles
    val: Doubles
    val_far: Doubles
    images: int


def pair_curves(embeddings: Floats, labels: Ints, metric: str) -> PairCurves | None:
    """The curves of ``embeddings`` (N, d) with ``labels`` (N,); ``None`` if there is no pair of either kind.

    Of more than 4,000 probes every n-th of each class is paired.
    """
    chosen = _evenly(labels, MOST_IMAGES)
    embeddings, labels = embeddings[chosen], labels[chosen]
    angular = _sorted_distances(embeddings, labels, "cosine")
    if angular is None:
        return None
    own = angular if metric == "cosine" else _sorted_distances(embeddings, labels, metric)
    assert own is not None
    edges = np.linspace(0, 180, ANGLE_BINS + 1)
    distance = np.linspace(0, 4, DISTANCES)
    chords = 2 - 2 * np.cos(np.radians(edges))
    within, between = (np.diff(np.append(0.0, _accepted(part, chords[1:]))) for part in angular)
    far, tar = _roc(*own)
    val, val_far = (_accepted(part, distance) for part in angular)
    return PairCurves(edges, within, between, far, tar, distance, val, val_far, len(labels))


def _evenly(labels: Ints, most: int) -> Ints:
    """Rows of at most about ``most`` images, every n-th of the images in the order of their classes."""
    order = np.argsort(labels, kind="stable")
    return order[:: -(-len(order) // most)] if len(order) > most else order


def _sorted_distances(embeddings: Floats, labels: Ints, metric: str) -> tuple[Floats, Floats] | None:
    """Squared distances of all pairs of one class, and of two, ascending. ``labels`` must be ascending.

    Classes stand together, so that every kind of pair is a block of a matrix product and nothing is picked singly.
    """
    vectors = in_metric(embeddings, metric)
    vectors = (vectors - vectors.mean(axis=0)).astype(np.float32)  # far-off clusters keep their digits
    squares = (vectors**2).sum(axis=1)
    starts = np.append(np.flatnonzero(np.diff(labels, prepend=labels[:1] - 1)), len(labels))
    genuine, impostor = [], []
    for start, end in pairwise(starts):
        block = squares[start:end, None] + squares[start:] - 2 * (vectors[start:end] @ vectors[start:].T)
        size = end - start
        genuine.append(block[:, :size][np.triu_indices(size, k=1)])
        impostor.append(block[:, size:].ravel())
    same, other = np.concatenate(genuine), np.concatenate(impostor)
    if len(same) == 0 or len(other) == 0:
        return None
    return np.sort(np.maximum(same, 0)), np.sort(np.maximum(other, 0))


def _accepted(ascending: Floats, thresholds: Doubles) -> Doubles:
    """The share of pairs of unit vectors whose distance is at most each threshold: all of them at 4, come what may."""
    shares: Doubles = np.searchsorted(ascending, thresholds, side="right") / len(ascending)
    return np.where(thresholds >= 4, 1.0, shares)


def _roc(genuine: Floats, impostor: Floats) -> tuple[Doubles, Doubles]:
    """At most 500 points that lie on the curve exactly: even steps of TAR, and even steps of log FAR."""
    half = CURVE_POINTS // 2
    even = np.linspace(0, len(genuine) - 1, half).astype(int)
    logarithmic = np.geomspace(1, len(impostor), half).astype(int) - 1
    thresholds = np.unique(np.concatenate([genuine[even], impostor[logarithmic]]))
    far, tar = (np.searchsorted(part, thresholds, side="right") / len(part) for part in (impostor, genuine))
    return far, tar
