"""Decision boundaries, found from a target-logit curve and nothing else."""

from collections.abc import Callable

import torch
from torch import Tensor


def boundary_angle(curve: Callable[[Tensor], Tensor], apart: Tensor, ratio: float = 1.0) -> Tensor:
    """Where class 1 with its margin stops beating class 2 without: the first root of curve(a) = ratio cos(apart - a).

    ``apart`` holds angles in radians (any shape) between the weights of the two classes, ``ratio`` is the length of
    the second weight over that of the first. The result, float64 and of the same shape, is the angle between the
    boundary and the first weight, on the arc between the two; NaN where there is none, because the margin leaves
    class 1 nothing, not even its own weight. At a jump of the curve it is where the jump is.
    """
    apart = apart.double()

    def behind(theta: Tensor) -> Tensor:
        return curve(theta) - ratio * torch.cos(apart - theta) < -1e-12

    steps = torch.linspace(0, 1, 1025, dtype=torch.float64, device=apart.device).view(-1, *[1] * apart.ndim)
    scanned = behind(apart * steps)
    first = scanned.int().argmax(0)
    low, high = apart * (first - 1) / 1024, apart * first / 1024
    for _ in range(45):
        middle = (low + high) / 2
        beyond = behind(middle)
        low, high = torch.where(beyond, low, middle), torch.where(beyond, middle, high)
    return torch.where(first > 0, high, torch.nan)
