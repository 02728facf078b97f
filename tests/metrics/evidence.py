"""Embeddings whose scores are known in advance."""

import numpy as np

from lossviz.metrics.base import Evidence


def simplex(classes, dim):
    """The ``classes`` unit vectors (C, d) that are all as far apart as can be: a simplex ETF, d >= C."""
    corners = np.eye(classes, dim)
    centered = corners - corners.mean(axis=0)
    return centered / np.linalg.norm(centered, axis=1, keepdims=True)


def around(centers, labels, spread, seed):
    """float32 points (n, d) around the centers of ``labels`` (n,)."""
    noise = np.random.default_rng(seed).normal(size=(len(labels), centers.shape[1]))
    return (centers[labels] + spread * noise).astype(np.float32)


def closed_set(spread, classes=5, per_class=40, dim=8, metric="cosine", **more):
    """Probe and gallery around the corners of a simplex, and those corners as prototypes."""
    labels = np.arange(classes).repeat(per_class)
    centers = simplex(classes, dim)
    fields = {
        "metric": metric,
        "probe": around(centers, labels, spread, 1),
        "probe_labels": labels,
        "gallery": around(centers, labels, spread, 2),
        "gallery_labels": labels,
        "head": labels,
        "prototypes": centers.astype(np.float32),
        "prototype_labels": np.arange(classes),
    }
    return Evidence(**(fields | more))


def meaningless(classes=5, per_class=100, dim=8, **more):
    """The same labels on embeddings that know nothing of them."""
    shape = (classes * per_class, dim)
    draw = np.random.default_rng(3).normal
    fields = {"probe": draw(size=shape).astype(np.float32), "gallery": draw(size=shape).astype(np.float32)}
    return closed_set(0.0, classes, per_class, dim, **(fields | more))


def open_set(unseen_at_known_places, unseen=300, classes=4, dim=8, spread=0.05):
    """Known classes at simplex corners; unseen ones at the same places, or opposite to all of them."""
    centers = simplex(classes, dim)
    labels = np.arange(classes).repeat(50)
    hidden = np.arange(unseen) % classes
    elsewhere = np.eye(dim)[classes : 2 * classes]
    return Evidence(
        "cosine",
        probe=around(centers if unseen_at_known_places else elsewhere, hidden, spread, 4),
        probe_labels=hidden + 100,
        gallery=around(centers if unseen_at_known_places else elsewhere, hidden, spread, 5),
        gallery_labels=hidden + 100,
        known=around(centers, labels, spread, 6),
        known_labels=labels,
        known_gallery=around(centers, labels, spread, 7),
        known_gallery_labels=labels,
        prototypes=centers.astype(np.float32),
        prototype_labels=np.arange(classes),
    )
