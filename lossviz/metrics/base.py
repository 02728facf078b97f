"""What a score is, and what it may look at."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PairEvidence:
    """Both embeddings (P, d) of each pair of a verification protocol, whether ``same`` (P,), and its ``fold`` (P,)."""

    first: Floats
    second: Floats
    same: NDArray[np.bool_]
    fold: Ints


@dataclass(frozen=True)
class Evidence:
    """The embeddings of one snapshot and their labels: all that a score may look at.

    ``probe`` (N, d) are the embeddings that are judged, ``gallery`` (G, d) labelled training-split embeddings of
    the same classes. ``metric`` is ``"cosine"`` or ``"euclidean"``, the run's own. ``head`` (N,) are the classes
    that the loss's own head predicts, if it has one. ``prototypes`` (P, d) with ``prototype_labels`` (P,) are class
    weights, proxies or centers. ``known`` and ``known_gallery`` exist in open-set runs: held-out images of the
    classes trained on, and training images of those. ``pairs`` holds verification protocols by name.
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


@dataclass(frozen=True)
class Output:
    """One number that a score yields: its key, how it is headed and explained, which way is better, its unit.

    ``better`` is +1 where larger is better, -1 where smaller is, 0 where neither is. ``unit`` is ``"%"`` for a
    fraction shown in per cent, ``"deg"``, or empty.
    """

    key: str
    title: str
    help: str
    better: int = 1
    unit: str = ""


class Score(ABC):
    """A family of numbers computed together. One subclass a file.

    ``version`` goes into the key under which results are cached: raise it when a definition changes.
    """

    outputs: ClassVar[tuple[Output, ...]]
    version: ClassVar[int] = 1

    @classmethod
    def key(cls) -> str:
        """The family's name, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @abstractmethod
    def compute(self, evidence: Evidence) -> dict[str, float]:
        """Values by output key, leaving out those that do not apply to this evidence."""
