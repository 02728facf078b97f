"""Who attracts whom in t-SNE: each point's neighbourhood, of a width that gives it the wanted perplexity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._neighbours import Indices, Nearest
from lossviz.records import Floats

NEIGHBOURS = 3  # times the perplexity: beyond, the Gaussian has next to nothing left
HALVINGS = 64
CLOSE = 1e-4  # nats of entropy


@dataclass(frozen=True)
class Affinity:
    """p_ij of one epoch as sparse rows: ``partners[starts[i]:starts[i + 1]]`` and ``weights`` alike; they sum to 1.

    ``neighbours`` (N, k) are the points' own nearest, from which it was made.
    """

    starts: NDArray[np.int64]
    partners: Indices
    weights: Floats
    neighbours: Indices


def affinity(points: Floats, perplexity: float) -> Affinity:
    """p_ij = (p_j|i + p_i|j) / 2N of ``points`` (N, d), with p_j|i over the 3 x perplexity nearest of i."""
    from scipy.sparse import csr_array  # noqa: PLC0415  a third of a second that only t-SNE needs

    count = len(points)
    k = min(count - 1, round(NEIGHBOURS * perplexity))
    neighbours, squared = Nearest(points).of_each(k)
    given = gaussian(squared, perplexity)
    starts = np.arange(0, count * k + 1, k)
    one_sided = csr_array((given.ravel(), neighbours.ravel(), starts), shape=(count, count))
    both = (one_sided + one_sided.T.tocsr()).tocsr()
    weights = (both.data / (2 * count)).astype(np.float32)
    return Affinity(both.indptr.astype(np.int64), both.indices.astype(np.int32), weights, neighbours)


def gaussian(squared: Floats, perplexity: float) -> Floats:
    """p_j|i (N, k) from squared distances (N, k), each row's width found by bisection; rows sum to 1."""
    gaps = squared.astype(np.float64) - squared[:, :1]
    wanted = np.log(min(perplexity, squared.shape[1]))
    precision = 1 / np.maximum(gaps.mean(axis=1), 1e-30)
    low, high = np.zeros(len(gaps)), np.full(len(gaps), np.inf)
    given = np.empty_like(gaps)
    rows = np.arange(len(gaps))
    for _ in range(HALVINGS):
        exponents = gaps[rows] * precision[rows, None]
        weights = np.exp(-exponents)
        total = weights.sum(axis=1)
        given[rows] = weights / total[:, None]
        entropy = np.log(total) + np.einsum("nk,nk->n", exponents, weights) / total
        wide = entropy > wanted
        low[rows[wide]], high[rows[~wide]] = precision[rows[wide]], precision[rows[~wide]]
        rows = rows[np.abs(entropy - wanted) > CLOSE]
        if not len(rows):
            break
        unbounded = np.isinf(high[rows])
        precision[rows] = np.where(unbounded, 2 * low[rows], (low[rows] + np.where(unbounded, 0, high[rows])) / 2)
    return given.astype(np.float32)


def overlap(before: Indices, after: Indices, k: int = 15) -> Floats:
    """Of each point's ``k`` nearest neighbours, the share (N,) that two epochs have in common."""
    common = before[:, :k, None] == after[:, None, :k]
    shared: Floats = common.any(axis=2).mean(axis=1, dtype=np.float32)
    return shared
