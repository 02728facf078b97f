"""Who attracts whom in t-SNE: each point's neighbourhood, of a width that gives it the wanted perplexity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.projection._neighbours import Indices, Nearest
from lossviz.records import Floats

NEIGHBOURS = 3  # times the perplexity: beyond, the Gaussian has next to nothing left
ROUNDS = 64
CLOSE = 1e-4  # nats of entropy
BOLDEST = 2.0  # change of a precision's logarithm in one round
LARGEST = 80.0  # logarithm of a precision that float32 still holds


@dataclass(frozen=True)
class Affinity:
    """p_ij of one epoch as sparse rows: ``partners[starts[i]:starts[i + 1]]`` and ``weights`` alike; they sum to 1.

    ``neighbours`` (N, k) are the points' own nearest, from which it was made.
    """

    starts: NDArray[np.int64]
    partners: Indices
    weights: Floats
    neighbours: Indices

    def parted(self, share: float) -> tuple["Affinity", "Affinity"]:
        """The largest of the weights, which hold ``share`` of the whole, and the rest."""
        ordered = np.sort(self.weights)[::-1]
        least = ordered[min(np.searchsorted(np.cumsum(ordered), share * ordered.sum()), len(ordered) - 1)]
        large = self.weights >= least
        return self._those(large), self._those(~large)

    def _those(self, which: NDArray[np.bool_]) -> "Affinity":
        starts = np.concatenate([[0], np.cumsum(which)])[self.starts]
        return Affinity(starts, self.partners[which], self.weights[which], self.neighbours)


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
    """p_j|i (N, k) from squared distances (N, k), each row's width found by Newton's method; rows sum to 1.

    With weights exp(-b g) of gaps g, the entropy falls by b^2 var(g) for each unit of log b. Where a step leaves what
    is known to hold the answer, its middle is taken instead.
    """
    gaps = squared - squared[:, :1]
    wanted = np.log(min(perplexity, squared.shape[1]))
    logs = -np.log(np.maximum(gaps.mean(axis=1, dtype=np.float64), 1e-30))
    low, high = logs - ROUNDS, logs + ROUNDS
    given = np.empty_like(gaps)
    rows = np.arange(len(gaps))
    for _ in range(ROUNDS):
        exponents = gaps[rows] * np.exp(np.minimum(logs[rows, None], LARGEST)).astype(np.float32)
        weights = np.exp(-exponents)
        total = weights.sum(axis=1, keepdims=True)
        weights /= total
        given[rows] = weights
        mean = np.einsum("nk,nk->n", exponents, weights)
        falls = np.einsum("nk,nk,nk->n", exponents, exponents, weights) - mean**2
        excess = np.log(total[:, 0]) + mean - wanted
        wide = excess > 0
        low[rows[wide]], high[rows[~wide]] = logs[rows[wide]], logs[rows[~wide]]
        step = np.clip(excess / np.maximum(falls, 1e-9), -BOLDEST, BOLDEST)
        open_still = np.abs(excess) > CLOSE
        rows, step = rows[open_still], step[open_still]
        if not len(rows):
            break
        next_logs = logs[rows] + step
        outside = (next_logs <= low[rows]) | (next_logs >= high[rows])
        logs[rows] = np.where(outside, (low[rows] + high[rows]) / 2, next_logs)
    return given


def overlap(before: Indices, after: Indices, k: int = 15) -> Floats:
    """Of each point's ``k`` nearest neighbours, the share (N,) that two epochs have in common."""
    common = before[:, :k, None] == after[:, None, :k]
    shared: Floats = common.any(axis=2).mean(axis=1, dtype=np.float32)
    return shared
