"""Turning one run's picture onto another's, without bending or scaling it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.projection.base import ProjectionError
from lossviz.records import Floats


@dataclass(frozen=True)
class Rigid:
    """``points @ matrix`` turns (or mirrors) points about the origin; ``matrix`` (k, k) is orthogonal.

    ``residual`` is what is left between the two pictures after turning, each taken at its own size (divided by its
    root mean square length): the part of their root mean square that turning cannot bring together. 0: the same up to
    a turn and a size. 1: nothing in common.
    """

    matrix: NDArray[np.float64]
    residual: float


def align(moving: Floats, fixed: Floats) -> Rigid:
    """The turn of ``moving`` (N, k) about the origin that brings it nearest to ``fixed`` (N, k), row to row.

    Orthogonal Procrustes (Schönemann 1966): rotation or reflection, no scaling and no shift, so that angles and
    lengths stay those of the embedding.
    """
    if moving.shape != fixed.shape or moving.ndim != 2 or not len(moving):
        raise ProjectionError(f"only pictures of the same points can be aligned, got {moving.shape} and {fixed.shape}")
    a, b = moving.astype(np.float64), fixed.astype(np.float64)
    left, singular, right = np.linalg.svd(a.T @ b)
    matrix = left @ right
    lengths = float(np.sqrt((a**2).sum() * (b**2).sum()))
    shared = float(singular.sum()) / lengths if lengths > 0 else 1.0
    return Rigid(matrix, math.sqrt(max(1 - shared, 0.0)))
