"""One epoch of a run as a place to search in: its gallery, its classes, and what is usual there."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from lossviz import metrics
from lossviz.errors import RunError
from lossviz.metrics._similarity import Doubles, class_centroids, in_metric, nearest, similarity_blocks
from lossviz.metrics.base import Evidence
from lossviz.records import Floats, Ints
from lossviz.runs import Run

T = TypeVar("T")


@dataclass(frozen=True)
class Calibration:
    """How often a prediction is right, by how far it is ahead.

    ``gaps`` (n,) ascending are by how much the nearest centroid is more similar than the second nearest, ``chances``
    (n,) never fall. Isotonic regression over the run's own probes (Zadrozny and Elkan 2002), which were not trained on;
    each step counts one right and one wrong more than there were, so that nothing is certain.
    """

    gaps: Doubles
    chances: Doubles

    @classmethod
    def of(cls, gaps: Doubles, right: NDArray[np.bool_]) -> "Calibration":
        """From the gaps (N,) of predictions and whether they were right; N >= 1."""
        order = np.argsort(gaps, kind="stable")
        fit = isotonic_regression(right[order].astype(np.float64))
        counts = np.diff(fit.blocks)
        chances = np.repeat((fit.x[fit.blocks[:-1]] * counts + 1) / (counts + 2), counts)
        return cls(gaps[order], np.maximum.accumulate(chances))

    def chance(self, gaps: Doubles) -> Doubles:
        """In (0, 1), for gaps of any shape; between the probes' gaps on the straight line."""
        found: Doubles = np.interp(gaps, self.gaps, self.chances)
        return found


@dataclass(frozen=True, eq=False)
class Space:
    """What ``run`` knows at ``epoch``: embeddings (n, d) in the run's own metric, their labels and rows of the set."""

    run: Run
    epoch: int
    evidence: Evidence
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, made at the first asking for ``key`` only."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    @property
    def metric(self) -> str:
        """``"cosine"`` or ``"euclidean"``."""
        return self.evidence.metric

    @property
    def gallery_images(self) -> Ints:
        """(G,) rows of the data set that the gallery's images are."""
        return self.run.samples["gallery"].index

    @cached_property
    def centroids(self) -> tuple[Floats, Ints]:
        """(C, d) the classes' means as the metric sees them, and their labels (C,), as scores have them."""
        means, labels = class_centroids(self.evidence.gallery, self.evidence.gallery_labels, self.metric)
        return means.astype(np.float32), labels

    @cached_property
    def usual(self) -> Doubles:
        """(N,) similarities of each probe to its nearest gallery image, ascending."""
        found = nearest(self.evidence.probe, self.evidence.gallery, self.metric, 1)[1]
        return np.sort(found[:, 0])

    @cached_property
    def calibration(self) -> Calibration:
        """How often predictions are right here."""
        predicted, gaps = self.predicted(self.evidence.probe)
        judged = np.isin(self.evidence.probe_labels, self.centroids[1])
        if not judged.any():
            raise RunError(f"run '{self.run.id}' has no probe of a class in its gallery: nothing can be calibrated")
        return Calibration.of(gaps[judged], (predicted == self.evidence.probe_labels)[judged])

    def predicted(self, embeddings: Floats) -> tuple[Ints, Doubles]:
        """The class (N,) of the nearest centroid to each of (N, d), and by how much it is ahead of the second."""
        means, labels = class_centroids(self.evidence.gallery, self.evidence.gallery_labels, self.metric)
        blocks = similarity_blocks(embeddings, in_metric(means, self.metric), self.metric)
        similar = np.concatenate([block for _, block in blocks])
        if len(labels) == 1:
            return np.full(len(similar), labels[0]), np.zeros(len(similar))
        best = np.partition(similar, -2, axis=1)
        return labels[similar.argmax(axis=1)], best[:, -1] - best[:, -2]

    def margin(self, label: int) -> float | None:
        """Degrees to its class weight below which an embedding of class ``label`` has met the loss's margin.

        Towards the nearest weight of another class; ``None`` where there is no such margin, or no weight.
        """
        psi, labels = self.run.header["loss"].get("psi"), self.evidence.prototype_labels
        if psi is None or labels is None or self.evidence.prototypes is None:
            return None
        weights = in_metric(self.evidence.prototypes, "cosine")
        own, others = weights[labels == label], weights[labels != label]
        if not len(own) or not len(others):
            return None
        apart = float(np.degrees(np.arccos(np.clip((own @ others.T).max(), -1, 1))))
        found = metrics.margin_angle(psi, apart) if apart > 0 else float("nan")
        return found if np.isfinite(found) else None


def space(run: Run, epoch: int) -> Space:
    """``run`` at ``epoch``; the most recent are kept in memory. Raises :class:`RunError` without a gallery."""
    path = run.snapshot_file(epoch)
    return _space(str(run.folder), epoch, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=32)
def _space(folder: str, epoch: int, changed: int) -> Space:
    run = Run(Path(folder))
    evidence = run.evidence(epoch)
    if not len(evidence.gallery):
        raise RunError(f"run '{run.id}' has an empty gallery: there is nothing to search in")
    return Space(run, epoch, evidence)
