"""What a projection is: one picture for all epochs of a run, and places in it for new points."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from lossviz.errors import LossvizError
from lossviz.knobs import Knobbed
from lossviz.records import Floats


class ProjectionError(LossvizError):
    """Embeddings cannot be projected as asked."""


@dataclass(frozen=True)
class Placement:
    """Where new points stand: ``positions`` (M, k), and how far those places are to be trusted.

    ``spread`` (M,) is in units of the picture, 0 where the place is exact: the method computed it from the point
    itself and not from the places of its neighbours.
    """

    positions: Floats
    spread: Floats


@dataclass(frozen=True)
class Fitted(ABC):
    """A projection at work on one run: ``positions`` (E, N, k) float32 with k = 2 or 3.

    ``note`` is what must be said beside the picture. ``sphere``: the points lie on the unit circle or sphere.
    """

    positions: Floats
    note: str
    sphere: bool

    def place(self, new: Floats, epoch: int) -> Placement:
        """Places of ``new`` (M, d) embeddings in the picture of the epoch at index ``epoch`` of the sequence."""
        if not 0 <= epoch < len(self.positions):
            raise ProjectionError(f"epoch index must be from 0 to {len(self.positions) - 1}, got {epoch}")
        if new.ndim != 2 or new.shape[1] != self.dim:
            raise ProjectionError(f"new points must have shape (count, {self.dim}), got {new.shape}")
        if not np.isfinite(new).all():
            raise ProjectionError("new points hold numbers that are not finite, and have no place in the picture")
        return self._place(new, epoch)

    @property
    @abstractmethod
    def dim(self) -> int:
        """d, the size of the embeddings that it was fitted to."""

    @abstractmethod
    def _place(self, new: Floats, epoch: int) -> Placement:
        """:meth:`place` of points that were found to be usable."""


@dataclass(frozen=True)
class Projection(Knobbed, ABC):
    """A method with its knobs. One subclass a file; the file's name is the key.

    ``says`` and ``cannot`` are plain words on what the picture can and cannot tell. ``linear``: straight lines stay
    straight, so that what moves in the picture moves in the embedding. A subclass gives :meth:`_fit`, which must be
    coherent: an embedding that stands still from one epoch to the next stands still in the picture.
    """

    title: ClassVar[str]
    says: ClassVar[str]
    cannot: ClassVar[str]
    linear: ClassVar[bool]

    @classmethod
    def key(cls) -> str:
        """The name it is asked for by, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def fits(cls, dim: int) -> str | None:
        """``None``, or the sentence on why this does not apply to ``dim``-dimensional embeddings."""
        return None

    def settled(self, normalises: bool) -> Self:
        """The projection with what it leaves open decided for a loss that looks at directions only, or not."""
        return self

    def fit_sequence(self, epochs: Sequence[Floats]) -> Fitted:
        """Fit one picture to the same N points at every epoch, E arrays (N, d).

        Raises :class:`ProjectionError` where the embeddings are missing, of unequal shapes or not finite, or where
        :meth:`fits` says no.
        """
        if not epochs or epochs[0].ndim != 2 or not epochs[0].size:
            raise ProjectionError("there are no embeddings to project")
        shape = epochs[0].shape
        for index, epoch in enumerate(epochs):
            if epoch.shape != shape:
                raise ProjectionError(
                    f"every epoch must hold the same points, {shape}, but number {index} has {epoch.shape}"
                )
            if not np.isfinite(epoch).all():
                raise ProjectionError(
                    f"the embeddings of epoch number {index} are not finite: the training diverged, there is nothing "
                    "to draw"
                )
        if (reason := self.fits(shape[1])) is not None:
            raise ProjectionError(reason)
        return self._fit(epochs)

    @abstractmethod
    def _fit(self, epochs: Sequence[Floats]) -> Fitted:
        """:meth:`fit_sequence` of embeddings that were found to be usable."""
