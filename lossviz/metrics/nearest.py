"""Accuracy of the nearest class centroid, of the nearest neighbours, and of the loss's own head."""

from typing import ClassVar

import numpy as np

from lossviz.metrics._similarity import class_centroids, nearest
from lossviz.metrics.base import Evidence, Floats, Ints, Output, Score

NEIGHBOURS = 5


class Nearest(Score):
    """Closed-set accuracies. A probe whose class the gallery lacks cannot be right and is not counted."""

    place: ClassVar[int] = 10
    outputs: ClassVar[tuple[Output, ...]] = (
        Output(
            "centroid_accuracy",
            "Nearest centroid",
            "Probes whose nearest class centroid is that of their own class. Centroids are the means of the gallery "
            "embeddings of a class, of unit vectors where the metric is the cosine.",
            unit="%",
        ),
        Output(
            "knn_accuracy",
            f"kNN (k = {NEIGHBOURS})",
            f"Probes whose class has the most votes among the {NEIGHBOURS} nearest gallery embeddings; of classes "
            "with equally many votes the one with the nearest embedding wins.",
            unit="%",
        ),
        Output(
            "head_accuracy",
            "Head",
            "Probes whose class is the one that the loss's own class weights predict, without a margin. Losses on "
            "pairs have no head, and a head cannot know classes that were kept out of training.",
            unit="%",
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        found = {}
        judged = np.isin(evidence.probe_labels, evidence.gallery_labels)
        if judged.any():
            probe, labels = evidence.probe[judged], evidence.probe_labels[judged]
            found["centroid_accuracy"] = float((_by_centroid(probe, evidence) == labels).mean())
            found["knn_accuracy"] = float((_by_neighbours(probe, evidence) == labels).mean())
        if evidence.head is not None:
            found["head_accuracy"] = float((evidence.head == evidence.probe_labels).mean())
        return found


def _by_centroid(probe: Floats, evidence: Evidence) -> Ints:
    centroids, classes = class_centroids(evidence.gallery, evidence.gallery_labels, evidence.metric)
    rows, _ = nearest(probe, centroids, evidence.metric, k=1)
    return classes[rows[:, 0]]


def _by_neighbours(probe: Floats, evidence: Evidence) -> Ints:
    k = min(NEIGHBOURS, len(evidence.gallery))
    rows, _ = nearest(probe, evidence.gallery, evidence.metric, k)
    labels = evidence.gallery_labels[rows]
    votes = (labels[:, :, None] == labels[:, None, :]).sum(axis=2)
    return labels[np.arange(len(labels)), votes.argmax(axis=1)]  # argmax takes the first, which is the nearest
