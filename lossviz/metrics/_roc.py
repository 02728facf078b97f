"""The ROC of genuine against impostor similarities.

Written here because a snapshot has two million pairs and a run many snapshots: sorting the two sides once answers
every question below about ten times faster than a general ROC with one label a score.

A pair is accepted if its similarity reaches the threshold. TAR (true accept rate) is the fraction of genuine pairs
that are accepted, FAR (false accept rate) that of impostor pairs. Pairs that tie are accepted together.
"""

import math
from dataclasses import dataclass

import numpy as np

from lossviz.metrics._similarity import Doubles

SLACK = 1e-9  # 0.29 * 100 must count as 29


@dataclass(frozen=True)
class Roc:
    """Similarities of genuine (G,) and impostor (I,) pairs, ascending; neither may be empty."""

    genuine: Doubles
    impostor: Doubles

    @classmethod
    def of(cls, genuine: Doubles, impostor: Doubles) -> "Roc | None":
        """From unsorted similarities; ``None`` if there are no genuine or no impostor pairs."""
        return cls(np.sort(genuine), np.sort(impostor)) if len(genuine) and len(impostor) else None

    def tar_at_far(self, far: float) -> float | None:
        """The largest TAR at a threshold whose FAR is at most ``far`` < 1: a step, nothing is interpolated.

        ``None`` if there are fewer than 1/far impostors, too few for such a rate to be seen.
        """
        accepted = math.floor(far * len(self.impostor) + SLACK)
        if accepted < 1:
            return None
        refused = self.impostor[-1 - accepted]
        return float(np.count_nonzero(self.genuine > refused) / len(self.genuine))

    def far_at_tar(self, tar: float) -> float:
        """The smallest FAR at a threshold whose TAR is at least ``tar`` > 0: a step, nothing is interpolated."""
        needed = math.ceil(tar * len(self.genuine) - SLACK)
        threshold = self.genuine[-needed]
        return float(_rate(self.impostor, threshold))

    def auc(self) -> float:
        """The probability that a genuine pair is more similar than an impostor pair, ties counting one half."""
        below = np.searchsorted(self.impostor, self.genuine, side="left")
        up_to = np.searchsorted(self.impostor, self.genuine, side="right")
        return float((below.mean() + up_to.mean()) / 2 / len(self.impostor))

    def eer(self) -> float:
        """The rate at which FAR = 1 - TAR, on the straight line between the two neighbouring thresholds."""
        _, tar, far = self.curve()
        tar, far = np.append(0.0, tar), np.append(0.0, far)
        return float(np.interp(0.0, far + tar - 1, far))

    def curve(self) -> tuple[Doubles, Doubles, Doubles]:
        """Every distinct similarity as a threshold, descending, with its TAR and its FAR: three arrays (T,)."""
        thresholds = np.unique(np.concatenate([self.genuine, self.impostor]))
        return thresholds[::-1], _rate(self.genuine, thresholds)[::-1], _rate(self.impostor, thresholds)[::-1]


def _rate(ascending: Doubles, thresholds: Doubles) -> Doubles:
    """The part of ``ascending`` that reaches each threshold; a count over a count, so that 35 of 700 equals 0.05."""
    rates: Doubles = (len(ascending) - np.searchsorted(ascending, thresholds, side="left")) / len(ascending)
    return rates
