"""What t-SNE and UMAP have in common: a picture drawn from neighbourhoods, known at its own points only."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from lossviz.knobs import knob
from lossviz.projection._linear import unit
from lossviz.projection.base import Fitted, Placement, Projection, ProjectionError, Subject, Watch
from lossviz.records import Floats

if TYPE_CHECKING:
    from lossviz.projection._neighbours import Nearest

NEAR = 10  # neighbours that say where a new point belongs
STIFFNESS = "How firmly a point is tied to its place in the next epoch, as long as its neighbours stay the same."
FEWEST = 7  # points of which there can be a picture of neighbourhoods


@dataclass(frozen=True)
class Drawn(Fitted):
    """A picture, with the embeddings ``epochs`` (E of (N, d)) that it was drawn from: a new point is placed among its
    neighbours. ``cosine``: they are scaled to length 1, and so is what is placed."""

    epochs: Sequence[Floats]
    cosine: bool

    @property
    def dim(self) -> int:
        return self.epochs[0].shape[1]

    def _place(self, new: Floats, epoch: int) -> Placement:
        """The spread is the median distance in the picture from the place to the 10 nearest in the embedding."""
        seen = unit(new) if self.cosine else new.astype(np.float32)
        embeddings, picture = self.epochs[epoch], self.positions[epoch]
        neighbours, squared = self._index(epoch).of(seen, min(self._consulted, len(picture)))
        places = self._among(epoch, neighbours, squared)
        apart = np.linalg.norm(picture[neighbours[:, :NEAR]] - places[:, None], axis=2)
        spread = np.median(apart, axis=1)
        known = (embeddings[neighbours[:, 0]] == seen).all(axis=1)
        places[known], spread[known] = picture[neighbours[known, 0]], 0
        return Placement(places, spread.astype(np.float32))

    @property
    def _consulted(self) -> int:
        """How many neighbours :meth:`_among` wants."""
        return NEAR

    def _among(self, epoch: int, neighbours: NDArray[np.int32], squared: Floats) -> Floats:
        """Places (M, k) of points with these nearest ``neighbours`` (M, n) at ``squared`` distances: their median."""
        return np.median(self.positions[epoch][neighbours], axis=1).astype(np.float32)

    def _index(self, epoch: int) -> "Nearest":
        from lossviz.projection._neighbours import Nearest  # noqa: PLC0415  compiled: only where points are placed

        if epoch not in self._indices:
            self._indices[epoch] = Nearest(self.epochs[epoch])
        return self._indices[epoch]

    @cached_property
    def _indices(self) -> "dict[int, Nearest]":
        return {}


@dataclass(frozen=True)
class Nonlinear(Projection):
    """Knobs and checks of the methods that draw neighbourhoods. A subclass gives :meth:`_draw` and :meth:`_note`."""

    linear: ClassVar[bool] = False

    components: int = knob(3, 2, 3, step=1, help="Axes of the picture; a 2-D embedding has no more than 2.")
    metric: str | None = knob(
        None,
        choices=("cosine", "euclidean"),
        kind=str,
        help="What makes neighbours: cosine looks at directions only; auto takes what the run's scores measure by.",
    )
    seed: int = knob(0, 0, 2**31 - 1, step=1, help="Chance; another seed shows what of the picture is chance.")

    @classmethod
    def fits(cls, dim: int) -> str | None:
        return None if dim >= 2 else f"the embedding has {dim} dimension, and a picture needs at least 2"

    def settled(self, subject: Subject) -> Self:
        return replace(self, metric=subject.metric) if self.metric is None else self

    def restored(self, epochs: Sequence[Floats], positions: Floats, note: str) -> Fitted:
        return self._drawn(self._seen(epochs), positions, note)

    def fit_beside(self, epochs: Sequence[Floats], start: Floats, watch: Watch) -> Fitted:
        """:meth:`fit_sequence` with the last epoch begun at ``start`` (N, k), the picture of another run."""
        self._check(epochs)
        return self._fit_from(epochs, start, watch)

    def _fit(self, epochs: Sequence[Floats], watch: Watch) -> Fitted:
        return self._fit_from(epochs, None, watch)

    def _fit_from(self, epochs: Sequence[Floats], start: Floats | None, watch: Watch) -> Fitted:
        self._check_points(epochs)
        seen = self._seen(epochs)
        for index, epoch in enumerate(seen):
            if (epoch == epoch[0]).all():
                raise ProjectionError(
                    f"all embeddings of epoch number {index} are the same: nobody has neighbours to draw"
                )
        axes = min(self.components, seen[0].shape[1])
        positions = self._draw(seen, axes, start, watch)
        return self._drawn(seen, positions, f"{self._note()}, by {self.metric or 'euclidean'} distance")

    def _seen(self, epochs: Sequence[Floats]) -> list[Floats]:
        """The embeddings of which Euclidean distances are to be taken: unit vectors for the cosine."""
        return [unit(epoch) if self.metric == "cosine" else epoch.astype(np.float32) for epoch in epochs]

    def _check_points(self, epochs: Sequence[Floats]) -> None:
        count = len(epochs[0])
        if count < FEWEST:
            there = "is" if count == 1 else "are"
            raise ProjectionError(f"a picture of neighbours needs at least {FEWEST} points, there {there} {count}")

    def _drawn(self, seen: Sequence[Floats], positions: Floats, note: str) -> Drawn:
        return Drawn(positions, note, False, seen, self.metric == "cosine")

    @abstractmethod
    def _draw(self, epochs: Sequence[Floats], axes: int, start: Floats | None, watch: Watch) -> Floats:
        """Pictures (E, N, axes) of what :meth:`_seen` gave, the last epoch begun at ``start`` (N, axes) if given."""

    @abstractmethod
    def _note(self) -> str:
        """The settings that must be said beside the picture."""
