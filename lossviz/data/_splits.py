"""Who trains and who is tested: stratified, fixed by the seed, the same whatever the loss and the model."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.data.base import Images, Pairs
from lossviz.errors import DataError

Rows = NDArray[np.int64]
_Counts = Callable[[Rows], Rows]


@dataclass(frozen=True)
class Split:
    """Rows of one data set, each array sorted and without repeats.

    ``train`` are the rows trained on and ``train_classes`` (K,) the classes they are of: a training label is a
    position in ``train_classes``, see :meth:`targets`. ``probe`` are rows of the test split, ``gallery`` rows of the
    training split that hold at least one image of every probe class. In a closed set the probe's classes were
    trained on and the gallery is part of ``train``; in an open set no probe or gallery class was, and ``known`` and
    ``known_gallery`` hold what the probe and gallery of a closed set would, for telling strangers from the known.
    """

    train: Rows
    train_classes: Rows
    probe: Rows
    gallery: Rows
    known: Rows | None = None
    known_gallery: Rows | None = None

    def targets(self, labels: NDArray[np.int64]) -> Rows:
        """Training labels (len(train),) in 0..K-1, from the labels of the whole set."""
        return np.searchsorted(self.train_classes, labels[self.train]).astype(np.int64)


def split(
    images: Images,
    *,
    seed: int,
    limit: int | None = None,
    unseen_classes: float = 0.0,
    probe: int = 2000,
    gallery: int = 2000,
) -> Split:
    """Split a data set, by ``seed`` alone.

    ``limit`` caps the training images, ``probe`` and ``gallery`` the images that scores are computed on; each is
    stratified: proportional to the class sizes with at least one image a class. A probe smaller than the number of
    classes takes one image each of so many classes, drawn at random. ``unseen_classes`` in [0, 1) is the share of
    classes kept out of training, whole groups (alphabets) where the set has groups.

    Raises :class:`DataError` when that cannot be done with at least two classes on each side.
    """
    if seed < 0:
        raise DataError(f"the seed of a split must be a whole number of at least 0, got {seed}")
    _check_sizes(limit, probe, gallery)
    labels = images.labels
    train_rows = np.flatnonzero((labels >= 0) & ~images.is_test)
    test_rows = np.flatnonzero((labels >= 0) & images.is_test)
    unseen = _unseen(images, unseen_classes, _rng(seed, 0))
    seen_rows = train_rows[~np.isin(labels[train_rows], unseen)]
    train = _limited(images, seen_rows, limit, _rng(seed, 1))
    seen = np.unique(labels[train])
    if len(seen) < 2:
        raise DataError(f"{images.title} has training images of {len(seen)} class(es); at least 2 are needed")
    closed = _probe_gallery(images, (test_rows, train), seen, (probe, gallery), seed)
    if not len(unseen):
        return Split(train, seen, *closed)
    opened = _probe_gallery(images, (test_rows, train_rows), unseen, (probe, gallery), seed)
    if len(np.unique(labels[opened[0]])) < 2:
        raise DataError(f"{images.title}: fewer than 2 of the unseen classes have images to test and to compare with")
    return Split(train, seen, *opened, *closed)


def pairs(images: Images, split: Split) -> dict[str, Pairs]:
    """The set's verification protocols, without the pairs that show anybody who was trained on.

    The protocols ask whether two images show the same person when neither person is known. A net trained on people
    of the very same set has learnt them by heart, so a pair with one of them measures recognition, not verification,
    and makes the number look better than it is. A protocol of which nothing is left is left out.
    """
    kept = {}
    for protocol, item in images.pairs.items():
        strangers = ~np.isin(images.labels[item.index], split.train_classes).any(axis=1)
        if strangers.any():
            kept[protocol] = Pairs(item.index[strangers], item.same[strangers], item.fold[strangers])
    return kept


def held_out(labels: NDArray[np.int64], fraction: float, seed: int) -> NDArray[np.bool_]:
    """A stratified test split (N,): ``fraction`` of every class, but at least one image on either side.

    A class with a single image is all training. The draw depends on ``labels``, ``fraction`` and ``seed`` alone.
    """

    def counts(sizes: Rows) -> Rows:
        wanted: Rows = np.rint(sizes * fraction).astype(np.int64)
        return np.where(sizes < 2, 0, np.clip(wanted, 1, np.maximum(sizes - 1, 1)))

    is_test = np.zeros(len(labels), dtype=np.bool_)
    is_test[_draw(labels, np.arange(len(labels)), counts, np.random.default_rng(seed))] = True
    return is_test


def _rng(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])


def _check_sizes(limit: int | None, probe: int, gallery: int) -> None:
    for name, size in (("limit", limit), ("probe", probe), ("gallery", gallery)):
        if size is not None and size < 1:
            raise DataError(f"{name} must be a whole number of at least 1, got {size}")


def _unseen(images: Images, fraction: float, rng: np.random.Generator) -> Rows:
    """The classes to keep out of training, sorted: as near to ``fraction`` of them as whole groups allow."""
    if not (math.isfinite(fraction) and 0 <= fraction < 1):
        raise DataError(f"unseen_classes must be at least 0 and below 1, got {fraction}")
    classes = np.unique(images.labels[images.labels >= 0])
    if fraction == 0:
        return np.empty(0, dtype=np.int64)
    group_of = np.unique(images.groups, return_inverse=True)[1][classes] if images.groups else np.arange(len(classes))
    groups, sizes = np.unique(group_of, return_counts=True)
    order = rng.permutation(len(groups))
    totals = np.cumsum(sizes[order])
    possible = np.flatnonzero((totals >= 2) & (len(classes) - totals >= 2))
    if not len(possible):
        kind = "groups of classes" if images.groups else "classes"
        raise DataError(
            f"{images.title} has {len(classes)} classes in {len(groups)} {kind}: too few to keep some out of training "
            "with at least 2 classes on each side; leave unseen_classes at 0"
        )
    last = possible[np.argmin(np.abs(totals[possible] - fraction * len(classes)))]
    return classes[np.isin(group_of, groups[order[: last + 1]])]


def _limited(images: Images, rows: Rows, limit: int | None, rng: np.random.Generator) -> Rows:
    if limit is None or limit >= len(rows):
        return rows
    count = len(np.unique(images.labels[rows]))
    if limit < count:
        raise DataError(f"limit must be at least {count}, one image for each class trained on, got {limit}")
    return _stratified(images.labels, rows, limit, rng)


def _probe_gallery(
    images: Images, rows: tuple[Rows, Rows], classes: Rows, sizes: tuple[int, int], seed: int
) -> tuple[Rows, Rows]:
    """Probe and gallery of ``classes`` out of (test, training) ``rows``; classes that lack either are left out."""
    labels = images.labels
    both = np.intersect1d(labels[rows[0]], labels[rows[1]])
    classes = np.intersect1d(classes, both)
    probe = _stratified(labels, rows[0][np.isin(labels[rows[0]], classes)], sizes[0], _rng(seed, 2))
    if not len(probe):
        raise DataError(f"{images.title} has no test images of classes that also have training images")
    wanted = np.unique(labels[probe])
    if sizes[1] < len(wanted):
        raise DataError(f"gallery must be at least {len(wanted)}, one image for each class probed, got {sizes[1]}")
    gallery = _stratified(labels, rows[1][np.isin(labels[rows[1]], wanted)], sizes[1], _rng(seed, 3))
    return probe, gallery


def _stratified(labels: NDArray[np.int64], rows: Rows, total: int, rng: np.random.Generator) -> Rows:
    """At most ``total`` of ``rows``, proportional to class sizes, at least one a class unless classes outnumber it."""

    def counts(sizes: Rows) -> Rows:
        if total >= sizes.sum():
            return sizes
        if total < len(sizes):
            return rng.permutation(np.arange(len(sizes)) < total).astype(np.int64)
        quota = 1 + (sizes - 1) * (total - len(sizes)) / (sizes.sum() - len(sizes))
        taken: Rows = np.floor(quota).astype(np.int64)
        largest = np.argsort(taken - quota, kind="stable")[: total - taken.sum()]
        taken[largest] += 1
        return taken

    return _draw(labels, rows, counts, rng)


def _draw(labels: NDArray[np.int64], rows: Rows, counts: _Counts, rng: np.random.Generator) -> Rows:
    """Of the rows of each class, as many as ``counts`` of the class sizes says, drawn at random; sorted."""
    shuffled = rng.permutation(rows)
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    _, starts, sizes = np.unique(labels[by_class], return_index=True, return_counts=True)
    rank = np.arange(len(by_class)) - np.repeat(starts, sizes)
    return np.sort(by_class[rank < np.repeat(counts(sizes.astype(np.int64)), sizes)]).astype(np.int64)
