"""Principal components of all epochs together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lossviz.projection._linear import Doubles, Linear, LinearMethod, unit
from lossviz.projection.base import Fitted, Watch
from lossviz.records import Floats


@dataclass(frozen=True)
class Pca(LinearMethod):
    """One mean and one set of axes for the whole sequence, every epoch with the same weight.

    An axis points to where its largest loading is positive, so that the picture is the same every time.
    """

    title: ClassVar[str] = "PCA"
    says: ClassVar[str] = (
        "A flat shadow of the embedding in the directions in which all epochs together vary most. It is one linear "
        "map: what moves here moves in the embedding, and what is far apart here is far apart there."
    )
    cannot: ClassVar[str] = (
        "What is close here need not be close in the embedding: classes that differ in the directions left out lie "
        "on top of one another. The more classes, the more of them do."
    )
    place: ClassVar[int] = 10

    def _fit(self, epochs: Sequence[Floats], watch: Watch) -> Fitted:
        normalise = bool(self.normalise)
        seen = [unit(epoch) for epoch in epochs] if normalise else epochs
        center, covariance = _moments(seen)
        variances, axes = np.linalg.eigh(covariance)
        kept = min(self.components, len(center))
        axes = _signed(axes[:, ::-1][:, :kept])
        total = float(variances.clip(min=0).sum())
        share = float(variances[::-1][:kept].clip(min=0).sum()) / total if total > 0 else None
        directions = ", of directions only" if normalise else ""
        note = (
            f"explains {100 * share:.0f} % of the variance{directions}"
            if share is not None
            else "all embeddings are the same"
        )
        return Linear.of(seen, center, axes, normalise, note)


def _moments(epochs: Sequence[Floats]) -> tuple[Doubles, Doubles]:
    """Mean (d,) and covariance (d, d) over all points of all epochs."""
    center: Doubles = np.mean([epoch.mean(axis=0, dtype=np.float64) for epoch in epochs], axis=0)
    covariance = np.zeros((len(center), len(center)))
    for epoch in epochs:
        moved = epoch - center
        covariance += moved.T @ moved / (len(epoch) * len(epochs))
    return center, covariance


def _signed(axes: Doubles) -> Doubles:
    largest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[largest, np.arange(axes.shape[1])])
    return axes * signs
