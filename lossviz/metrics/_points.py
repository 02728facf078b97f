"""What is told of each probe by itself, defined alike for every loss."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics._similarity import (
    Doubles,
    Labelled,
    class_centroids,
    directed,
    in_metric,
    similarity_blocks,
    smallest_angles,
    unit,
)
from lossviz.metrics.base import Evidence, Floats, Ints

POINTS_VERSION = 1
"""What stored values depend on: to be raised when a definition below changes."""

SHARPEST = 1e-12  # the least variance, as part of that between classes: they may be points, but not divide by zero


def points(evidence: Evidence) -> dict[str, NDArray[Any]]:
    """Values (N,) of each probe: ``prediction``, ``confidence``, ``own``, ``other``, ``norm``.

    * ``prediction`` (int64): the class of the gallery whose centroid is nearest in the run's own metric, as in the
      score ``centroid_accuracy``; -1 without a gallery.
    * ``confidence`` (float32, 0 to 1): how probable that class is if every class were a Gaussian about its centroid,
      of one variance for all classes and directions. The variance is that of the gallery about its own centroids,
      along the directions in which the centroids differ. So it needs no temperature, and a loss with a large scale
      is no surer of itself than another. NaN without a gallery.
    * ``own`` (float32, degrees): the angle to the nearest prototype of the probe's class, ``other`` that to the
      nearest prototype of another class. Where a class of the probe has no prototype (classes kept out of
      training, losses without prototypes) both are to the centroids of the gallery instead. NaN where the probe
      is zero, which has no direction, and where there is nothing to measure the angle to.
    * ``norm`` (float32): the length of the embedding.
    """
    probe = unit(evidence.probe)
    directions = probe, evidence.probe_labels
    marks = _marks(evidence)
    prediction, confidence = _predicted(evidence)
    nowhere = np.where(np.linalg.norm(probe, axis=1) > 0, 0.0, np.nan)
    return {
        "prediction": prediction,
        "confidence": confidence,
        "own": (smallest_angles(directions, marks, same_class=True) + nowhere).astype(np.float32),
        "other": (smallest_angles(directions, marks, same_class=False) + nowhere).astype(np.float32),
        "norm": np.linalg.norm(evidence.probe.astype(np.float64), axis=1).astype(np.float32),
    }


def _marks(evidence: Evidence) -> Labelled:
    """What angles are measured to: prototypes if every class of the probe has one, else the gallery's centroids."""
    prototypes, labels = evidence.prototypes, evidence.prototype_labels
    if prototypes is not None and labels is not None and np.isin(evidence.probe_labels, labels).all():
        return directed(unit(prototypes), labels)
    if not len(evidence.gallery):
        return np.empty((0, evidence.probe.shape[1])), np.empty(0, np.int64)
    return directed(*class_centroids(evidence.gallery, evidence.gallery_labels, evidence.metric))


def _predicted(evidence: Evidence) -> tuple[Ints, Floats]:
    count, metric = len(evidence.probe), evidence.metric
    if not len(evidence.gallery):
        return np.full(count, -1), np.full(count, np.nan, np.float32)
    means, classes = class_centroids(evidence.gallery, evidence.gallery_labels, metric)
    centroids = in_metric(means, metric)
    similarity = np.concatenate([block for _, block in similarity_blocks(evidence.probe, centroids, metric)])
    best = similarity.argmax(axis=1)
    members = np.searchsorted(classes, evidence.gallery_labels)
    deviations = in_metric(evidence.gallery, metric) - centroids[members]
    exponents = (similarity - similarity.max(axis=1, keepdims=True)) / (2 * _variance(deviations, centroids))
    return classes[best], (1 / np.exp(exponents).sum(axis=1)).astype(np.float32)


def _variance(deviations: Doubles, centroids: Doubles) -> float:
    """The within-class variance along the directions in which ``centroids`` (C, d) differ, without bias."""
    centered = centroids - centroids.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centered, full_matrices=False)
    kept = sizes > max(sizes[0], np.linalg.norm(centroids)) * max(centered.shape) * np.finfo(np.float64).eps
    spare = len(deviations) - len(centroids)
    if not kept.any():
        return 1.0  # all classes are in one place, and any variance finds them equally probable
    least = SHARPEST * float((sizes[kept] ** 2).mean())
    if spare == 0:
        return least
    return max(float(((deviations @ directions[kept].T) ** 2).sum()) / (spare * int(kept.sum())), least)
