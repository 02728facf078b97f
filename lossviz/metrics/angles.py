"""The angle statistics of ArcFace's Table 3."""

from typing import ClassVar

import numpy as np

from lossviz.metrics._similarity import Doubles, class_means, similarity_blocks, unit
from lossviz.metrics.base import Evidence, Ints, Output, Score

Labelled = tuple[Doubles, Ints]


class Angles(Score):
    """Angles between embeddings, their class centers and the class weights (Deng et al. 2019, Table 3).

    A class's center is the direction of the mean of its unit-length probe embeddings. Vectors without a direction
    (shorter than 1e-9) are left out. The angles do not depend on the run's metric.
    """

    place: ClassVar[int] = 70
    outputs: ClassVar[tuple[Output, ...]] = (
        Output(
            "angle_w_ec",
            "W-EC",
            "Mean over classes of the angle between the class's embedding center and its weight, the nearest if "
            "there are several. Left out for classes that were kept out of training.",
            better=-1,
            unit="deg",
        ),
        Output(
            "angle_w_inter",
            "W-Inter",
            "Mean over class weights of the smallest angle to a weight of another class.",
            unit="deg",
        ),
        Output(
            "angle_intra",
            "Intra",
            "Mean over embeddings of the angle to the center of their class.",
            better=-1,
            unit="deg",
        ),
        Output(
            "angle_inter",
            "Inter",
            "Mean over class centers of the smallest angle to the center of another class.",
            unit="deg",
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        probe = _directed(unit(evidence.probe), evidence.probe_labels)
        if len(probe[0]) == 0:
            return {}
        classes, means = class_means(*probe)
        centers = _directed(means, classes)
        found = {
            "angle_intra": _mean_smallest_angle(probe, centers, same_class=True),
            "angle_inter": _mean_smallest_angle(centers, centers, same_class=False),
        }
        if evidence.prototypes is not None and evidence.prototype_labels is not None:
            weights = _directed(unit(evidence.prototypes), evidence.prototype_labels)
            found["angle_w_ec"] = _mean_smallest_angle(centers, weights, same_class=True)
            found["angle_w_inter"] = _mean_smallest_angle(weights, weights, same_class=False)
        return {key: value for key, value in found.items() if value is not None}


def _directed(vectors: Doubles, labels: Ints) -> Labelled:
    kept = np.linalg.norm(vectors, axis=1) > 1e-9
    return vectors[kept], labels[kept]


def _mean_smallest_angle(a: Labelled, b: Labelled, same_class: bool) -> float | None:
    """Mean over ``a`` of the smallest angle to those of ``b`` of the same class, or of another; in degrees."""
    if len(a[0]) == 0 or len(b[0]) == 0:
        return None
    largest = np.concatenate(
        [
            np.where((a[1][start : start + len(block), None] == b[1]) == same_class, block, -np.inf).max(axis=1)
            for start, block in similarity_blocks(a[0], b[0], "cosine")
        ]
    )
    chords = np.sqrt(-largest[np.isfinite(largest)])
    return float(np.degrees(2 * np.arcsin(np.minimum(chords / 2, 1))).mean()) if len(chords) else None
