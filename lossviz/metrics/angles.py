"""The angle statistics of ArcFace's Table 3."""

from typing import ClassVar

import numpy as np

from lossviz.metrics._similarity import Labelled, class_means, directed, smallest_angles, unit
from lossviz.metrics.base import Evidence, Output, Score


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
        probe = directed(unit(evidence.probe), evidence.probe_labels)
        if len(probe[0]) == 0:
            return {}
        classes, means = class_means(*probe)
        centers = directed(means, classes)
        found = {
            "angle_intra": _mean_smallest_angle(probe, centers, same_class=True),
            "angle_inter": _mean_smallest_angle(centers, centers, same_class=False),
        }
        if evidence.prototypes is not None and evidence.prototype_labels is not None:
            weights = directed(unit(evidence.prototypes), evidence.prototype_labels)
            found["angle_w_ec"] = _mean_smallest_angle(centers, weights, same_class=True)
            found["angle_w_inter"] = _mean_smallest_angle(weights, weights, same_class=False)
        return {key: value for key, value in found.items() if value is not None}


def _mean_smallest_angle(a: Labelled, b: Labelled, same_class: bool) -> float | None:
    """The mean over ``a`` of :func:`smallest_angles`, without those that have none."""
    angles = smallest_angles(a, b, same_class)
    angles = angles[np.isfinite(angles)]
    return float(angles.mean()) if len(angles) else None
