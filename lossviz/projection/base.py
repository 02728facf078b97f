"""What a projection is: one picture for all epochs of a run, and places in it for new points."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from lossviz.errors import LossvizError
from lossviz.knobs import Knobbed
from lossviz.records import Floats, Ints


class ProjectionError(LossvizError):
    """Embeddings cannot be projected as asked."""


@dataclass(frozen=True)
class Subject:
    """What a projection may know of a run besides its embeddings.

    ``normalises``: the loss looks at directions only. ``metric``: ``"cosine"`` or ``"euclidean"``, what the run's
    scores measure by. ``labels`` (N,) are the classes of the N points, ``class_names`` their names by label.
    """

    normalises: bool
    metric: str
    labels: Ints | None = None
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a fit has come: ``done`` from 0 to 1, and what it is ``doing`` in a few words.

    ``positions`` (N, k), where given, is the picture of the epoch at index ``epoch``: to be looked at already, and
    refined by what follows.
    """

    done: float
    doing: str
    epoch: int | None = None
    positions: Floats | None = None


Watch = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """The watch of a fit that nobody waits for."""


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

    def divergence(self, epoch: int) -> float | None:
        """KL(P || Q) in nats of the epoch at index ``epoch``, where that is what the method lowers; else ``None``."""
        return None

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

    ``place`` is where it stands in a menu, smaller first. ``says`` and ``cannot`` are plain words on what the picture
    can and cannot tell. ``linear``: straight lines stay straight, so that what moves in the picture moves in the
    embedding; it is also quick enough to be fitted at a click, where others take seconds to minutes. A subclass gives
    :meth:`_fit`, which must be coherent: an embedding that stands still from one epoch to the next stands still in the
    picture. ``version`` is raised when the same knobs begin to give another picture: kept ones are then drawn anew.
    """

    title: ClassVar[str]
    says: ClassVar[str]
    cannot: ClassVar[str]
    linear: ClassVar[bool]
    place: ClassVar[int] = 100
    version: ClassVar[int] = 1

    @classmethod
    def key(cls) -> str:
        """The name it is asked for by, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def fits(cls, dim: int) -> str | None:
        """``None``, or the sentence on why this does not apply to ``dim``-dimensional embeddings."""
        return None

    def settled(self, subject: Subject) -> Self:
        """The projection with what it leaves open decided for a run, keeping what it needs to know of it."""
        return self

    def fit_sequence(self, epochs: Sequence[Floats], watch: Watch = unwatched) -> Fitted:
        """Fit one picture to the same N points at every epoch, E arrays (N, d).

        ``watch`` hears of the progress, with pictures of single epochs as they come, the last epoch first. What it
        raises ends the fit and reaches the caller.
        Raises :class:`ProjectionError` where the embeddings are missing, of unequal shapes or not finite, or where
        :meth:`fits` says no.
        """
        self._check(epochs)
        return self._fit(epochs, watch)

    def restored(self, epochs: Sequence[Floats], positions: Floats, note: str) -> Fitted:
        """What :meth:`fit_sequence` gave for ``epochs``, from its kept ``positions`` and ``note``, without the work.

        A method that is fitted in no time is simply fitted again.
        """
        return self.fit_sequence(epochs)

    def _check(self, epochs: Sequence[Floats]) -> None:
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

    @abstractmethod
    def _fit(self, epochs: Sequence[Floats], watch: Watch) -> Fitted:
        """:meth:`fit_sequence` of embeddings that were found to be usable."""
