"""New points in a t-SNE picture that stays as it is."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._nonlinear import NEAR, Drawn
from lossviz.projection._tsne_affinity import NEIGHBOURS, affinity, gaussian
from lossviz.projection._tsne_field import THETA, field_at, freedom
from lossviz.projection._tsne_motion import divergence, in_space
from lossviz.projection._tsne_tree import Tree, in_order
from lossviz.records import Floats

STEPS = 60
REACH, MOMENTUM = 0.5, 0.7
WIDER = 1.5  # times the picture's perplexity: a point that nobody of the picture knows looks a little farther round
BEGUN = 5  # nearest neighbours at whose median a descent begins


@dataclass(frozen=True)
class Diverging(Drawn):
    """A t-SNE picture whosesoever, by its ``perplexity``."""

    perplexity: float

    def divergence(self, epoch: int) -> float:
        """KL(P || Q) in nats of the epoch at index ``epoch``, of the law that is drawn (``_tsne_field``)."""
        axes = self.positions.shape[2]
        return divergence(affinity(self.epochs[epoch], self.perplexity), in_space(self.positions[epoch]), axes)


@dataclass(frozen=True)
class TsnePicture(Diverging):
    """Our t-SNE's picture; every new point descends its own KL(p_i || q_i) in the fixed field of the others."""

    @property
    def _consulted(self) -> int:
        return max(NEAR, round(NEIGHBOURS * WIDER * self.perplexity))

    def _among(self, epoch: int, neighbours: NDArray[np.int32], squared: Floats) -> Floats:
        """The better of two descents: from the median of the nearest, and from the nearest one's place."""
        picture = in_space(self.positions[epoch])
        given = gaussian(squared, WIDER * self.perplexity)
        median = np.median(picture[neighbours[:, :BEGUN]], axis=1).astype(np.float32)
        starts = np.concatenate([median, picture[neighbours[:, 0]]])
        both = np.concatenate([given, given]), np.concatenate([neighbours, neighbours])
        places, costs = _descend(*both, picture, starts, self._field(epoch))
        count = len(neighbours)
        better = costs[count:] < costs[:count] - 1e-3  # the median's in doubt: it is the steadier
        chosen = np.where(better[:, None], places[count:], places[:count])
        return np.ascontiguousarray(chosen[:, : self.positions.shape[2]])

    def _field(self, epoch: int) -> tuple[Tree, int]:
        """The picture as a tree, and its degrees of freedom."""
        if epoch not in self._fields:
            picture, nu = in_space(self.positions[epoch]), freedom(self.positions.shape[2])
            self._fields[epoch] = Tree.over(picture, in_order(picture), nu), nu
        return self._fields[epoch]

    @cached_property
    def _fields(self) -> dict[int, tuple[Tree, int]]:
        return {}


def _descend(
    given: Floats, neighbours: NDArray[np.int32], picture: Floats, places: Floats, field: tuple[Tree, int]
) -> tuple[Floats, Floats]:
    """``places`` (M, 3) moved down their KL, and what of it is left (M,), but for the entropy of ``given`` (M, n)."""
    around = picture[neighbours]
    tree, nu = field
    power = (nu + 1) / 2
    speed = np.zeros_like(places)
    for step in range(STEPS + 1):
        offsets = places[:, None] - around
        u = 1 + np.einsum("mnk,mnk->mn", offsets, offsets) / np.float32(nu)
        push, total = field_at(places, tree, THETA, nu)
        if step == STEPS:
            break
        pulls = given * u ** np.float32(-power)
        pull = np.einsum("mn,mnk->mk", pulls, offsets)
        curvature = pulls.sum(axis=1, keepdims=True) + np.float32(1e-9)  # of the attraction: it bounds the step
        speed = np.float32(MOMENTUM) * speed - np.float32(REACH) * (pull - push) / curvature
        places = places + speed
    costs: Floats = power * np.einsum("mn,mn->m", given, np.log(u)) + np.log(total)
    return places, costs
