"""Images worth a look: surely wrong, far from where they belong, or on the move."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.analysis._distances import distance_unit, distances_to
from lossviz.records import Floats, Ints


@dataclass(frozen=True)
class Offenders:
    """Rows of the probe (n,), worst first, with what they are ranked by: ``values`` (n,) in ``unit``.

    ``unit`` is ``"%"`` for a fraction that is shown in per cent, ``"deg"``, or empty.
    """

    title: str
    rows: Ints
    values: NDArray[np.float64]
    unit: str


def surely_wrong(labels: Ints, predictions: Ints, confidence: Floats, count: int) -> Offenders:
    """At most ``count`` images that are taken for another class, the most confident ones first."""
    wrong = np.where((predictions != labels) & (predictions >= 0), confidence, np.nan)
    return _worst("Wrong, and sure of it", wrong, count, "%")


def farthest_from_own(own: Floats, count: int) -> Offenders:
    """At most ``count`` images by the angle (N,) to their own prototype, the largest first."""
    return _worst("Farthest from the own prototype", own, count, "deg")


def most_moved(before: Floats, after: Floats, metric: str, count: int) -> Offenders:
    """At most ``count`` images by how far they moved from ``before`` (N, d) to ``after`` (N, d), in ``metric``.

    Nothing is taken out of the motion: where a whole embedding turns, all of it has moved. For the cosine it is the
    angle that an image turned by.
    """
    return _worst("Moved most", distances_to(before, after, metric), count, distance_unit(metric))


def _worst(title: str, values: NDArray[np.floating], count: int, unit: str) -> Offenders:
    """The largest of ``values``, those that are NaN left out; of equal ones the first row comes first."""
    order = np.argsort(-values.astype(np.float64), kind="stable")
    rows = order[np.isfinite(values[order])][:count]
    return Offenders(title, rows, values[rows].astype(np.float64), unit)
