"""What happened in a run, told from its snapshots in a few sentences: when classes separated, parted or collapsed.

Levels are set wide apart, so that noise about one of them tells nothing: what is entered at one level is left at
another. What holds in epoch 0 already, before training, is no event.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lossviz.metrics._similarity import class_means, unit
from lossviz.records import EpochRecord, Floats, Ints

Doubles = NDArray[np.float64]

MOST_EVENTS = 20
MOST_PAIRS = 4  # of each kind
MOST_NAMES, LONGEST_NAME = 5, 32  # in one sentence
FEWEST = 10  # images of a class whose confusions with another one are more than chance
SEPARATE, STILL_SEPARATE = 0.9, 0.85  # F1 of a class
MIXED, APART = 0.2, 0.05  # share of two classes' images that are taken for the other
COLLAPSED, ALIVE = 0.05, 0.1  # root-mean-square distance from the mean over the root-mean-square norm
ACCURACIES = (0.5, 0.8, 0.9, 0.95, 0.99)
FALL = 0.1  # of accuracy from one epoch to the next


@dataclass(frozen=True)
class Story:
    """All snapshots of a run, by epoch.

    ``records``, ``embeddings`` (each (N, d)) and ``predictions`` (each (N,), class of the nearest centroid, see
    :func:`lossviz.metrics.points`) have one entry an epoch, ascending. ``labels`` (N,) index ``class_names``.
    """

    records: Sequence[EpochRecord]
    embeddings: Sequence[Floats]
    predictions: Sequence[Ints]
    labels: Ints
    class_names: Sequence[str]

    @cached_property
    def accuracies(self) -> Doubles:
        """(E,) the part of the probe whose nearest centroid is its class's."""
        return np.array([(predicted == self.labels).mean() for predicted in self.predictions])


@dataclass(frozen=True)
class Event:
    """Something that happened in an epoch, as a sentence without its full stop, and the classes it is about."""

    epoch: int
    text: str
    classes: tuple[int, ...] = ()


Weighted = tuple[float, Event]


def events(story: Story) -> list[Event]:
    """The at most 20 most telling events, by epoch. Empty for a run in which nothing but noise happened."""
    finders = (_phases, _notes, _collapses, _jumps, _falls, _levels, _separations, _pairs)
    found = [weighted for finder in finders for weighted in finder(story)]
    telling = sorted(found, key=lambda weighted: -weighted[0])[:MOST_EVENTS]
    return [event for _, event in sorted(telling, key=lambda weighted: (weighted[1].epoch, -weighted[0]))]


def _phases(story: Story) -> Iterator[Weighted]:
    """Where the warm start hands over to the loss."""
    for before, now in zip(story.records, story.records[1:], strict=False):
        if before.phase == "warm start" and now.phase == "train":
            yield 10, Event(now.epoch, "The warm start is over: from here the loss itself trains")


def _notes(story: Story) -> Iterator[Weighted]:
    """What training remarked, once each: the first sentence."""
    told: set[str] = set()
    for record in story.records:
        for note in record.notes:
            if note not in told:
                told.add(note)
                sentence = note.split(". ")[0].rstrip(".")
                yield 9.5, Event(record.epoch, sentence[:1].upper() + sentence[1:])


def _collapses(story: Story) -> Iterator[Weighted]:
    """All images drawn onto one point, and coming off it again; lengths that fall by three quarters at once."""
    spreads = [_spread(embeddings) for embeddings in story.embeddings]
    alive = spreads[0] >= ALIVE if spreads else False
    collapsed = False
    for record, spread in zip(story.records, spreads, strict=True):
        if alive and spread < COLLAPSED:
            yield 9, Event(record.epoch, "The embedding collapses: all images lie on nearly one point")
            alive, collapsed = False, True
        elif spread >= ALIVE:
            if collapsed:
                yield 9, Event(record.epoch, "The embedding opens up again")
            alive, collapsed = True, False
    norms = [float(np.median(np.linalg.norm(embeddings, axis=1))) for embeddings in story.embeddings]
    for index in range(2, len(norms)):
        if norms[index] < norms[index - 1] / 4:
            text = f"Embeddings shorten from a norm of {norms[index - 1]:.3g} to {norms[index]:.3g}"
            yield 8.5, Event(story.records[index].epoch, text)
    yield from _narrowing(story)


