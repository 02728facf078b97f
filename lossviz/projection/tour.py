"""One view of a random tour: the embedding's shadow from a direction drawn by lot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from lossviz.knobs import knob
from lossviz.projection._linear import Linear, LinearMethod, unit
from lossviz.projection.base import Fitted, Watch
from lossviz.records import Floats


@dataclass(frozen=True)
class Tour(LinearMethod):
    """Orthonormal axes, uniform over all directions, the same for every epoch and for every embedding of that size."""

    title: ClassVar[str] = "Random view"
    says: ClassVar[str] = (
        "The embedding's shadow from a direction drawn by lot: what moves here moves in the embedding. The view knows "
        "nothing of classes or epochs, and so what can be seen in several of them is there."
    )
    cannot: ClassVar[str] = (
        "Most of the embedding: of 64 dimensions, 3 random ones hold a twentieth of what varies. Groups that lie on "
        "top of one another here may be far apart; step through the seeds to look from elsewhere."
    )
    place: ClassVar[int] = 50

    seed: int = knob(0, 0, 1000, step=1, help="The direction to look from; each number is another view.")

    def _fit(self, epochs: Sequence[Floats], watch: Watch) -> Fitted:
        normalise = bool(self.normalise)
        seen = [unit(epoch) for epoch in epochs] if normalise else epochs
        dim = seen[0].shape[1]
        kept = min(self.components, dim)
        axes, upper = np.linalg.qr(np.random.default_rng(self.seed).standard_normal((dim, kept)))
        axes = axes * np.sign(np.diag(upper))  # uniform, and the same whoever computes it
        fitted = Linear.of(seen, np.zeros(dim), axes, normalise, "")
        total = sum(float(epoch.var(axis=0, dtype=np.float64).sum()) for epoch in seen)
        shown = float(fitted.positions.var(axis=1, dtype=np.float64).sum())
        share = f"holds {100 * shown / total:.0f} % of the variance" if total > 0 else "all embeddings are the same"
        return replace(fitted, note=f"view {self.seed}, {share}{', of directions only' if normalise else ''}")
