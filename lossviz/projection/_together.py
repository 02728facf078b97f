"""Several runs drawn by one method so that they can be held against one another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lossviz.projection._nonlinear import NEAR, Nonlinear
from lossviz.projection._rigid import align
from lossviz.projection.base import Fitted, Placement, Progress, Projection, ProjectionError, Watch, unwatched
from lossviz.records import Floats, Ints

ENOUGH = 3  # points in common, to turn one picture onto another


@dataclass(frozen=True)
class Series:
    """One run's embeddings at every epoch, E of (N, d), and which image each row is, ``ids`` (N,)."""

    epochs: Sequence[Floats]
    ids: Ints


@dataclass(frozen=True)
class Aligned:
    """A run's picture turned onto the first run's. ``common`` points were there to turn it by, at the last epoch;
    ``residual`` is what turning left (:class:`Rigid`), ``None`` where nothing was turned."""

    fitted: Fitted
    common: int
    residual: float | None


@dataclass(frozen=True)
class Turned(Fitted):
    """A picture turned or mirrored about the origin by ``matrix`` (k, k), and its new points with it."""

    inner: Fitted
    matrix: Floats

    @property
    def dim(self) -> int:
        return self.inner.dim

    def divergence(self, epoch: int) -> float | None:
        return self.inner.divergence(epoch)

    def _place(self, new: Floats, epoch: int) -> Placement:
        placed = self.inner.place(new, epoch)
        return replace(placed, positions=(placed.positions @ self.matrix).astype(np.float32))


def fit_many(methods: Sequence[Projection], runs: Sequence[Series], watch: Watch = unwatched) -> list[Aligned]:
    """One picture for each of ``runs``, by the ``methods`` settled for them, all turned onto the first.

    Pictures are turned and mirrored about the origin and neither scaled nor bent, by the images that they have in
    common. A method that is not linear begins each run from the first run's picture, so that what is alike may come to
    stand alike; what it then draws is the run's own. ``watch`` hears of all runs as one.
    """
    if not runs or len(methods) != len(runs):
        raise ProjectionError(f"{len(methods)} methods cannot draw {len(runs)} runs")
    drawn: list[Aligned] = []
    for index, (method, run) in enumerate(zip(methods, runs, strict=True)):
        if len(run.ids) != len(run.epochs[0]):
            raise ProjectionError(f"run number {index} has {len(run.epochs[0])} points and names for {len(run.ids)}")
        told = _part(watch, index, len(runs))
        first = drawn[0].fitted if drawn else None
        rows = np.intersect1d(runs[0].ids, run.ids, return_indices=True)[1:]
        if first is None or len(rows[0]) < ENOUGH:
            drawn.append(Aligned(method.fit_sequence(run.epochs, told), len(rows[0]), None))
            continue
        drawn.append(_beside(first, method, run, rows, told))
    return drawn


def _beside(first: Fitted, method: Projection, run: Series, rows: Sequence[Ints], watch: Watch) -> Aligned:
    there, here = rows
    fixed = first.positions[-1, there]
    if isinstance(method, Nonlinear) and method.components == fixed.shape[1]:
        fitted = method.fit_beside(run.epochs, _begun(run, here, fixed), watch)
    else:
        fitted = method.fit_sequence(run.epochs, watch)
    if fitted.positions.shape[2] != fixed.shape[1]:
        return Aligned(fitted, len(here), None)
    rigid = align(fitted.positions[-1, here], fixed)
    matrix = rigid.matrix.astype(np.float32)
    turned = Turned(fitted.positions @ matrix, fitted.note, fitted.sphere, fitted, matrix)
    return Aligned(turned, len(here), rigid.residual)


def _begun(run: Series, here: Ints, fixed: Floats) -> Floats:
    """A start (N, k): the first run's places ``fixed`` of the rows ``here``; others amid their nearest among these."""
    from lossviz.projection._neighbours import Nearest  # noqa: PLC0415  compiled: only where it is needed

    last = run.epochs[-1].astype(np.float32)
    neighbours, _ = Nearest(last[here]).of(last, min(NEAR, len(here)))
    start = np.median(fixed[neighbours], axis=1).astype(np.float32)
    start[here] = fixed
    return start


def _part(watch: Watch, index: int, count: int) -> Callable[[Progress], None]:
    """The watch of run number ``index`` of ``count``; single epochs' pictures are shown of the first run only."""

    def told(progress: Progress) -> None:
        shown = progress if index == 0 else replace(progress, epoch=None, positions=None)
        watch(replace(shown, done=(index + progress.done) / count, doing=f"run {index + 1}: {progress.doing}"))

    return told