def _narrowing(story: Story) -> Iterator[Weighted]:
    """Class centers whose angles fall to half of what they were in training, the first time."""
    angles = [_mean_class_angle(embeddings, story.labels) for embeddings in story.embeddings]
    for index in range(2, len(angles)):
        widest = max(angles[1:index])
        if angles[index] < widest / 2:
            text = f"Classes close up: the mean angle between them falls from {widest:.0f}° to {angles[index]:.0f}°"
            yield 8.5, Event(story.records[index].epoch, text)
            return


def _jumps(story: Story) -> Iterator[Weighted]:
    """A training loss that rises by half, and by a tenth of all it has moved through since its phase began."""
    seen: list[float] = []
    phase = ""
    for record in story.records:
        if record.phase != phase:
            seen, phase = [], record.phase
        loss = record.train_loss
        if loss is None:
            continue
        if len(seen) >= 2:
            rise = loss - seen[-1]
            if rise > 0.5 * abs(seen[-1]) and rise > 0.1 * (max(seen) - min(seen)):
                yield 8, Event(record.epoch, f"The training loss jumps from {seen[-1]:.3g} to {loss:.3g}")
        seen.append(loss)


def _falls(story: Story) -> Iterator[Weighted]:
    accuracies = story.accuracies
    for index in range(1, len(accuracies)):
        if accuracies[index] < accuracies[index - 1] - FALL:
            text = f"Accuracy falls from {accuracies[index - 1]:.0%} to {accuracies[index]:.0%}"
            yield 7, Event(story.records[index].epoch, _spaced(text))


def _levels(story: Story) -> Iterator[Weighted]:
    """The highest level of accuracy that an epoch is the first to pass."""
    best = float(story.accuracies[0]) if len(story.accuracies) else 0.0
    for record, accuracy in zip(story.records, story.accuracies, strict=True):
        passed = [level for level in ACCURACIES if best < level <= accuracy]
        if passed:
            text = f"Accuracy reaches {accuracy:.1%}, for the first time above {passed[-1]:.0%}"
            yield 6, Event(record.epoch, _spaced(text))
        best = max(best, float(accuracy))


def _separations(story: Story) -> Iterator[Weighted]:
    """Classes told from all others: F1 by the nearest centroid reaches 0.9 and never falls below 0.85 again.

    F1 and not recall, which a class that swallows others has too.
    """
    if not story.records:
        return
    classes = np.unique(story.labels)
    scores = np.array([_f1(story.labels, predicted, classes) for predicted in story.predictions])
    separated: dict[int, list[int]] = {}
    for column, label in enumerate(classes.tolist()):
        reached = np.flatnonzero(scores[:, column] >= SEPARATE)
        lasting = [index for index in reached if scores[index:, column].min() >= STILL_SEPARATE]
        if lasting and lasting[0] > 0:
            separated.setdefault(int(lasting[0]), []).append(label)
    for index, labels in separated.items():
        everything = len(labels) == len(classes) and len(classes) > 2
        who = f"All {len(classes)} classes" if everything else _named(labels, story.class_names)
        verb = "separates" if len(labels) == 1 else "separate"
        yield 5, Event(story.records[index].epoch, f"{who} {verb}", tuple(labels))


