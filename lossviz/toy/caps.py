"""Which part of the sphere each class is sure of, for any loss with a target logit."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

GOLDEN = np.pi * (3 - 5**0.5)


@dataclass(frozen=True)
class Caps:
    """``points`` (N, 3) of the unit sphere that belong to a class, its number ``owner`` (N,), and the ``share`` of the
    sphere that belongs to any."""

    points: NDArray[np.float64]
    owner: NDArray[np.int64]
    share: float


def lattice(count: int) -> NDArray[np.float64]:
    """``(count, 3)`` points spread evenly over the unit sphere, along a spiral."""
    turn = GOLDEN * np.arange(count)
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    radius = np.sqrt(1 - height**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), height], axis=1)


def caps(psi: Callable[[Tensor], Tensor], weights: NDArray[np.float64], count: int = 6000) -> Caps:
    """Points of a lattice at which the nearest class's target logit with its margin is at least every other's without.

    ``weights`` (C, 3) are unit vectors, ``psi`` the target logit of angles in radians. The browser does the same while
    a knob is dragged (``ui/lab/js/sphere_math.js``), held to this by a test.
    """
    points = lattice(count)
    cosine = np.clip(points @ weights.T, -1, 1)
    nearest = cosine.argmax(1)
    rows = np.arange(count)
    own = psi(torch.from_numpy(np.arccos(cosine[rows, nearest]))).numpy()
    others = cosine.copy()
    others[rows, nearest] = -np.inf
    sure = own >= others.max(1)
    return Caps(points[sure], nearest[sure], float(sure.mean()))
