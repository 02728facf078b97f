"""How long the embeddings and the prototypes are."""

from typing import ClassVar

import numpy as np

from lossviz.metrics.base import Evidence, Output, Score


class Norms(Score):
    """Euclidean norms; the cosine does not see them, but many losses change them."""

    place: ClassVar[int] = 90
    outputs: ClassVar[tuple[Output, ...]] = (
        Output("norm_mean", "Norm", "Mean norm of the probe embeddings.", better=0),
        Output(
            "norm_cv",
            "Norm CV",
            "Coefficient of variation of those norms, their standard deviation over their mean. Left out where all "
            "are zero.",
            better=0,
        ),
        Output("prototype_norm_mean", "Prototype norm", "Mean norm of class weights, proxies or centers.", better=0),
    )

    def compute(self, evidence: Evidence) -> dict[str, float]:
        norms = np.linalg.norm(evidence.probe.astype(np.float64), axis=1)
        found = {"norm_mean": float(norms.mean())}
        if norms.mean() > 0:
            found["norm_cv"] = float(norms.std() / norms.mean())
        if evidence.prototypes is not None and len(evidence.prototypes):
            found["prototype_norm_mean"] = float(np.linalg.norm(evidence.prototypes.astype(np.float64), axis=1).mean())
        return found