def _pairs(story: Story) -> Iterator[Weighted]:
    """Two classes that were mixed in training and part for good, or that were apart and merge for good."""
    parted, merged = [], []
    for (one, other), shares in _confusions(story).items():
        names = f"{_short(story.class_names[one])} and {_short(story.class_names[other])}"
        mixed, apart = np.flatnonzero(shares[1:] >= MIXED) + 1, np.flatnonzero(shares < APART)
        stays_apart, stays_mixed = _last_run(shares < APART), _last_run(shares >= MIXED * 0.75)
        if stays_apart is not None and len(mixed) and mixed[0] < stays_apart:
            weight = 4 + float(shares[mixed].max())
            parted.append((weight, Event(story.records[stays_apart].epoch, f"{names} part", (one, other))))
        if stays_mixed is not None and len(apart) and 0 < apart[-1] < stays_mixed:
            weight = 4.5 + float(shares[-1])
            merged.append((weight, Event(story.records[stays_mixed].epoch, f"{names} merge", (one, other))))
    for found in (parted, merged):
        yield from sorted(found, key=lambda weighted: -weighted[0])[:MOST_PAIRS]


def _confusions(story: Story) -> dict[tuple[int, int], Doubles]:
    """For pairs of classes that are ever ``MIXED``: the share (E,) of their images taken for the other class."""
    sizes = Counter(story.labels.tolist())
    wrong: list[Counter[tuple[int, int]]] = []
    for predicted in story.predictions:
        errors = (predicted != story.labels) & (predicted >= 0)
        both = np.sort(np.stack([story.labels[errors], predicted[errors]], axis=1), axis=1)
        wrong.append(Counter(map(tuple, both.tolist())))
    found = {}
    for pair in sorted(set().union(*wrong)):
        if min(sizes[label] for label in pair) < FEWEST:
            continue
        shares = np.array([counts[pair] for counts in wrong]) / (sizes[pair[0]] + sizes[pair[1]])
        if (shares >= MIXED).any():
            found[pair] = shares
    return found


def _last_run(holds: NDArray[np.bool_]) -> int | None:
    """The index from which on ``holds`` (E,) is true to the end; ``None`` if it is not true at the end."""
    if not holds[-1]:
        return None
    return int(np.flatnonzero(~holds)[-1]) + 1 if not holds.all() else 0


def _f1(labels: Ints, predicted: Ints, classes: Ints) -> Doubles:
    """(C,) F1 of each of ``classes``: 2 TP / (2 TP + FP + FN)."""
    hits = _count(labels[labels == predicted], classes)
    return 2 * hits / np.maximum(_count(labels, classes) + _count(predicted, classes), 1)


def _count(values: Ints, classes: Ints) -> Doubles:
    known = values[np.isin(values, classes)]
    return np.bincount(np.searchsorted(classes, known), minlength=len(classes)).astype(np.float64)


def _spread(embeddings: Floats) -> float:
    doubles = embeddings.astype(np.float64)
    size = np.sqrt((doubles**2).sum(axis=1).mean())
    return float(np.sqrt(((doubles - doubles.mean(axis=0)) ** 2).sum(axis=1).mean()) / max(size, 1e-12))


def _mean_class_angle(embeddings: Floats, labels: Ints) -> float:
    """Mean angle, in degrees, between the directions of class means; 0 for a single class."""
    centers = unit(class_means(unit(embeddings), labels)[1])
    above = np.triu_indices(len(centers), k=1)
    cosines = np.clip((centers @ centers.T)[above], -1, 1)
    return float(np.degrees(np.arccos(cosines)).mean()) if len(cosines) else 0.0


def _named(labels: Sequence[int], names: Sequence[str]) -> str:
    """``"Class 7"``, ``"Classes 1, 2 and 7"``, or of many their number: ``"6 of 10 classes"``."""
    if len(labels) > MOST_NAMES:
        return f"{len(labels)} of {len(names)} classes"
    *most, last = (_short(names[label]) for label in labels)
    return f"Classes {', '.join(most)} and {last}" if most else f"Class {last}"


def _short(name: str) -> str:
    """The end of a long name, which for folders says more than its beginning."""
    if len(name) <= LONGEST_NAME:
        return name
    end = name[-LONGEST_NAME + 1 :]
    return "…" + end[end.find("/") + 1 :]


def _spaced(text: str) -> str:
    return text.replace("%", " %")
