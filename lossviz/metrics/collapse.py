"""Neural collapse: do the classes shrink to points, and the points to a simplex?"""

from typing import ClassVar

import numpy as np

from lossviz.metrics._similarity import Doubles, class_means, in_metric, unit
from lossviz.metrics.base import Evidence, Ints, Output, Score


class Collapse(Score):
    """NC1 and NC2 of Papyan, Han, Donoho 2020 on the probe embeddings, unit vectors where the metric is the cosine.

    Every class weighs the same however many probes it has: the global mean is the mean of the class means, and
    within-class covariances are averaged over classes. Left out where all class means are the same; NC1 also where
    no class has two probes, NC2 below three classes, for which it holds by itself.
    """

    place: ClassVar[int] = 80
    outputs: ClassVar[tuple[Output, ...]] = (
        Output(
            "nc1",
            "NC1",
            "Within-class variability over between-class variability, tr(Σ_W Σ_B⁺)/C; 0 when every class has become "
            "a point.",
            better=-1,
        ),
        Output(
            "nc2_equinorm",
            "NC2 equinorm",
            "Coefficient of variation of the distances of class means from their mean; 0 on a simplex.",
            better=-1,
        ),
        Output(
            "nc2_equiangularity",
            "NC2 equiangularity",
            "Standard deviation of the cosines between class means seen from their mean; 0 on a simplex.",
            better=-1,
        ),
        Output(
            "nc2_max_angle",
            "NC2 maximal angle",
            "Mean distance of those cosines from -1/(C - 1), the largest angle that C classes can all keep; it "
            "cannot become 0 in fewer than C - 1 dimensions.",
            better=-1,
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        vectors, labels = in_metric(evidence.probe, evidence.metric), evidence.probe_labels
        classes, means = class_means(vectors, labels)
        centered = means - means.mean(axis=0)
        if np.linalg.norm(centered) <= 1e-9 * np.linalg.norm(means):
            return {}
        found = {}
        if len(classes) < len(vectors):
            found["nc1"] = _variability(vectors - means[np.searchsorted(classes, labels)], labels, centered)
        return found if len(classes) < 3 else found | _simplex(centered)


def _variability(deviations: Doubles, labels: Ints, centered: Doubles) -> float:
    """tr(Σ_W Σ_B⁺)/C along the singular directions of the centered class means, without a (d, d) matrix."""
    _, sizes, directions = np.linalg.svd(centered, full_matrices=False)
    kept = sizes > sizes[0] * max(centered.shape) * np.finfo(np.float64).eps
    within = class_means((deviations @ directions[kept].T) ** 2, labels)[1].mean(axis=0)
    between = sizes[kept] ** 2 / len(centered)
    return float((within / between).sum() / len(centered))


def _simplex(centered: Doubles) -> dict[str, float]:
    norms = np.linalg.norm(centered, axis=1)
    classes = len(centered)
    directions = unit(centered)
    cosines = (directions @ directions.T)[np.triu_indices(classes, k=1)]
    return {
        "nc2_equinorm": float(norms.std() / norms.mean()),
        "nc2_equiangularity": float(cosines.std()),
        "nc2_max_angle": float(np.abs(cosines + 1 / (classes - 1)).mean()),
    }
