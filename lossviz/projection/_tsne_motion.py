"""The points of one epoch on their way to a t-SNE picture."""

from collections.abc import Callable

import numpy as np

from lossviz.projection._tsne_affinity import Affinity
from lossviz.projection._tsne_field import THETA, attraction, freedom, repulsion
from lossviz.projection._tsne_tree import in_order
from lossviz.records import Floats

STRONG = 0.9  # of the attraction: by a third of the pairs, and what changes quickly
ROUGH = 0.5  # theta while attraction is exaggerated, and the picture only parts into groups
REFRESH = 5  # steps for which the tree and the weakest attraction stay the same
MOMENTUM = 0.8
HEAVY = 0.85  # momentum that brings a picture on its own farther in as many steps; more of it makes points swing
LONGEST = 5.0  # of a step, in each coordinate
TINY = 1e-4  # size of a picture at the start, in which everything is near everything


class Motion:
    """Points under the forces of :mod:`._tsne_field`: ``positions`` (N, 3), moved in place by :meth:`step`."""

    def __init__(self, affinity: Affinity, start: Floats, axes: int, theta: float = THETA) -> None:
        self.affinity = affinity
        self.positions = start.copy()
        self._axes, self._nu, self._theta = axes, freedom(axes), theta
        self._strong, self._weak = affinity.parted(STRONG)
        self._speed, self._gains = np.zeros_like(start), np.ones_like(start)
        self._faint: Floats | None = None
        self.momentum = MOMENTUM
        self._order, self._steps = np.arange(len(start), dtype=np.int32), 0

    def forces(self, exaggeration: float = 1.0) -> Floats:
        """The law of motion's dy/dt (N, 3), with the attraction made ``exaggeration`` times as strong."""
        pull = attraction(self.affinity, self.positions, self._nu)
        push, _ = repulsion(self.positions, self._order, self._theta, self._nu)
        return self._slope(np.float32(exaggeration) * pull, push)

    def _slope(self, pull: Floats, push: Floats) -> Floats:
        slope: Floats = np.float32(-2 * (self._nu + 1) / self._nu) * (pull - push)
        return slope

    def _felt(self, exaggeration: float) -> Floats:
        """:meth:`forces`, with what can wait computed anew at every ``REFRESH``-th step only, and roughly at first.

        While attraction is exaggerated, points run: then nothing can wait, but the repulsion need not be accurate.
        """
        running, begins = exaggeration > 1, self._steps % REFRESH == 0
        if begins:
            self._order = in_order(self.positions)
        if running:
            pull, self._faint = attraction(self.affinity, self.positions, self._nu), None
        else:
            if begins or self._faint is None:
                self._faint = attraction(self._weak, self.positions, self._nu)
            pull = attraction(self._strong, self.positions, self._nu) + self._faint
        theta = max(self._theta, ROUGH) if running else self._theta
        push, _ = repulsion(self.positions, self._order, theta, self._nu)
        self._steps += 1
        return self._slope(np.float32(exaggeration) * pull, push)

    def step(self, exaggeration: float = 1.0) -> None:
        """One step along the forces with momentum, each coordinate's reach adapted to whether it still turns round.

        Delta-bar-delta (Jacobs 1988) as in van der Maaten's t-SNE.
        """
        forces = self._felt(exaggeration)
        gains = self._gains
        onward = self._speed * forces > 0
        gains *= np.where(onward, np.float32(1), np.float32(0.8))
        gains += np.where(onward, np.float32(0.2), np.float32(0))
        np.maximum(gains, np.float32(0.01), out=gains)
        rate = np.float32(len(self.positions) / max(exaggeration, 1.0))
        self._speed *= np.float32(self.momentum)
        self._speed += rate * gains * forces
        np.clip(self._speed, -LONGEST, LONGEST, out=self._speed)
        self.positions += self._speed

    def run(self, steps: int, exaggeration: float = 1.0, told: Callable[[], None] | None = None) -> None:
        """``steps`` steps with the picture kept centred; ``told`` is called after each."""
        for _ in range(steps):
            self.step(exaggeration)
            self.positions -= self.positions.mean(axis=0)
            if told is not None:
                told()


def divergence(affinity: Affinity, positions: Floats, axes: int) -> float:
    """KL(P || Q) in nats of the picture ``positions`` (N, 3), with the q of :mod:`._tsne_field`, summed exactly."""
    nu = freedom(axes)
    _, total = repulsion(positions, in_order(positions), 0.0, nu)
    owners = np.repeat(np.arange(len(positions)), np.diff(affinity.starts))
    squared = ((positions[owners] - positions[affinity.partners]).astype(np.float64) ** 2).sum(axis=1)
    weights = affinity.weights.astype(np.float64)
    some = weights > 0
    logs = np.log(weights[some]) + (nu + 1) / 2 * np.log1p(squared[some] / nu) + np.log(total)
    return float((weights[some] * logs).sum())


def beginning(points: Floats, axes: int, seed: int) -> Floats:
    """Where a fit starts, (N, 3): the principal axes of ``points`` (N, d), tiny, with noise that parts the equal."""
    centred = points - points.mean(axis=0)
    _, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    leading = directions[:, ::-1][:, :axes]
    largest = np.abs(leading).argmax(axis=0)
    leading = leading * np.sign(leading[largest, np.arange(axes)])
    return shrunken((centred @ leading).astype(np.float32), seed)


def in_space(picture: Floats) -> Floats:
    """``picture`` (N, 2|3) in three coordinates."""
    return np.ascontiguousarray(np.pad(picture, ((0, 0), (0, 3 - picture.shape[1]))))


def shrunken(picture: Floats, seed: int) -> Floats:
    """``picture`` (N, 2|3) as the start of a fit, (N, 3): made tiny, with noise of a hundredth of its size."""
    count, axes = picture.shape
    start = np.zeros((count, 3), np.float32)
    noise = np.random.default_rng(seed).standard_normal((count, axes))
    size = max(float(picture[:, 0].std()), 1e-20)
    start[:, :axes] = (picture / size + noise / 100) * TINY
    return start
