"""Small nets on real digits, one for each value of a knob and each seed: scores against the knob, and the features.

What papers show on faces (accuracy over margin, scale or weight; features for each margin) is shown here on
scikit-learn's digits, because a net for them trains in half a second. Digits that no net was trained on take the part
of the faces of people that nobody knows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch

from lossviz import data
from lossviz.errors import KnobError
from lossviz.knobs import Knob, Knobbed, Value, knob
from lossviz.losses.base import Loss
from lossviz.metrics.base import Evidence, PairEvidence
from lossviz.metrics.lfw_folds import LfwFolds
from lossviz.metrics.nearest import Nearest
from lossviz.records import Floats, Ints
from lossviz.toy.forces import BUILDING
from lossviz.toy.training import Net, Trainer, batches

CLASSES = {"0-9": range(10), "0-7": range(8), "0-6": range(7), "0-5": range(6), "4 and 9": (4, 9)}
"""What ``digits`` of :class:`SweepKnobs` stands for."""
WIDTH = "hidden"
"""The knob that is the net's and not the loss's, and can be swept as well."""
MOST_VALUES = 8
MOST_NETS = 60
PAIRS = 3000  # of unseen digits, half of them of one digit
FOLDS = 10
BINS = 90  # of the histograms of angles, from 0 to 180 degrees
SHOWN = 240  # pairs of similarities that are kept
TOLD_EVERY = 20  # steps


@dataclass(frozen=True)
class SweepKnobs(Knobbed):
    """What all nets of a sweep have in common."""

    digits: str = knob(
        "0-6", choices=tuple(CLASSES), help="Digits that are trained on; the others are the unseen ones."
    )
    dim: int = knob(16, 2, 32, step=1, help="Dimension of the embedding; with 2 or 3 the features are drawn.")
    seeds: int = knob(3, 1, 5, step=1, help="Nets for each value, each with its own initial weights and batches.")
    steps: int = knob(300, 60, 1000, step=20, help="Steps of the optimiser (Adam), batches of 64.")
    lr: float = knob(0.005, 0.0005, 0.05, log=True, help="Learning rate of the net; class weights take twice it.")
    hidden: int = knob(32, 4, 128, step=4, help="Width of the net's two hidden layers.")
    warm_share: float = knob(
        0.0, 0.0, 0.5, step=0.05, help="Share of the steps in which a normalised loss is preceded by plain softmax."
    )


@dataclass(frozen=True)
class Entry:
    """One setting: what it is called, its loss, its place on the axis (``None`` for a loss beside), the net's width."""

    name: str
    loss: Loss
    at: Value
    hidden: int


@dataclass(frozen=True)
class Sweep:
    """``loss`` with ``over`` (a knob of its own, or ``hidden``) at each of ``values``, and the losses ``beside`` it."""

    loss: Loss
    over: str
    values: tuple[Value, ...]
    beside: tuple[Loss, ...] = ()
    knobs: SweepKnobs = field(default_factory=SweepKnobs)

    def __post_init__(self) -> None:
        if not 1 <= len(self.values) <= MOST_VALUES:
            raise KnobError(f"a sweep takes 1 to {MOST_VALUES} values, got {len(self.values)}")
        if len(set(self.values)) < len(self.values):
            raise KnobError("a sweep takes each value once")
        if self.nets > MOST_NETS:
            raise KnobError(f"a sweep trains at most {MOST_NETS} nets, this one would train {self.nets}")
        self.entries()

    @property
    def nets(self) -> int:
        """How many nets are trained."""
        return self.knobs.seeds * (len(self.values) + len(self.beside))

    @property
    def knob(self) -> Knob:
        """The knob that is swept."""
        return swept_knob(type(self.loss), self.over)

    def entries(self) -> tuple[Entry, ...]:
        """The losses beside, then one setting a value; raises :class:`KnobError` for a value that is not allowed."""
        found = [Entry(loss.title, loss, None, self.knobs.hidden) for loss in self.beside]
        for value in self.values:
            name = f"{self.over.replace('_', ' ')} {spoken(value)}"
            if self.over == WIDTH:
                found.append(Entry(name, self.loss, value, int(SweepKnobs.knob(WIDTH).check(value, "net") or 0)))
            else:
                made = type(self.loss).from_values({**self.loss.values(), self.over: value})
                found.append(Entry(name, made, value, self.knobs.hidden))
        return tuple(found)

    def told(self) -> str:
        """All that decides the outcome, as a line of text: two sweeps with the same one are the same."""
        own = {name: value for name, value in _deciding(self.loss).items() if name != self.over}
        beside = [(loss.key(), _deciding(loss)) for loss in self.beside]
        return f"{self.loss.key()} {own} {self.over} {self.values} {beside} {self.knobs.values()}"


