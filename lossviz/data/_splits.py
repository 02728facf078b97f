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
SPLIT_BY = ("seed", "limit", "unseen_classes", "class_seed", "validation", "probe", "gallery")
"""The settings of a training that :func:`split` takes."""
PROBED = 0.2  # of the images of a class that is validated on; the rest is what they are compared with


@dataclass(frozen=True)
class Split:
    """Rows of one data set, each array sorted and without repeats.

    ``train`` are the rows trained on and ``train_classes`` (K,) the classes they are of: a training label is a
    position in ``train_classes``, see :meth:`targets`. ``probe`` are rows of the test split, ``gallery`` rows of the
    training split that hold at least one image of every probe class. In a closed set the probe's classes were
    trained on and the gallery is part of ``train``; in an open set no probe or gallery class was, and ``known`` and
    ``known_gallery`` hold what the probe and gallery of a closed set would, for telling strangers from the known.

    ``validation``: the probe is held out of the training images, and nothing here is of the test split; in an open
    set nothing is of its unseen classes either, the probe's classes are others that were not trained on, and there
    are no ``known``.
    """

    train: Rows
    train_classes: Rows
    probe: Rows
    gallery: Rows
    known: Rows | None = None
    known_gallery: Rows | None = None
    validation: bool = False

    def targets(self, labels: NDArray[np.int64]) -> Rows:
        """Training labels (len(train),) in 0..K-1, from the labels of the whole set."""
        return np.searchsorted(self.train_classes, labels[self.train]).astype(np.int64)


def split(
    images: Images,
    *,
    seed: int,
    limit: int | None = None,
    unseen_classes: float = 0.0,
    class_seed: int | None = None,
    validation: float = 0.0,
    probe: int = 2000,
    gallery: int = 2000,
) -> Split:
    """Split a data set, by ``seed`` alone, or which classes are unseen by ``class_seed``.

    ``limit`` caps the training images, ``probe`` and ``gallery`` the images that scores are computed on; each is
    stratified: proportional to the class sizes with at least one image a class. A probe smaller than the number of
    classes takes one image each of so many classes, drawn at random. ``unseen_classes`` in [0, 1) is the share of
    classes kept out of training, whole groups (alphabets) where the set has groups; where the set itself says which
    (``images.strangers``), it must be 0.

    ``validation`` in [0, 1) is for choosing knobs without a look at the test images. What the same split without it
    would train on is then all there is: that share of each class's images is held out and probed, or, with unseen
    classes, that share of the classes, with part of their images as the probe and the rest as the gallery.

    Raises :class:`DataError` when that cannot be done with at least two classes on each side.
    """
    class_seed = seed if class_seed is None else class_seed
    if min(seed, class_seed) < 0:
        raise DataError(f"the seed of a split must be a whole number of at least 0, got {min(seed, class_seed)}")
    _check_sizes(limit, probe, gallery)
    if not 0 <= validation < 1:
        raise DataError(f"validation must be at least 0 and below 1, got {validation}")
    labels = images.labels
    train_rows = np.flatnonzero((labels >= 0) & (~images.is_test | images.leaks))
    test_rows = np.flatnonzero((labels >= 0) & images.is_test)
    classes = np.unique(labels[labels >= 0])
    unseen = _strangers(images, unseen_classes)
    if not len(unseen):
        unseen = _unseen(images, classes, unseen_classes, _rng(class_seed, 0))
    seen_rows = train_rows[~np.isin(labels[train_rows], unseen)]
    train = _limited(images, seen_rows, limit, _rng(seed, 1))
    if validation:
        held = _held_classes if len(unseen) else _held_images
        return _validation(images, held(images, train, validation, _rng(seed, 4)), (probe, gallery), seed)
    seen = _trained(images, train)
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
    and makes the number look better than it is. A protocol of which nothing is left is left out. They are tests, so a
    split for validation has none.
    """
    kept = {}
    for protocol, item in images.pairs.items() if not split.validation else ():
        strangers = ~np.isin(images.labels[item.index], split.train_classes).any(axis=1)
        if strangers.any():
            kept[protocol] = Pairs(item.index[strangers], item.same[strangers], item.fold[strangers])
    return kept


def held_out(labels: NDArray[np.int64], fraction: float, seed: int) -> NDArray[np.bool_]:
    """A stratified test split (N,): ``fraction`` of every class, but at least one image on either side.

    A class with a single image is all training. The draw depends on ``labels``, ``fraction`` and ``seed`` alone.
    """
    is_test = np.zeros(len(labels), dtype=np.bool_)
    is_test[_share(labels, np.arange(len(labels)), fraction, np.random.default_rng(seed))] = True
    return is_test


def _trained(images: Images, train: Rows) -> Rows:
    """The classes trained on, which must be two at least."""
    seen = np.unique(images.labels[train])
    if len(seen) < 2:
        raise DataError(f"{images.title} has training images of {len(seen)} class(es); at least 2 are needed")
    return seen


def _held_images(images: Images, train: Rows, fraction: float, rng: np.random.Generator) -> tuple[Rows, Rows, Rows]:
    """What is trained on, what is probed and what it is compared with, in a closed set."""
    probed = _share(images.labels, train, fraction, rng)
    left = np.setdiff1d(train, probed)
    return left, probed, left


def _held_classes(images: Images, train: Rows, fraction: float, rng: np.random.Generator) -> tuple[Rows, Rows, Rows]:
    """The same where the probe's classes are not to be trained on."""
    labels = images.labels
    strangers = np.isin(labels[train], _unseen(images, np.unique(labels[train]), fraction, rng))
    probed = _share(labels, train[strangers], PROBED, rng)
    return train[~strangers], probed, np.setdiff1d(train[strangers], probed)


