"""What benchmarks/projection.py measures on, and how it tells: a run's embeddings, scores, rows and targets."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from lossviz import projection
from lossviz.projection import Subject
from lossviz.records import Floats
from lossviz.runs import Run

MET: list[str] = []
T = TypeVar("T")


@dataclass(frozen=True)
class Sequence64:
    """A run's embeddings of the same points at every epoch."""

    name: str
    metric: str
    epochs: list[Floats]

    @classmethod
    def of(cls, run: Run, points: int, epochs: int = 0) -> "Sequence64":
        rows = np.random.default_rng(0).permutation(len(run.samples["probe"].labels))[:points]
        found = [run.snapshot(epoch).embeddings["probe"][rows] for epoch in run.epochs()]
        return cls(run.id, str(run.header["loss"]["metric"]), found[-epochs:])

    @property
    def measured(self) -> list[Floats]:
        """What Euclidean distances are taken of: unit vectors for the cosine."""
        if self.metric == "euclidean":
            return self.epochs
        return [epoch / np.maximum(np.linalg.norm(epoch, axis=1, keepdims=True), 1e-30) for epoch in self.epochs]

    @property
    def size(self) -> str:
        return f"{len(self.epochs)} epochs x {len(self.epochs[0]):,} points"

    def scores(self, which: Sequence[int], pictures: Floats) -> "Scores":
        """Means over the epochs ``which`` of what the ``pictures`` (E, N, k) of them keep, and KL of the last."""
        pairs = list(zip(which, pictures, strict=True))
        each = [projection.quality(self.epochs[e], p, self.metric).means() for e, p in pairs]
        drawn = projection.get("tsne")().settled(self.subject).restored([self.epochs[which[-1]]], pictures[-1:], "-")
        trust, kept = (float(np.mean([scores[name] for scores in each])) for name in ("trustworthiness", "kept"))
        return Scores(trust, kept, float(drawn.divergence(0) or 0))

    @property
    def subject(self) -> Subject:
        return Subject(self.metric == "cosine", self.metric)

    def ours(self, components: int = 3) -> projection.Fitted:
        method = projection.get("tsne")(components=components)
        return method.settled(self.subject).fit_sequence(self.epochs)


@dataclass(frozen=True)
class Scores:
    """Trustworthiness at 12, neighbours kept of 10, and KL in nats."""

    trust: float
    kept: float
    divergence: float

    def __str__(self) -> str:
        return f"trust@12 {self.trust:.4f}  recall@10 {self.kept:.4f}  KL {self.divergence:.4f}"


def target(name: str, wanted: str, measured: str, met: bool) -> None:
    """One line for the end."""
    MET.append(f"  {name:58}{wanted:>24}  {measured:>22}  {'met' if met else 'NOT MET'}")


def as_good(name: str, ours: Scores, theirs: Scores) -> None:
    """The three lines on being no worse than scikit-learn."""
    trust, kept, apart = ours.trust - theirs.trust, ours.kept - theirs.kept, ours.divergence / theirs.divergence - 1
    target(f"{name}: trust@12 less scikit-learn's", ">= -0.001", f"{trust:+.4f}", trust >= -0.001)
    target(f"{name}: recall@10 less scikit-learn's", ">= -0.005", f"{kept:+.4f}", kept >= -0.005)
    target(f"{name}: KL over scikit-learn's", "<= +1 %", f"{apart:+.2%}", apart <= 0.01)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What ``work`` gives, and the processor seconds that it took."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def row(name: str, seconds: float, words: object = "", scaled: bool = False) -> None:
    print(f"  {name:32}{'~' if scaled else ' '}{seconds:9.2f} CPU s   {words}", flush=True)
