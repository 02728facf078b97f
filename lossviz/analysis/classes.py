"""A table of classes, and who is taken for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.analysis._distances import distance_unit, distances_to
from lossviz.metrics._similarity import class_means, in_metric
from lossviz.records import Floats, Ints


@dataclass(frozen=True)
class ClassRow:
    """One class of the probe.

    ``accuracy`` is the part (0 to 1) of its images whose nearest centroid is its own, ``own`` the mean angle in
    degrees to the own prototype, ``norm`` the mean length. ``spread`` is the mean distance to the class's own mean,
    in ``spread_unit``: degrees for the cosine. ``confused_with`` is the class that most of its wrong images are taken
    for, with how many, and ``None`` without any. What cannot be computed is NaN.
    """

    label: int
    name: str
    count: int
    accuracy: float
    own: float
    norm: float
    spread: float
    spread_unit: str
    confused_with: str | None
    confused_count: int


def confusion_counts(labels: Ints, predictions: Ints, classes: int) -> NDArray[np.int64]:
    """Counts (C, C): images of class t (row) that are taken for class p (column); predictions of -1 count nowhere."""
    known = (predictions >= 0) & (labels >= 0)
    flat = np.bincount(labels[known] * classes + predictions[known], minlength=classes**2)
    return flat.reshape(classes, classes)


def class_table(
    embeddings: Floats, labels: Ints, points: Mapping[str, NDArray[Any]], class_names: Sequence[str], metric: str
) -> list[ClassRow]:
    """A row for each class that the probe has, by label.

    ``embeddings`` (N, d) and ``labels`` (N,) are the probe's, ``points`` what :func:`lossviz.metrics.points` says of
    it: ``prediction``, ``own`` and ``norm`` are used.
    """
    counts = confusion_counts(labels, points["prediction"], len(class_names))
    vectors = in_metric(embeddings, metric)
    classes, means = class_means(vectors, labels)
    apart = distances_to(vectors, means[np.searchsorted(classes, labels)], metric)
    rows = []
    for label in classes.tolist():
        mine = labels == label
        wrong = counts[label].copy()
        wrong[label] = 0
        most = int(wrong.argmax())
        rows.append(
            ClassRow(
                label=label,
                name=class_names[label],
                count=int(mine.sum()),
                accuracy=_mean(np.where(points["prediction"][mine] >= 0, points["prediction"][mine] == label, np.nan)),
                own=_mean(points["own"][mine]),
                norm=_mean(points["norm"][mine]),
                spread=_mean(apart[mine]),
                spread_unit=distance_unit(metric),
                confused_with=class_names[most] if wrong[most] else None,
                confused_count=int(wrong[most]),
            )
        )
    return rows


def _mean(values: NDArray[Any]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")
