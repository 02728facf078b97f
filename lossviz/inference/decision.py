"""Accept or refuse: distances of what belongs together and of what does not, and a threshold between them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.analysis._distances import distance_unit, distances_to
from lossviz.errors import RunError
from lossviz.inference.spaces import Space
from lossviz.metrics._roc import SLACK
from lossviz.metrics._similarity import (
    Doubles,
    all_pairs,
    class_means,
    in_metric,
    paired_similarities,
    similarity_blocks,
)
from lossviz.metrics.lfw_folds import best_threshold
from lossviz.records import Floats, Ints
from lossviz.runs import Run

CURVE = 400  # points of a drawn ROC


@dataclass(frozen=True)
class Scores:
    """Distances of ``genuine`` (G,) and ``impostor`` (I,) comparisons, ascending; accepted is whoever is not farther
    than a threshold. Degrees where ``unit`` is ``"deg"``, else Euclidean."""

    genuine: Doubles
    impostor: Doubles
    unit: str

    def threshold(self, far: float) -> float | None:
        """The most lenient threshold at which at most ``far`` of the impostors are accepted.

        ``None`` with fewer than 1/far impostors. Its TAR is the score ``TAR @ FAR`` of the same comparisons.
        """
        if not 0 < far < 1:
            raise RunError(f"a FAR lies between 0 and 1, got {far:g}")
        accepted = math.floor(far * len(self.impostor) + SLACK)
        if accepted < 1 or accepted >= len(self.impostor):
            return None
        return float(np.nextafter(self.impostor[accepted], -np.inf))

    def tar(self, threshold: float) -> float:
        """The share of genuine comparisons that is accepted."""
        return float(np.searchsorted(self.genuine, threshold, side="right") / len(self.genuine))

    def far(self, threshold: float) -> float:
        """The share of impostor comparisons that is accepted."""
        return float(np.searchsorted(self.impostor, threshold, side="right") / len(self.impostor))

    def histogram(self, bins: int = 60) -> tuple[Doubles, Doubles, Doubles]:
        """Edges (bins + 1,), and the shares (bins,) of genuine and of impostor comparisons between them."""
        edges = np.linspace(0.0, max(self.genuine[-1], self.impostor[-1], 1e-9), bins + 1)
        counted = [np.histogram(side, edges)[0] / len(side) for side in (self.genuine, self.impostor)]
        return edges, counted[0], counted[1]

    def roc(self) -> tuple[Doubles, Doubles, Doubles]:
        """Thresholds, FAR and TAR (at most 400 each): evenly over the impostors, and over the logarithm of FAR."""
        count = len(self.impostor)
        even, fine = np.linspace(0, count - 1, CURVE // 2), np.geomspace(1, count, CURVE // 2) - 1
        thresholds = self.impostor[np.unique(np.concatenate([even, fine]).astype(np.int64))]
        far = np.searchsorted(self.impostor, thresholds, side="right") / count
        return thresholds, far, np.searchsorted(self.genuine, thresholds, side="right") / len(self.genuine)


@dataclass(frozen=True)
class Verdict:
    """Two images compared: ``same`` if ``distance`` reaches no farther than ``threshold``; TAR and FAR at both."""

    distance: float
    threshold: float
    same: bool
    tar: float
    far: float
    tar_here: float
    far_here: float


def class_scores(here: Space, shots: int | None = None, seed: int = 0) -> Scores:
    """Every probe against the centre of every class: genuine is its own.

    The centres are the gallery's centroids, or with ``shots`` the mean of so many of each class, drawn by ``seed``:
    what a class enrolled with that few images is worth. A class that has fewer gives what it has.
    """
    return here.once(("classes", shots, seed), lambda: _class_scores(here, shots, seed))


def pair_scores(here: Space) -> Scores:
    """All pairs of probes: genuine are those of one class, as in the score ``TAR @ FAR``."""
    evidence = here.evidence
    probe = evidence.probe, evidence.probe_labels, here.metric
    return here.once("pairs", lambda: _scores(*all_pairs(*probe), here.metric))


def protocol_scores(here: Space, name: str) -> Scores:
    """The pairs of a verification protocol of the data set (LFW's ``view2``); raises :class:`RunError` without it."""
    pairs = here.evidence.pairs.get(name)
    if pairs is None:
        raise RunError(
            f"run '{here.run.id}' has no pairs called '{name}' at epoch {here.epoch}: data sets with a verification "
            "protocol have them after the last epoch"
        )
    similar = paired_similarities(pairs.first, pairs.second, here.metric)
    return _scores(similar[pairs.same], similar[~pairs.same], here.metric)


def protocol_threshold(here: Space, name: str) -> float:
    """The distance at which most pairs of the protocol are told right."""
    pairs = here.evidence.pairs[name]
    similar = paired_similarities(pairs.first, pairs.second, here.metric)
    best = best_threshold(similar, pairs.same)
    return float(distances_of(np.array([max(best, -4.0) if here.metric == "cosine" else best]), here.metric)[0])


def verify(here: Space, pair: tuple[Floats, Floats], scores: Scores, threshold: float) -> Verdict:
    """Whether two embeddings (d,) show the same, by ``threshold`` among ``scores``, which tell where they stand."""
    distance = float(distances_to(pair[0], pair[1][None], here.metric)[0])
    rates = scores.tar(threshold), scores.far(threshold), scores.tar(distance), scores.far(distance)
    return Verdict(distance, threshold, distance <= threshold, *rates)


def regions(here: Space, threshold: float) -> tuple[Floats, Ints, float]:
    """What :func:`class_scores` accepts: centres (C, d), their classes (C,), and the radius around each.

    The radius is ``threshold``: degrees about a direction for the cosine, else a Euclidean distance.
    """
    centres, labels = here.centroids
    return centres, labels, threshold


def stranger_scores(here: Space, shots: int, classes: int, seed: int = 0) -> Scores:
    """Whether somebody is taken for anybody: every probe against its own class, and against others only.

    An impostor is a probe that meets ``classes`` classes, none of which is its own (all others, if there are fewer),
    and is judged by the nearest. Each class's centre is the mean of ``shots`` gallery images, both drawn by ``seed``.
    """

    def make() -> Scores:
        similar, own = _compared(here, shots, seed)
        lots = np.where(own, np.inf, np.random.default_rng([seed, 1]).random(own.shape))
        others = np.argsort(lots, axis=1)[:, : min(classes, own.shape[1] - 1)]
        return _scores(
            similar[own], np.take_along_axis(similar, others, axis=1).max(axis=1, initial=-np.inf), here.metric
        )

    return here.once(("strangers", shots, classes, seed), make)


def _class_scores(here: Space, shots: int | None, seed: int) -> Scores:
    similar, own = _compared(here, shots, seed)
    return _scores(similar[own], similar[~own], here.metric)


def _compared(here: Space, shots: int | None, seed: int) -> tuple[Doubles, NDArray[np.bool_]]:
    """Similarities (N, C) of probes to the centres of classes, and which of these are their own."""
    evidence, metric = here.evidence, here.metric
    gallery, labels = in_metric(evidence.gallery, metric), evidence.gallery_labels
    if shots is not None:
        rows = _drawn(labels, shots, seed)
        gallery, labels = gallery[rows], labels[rows]
    classes, means = class_means(gallery, labels)
    blocks = similarity_blocks(evidence.probe, in_metric(means, metric), metric)
    similar = np.concatenate([block for _, block in blocks])
    return similar, evidence.probe_labels[:, None] == classes


def _drawn(labels: Ints, shots: int, seed: int) -> Ints:
    """At most ``shots`` rows of each class, by lot."""
    if shots < 1:
        raise RunError(f"a class is enrolled with at least 1 image, got {shots}")
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    shuffled = shuffled[np.argsort(labels[shuffled], kind="stable")]
    _, starts, counts = np.unique(labels[shuffled], return_index=True, return_counts=True)
    return shuffled[np.arange(len(labels)) - np.repeat(starts, counts) < shots]


def _scores(genuine: Doubles, impostor: Doubles, metric: str) -> Scores:
    if not len(genuine) or not len(impostor):
        raise RunError("there are no comparisons within a class, or none between classes: no threshold can be found")
    apart = [np.sort(distances_of(side, metric)) for side in (genuine, impostor)]
    return Scores(apart[0], apart[1], distance_unit(metric))


def distances_of(similarities: Doubles, metric: str) -> Doubles:
    """Degrees or Euclidean distances from minus the squared distance, which ``metrics`` has."""
    apart = np.sqrt(np.maximum(-similarities, 0))
    return np.degrees(2 * np.arcsin(np.minimum(apart / 2, 1))) if metric == "cosine" else apart


def default_protocol(run: Run) -> str | None:
    """The protocol that a run's pairs are judged by: the first with folds; ``None`` without pairs."""
    names = sorted(run.protocols)
    return next((name for name in names if len(np.unique(run.protocols[name].fold)) > 1), names[0] if names else None)
