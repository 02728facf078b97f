"""What a score is, and what it may look at."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import LossvizError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

METRICS = ("cosine", "euclidean")


class ScoreError(LossvizError):
    """Embeddings cannot be scored, or a score broke its promise."""


@dataclass(frozen=True)
class PairEvidence:
    """Both embeddings (P, d) of each pair of a verification protocol, whether ``same`` (P,), and its ``fold`` (P,)."""

    first: Floats
    second: Floats
    same: NDArray[np.bool_]
    fold: Ints

    def __post_init__(self) -> None:
        _check_rows("first", self.first, {"second": self.second, "same": self.same, "fold": self.fold})
        _check_rows("second", self.second, {})


@dataclass(frozen=True)
class Evidence:
    """The embeddings of one snapshot and their labels: all that a score may look at.

    ``probe`` (N, d) are the embeddings that are judged, ``gallery`` (G, d) labelled training-split embeddings of
    the same classes. ``metric`` is ``"cosine"`` or ``"euclidean"``, the run's own. ``head`` (N,) are the classes
    that the loss's own head predicts, if it has one. ``prototypes`` (P, d) with ``prototype_labels`` (P,) are class
    weights, proxies or centers. ``known`` and ``known_gallery`` exist in open-set runs: held-out images of the
    classes trained on, and training images of those. ``pairs`` holds verification protocols by name.

    All labels are class numbers of one label space; they need not be contiguous. Embeddings must be finite:
    :class:`ScoreError` says whose are not, or which lengths disagree.
    """

    metric: str
    probe: Floats
    probe_labels: Ints
    gallery: Floats
    gallery_labels: Ints
    head: Ints | None = None
    prototypes: Floats | None = None
    prototype_labels: Ints | None = None
    known: Floats | None = None
    known_labels: Ints | None = None
    known_gallery: Floats | None = None
    known_gallery_labels: Ints | None = None
    pairs: Mapping[str, PairEvidence] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ScoreError(f"the metric must be one of {', '.join(METRICS)}, got '{self.metric}'")
        if len(self.probe) == 0:
            raise ScoreError("there are no probe embeddings to score")
        for name in ("probe", "gallery", "prototypes", "known", "known_gallery"):
            embeddings = getattr(self, name)
            label_name = f"{name.removesuffix('s')}_labels"
            labels = getattr(self, label_name)
            if (embeddings is None) != (labels is None):
                raise ScoreError(f"{name} and {label_name} must be given together")
            if embeddings is not None:
                _check_rows(name, embeddings, {label_name: labels})
                if embeddings.shape[1] != self.probe.shape[1]:
                    raise ScoreError(f"{name} has dimension {embeddings.shape[1]}, probe has {self.probe.shape[1]}")
        if self.head is not None:
            _check_rows("probe", self.probe, {"head": self.head})


def _check_rows(name: str, embeddings: Floats, others: Mapping[str, NDArray[np.generic]]) -> None:
    if embeddings.ndim != 2:
        raise ScoreError(f"{name} must have shape (count, dimension), got {embeddings.shape}")
    for other_name, other in others.items():
        if len(other) != len(embeddings):
            raise ScoreError(f"{name} has {len(embeddings)} rows, {other_name} has {len(other)}")
    if not np.isfinite(embeddings).all():
        raise ScoreError(f"{name} holds numbers that are not finite: the training diverged, there is nothing to score")


@dataclass(frozen=True)
class Output:
    """One number that a score yields: its key, how it is headed and explained, which way is better, its unit.

    ``better`` is +1 where larger is better, -1 where smaller is, 0 where neither is. ``unit`` is ``"%"`` for a
    fraction in [0, 1] that is shown in per cent, ``"deg"``, or empty.
    """

    key: str
    title: str
    help: str
    better: int = 1
    unit: str = ""


class Score(ABC):
    """A family of numbers computed together. One subclass a file.

    ``version`` goes into the key under which results are cached: raise it when a definition changes. ``place`` is
    where the family stands in a table: smaller first, families at the same place by name.
    """

    outputs: ClassVar[tuple[Output, ...]]
    version: ClassVar[int] = 1
    place: ClassVar[int] = 100

    @classmethod
    def key(cls) -> str:
        """The family's name, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @abstractmethod
    def compute(self, evidence: Evidence) -> dict[str, float]:
        """Values by output key, leaving out those that do not apply to this evidence; never NaN or infinity."""
