"""Small labelled clouds of points on a ring or a ball, to lay losses on."""

from dataclasses import dataclass

import numpy as np

from lossviz.knobs import Knobbed, knob
from lossviz.records import Floats, Ints

GOLDEN = np.pi * (3 - np.sqrt(5))
FEWEST = 4  # points of the rarest class


@dataclass(frozen=True)
class CloudKnobs(Knobbed):
    """How many points of how many classes, how much they overlap, and how unequal the classes are."""

    classes: int = knob(5, 3, 12, step=1, help="Number of classes.")
    overlap: float = knob(
        0.4,
        0.0,
        1.5,
        step=0.05,
        help="Standard deviation of a class over half the distance to its neighbour: from about 0.5 on they mix.",
    )
    imbalance: float = knob(1.0, 1.0, 10.0, step=0.5, help="Points of the largest class for one of the smallest.")
    seed: int = knob(0, 0, 9999, step=1, help="Decides where the points lie, and what chance decides in a training.")


@dataclass(frozen=True)
class Cloud:
    """``points`` (N, dim) float32 and ``labels`` (N,), classes after one another."""

    points: Floats
    labels: Ints


def make_cloud(knobs: CloudKnobs, dim: int, points: int) -> Cloud:
    """About ``points`` points around class centers that are evenly spread over the unit circle or sphere.

    Which class lies where is decided by the seed, so that neighbours in number are not neighbours in the plane.
    """
    chance = np.random.default_rng(knobs.seed)
    centers = chance.permutation(spread_directions(knobs.classes, dim))
    gaps = np.linalg.norm(centers[:, None] - centers, axis=2) + 4 * np.eye(knobs.classes)
    deviation = knobs.overlap * gaps.min() / 2
    labels = np.repeat(np.arange(knobs.classes), class_sizes(knobs, points))
    placed = centers[labels] + deviation * chance.normal(size=(len(labels), dim))
    return Cloud(placed.astype(np.float32), labels)


def class_sizes(knobs: CloudKnobs, points: int) -> Ints:
    """``(C,)`` sizes in a geometric series, ``imbalance`` from end to end; about ``points`` in all, at least 4 each."""
    shares = knobs.imbalance ** -np.linspace(0, 1, knobs.classes)
    return np.maximum(np.rint(points * shares / shares.sum()), FEWEST).astype(np.int64)


def spread_directions(count: int, dim: int) -> Floats:
    """``(count, dim)`` unit vectors, equally spaced on the circle or nearly so on the sphere (Fibonacci's spiral)."""
    if dim == 2:
        angles = 2 * np.pi * np.arange(count) / count
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    height = 1 - (2 * np.arange(count) + 1) / count
    turn, radius = GOLDEN * np.arange(count), np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), height], axis=1).astype(np.float32)
