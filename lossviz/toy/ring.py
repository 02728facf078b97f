"""Classes whose weights stand at equal angles on the circle, and what a loss can reach there.

The browser computes the same while a knob is dragged (``ui/lab/js/geometry.js``); a test holds it to these.
"""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def neighbour_angle(count: int) -> float:
    """Radians between neighbouring class weights."""
    return 2 * np.pi / count


def ring_loss(target: Doubles, scale: float, count: int, theta: Doubles) -> Doubles:
    """Loss of embeddings ``theta`` (any shape, radians) from their class weight, towards a neighbour.

    ``target`` is psi at these angles; ``scale`` times it is the true class's logit, those of the ``count - 1`` others
    are ``scale`` times the cosine.
    """
    rivals = 2 * np.pi * np.arange(1, count) / count
    logits = scale * np.cos(rivals - np.asarray(theta)[..., None])
    own = scale * np.asarray(target)
    high = np.maximum(logits.max(-1), own)
    spread = np.exp(logits - high[..., None]).sum(-1) + np.exp(own - high)
    result: Doubles = high + np.log(spread) - own
    return result


def loss_bound(count: int, scale: float) -> float:
    """The loss that no embedding of ``count`` classes can go below at this scale (Wang et al. 2017, Proposition 2)."""
    return float(np.log1p((count - 1) * np.exp(-count / (count - 1) * scale)))
