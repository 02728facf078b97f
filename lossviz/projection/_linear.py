"""One linear map for all epochs and for whatever is added: what stands still, stands still in the picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from lossviz.knobs import knob
from lossviz.projection.base import Fitted, Placement, Projection, Subject
from lossviz.records import Floats

Doubles = NDArray[np.float64]


def unit(vectors: Floats) -> Floats:
    """``vectors`` (n, d) scaled to length 1 in float32; a zero vector has no direction and stays zero."""
    doubles = vectors.astype(np.float64)
    norms = np.linalg.norm(doubles, axis=1, keepdims=True)
    scaled: Floats = np.divide(doubles, norms, out=np.zeros_like(doubles), where=norms > 0).astype(np.float32)
    return scaled


@dataclass(frozen=True)
class Linear(Fitted):
    """``(x - center) @ axes``, of unit vectors where ``normalise``; ``center`` (d,), ``axes`` (d, k)."""

    center: Doubles
    axes: Doubles
    normalise: bool

    @classmethod
    def of(cls, epochs: Sequence[Floats], center: Doubles, axes: Doubles, normalise: bool, note: str) -> Self:
        """The map applied to every epoch (N, d), which the caller has normalised already where it should be."""
        positions = np.stack([_mapped(epoch, center, axes) for epoch in epochs])
        return cls(positions, note, False, center, axes, normalise)

    @property
    def dim(self) -> int:
        return len(self.center)

    def _place(self, new: Floats, epoch: int) -> Placement:
        seen = unit(new) if self.normalise else new
        return Placement(_mapped(seen, self.center, self.axes), np.zeros(len(new), np.float32))


def _mapped(vectors: Floats, center: Doubles, axes: Doubles) -> Floats:
    mapped: Floats = ((vectors - center) @ axes).astype(np.float32)
    return mapped


@dataclass(frozen=True)
class LinearMethod(Projection):
    """A method whose picture is one linear map of the embeddings, or of their directions, onto 2 or 3 axes."""

    linear: ClassVar[bool] = True

    components: int = knob(3, 2, 3, step=1, help="Axes of the picture; a 2-D embedding has no more than 2.")
    normalise: bool | None = knob(
        None,
        kind=bool,
        help="Scale every embedding to length 1 first; auto does so for losses that look at directions only.",
    )

    @classmethod
    def fits(cls, dim: int) -> str | None:
        return None if dim >= 2 else f"the embedding has {dim} dimension, and a picture needs at least 2"

    def settled(self, subject: Subject) -> Self:
        return replace(self, normalise=subject.normalises) if self.normalise is None else self
