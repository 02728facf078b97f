"""The embedding itself, where it has 2 or 3 dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from lossviz.knobs import knob
from lossviz.projection._linear import Linear, unit
from lossviz.projection.base import Fitted, Projection, Subject, Watch
from lossviz.records import Floats


@dataclass(frozen=True)
class Native(Projection):
    """The embedding's own axes, as they are or on the unit circle or sphere."""

    title: ClassVar[str] = "Native"
    says: ClassVar[str] = (
        "The embedding itself: every distance and angle that you see is the one that the loss worked on."
    )
    cannot: ClassVar[str] = (
        "It is there for 2 and 3 dimensions only. On the sphere, lengths cannot be seen; off it, angles are hard to "
        "judge where lengths differ."
    )
    linear: ClassVar[bool] = True
    place: ClassVar[int] = 0

    normalise: bool | None = knob(
        None,
        kind=bool,
        help="Scale every embedding to length 1; auto does so for losses that look at directions only.",
    )

    @classmethod
    def fits(cls, dim: int) -> str | None:
        if dim in (2, 3):
            return None
        return f"the embedding has {dim} dimensions, and only 2 or 3 can be drawn as they are"

    def settled(self, subject: Subject) -> Self:
        return replace(self, normalise=subject.normalises) if self.normalise is None else self

    def _fit(self, epochs: Sequence[Floats], watch: Watch) -> Fitted:
        sphere = bool(self.normalise)
        seen = [unit(epoch) for epoch in epochs] if sphere else epochs
        dim = epochs[0].shape[1]
        note = "directions only: every embedding is scaled to length 1" if sphere else "the embedding as it is"
        return replace(Linear.of(seen, np.zeros(dim), np.eye(dim), sphere, note), sphere=sphere)
