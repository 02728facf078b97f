"""Retrieval of the gallery by the probe: Recall@k, R-precision, MAP@R."""

from typing import ClassVar

import numpy as np

from lossviz.metrics._similarity import Doubles, nearest
from lossviz.metrics.base import Evidence, Ints, Output, Score


class Retrieval(Score):
    """Each probe asks for gallery embeddings of its class. A probe whose class the gallery lacks is not counted."""

    place: ClassVar[int] = 20
    outputs: ClassVar[tuple[Output, ...]] = (
        Output("recall_at_1", "Recall@1", "Probes whose nearest gallery embedding is of their class.", unit="%"),
        Output("recall_at_5", "Recall@5", "Probes with their class among the 5 nearest gallery embeddings.", unit="%"),
        Output(
            "r_precision",
            "R-precision",
            "The part of a probe's R nearest gallery embeddings that is of its class, where R is how many of its "
            "class there are; the mean over probes.",
            unit="%",
        ),
        Output(
            "map_at_r",
            "MAP@R",
            "Mean average precision at R: as R-precision, but a right neighbour counts the more the nearer it ranks "
            "(Musgrave, Belongie, Lim 2020, Eq. 3).",
            unit="%",
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        judged = np.isin(evidence.probe_labels, evidence.gallery_labels)
        if not judged.any():
            return {}
        labels = evidence.probe_labels[judged]
        largest_class = int(np.unique(evidence.gallery_labels, return_counts=True)[1].max())
        k = min(max(5, largest_class), len(evidence.gallery))
        rows, similarities = nearest(evidence.probe[judged], evidence.gallery, evidence.metric, k)
        hits = evidence.gallery_labels[rows] == labels[:, None]
        found = {f"recall_at_{count}": float(hits[:, :count].any(axis=1).mean()) for count in (1, 5)}
        return found | _at_r(rows, similarities, labels, evidence.gallery_labels)


def _at_r(rows: Ints, similarities: Doubles, labels: Ints, gallery_labels: Ints) -> dict[str, float]:
    """R-precision and MAP@R as pytorch-metric-learning computes them, from neighbours (N, k) already found."""
    import torch  # noqa: PLC0415  looking at a stored score must not need torch
    from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator  # noqa: PLC0415

    neighbours = torch.from_numpy(similarities), torch.from_numpy(rows)
    keys = {"r_precision": "r_precision", "mean_average_precision_at_r": "map_at_r"}
    calculator = AccuracyCalculator(
        include=tuple(keys), k=rows.shape[1], device=torch.device("cpu"), knn_func=lambda *_: neighbours
    )
    # the calculator looks at labels only once neighbours are found, so embeddings of dimension 0 will do
    query, reference = np.empty((len(labels), 0)), np.empty((len(gallery_labels), 0))
    values = calculator.get_accuracy(query, labels, reference, gallery_labels)
    return {keys[name]: float(value) for name, value in values.items()}
