"""Similarities in a run's own metric, nearest neighbours, and class centers, all in float64.

Similarity is minus the squared Euclidean distance, between unit vectors where the metric is the cosine: there it is
2·cos - 2, so that it ranks as the cosine does. Larger is nearer. A zero vector has no direction and is left as it
is: it stands at squared distance 1 from every unit vector.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics.base import Floats, Ints

Doubles = NDArray[np.float64]
Labelled = tuple[Doubles, Ints]

BLOCK_ROWS = 512
DECIMALS = 12  # of the largest possible distance: float32 embeddings resolve 7


def unit(vectors: Floats | Doubles) -> Doubles:
    """``vectors`` (n, d) scaled to length 1; zero vectors stay zero."""
    doubles = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(doubles, axis=1, keepdims=True)
    return np.divide(doubles, norms, out=np.zeros_like(doubles), where=norms > 0)


def in_metric(vectors: Floats | Doubles, metric: str) -> Doubles:
    """``vectors`` (n, d) as the metric sees them: unit vectors for the cosine, themselves otherwise."""
    return unit(vectors) if metric == "cosine" else np.asarray(vectors, dtype=np.float64)


def similarity_blocks(a: Floats | Doubles, b: Floats | Doubles, metric: str) -> Iterator[tuple[int, Doubles]]:
    """Similarities of ``a`` (n, d) to ``b`` (m, d): the first row of a block of rows, and the block (r, m).

    They are rounded so that equal embeddings tie exactly, whatever the order in which BLAS adds.
    """
    a, b = in_metric(a, metric), in_metric(b, metric)
    origin = b.mean(axis=0)  # distances do not change, and far-off clusters keep their digits
    a, b = a - origin, b - origin
    squares_a, squares_b = (a**2).sum(axis=1), (b**2).sum(axis=1)
    scale = squares_a.max() + squares_b.max() or 1.0
    for start in range(0, len(a), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        raw = 2 * (a[rows] @ b.T) - squares_a[rows, None] - squares_b
        yield start, np.minimum(np.round(raw / scale, DECIMALS) * scale, 0)


def paired_similarities(a: Floats, b: Floats, metric: str) -> Doubles:
    """The similarity of each row of ``a`` (n, d) to the same row of ``b`` (n, d)."""
    similarities: Doubles = -((in_metric(a, metric) - in_metric(b, metric)) ** 2).sum(axis=1)
    return similarities


def all_pairs(embeddings: Floats, labels: Ints, metric: str) -> tuple[Doubles, Doubles]:
    """Similarities of all N(N-1)/2 pairs: of the same class (genuine), and of different classes (impostors)."""
    genuine, impostor = [], []
    for start, block in similarity_blocks(embeddings, embeddings, metric):
        size = len(block)
        upper = np.triu(np.ones((size, len(labels) - start), dtype=bool), k=1)
        same = labels[start : start + size, None] == labels[start:]
        genuine.append(block[:, start:][upper & same])
        impostor.append(block[:, start:][upper & ~same])
    return np.concatenate(genuine), np.concatenate(impostor)


def nearest(query: Floats, gallery: Floats | Doubles, metric: str, k: int) -> tuple[Ints, Doubles]:
    """The ``k`` nearest of ``gallery`` to each ``query``, nearest first: rows (n, k) and similarities (n, k)."""
    found, similarities = [], []
    for _, block in similarity_blocks(query, gallery, metric):
        candidates = np.sort(np.argpartition(-block, k - 1, axis=1)[:, :k], axis=1)
        values = np.take_along_axis(block, candidates, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        found.append(np.take_along_axis(candidates, order, axis=1))
        similarities.append(np.take_along_axis(values, order, axis=1))
    return np.concatenate(found), np.concatenate(similarities)


def class_means(vectors: Doubles, labels: Ints) -> tuple[Ints, Doubles]:
    """The classes that occur (C,), sorted, and the mean of ``vectors`` (n, d) of each (C, d)."""
    order = np.argsort(labels, kind="stable")
    classes, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    return classes, np.add.reduceat(vectors[order], starts, axis=0) / counts[:, None]


def class_centroids(embeddings: Floats, labels: Ints, metric: str) -> Labelled:
    """The mean (C, d) of each class's embeddings as the metric sees them, and the classes (C,), sorted."""
    classes, means = class_means(in_metric(embeddings, metric), labels)
    return means, classes


def directed(vectors: Doubles, labels: Ints) -> Labelled:
    """Those of unit ``vectors`` (n, d), or of means of unit vectors, that have a direction; with their labels."""
    kept = np.linalg.norm(vectors, axis=1) > 1e-9
    return vectors[kept], labels[kept]


def smallest_angles(a: Labelled, b: Labelled, same_class: bool) -> Doubles:
    """(n,) degrees from each of ``a`` to the nearest of ``b`` of the same class, or of another; NaN without one."""
    largest = np.full(len(a[0]), -np.inf)
    if len(a[0]) and len(b[0]):
        for start, block in similarity_blocks(a[0], b[0], "cosine"):
            rows = slice(start, start + len(block))
            largest[rows] = np.where((a[1][rows, None] == b[1]) == same_class, block, -np.inf).max(axis=1)
    chords = np.sqrt(-np.where(np.isfinite(largest), largest, np.nan))
    angles: Doubles = np.degrees(2 * np.arcsin(np.minimum(chords / 2, 1)))
    return angles
