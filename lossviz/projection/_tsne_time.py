"""One t-SNE picture for many epochs.

The last epoch is drawn first: it is the best parted, and what it shows decides where everything stands. Then back in
time, each epoch from the one after it. Where the neighbourhoods changed much between two epochs, the picture is molten
a little first and turned back onto its neighbour. Last, all epochs are polished together, with springs between a
point's places in consecutive epochs: a spring is as stiff as the 4th power of the share of neighbours that the point
keeps there, so that what does not move in the embedding does not move on the screen, and what does is free to go.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from lossviz.projection._compiled import concurrently
from lossviz.projection._rigid import align
from lossviz.projection._tsne_affinity import Affinity, affinity, overlap
from lossviz.projection._tsne_motion import HEAVY, MOMENTUM, Motion, in_space, shrunken
from lossviz.projection.base import Progress, Watch
from lossviz.records import Floats

PARTING, PARTING_PULL = 60, 12.0  # steps at the beginning in which attraction is exaggerated, and how much
CHAINED = 20  # steps for an epoch that starts from its neighbour
MOLTEN, MOLTEN_PULL = 40, 4.0  # steps before that where too little is the same
SAME = 0.6  # mean overlap below which an epoch is molten first
UNLIKE, RESTARTED = 0.4, 120  # mean overlap below which it begins anew, at its neighbour's picture made tiny, and steps
POLISHING = 200  # steps of all epochs together
LOOSENING = 4  # power of the overlap in a spring's stiffness
SOLID = 3  # axes in which points can pass one another
PREPARING = 20  # what an epoch's neighbours cost, in steps


@dataclass(frozen=True)
class Schedule:
    """What decides a fit: ``axes`` 2 or 3, ``steps`` for the first picture, ``stiffness`` of the springs in time."""

    perplexity: float
    axes: int
    steps: int
    stiffness: float


def draw(epochs: Sequence[Floats], start: Floats, schedule: Schedule, watch: Watch) -> Floats:
    """Pictures (E, N, axes) of ``epochs`` (N, d) each, the last of which begins at ``start`` (N, 3)."""
    count = len(epochs)
    polishing = POLISHING if count > 1 else 0
    clock = _Clock(watch, count * (PREPARING + polishing) + PARTING + schedule.steps + (count - 1) * CHAINED)
    affinities = []
    for found in concurrently([partial(affinity, epoch, schedule.perplexity) for epoch in epochs]):
        affinities.append(found)
        clock.tick(PREPARING, f"neighbours of epoch {len(affinities)} of {count}")
    kept = [overlap(a.neighbours, b.neighbours) for a, b in pairwise(affinities)]
    pictures = _backwards(affinities, kept, start, schedule, clock)
    if polishing:
        springs = np.float32(schedule.stiffness) * np.stack(kept) ** LOOSENING
        pictures = _polished(affinities, springs, pictures, schedule, clock)
    return np.ascontiguousarray(pictures[:, :, : schedule.axes])


def _backwards(
    affinities: Sequence[Affinity], kept: Sequence[Floats], start: Floats, schedule: Schedule, clock: "_Clock"
) -> Floats:
    """A first picture of every epoch (E, N, 3), from the last to the first."""
    last = len(affinities) - 1
    pictures = np.empty((last + 1, *start.shape), np.float32)
    motion = Motion(affinities[last], start, schedule.axes)
    motion.run(PARTING, PARTING_PULL, clock.teller(last))
    motion.momentum = HEAVY if schedule.axes == SOLID else MOMENTUM  # in the plane points would jam
    motion.run(schedule.steps, 1.0, clock.teller(last))
    pictures[last] = motion.positions
    clock.show(last, pictures[last, :, : schedule.axes])
    for index in range(last - 1, -1, -1):
        begun = pictures[index + 1, :, : schedule.axes]
        pictures[index] = _beside(begun, affinities[index], float(kept[index].mean()), clock.teller(index, 0))
        clock.tick(CHAINED, f"drawing epoch number {index + 1}")
        clock.show(index, pictures[index, :, : schedule.axes])
    return pictures


def _beside(after: Floats, affinity: Affinity, kept: float, told: Callable[[], None]) -> Floats:
    """A picture (N, 3) of an epoch of which ``kept`` is as in its neighbour, drawn as ``after`` (N, axes)."""
    motion = Motion(affinity, in_space(after) if kept >= UNLIKE else shrunken(after, 0), after.shape[1])
    if kept >= SAME:
        motion.run(CHAINED, 1.0, told)
        return motion.positions
    if kept >= UNLIKE:
        motion.run(MOLTEN, MOLTEN_PULL, told)
        motion.run(2 * CHAINED, 1.0, told)
    else:
        motion.run(PARTING, PARTING_PULL, told)
        motion.run(RESTARTED, 1.0, told)
    turned: Floats = (motion.positions @ align(motion.positions, in_space(after)).matrix).astype(np.float32)
    return turned


def _polished(
    affinities: Sequence[Affinity], springs: Floats, pictures: Floats, schedule: Schedule, clock: "_Clock"
) -> Floats:
    """``pictures`` (E, N, 3) moved on together under ``springs`` (E - 1, N) between consecutive epochs."""
    motions = [Motion(one, picture, schedule.axes) for one, picture in zip(affinities, pictures, strict=True)]
    springs_of_all = Springs(springs)
    for _step in range(POLISHING):
        for _ in concurrently([motion.step for motion in motions]):
            clock.tick(1, "all epochs together")
        together = np.stack([motion.positions for motion in motions])
        springs_of_all.pull(together)
        together -= together.mean(axis=(0, 1))
        for motion, positions in zip(motions, together, strict=True):
            motion.positions[:] = positions
    return together


class Springs:
    """Springs of ``stiffness`` (E - 1, N) between each point's places in epochs t and t + 1."""

    def __init__(self, stiffness: Floats) -> None:
        self._stiffness = stiffness[:, :, None]
        before = np.concatenate([np.zeros_like(stiffness[:1]), stiffness])
        after = np.concatenate([stiffness, np.zeros_like(stiffness[:1])])
        self._pivots = 1 + before + after
        for epoch in range(1, len(self._pivots)):
            self._pivots[epoch] -= before[epoch] ** 2 / self._pivots[epoch - 1]
        self._pivots = self._pivots[:, :, None]

    def pull(self, places: Floats) -> None:
        """Move ``places`` (E, N, k) to where springs and a unit spring to the present place are in balance, in place.

        That is the least of |y - places|^2 + sum_t stiffness_t |y_t+1 - y_t|^2, one tridiagonal solution a point
        (Thomas' algorithm). Taken at the end of the step like this, no stiffness makes the motion unstable.
        """
        for epoch in range(1, len(places)):
            places[epoch] += self._stiffness[epoch - 1] * places[epoch - 1] / self._pivots[epoch - 1]
        places[-1] /= self._pivots[-1]
        for epoch in range(len(places) - 2, -1, -1):
            places[epoch] += self._stiffness[epoch] * places[epoch + 1]
            places[epoch] /= self._pivots[epoch]


class _Clock:
    """Tells whoever watches how much of ``work`` is done."""

    def __init__(self, watch: Watch, work: float) -> None:
        self._watch, self._work, self._spent = watch, work, 0.0

    def tick(self, work: float, doing: str) -> None:
        self._spent += work
        self._watch(Progress(min(self._spent / self._work, 1.0), doing))

    def teller(self, epoch: int, work: float = 1) -> Callable[[], None]:
        return lambda: self.tick(work, f"drawing epoch number {epoch + 1}")

    def show(self, epoch: int, picture: Floats) -> None:
        done = min(self._spent / self._work, 1.0)
        self._watch(Progress(done, f"epoch number {epoch + 1} can be seen", epoch, picture.copy()))
