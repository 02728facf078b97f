"""A panel at one moment, also between two epochs: where its points, prototypes and class means are, in unit radii."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.records import Floats, Ints
from lossviz.view import Panel
from lossviz.view.payload import radius_of

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """``points`` (N, k), ``prototypes`` (P, k) or none, ``means`` (C, k), NaN for classes without points."""

    points: Doubles
    prototypes: Doubles | None
    means: Doubles


class Timed:
    """A panel that can be asked for any moment. ``radius`` is what one unit radius is in the panel's own units."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.radius = 1.0 if panel.sphere else radius_of(panel.positions)

    def at(self, epoch: float) -> Moment:
        """The panel at ``epoch``; between two of its epochs every point moves straight from one to the other."""
        points = self._between(self.panel.positions, epoch)
        prototypes = self.panel.prototypes
        return Moment(
            points,
            None if prototypes is None else self._between(prototypes, epoch),
            means_of(points, self.panel.labels, len(self.panel.class_names)),
        )

    def _between(self, values: Floats, epoch: float) -> Doubles:
        epochs = self.panel.epochs
        place = float(np.interp(epoch, epochs, np.arange(len(epochs))))
        first = int(place)
        second = min(first + 1, len(epochs) - 1)
        share = place - first
        return (values[first].astype(np.float64) * (1 - share) + values[second] * share) / self.radius


def means_of(points: Doubles, labels: Ints, classes: int) -> Doubles:
    """The mean point of each class, NaN where there is none."""
    known = labels >= 0
    counts = np.bincount(labels[known], minlength=classes)
    sums = np.stack(
        [np.bincount(labels[known], weights=points[known, axis], minlength=classes) for axis in range(points.shape[1])],
        axis=1,
    )
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], np.nan)
