"""How the learning rate moves, as a factor of its peak."""

import math


def factor(schedule: str, done: float) -> float:
    """Factor on the peak learning rate when ``done`` of the run, in [0, 1], is behind.

    ``onecycle`` (Smith and Topin 2019) rises along a cosine from 1/25 over the first 30 % and falls to about 0;
    ``cosine`` (Loshchilov and Hutter 2017) falls from 1 to 0.
    """
    if schedule == "constant":
        return 1.0
    if schedule == "cosine":
        return _between(1.0, 0.0, done)
    rise = 0.3
    if done < rise:
        return _between(1 / 25, 1.0, done / rise)
    return _between(1.0, 1e-4, (done - rise) / (1 - rise))


def _between(start: float, end: float, done: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2
