"""The points of one epoch on their way to a t-SNE picture."""

from collections.abc import Callable

import numpy as np

from lossviz.projection._tsne_affinity import Affinity
from lossviz.projection._tsne_field import THETA, attraction, blocks_for, freedom, in_blocks, repulsion
from lossviz.records import Floats

REFRESH = 5  # steps for which the blocks stay the same
MOMENTUM = 0.8
LONGEST = 5.0  # of a step, in each coordinate
TINY = 1e-4  # size of a picture at the start, in which everything is near everything


class Motion:
    """Points under the forces of :mod:`._tsne_field`: ``positions`` (N, 3), moved in place by :meth:`step`."""

    def __init__(self, affinity: Affinity, start: Floats, axes: int, theta: float = THETA) -> None:
        self.affinity = affinity
        self.positions = start.copy()
        self._axes, self._nu, self._theta = axes, freedom(axes), theta
        self._speed, self._gains = np.zeros_like(start), np.ones_like(start)
        self._order, self._steps = np.arange(len(start)), 0

    def forces(self, exaggeration: float = 1.0) -> Floats:
        """The law of motion's dy/dt (N, 3), with the attraction made ``exaggeration`` times as strong."""
        pull = attraction(self.affinity, self.positions, self._nu)
        push, _ = repulsion(self.positions, self._order, self._theta, self._nu)
        slope: Floats = np.float32(-2 * (self._nu + 1) / self._nu) * (np.float32(exaggeration) * pull - push)
        return slope

    def step(self, exaggeration: float = 1.0) -> None:
        """One step along the forces with momentum, each coordinate's reach adapted to whether it still turns round.

        Delta-bar-delta (Jacobs 1988) as in van der Maaten's t-SNE.
        """
        if self._steps % REFRESH == 0:
            self._order = in_blocks(self.positions, blocks_for(len(self.positions)))
        self._steps += 1
        forces = self.forces(exaggeration)
        gains = self._gains
        onward = self._speed * forces > 0
        gains *= np.where(onward, np.float32(1), np.float32(0.8))
        gains += np.where(onward, np.float32(0.2), np.float32(0))
        np.maximum(gains, np.float32(0.01), out=gains)
        rate = np.float32(len(self.positions) / max(exaggeration, 1.0))
        self._speed *= np.float32(MOMENTUM)
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
    _, total = repulsion(positions, in_blocks(positions, blocks_for(len(positions))), 0.0, nu)
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


def shrunken(picture: Floats, seed: int) -> Floats:
    """``picture`` (N, 2|3) as the start of a fit, (N, 3): made tiny, with noise of a hundredth of its size."""
    count, axes = picture.shape
    start = np.zeros((count, 3), np.float32)
    noise = np.random.default_rng(seed).standard_normal((count, axes))
    size = max(float(picture[:, 0].std()), 1e-20)
    start[:, :axes] = (picture / size + noise / 100) * TINY
    return start