def _deciding(loss: Loss) -> dict[str, Value]:
    """A loss's knobs; a fault that it could have on purpose, and has not, decides nothing."""
    usual = {declared.name: declared.default for declared in loss.knobs() if declared.faults}
    return {name: value for name, value in loss.values().items() if name not in usual or value != usual[name]}


def swept_knob(cls: type[Loss], over: str) -> Knob:
    """The knob of that name, of the loss or of the net."""
    return SweepKnobs.knob(WIDTH) if over == WIDTH else cls.knob(over)


def spoken(value: Value) -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


@dataclass(frozen=True)
class Outcome:
    """What became of one setting.

    ``known`` (seeds) are the shares of held-out images of trained digits that are nearest to their own digit's center;
    ``unseen`` (seeds, or none) the shares of pairs of untrained digits told right. The rest is of the first seed:
    ``features`` (N, dim) of the held-out images and ``prototypes`` (P, dim), where dim is 2 or 3; ``same`` and
    ``other`` (BINS) count the angles between pairs of them; ``similarities`` (SHOWN, 2) are cosines of one image to one
    of another digit and to one of its own.
    """

    name: str
    at: Value
    known: tuple[float, ...]
    unseen: tuple[float, ...]
    features: Floats | None
    prototypes: Floats | None
    prototype_labels: Ints | None
    same: Ints
    other: Ints
    similarities: Floats


@dataclass(frozen=True)
class Digits:
    """Pixels (N, 64) and labels from 0 of trained, held-out and unseen digits; ``names`` of the trained ones."""

    train: tuple[Floats, Ints]
    held_out: tuple[Floats, Ints]
    unseen: tuple[Floats, Ints]
    names: tuple[str, ...]


def digits_for(chosen: str) -> Digits:
    """The digits that ``chosen`` names, as the data set's own split has them."""
    images = data.open_set("digits")
    wanted = list(CLASSES[chosen])
    number = np.full(10, -1, np.int64)
    number[wanted] = np.arange(len(wanted))
    raw = images.images.reshape(len(images.images), -1) / 255
    pixels: Floats = ((raw - images.mean[0]) / images.std[0]).astype(np.float32)
    labels, known = number[images.labels], np.isin(images.labels, wanted)
    parts = [known & ~images.is_test, known & images.is_test]
    train, held_out = ((pixels[part], labels[part]) for part in parts)
    return Digits(train, held_out, (pixels[~known], images.labels[~known]), tuple(str(each) for each in wanted))


def run_sweep(sweep: Sweep, told: Callable[[int], None] = lambda nets: None) -> list[Outcome]:
    """Train all nets of a sweep, one after another; ``told`` hears how many are done, now and then."""
    digits, found, done = digits_for(sweep.knobs.digits), list[Outcome](), 0
    for entry in sweep.entries():
        trained = []
        for seed in range(sweep.knobs.seeds):
            trained.append(_trained(entry, sweep.knobs, digits, seed, partial(told, done)))
            done += 1
        found.append(_outcome(entry, trained, digits))
    told(sweep.nets)
    return found


@dataclass(frozen=True)
class _Trained:
    """One net: its embeddings of each part of the digits, and its loss's prototypes."""

    metric: str
    train: Floats
    held_out: Floats
    unseen: Floats
    prototypes: Floats | None
    owners: Ints | None