def _validation(images: Images, held: tuple[Rows, Rows, Rows], sizes: tuple[int, int], seed: int) -> Split:
    """``held`` are rows to train on, to probe and to compare with."""
    train, probed, compared = held
    seen = _trained(images, train)
    judged = _probe_gallery(images, (probed, compared), np.unique(images.labels[probed]), sizes, seed)
    if len(np.unique(images.labels[judged[0]])) < 2:
        raise DataError(f"{images.title}: fewer than 2 classes have training images to validate on and to compare with")
    return Split(train, seen, *judged, validation=True)


def _rng(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])


def _check_sizes(limit: int | None, probe: int, gallery: int) -> None:
    for name, size in (("limit", limit), ("probe", probe), ("gallery", gallery)):
        if size is not None and size < 1:
            raise DataError(f"{name} must be a whole number of at least 1, got {size}")


def _strangers(images: Images, fraction: float) -> Rows:
    """The classes that the set's own protocol keeps out of training, which leaves no room for drawing others."""
    if images.strangers and fraction:
        raise DataError(
            f"{images.title} is split so that its own lists say who is kept out of training; leave unseen_classes at 0"
        )
    return np.array(images.strangers, dtype=np.int64)


def _unseen(images: Images, classes: Rows, fraction: float, rng: np.random.Generator) -> Rows:
    """Of ``classes`` those to keep out of training, sorted: as near to ``fraction`` of them as whole groups allow."""
    if not (math.isfinite(fraction) and 0 <= fraction < 1):
        raise DataError(f"unseen_classes must be at least 0 and below 1, got {fraction}")
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


def _share(labels: NDArray[np.int64], rows: Rows, fraction: float, rng: np.random.Generator) -> Rows:
    """``fraction`` of the rows of each class, but at least one, and never all."""

    def counts(sizes: Rows) -> Rows:
        wanted: Rows = np.rint(sizes * fraction).astype(np.int64)
        return np.where(sizes < 2, 0, np.clip(wanted, 1, np.maximum(sizes - 1, 1)))

    return _draw(labels, rows, counts, rng)


def _draw(labels: NDArray[np.int64], rows: Rows, counts: _Counts, rng: np.random.Generator) -> Rows:
    """Of the rows of each class, as many as ``counts`` of the class sizes says, drawn at random; sorted."""
    shuffled = rng.permutation(rows)
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    _, starts, sizes = np.unique(labels[by_class], return_index=True, return_counts=True)
    rank = np.arange(len(by_class)) - np.repeat(starts, sizes)
    return np.sort(by_class[rank < np.repeat(counts(sizes.astype(np.int64)), sizes)]).astype(np.int64)
