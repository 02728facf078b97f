"""Where one image lands: who is near, which class it is taken for, and how strange it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.analysis._distances import distance_unit, distances_to
from lossviz.errors import RunError
from lossviz.inference.nets import embed
from lossviz.inference.spaces import Space, space
from lossviz.metrics._similarity import Doubles, nearest
from lossviz.metrics.nearest import NEIGHBOURS
from lossviz.records import Floats, Ints
from lossviz.runs import Run

STRANGE = 0.99  # of the run's own probes that are nearer to the gallery, beyond which an image is unlike them


@dataclass(frozen=True)
class Near:
    """The nearest images, nearest first: ``rows`` (k,) of the gallery, ``images`` (k,) of the data set."""

    rows: Ints
    images: Ints
    labels: Ints
    distances: Doubles


@dataclass(frozen=True)
class Bars:
    """Distances (n,) to something there is one or more of for every class, with the classes' ``labels`` (n,)."""

    labels: Ints
    distances: Doubles


@dataclass(frozen=True)
class Landing:
    """One image in one epoch of a run. Distances are degrees where ``unit`` is ``"deg"``, else Euclidean.

    * ``prediction``: class of the nearest centroid, as in the score ``centroid_accuracy``; ``vote``: of the 5 nearest
      gallery images, as in ``knn_accuracy``.
    * ``confidence``: how often predictions that were as far ahead were right among the run's own probes.
    * ``strangeness``: the share of probes that are nearer to the gallery; ``strange`` above 0.99.
    * ``margin``: degrees to the predicted class's weight below which the margin is met, where there is one.
    """

    embedding: Floats
    unit: str
    near: Near
    prototypes: Bars | None
    centroids: Bars
    prediction: int
    vote: int
    confidence: float
    strangeness: float
    margin: float | None

    @property
    def strange(self) -> bool:
        """Whether hardly any image of the run's own is as far from the gallery."""
        return self.strangeness > STRANGE

    def to_class(self, label: int) -> float:
        """The distance to the centroid of class ``label``."""
        return float(self.centroids.distances[self.centroids.labels == label].min())


def land(run: Run, epoch: int, embedding: Floats, k: int = 10) -> Landing:
    """Where ``embedding`` (d,) lands among the gallery of ``run`` at ``epoch``, with its ``k`` nearest images."""
    here = space(run, epoch)
    _check(here, embedding, k)
    one, evidence, metric = embedding[None], here.evidence, here.metric
    depth = min(max(k, NEIGHBOURS), len(evidence.gallery))
    rows, similarities = (found[0] for found in nearest(one, evidence.gallery, metric, depth))
    predicted, gaps = here.predicted(one)
    shown = rows[:k]
    distances = distances_to(embedding, evidence.gallery[shown], metric)
    near = Near(shown, here.gallery_images[shown], evidence.gallery_labels[shown], distances)
    prototypes, labels = evidence.prototypes, evidence.prototype_labels
    centres, classes = here.centroids
    return Landing(
        embedding,
        distance_unit(metric),
        near,
        None if prototypes is None or labels is None else Bars(labels, distances_to(embedding, prototypes, metric)),
        Bars(classes, distances_to(embedding, centres, metric)),
        int(predicted[0]),
        _vote(evidence.gallery_labels[rows[:NEIGHBOURS]]),
        float(here.calibration.chance(gaps)[0]),
        float(1 - np.searchsorted(here.usual, similarities[0], side="right") / len(here.usual)),
        here.margin(int(predicted[0])),
    )


def nearest_probes(run: Run, epoch: int, embedding: Floats, k: int = 10) -> Near:
    """The ``k`` of the run's own test images, which pictures show, that are nearest to ``embedding`` (d,).

    ``rows`` are those of the probe.
    """
    here = space(run, epoch)
    _check(here, embedding, k)
    probe, samples = here.evidence.probe, run.samples["probe"]
    rows = nearest(embedding[None], probe, here.metric, min(k, len(probe)))[0][0]
    return Near(rows, samples.index[rows], samples.labels[rows], distances_to(embedding, probe[rows], here.metric))


def path(run: Run, pixels: NDArray[np.uint8]) -> Mapping[int, Floats]:
    """Embeddings (N, d) of prepared ``pixels`` (N, C, H, W) at every epoch whose weights were kept, by epoch.

    A run keeps those of its last epoch, or of all with ``--keep-weights all``.
    """
    return {epoch: embed(run, epoch, pixels) for epoch in run.weight_epochs()}


def last_epoch(run: Run) -> int:
    """The last epoch that an image can be embedded at; raises :class:`RunError` where there is none yet."""
    both = sorted(set(run.weight_epochs()) & set(run.epochs()))
    if not both and run.origin is not None:
        run.weights(run.epochs()[-1])  # says why an imported run has none
    if not both:
        raise RunError(
            f"run '{run.id}' has kept no weights yet, so no new image can be embedded: let it finish, or train with "
            "--keep-weights all"
        )
    return both[-1]


def _vote(labels: Ints) -> int:
    """The label most frequent among the nearest; of equally frequent ones that of the nearest."""
    votes = (labels[:, None] == labels[None, :]).sum(axis=1)
    return int(labels[votes.argmax()])


def _check(here: Space, embedding: Floats, k: int) -> None:
    dim = here.evidence.gallery.shape[1]
    if embedding.shape != (dim,) or not np.isfinite(embedding).all():
        raise RunError(f"an embedding of run '{here.run.id}' is {dim} finite numbers, got shape {embedding.shape}")
    if k < 1:
        raise RunError(f"the number of neighbours must be at least 1, got {k}")
