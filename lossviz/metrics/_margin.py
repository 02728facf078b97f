"""Where a loss with a margin draws the line, from the curve that its run keeps."""

from collections.abc import Sequence

import numpy as np

STEPS = 1024  # between the own weight and the other one
SLACK = 1e-6  # the kept curve is rounded to 6 decimals


def margin_angle(psi: Sequence[float], apart: float) -> float:
    """The angle to its own weight, in degrees, below which an embedding has met the margin towards one other weight.

    ``psi`` are the target logits over the scale at equal steps from 0 to 180 degrees (``loss.psi`` of a run's
    header), ``apart`` the degrees in (0, 180] between the two weights. On the arc from the own weight to the other,
    it is the first angle at which psi(theta) = cos(apart - theta); NaN where there is none, because the margin
    leaves the class nothing, not even its own weight.
    """
    theta = np.linspace(0.0, apart, STEPS + 1)
    kept = np.interp(theta, np.linspace(0.0, 180.0, len(psi)), psi)
    ahead = kept - np.cos(np.radians(apart - theta))
    behind = ahead < -SLACK
    first = int(behind.argmax())
    if first == 0:  # behind at the own weight already, or nowhere
        return float("nan")
    before, after = max(float(ahead[first - 1]), 0.0), float(ahead[first])
    return float(theta[first - 1] + (theta[first] - theta[first - 1]) * before / (before - after))
