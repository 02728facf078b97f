"""How well k-means finds the classes again."""

import warnings
from typing import ClassVar

import numpy as np

from lossviz.metrics._similarity import in_metric
from lossviz.metrics.base import Evidence, Output, Score


class Clustering(Score):
    """Normalised mutual information of k-means clusters and classes; left out where there is only one class."""

    place: ClassVar[int] = 30
    outputs: ClassVar[tuple[Output, ...]] = (
        Output(
            "nmi",
            "NMI",
            "Normalised mutual information (arithmetic mean) of the classes and a k-means clustering of the probe "
            "into as many clusters as there are classes (the best of 3 seeded starts), on unit vectors where the "
            "metric is the cosine. It grows with the number of classes even for random embeddings, so compare it "
            "within a data set.",
            unit="%",
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        from sklearn.cluster import KMeans  # noqa: PLC0415  listing scores must not wait for scikit-learn
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
        from sklearn.metrics import normalized_mutual_info_score  # noqa: PLC0415

        classes = len(np.unique(evidence.probe_labels))
        if classes < 2:
            return {}
        kmeans = KMeans(n_clusters=classes, n_init=3, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct embeddings than classes
            clusters = kmeans.fit_predict(in_metric(evidence.probe, evidence.metric))
        return {"nmi": float(np.clip(normalized_mutual_info_score(evidence.probe_labels, clusters), 0, 1))}
