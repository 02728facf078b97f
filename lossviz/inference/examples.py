"""Images of a run's own data set to try it with: pairs to verify, and classes that it never saw, to enrol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz import data
from lossviz.data._recipes import Pixels
from lossviz.errors import DataError, KnobError, RunError
from lossviz.inference.decision import default_protocol
from lossviz.inference.enrolment import Enrolled, Search
from lossviz.records import Floats, Ints
from lossviz.runs import Run, probe_pictures


@dataclass(frozen=True)
class Pair:
    """Two ``images`` (2, C, H, W) ``uint8`` as the run's net takes them, of whom they are, and whether of the same."""

    images: Pixels
    names: tuple[str, str]
    same: bool


@dataclass(frozen=True)
class Unseen:
    """Classes that a run was not trained on: ``rows`` of ``images`` (N, C, H, W) by class name, two or more of each.

    ``groups`` names what each class belongs to (an alphabet), where the data set has that.
    """

    data_set: str
    images: Pixels
    rows: Mapping[str, Ints]
    groups: Mapping[str, str]

    def classes(self, group: str | None = None, more_than: int = 1) -> list[str]:
        """The classes of ``group``, or all, that have more images than ``more_than``."""
        names = [name for name, rows in self.rows.items() if len(rows) > more_than]
        return [name for name in names if group is None or self.groups[name] == group]


@dataclass(frozen=True)
class Draw:
    """Classes enrolled by lot, and other images to find among them.

    ``queries`` (Q, C, H, W) are of the classes ``names`` (Q,); ``truth`` (Q,) is the class's place in the gallery, or
    -1 for a stranger.
    """

    gallery: Enrolled
    queries: Pixels
    names: tuple[str, ...]
    truth: Ints


@dataclass(frozen=True)
class Rates:
    """Of a :class:`Draw`: the share of members found in a closed set (``closed``), found in an open one (``found``),
    and the share of strangers that is taken for somebody (``taken``). ``None`` where nobody or no threshold is there.
    """

    closed: float | None
    found: float | None
    taken: float | None


def whole_set(run: Run) -> data.Images | None:
    """All images of the run's data set, whatever its knobs left out.

    ``None`` unless it is prepared on this machine and still the one that the run was made from.
    """
    choice = run.config.data
    try:
        chosen = data.open_prepared(choice.name, choice.knobs)
    except KnobError:  # the data set has other knobs now, and is another one
        return None
    return None if chosen is None or chosen.digest != run.header["hashes"]["data"] else data.open_whole(choice.name)


def draw_pair(run: Run, same: bool, seed: int) -> Pair:
    """A pair of the run's verification protocol (of people that it did not train on), or without one of its probes.

    Raises :class:`RunError` where there is no such pair, or the images are not at hand.
    """
    protocol, rng = default_protocol(run), np.random.default_rng(seed)
    return _probes(run, same, rng) if protocol is None else _of_protocol(run, protocol, same, rng)


def unseen(run: Run) -> Unseen:
    """The classes of the run's data set that it did not train on, with at least two images; there may be none.

    Raises :class:`RunError` where the data set is not at hand.
    """
    images = whole_set(run)
    if images is None:
        raise _not_at_hand(run)
    trained = {run.class_names[label] for label in run.train_classes}
    order = np.argsort(images.labels, kind="stable")
    parts = np.split(order, np.searchsorted(images.labels[order], np.arange(1, len(images.class_names))))
    rows = {
        name: part
        for name, part in zip(images.class_names, parts, strict=True)
        if name not in trained and len(part) > 1
    }
    groups = dict(zip(images.class_names, images.groups, strict=True)) if images.groups else {}
    return Unseen(run.config.data.name, images.images, rows, {name: groups[name] for name in rows if groups})


def draw(there: Unseen, names: Sequence[str], ways: int, shots: int, seed: int, each: int | None = None) -> Draw:
    """Enrol ``ways`` of the classes ``names`` from ``shots`` images each, by lot; as many others are the strangers.

    Every class has to have more than ``shots`` images; at most ``each`` others of each are to be found. Raises
    :class:`DataError` where there are fewer than ``ways`` classes.
    """
    if not 1 <= ways <= len(names):
        raise DataError(f"{ways} classes cannot be enrolled where {len(names)} have more than {shots} images")
    rng = np.random.default_rng(seed)
    order = [names[at] for at in rng.permutation(len(names))[: 2 * ways]]
    shape = there.images.shape[1:]
    gallery = Enrolled(there.data_set, (), np.zeros((0, *shape), np.uint8), np.zeros(0, np.int64))
    rows, whose, truth = [], [], []
    for place, name in enumerate(order):
        lot = rng.permutation(there.rows[name])
        if place < ways:
            gallery = gallery.with_class(name, there.images[lot[:shots]])
        found = lot[shots:][:each]
        rows.append(found)
        whose += [name] * len(found)
        truth += [place if place < ways else -1] * len(found)
    return Draw(gallery, there.images[np.concatenate(rows)], tuple(whose), np.array(truth, np.int64))


def rates(search: Search, embeddings: Floats, truth: Ints, threshold: float | None) -> Rates:
    """How many of the queries (Q, d) are told right; ``truth`` (Q,) as in :class:`Draw`."""
    told, member = search.identify(embeddings, threshold), truth >= 0
    closed = _share((told.nearest == truth)[member])
    if threshold is None:
        return Rates(closed, None, None)
    return Rates(closed, _share((told.found == truth)[member]), _share((told.found >= 0)[~member]))


def _share(which: NDArray[np.bool_]) -> float | None:
    return float(which.mean()) if len(which) else None


def _of_protocol(run: Run, name: str, same: bool, rng: np.random.Generator) -> Pair:
    images, protocol = whole_set(run), run.protocols[name]
    if images is None:
        raise _not_at_hand(run)
    fitting = np.flatnonzero(protocol.same == same)
    if not len(fitting):
        raise RunError(f"the pairs '{name}' of run '{run.id}' have none that {'is' if same else 'is not'} the same")
    rows = run.samples["pairs"].index[protocol.index[rng.choice(fitting)]]
    first, second = (images.class_names[label] for label in images.labels[rows])
    return Pair(np.ascontiguousarray(images.images[rows]), (first, second), same)


def _probes(run: Run, same: bool, rng: np.random.Generator) -> Pair:
    pictures, labels = probe_pictures(run), run.samples["probe"].labels
    if pictures is None:
        raise _not_at_hand(run)
    for first in rng.permutation(len(labels)):
        others = np.flatnonzero((labels == labels[first]) == same)
        others = others[others != first]
        if len(others):
            rows = np.array([first, rng.choice(others)])
            names = run.class_names[labels[rows[0]]], run.class_names[labels[rows[1]]]
            return Pair(np.ascontiguousarray(pictures[rows].transpose(0, 3, 1, 2)), names, same)
    raise RunError(f"run '{run.id}' has no two test images of {'one class' if same else 'different classes'}")


def _not_at_hand(run: Run) -> RunError:
    name = run.config.data.name
    return RunError(
        f"the images of run '{run.id}' are not on this machine: the data set '{name}' is not prepared, or is another "
        "than the run was made from"
    )
