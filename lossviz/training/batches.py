"""The order in which a run sees its images: the same for every loss at the same seed."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from lossviz.records import Settings
from lossviz.training.chance import derive

Ints = NDArray[np.int64]


def settled_sampler(asked: str, batch_size: int, classes: int) -> str:
    """``"shuffle"`` or ``"pk"``. ``auto`` shuffles where a batch holds about 3 of each class anyway.

    It looks at the data and never at the loss, so that runs under different losses see the same batches.
    """
    if asked != "auto":
        return asked
    return "shuffle" if classes * 3 <= batch_size else "pk"


def epoch_batches(labels: Ints, settings: Settings, epoch: int) -> list[Ints]:
    """Positions into ``labels``, batch by batch, for one epoch (from 1) under settled ``settings``.

    The last batch is left out when it is not full, unless it is the only one: batch norm on a handful of images
    does harm.
    """
    chance = np.random.default_rng(derive(settings.seed, "batches", epoch))
    assert settings.batch_size is not None
    size = min(settings.batch_size, len(labels))
    if settings.sampler == "ordered":
        order = np.arange(len(labels))
    elif settings.sampler == "pk":
        order, size = _pk_order(labels, settings.batch_size, settings.per_class, chance)
    else:
        order = chance.permutation(len(labels))
    full = len(order) // size * size
    return [order[start : start + size] for start in range(0, full, size)]


def order_digest(previous: str, batches: list[Ints]) -> str:
    """sha256 over ``previous`` and the batches, so that it stands for the whole order up to here."""
    digest = hashlib.sha256(previous.encode())
    for batch in batches:
        digest.update(np.ascontiguousarray(batch, dtype="<i8").tobytes())
    return digest.hexdigest()


def _pk_order(labels: Ints, batch_size: int, per_class: int, chance: np.random.Generator) -> tuple[Ints, int]:
    """Images in groups of K of one class, consecutive groups of different classes; and the batch's size P*K.

    What is left of a class after its full groups makes one more, filled up with others of the class, if it is at
    least half a group; else it sits this epoch out.
    """
    classes = np.unique(labels)
    p = max(1, min(len(classes), batch_size // per_class))
    k = min(batch_size // p, int(np.bincount(labels).max()))
    rounds: list[list[Ints]] = []
    for label in classes:
        own = chance.permutation(np.flatnonzero(labels == label))
        left = len(own) % k
        if left and (left * 2 >= k or len(own) < k):
            own = np.concatenate([own, chance.choice(own[: len(own) - left] if len(own) > k else own, k - left)])
        for turn, start in enumerate(range(0, len(own) - k + 1, k)):
            if turn == len(rounds):
                rounds.append([])
            rounds[turn].append(own[start : start + k])
    groups = [groups[i] for groups in rounds for i in chance.permutation(len(groups))]
    order = np.concatenate(groups)
    return order, min(p * k, len(order))
