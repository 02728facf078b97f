"""One UMAP picture for many epochs: the library's graphs and its optimiser, in the order of :mod:`._tsne_time`.

The last epoch is the library's usual fit, or begun at another run's picture. Then back in time, each epoch from the
one after it, and last all epochs together: a few rounds of the optimiser for each, then springs between a point's
places in consecutive epochs. The library's fit from a given start would first stretch every axis of it to the same
length, and so lose it: hence its optimiser is called by itself.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from umap import UMAP
from umap.layouts import optimize_layout_euclidean

from lossviz.projection._neighbours import Nearest
from lossviz.projection._rigid import align
from lossviz.projection._tsne_affinity import overlap
from lossviz.projection._tsne_time import LOOSENING, Springs
from lossviz.projection.base import Progress, Watch
from lossviz.records import Floats

CHAINED, CHAINED_RATE = 60, 0.5  # rounds for an epoch that starts from its neighbour, and how far they go
BESIDE = 200  # rounds for the last epoch where it starts from another run's picture
POLISHINGS, POLISHED, POLISHED_RATE = 6, 20, 0.2  # turns of all epochs together, and the rounds of each
REPELLED = 5.0  # points pushed away for one that is pulled near, the library's default
ALIKE = 15  # neighbours by which two epochs are compared


@dataclass(frozen=True)
class Settings:
    """The knobs, and ``axes`` 2 or 3."""

    neighbours: int
    min_dist: float
    axes: int
    stiffness: float
    seed: int


@dataclass(frozen=True)
class Graph:
    """Who pulls whom, how hard (at most 1), and the curve a, b of the pull."""

    heads: NDArray[np.int32]
    tails: NDArray[np.int32]
    weights: Floats
    curve: tuple[float, float]

    @classmethod
    def of(cls, fit: UMAP) -> "Graph":
        """The graph of a fit."""
        entries = fit.graph_.tocoo()
        return cls(entries.row, entries.col, entries.data, (float(fit._a), float(fit._b)))

    def improve(self, picture: Floats, rounds: int, rate: float, seed: int) -> Floats:
        """``picture`` (N, k) after ``rounds`` of the library's optimiser, centred; a seed draws the same lots."""
        often = self.weights >= self.weights.max() / rounds  # the others' turn would not come
        moved = picture.copy()
        optimize_layout_euclidean(
            moved,
            moved,
            self.heads[often],
            self.tails[often],
            rounds,
            len(picture),
            self.weights.max() / self.weights[often].astype(np.float64),
            *self.curve,
            np.random.default_rng(seed).integers(-(2**31) + 1, 2**31 - 1, 3),
            initial_alpha=rate,
            negative_sample_rate=REPELLED,
            move_other=True,
        )
        centred: Floats = moved - moved.mean(axis=0)
        return centred


def draw(epochs: Sequence[Floats], start: Floats | None, settings: Settings, watch: Watch) -> Floats:
    """Pictures (E, N, axes) of ``epochs`` (N, d), the last of them begun at ``start`` (N, axes) where given."""
    count = len(epochs)
    work, spent = 3 + 2 * (count - 1) + (POLISHINGS if count > 1 else 0), 0
    pictures = np.empty((count, len(epochs[0]), settings.axes), np.float32)
    graphs: list[Graph] = []
    for index in range(count - 1, -1, -1):
        watch(Progress(spent / work, f"drawing epoch number {index + 1}"))
        last = index == count - 1
        fit = _fit(epochs[index], settings, graph_only=not last or start is not None)
        graphs.insert(0, Graph.of(fit))
        if last and start is not None:
            pictures[index] = graphs[0].improve(start, BESIDE, 1.0, settings.seed)
        elif last:
            pictures[index] = fit.embedding_ - fit.embedding_.mean(axis=0)
        else:
            after = pictures[index + 1]
            picture = graphs[0].improve(after, CHAINED, CHAINED_RATE, settings.seed)
            pictures[index] = picture @ align(picture, after).matrix
        spent += 3 if last else 2
        watch(Progress(spent / work, f"epoch number {index + 1} can be seen", index, pictures[index].copy()))
    if count > 1:
        near = [Nearest(epoch).of_each(min(ALIKE, len(epoch) - 1))[0] for epoch in epochs]
        kept = np.stack([overlap(before, after, ALIKE) for before, after in pairwise(near)])
        springs = Springs(np.float32(settings.stiffness) * kept**LOOSENING)
        for turn in range(POLISHINGS):
            watch(Progress((spent + turn) / work, "all epochs together"))
            for index, graph in enumerate(graphs):
                pictures[index] = graph.improve(pictures[index], POLISHED, POLISHED_RATE, settings.seed + 1 + turn)
            springs.pull(pictures)
    watch(Progress(1.0, "drawn"))
    return pictures


def _fit(epoch: Floats, settings: Settings, graph_only: bool) -> UMAP:
    fit = UMAP(
        n_components=settings.axes,
        n_neighbors=settings.neighbours,
        min_dist=settings.min_dist,
        random_state=settings.seed,
        transform_mode="graph" if graph_only else "embedding",
        n_jobs=1,
    )
    with warnings.catch_warnings():  # of a graph in several parts, which classes that are learnt make
        warnings.simplefilter("ignore", UserWarning)
        return fit.fit(epoch)
