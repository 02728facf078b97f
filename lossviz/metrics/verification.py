"""Are two probes of the same class? TAR at FAR, EER, ROC AUC, and FaceNet's VAL and FAR over a distance."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lossviz.metrics._roc import Roc
from lossviz.metrics._similarity import Doubles, all_pairs
from lossviz.metrics.base import Evidence, Floats, Ints, Output, Score

FARS = {"1e-1": 1e-1, "1e-2": 1e-2, "1e-3": 1e-3, "1e-4": 1e-4}
VAL_FAR = 1e-3


@dataclass(frozen=True)
class ValFarCurve:
    """FaceNet's curve: VAL(d) and FAR(d) at every distance that occurs, ascending; three arrays (T,)."""

    distance: Doubles
    val: Doubles
    far: Doubles

    def at(self, distance: float | Doubles) -> tuple[Doubles, Doubles]:
        """VAL and FAR at any distance, with the shape of ``distance``."""
        reached = np.searchsorted(self.distance, distance, side="right")
        return np.append(0.0, self.val)[reached], np.append(0.0, self.far)[reached]

    def threshold(self, far: float) -> float | None:
        """The largest distance that occurs whose FAR is at most ``far``; ``None`` if there is none."""
        allowed = int(np.searchsorted(self.far, far, side="right"))
        return float(self.distance[allowed - 1]) if allowed else None


def val_far_curve(embeddings: Floats, labels: Ints) -> ValFarCurve | None:
    """VAL(d) and FAR(d) over all pairs of ``embeddings`` (N, d) (Schroff, Kalenichenko, Philbin 2015, Eq. 5-7).

    VAL(d) is the fraction of same-class pairs, FAR(d) that of other pairs, whose embeddings, scaled to length 1,
    are at most d apart in squared Euclidean distance: d = 2 - 2·cos, from 0 to 4. So d and the cosine give the
    same ROC, and VAL at a FAR is the TAR at that FAR of a cosine run. ``None`` if either kind of pair is missing.
    """
    roc = Roc.of(*all_pairs(embeddings, labels, "cosine"))
    if roc is None:
        return None
    thresholds, tar, far = roc.curve()
    return ValFarCurve(-thresholds, tar, far)


class Verification(Score):
    """Over all N(N-1)/2 pairs of probes, exactly; left out where all or none of the pairs are of one class."""

    place: ClassVar[int] = 40
    outputs: ClassVar[tuple[Output, ...]] = (
        *(
            Output(
                f"tar_at_far_{text}",
                f"TAR @ FAR {text}",
                f"Pairs of one class that are accepted at the most lenient threshold at which at most {far:.4g} of the "
                "pairs of different classes are accepted, in the run's own metric, without interpolation. Left out "
                f"with fewer than {1 / far:,.0f} pairs of different classes.",
                unit="%",
            )
            for text, far in FARS.items()
        ),
        Output(
            "eer",
            "EER",
            "Equal error rate: where as many pairs of different classes are accepted as pairs of one class are "
            "refused, on the straight line between neighbouring thresholds.",
            better=-1,
            unit="%",
        ),
        Output(
            "roc_auc",
            "ROC AUC",
            "The probability that a pair of one class is nearer than a pair of different classes, ties counting half.",
            unit="%",
        ),
        Output(
            "val_at_far_1e-3",
            "VAL @ FAR 1e-3",
            "FaceNet's validation rate: as TAR at FAR 1e-3, but always by squared Euclidean distance of unit vectors. "
            "Equal to it where the metric is the cosine.",
            unit="%",
        ),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        roc = Roc.of(*all_pairs(evidence.probe, evidence.probe_labels, evidence.metric))
        if roc is None:
            return {}
        found = {f"tar_at_far_{text}": roc.tar_at_far(far) for text, far in FARS.items()}
        found |= {"eer": roc.eer(), "roc_auc": roc.auc()}
        facenet = (
            roc if evidence.metric == "cosine" else Roc.of(*all_pairs(evidence.probe, evidence.probe_labels, "cosine"))
        )
        found["val_at_far_1e-3"] = facenet.tar_at_far(VAL_FAR) if facenet else None
        return {key: value for key, value in found.items() if value is not None}