def _trained(entry: Entry, knobs: SweepKnobs, digits: Digits, seed: int, still: Callable[[], None]) -> _Trained:
    pixels, labels = (torch.from_numpy(part) for part in digits.train)
    with BUILDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Net(pixels.shape[1], knobs.dim, entry.hidden)
    shape = (len(digits.names), knobs.dim)
    trainer = Trainer(entry.loss, net, (pixels, labels), shape, lr=knobs.lr, head_lr=2 * knobs.lr, seed=seed)
    warm = (
        round(knobs.warm_share * knobs.steps)
        if entry.loss.normalises and trainer.criterion.prototypes is not None
        else 0
    )
    for step, rows in enumerate(batches(len(labels), knobs.steps, seed), 1):
        if step == warm + 1 and warm:
            trainer.cool_down()
        trainer.step(rows, step <= warm, (step - 1 - warm) / (knobs.steps - warm))
        if step % TOLD_EVERY == 0:
            still()
    with torch.no_grad():
        train, held_out, unseen = (_embedded(net, part) for part, _ in (digits.train, digits.held_out, digits.unseen))
    prototypes, owners = trainer.criterion.prototypes, trainer.criterion.prototype_labels
    return _Trained(
        entry.loss.metric,
        train,
        held_out,
        unseen,
        prototypes=None if prototypes is None else prototypes.numpy().copy(),
        owners=None if owners is None else owners.numpy(),
    )


def _embedded(net: Net, pixels: Floats) -> Floats:
    embedded: Floats = net(torch.from_numpy(pixels), torch.arange(len(pixels))).numpy()
    return np.nan_to_num(embedded)


def _outcome(entry: Entry, trained: list[_Trained], digits: Digits) -> Outcome:
    first, labels = trained[0], digits.held_out[1]
    drawn = first.held_out.shape[1] in (2, 3)
    same, other = angles_between_pairs(first.held_out, labels)
    return Outcome(
        name=entry.name,
        at=entry.at,
        known=tuple(_known(each, digits) for each in trained),
        unseen=tuple(_unseen(each, digits) for each in trained if len(np.unique(digits.unseen[1])) > 1),
        features=first.held_out if drawn else None,
        prototypes=first.prototypes if drawn else None,
        prototype_labels=first.owners if drawn else None,
        same=same,
        other=other,
        similarities=_similarities(first.held_out, labels),
    )


def _known(net: _Trained, digits: Digits) -> float:
    evidence = Evidence(net.metric, net.held_out, digits.held_out[1], net.train, digits.train[1])
    return Nearest().compute(evidence)["centroid_accuracy"]


def _unseen(net: _Trained, digits: Digits) -> float:
    """Pairs of unseen digits told right, threshold from the other nine of ten folds, as on LFW."""
    first, second, same = _pairs(digits.unseen[1])
    fold = np.arange(len(first)) % FOLDS
    pairs = PairEvidence(net.unseen[first], net.unseen[second], same, fold)
    evidence = Evidence(
        net.metric, net.held_out, digits.held_out[1], net.train, digits.train[1], pairs={"unseen": pairs}
    )
    return LfwFolds().compute(evidence)["lfw_accuracy"]


def _pairs(labels: Ints) -> tuple[Ints, Ints, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Rows of pairs, as many of one digit as of two, the same ones for every net."""
    chance = np.random.default_rng(0)
    first, second = chance.integers(0, len(labels), (2, 40 * PAIRS))
    apart = first != second
    same = labels[first] == labels[second]
    kept = [np.flatnonzero(apart & kind)[: PAIRS // 2] for kind in (same, ~same)]
    rows = chance.permutation(np.concatenate(kept))
    return first[rows], second[rows], same[rows]


def angles_between_pairs(features: Floats, labels: Ints) -> tuple[Ints, Ints]:
    """How many pairs of images of one digit, and of two, have which angle between their features; BINS counts each."""
    unit = features.astype(np.float64) / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    upper = np.triu_indices(len(labels), 1)
    degrees = np.degrees(np.arccos(np.clip(unit @ unit.T, -1, 1)))[upper]
    same = labels[upper[0]] == labels[upper[1]]
    edges = np.linspace(0, 180, BINS + 1)
    return np.histogram(degrees[same], edges)[0], np.histogram(degrees[~same], edges)[0]


def _similarities(features: Floats, labels: Ints) -> Floats:
    """Cosines of an image to one of another digit and to one of its own, for SHOWN images."""
    chance = np.random.default_rng(0)
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    rows = chance.integers(0, len(labels), SHOWN)
    found = []
    for row in rows:
        other = chance.choice(np.flatnonzero(labels != labels[row]))
        own = chance.choice(np.setdiff1d(np.flatnonzero(labels == labels[row]), [row]))
        found.append((unit[row] @ unit[other], unit[row] @ unit[own]))
    return np.array(found, np.float32)
