"""Losses over the plane of one similarity to a negative and one to a positive, out of the criteria themselves.

The pages compute these surfaces in the browser; what is here is what they are held to.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lossviz.losses import get
from lossviz.losses._angular import AngularLoss
from lossviz.losses._library import LibraryCriterion

Doubles = NDArray[np.float64]
KINDS = ("triplet", "am_softmax", "circle")
STEP = 1e-6


@dataclass(frozen=True)
class Surface:
    """``loss`` (G,) and its derivatives ``by_negative`` and ``by_positive`` (G,)."""

    loss: Doubles
    by_negative: Doubles
    by_positive: Doubles


def surface(kind: str, negative: Doubles, positive: Doubles, *, margin: float, gamma: float = 1.0) -> Surface:
    """The loss of an anchor with one positive and one negative, at cosines in (-1, 1), each (G,).

    ``triplet`` is FaceNet's on squared distances of unit vectors, with a margin of ``2 * margin`` so that its
    boundary is ``s_p - s_n = margin``, that of ``am_softmax``. ``gamma`` is not used by it. ``circle`` holds its
    weights constant in the gradient, as trained; :func:`without_detaching` does not.
    """
    return _derived(_per_point(kind, margin, gamma), negative, positive)


def without_detaching(negative: Doubles, positive: Doubles, *, margin: float, gamma: float) -> Surface:
    """Circle loss with the gradient of its value, weights included: central differences of the criterion's value."""
    value = _per_point("circle", margin, gamma)

    def at(s_n: Doubles, s_p: Doubles) -> Doubles:
        return value(torch.from_numpy(s_n), torch.from_numpy(s_p)).detach().numpy()

    by_negative = (at(negative + STEP, positive) - at(negative - STEP, positive)) / (2 * STEP)
    by_positive = (at(negative, positive + STEP) - at(negative, positive - STEP)) / (2 * STEP)
    return Surface(at(negative, positive), by_negative, by_positive)


def unified(negatives: Tensor, positives: Tensor, *, margin: float, gamma: float) -> Tensor:
    """Sun et al. 2020, Eq. 1, over K ``positives`` and L ``negatives``: the loss that becomes AM-softmax with one
    positive, and gamma times the triplet hinge of the hardest pairs as gamma grows."""
    return functional.softplus(
        torch.logsumexp(gamma * (negatives + margin), 0) + torch.logsumexp(-gamma * positives, 0)
    )


def circle(negatives: Tensor, positives: Tensor, *, margin: float, gamma: float) -> Tensor:
    """Circle loss of one anchor with K ``positives`` and L ``negatives`` given by their cosines."""
    count = 1 + len(positives) + len(negatives)
    cosines = torch.cat([positives, negatives])
    others = torch.stack([cosines, (1 - cosines.square()).sqrt()], 1)
    rows = torch.cat([torch.tensor([[1.0, 0.0]], dtype=cosines.dtype), others])
    # Each pair is named twice, which changes nothing, as the library takes a single one for none.
    first, last = torch.arange(1, 1 + len(positives)).repeat(2), torch.arange(1 + len(positives), count).repeat(2)
    kinds = torch.tensor([0] * (1 + len(positives)) + [1] * len(negatives))
    pairs = (torch.zeros_like(first), first, torch.zeros_like(last), last)
    return _library("circle", margin=margin, gamma=gamma)(rows, kinds, pairs)


def _derived(value: Callable[[Tensor, Tensor], Tensor], negative: Doubles, positive: Doubles) -> Surface:
    s_n, s_p = torch.from_numpy(negative).requires_grad_(), torch.from_numpy(positive).requires_grad_()
    losses = value(s_n, s_p)
    by_negative, by_positive = torch.autograd.grad(losses.sum(), (s_n, s_p))
    return Surface(losses.detach().numpy(), by_negative.numpy(), by_positive.numpy())


def _per_point(kind: str, margin: float, gamma: float) -> Callable[[Tensor, Tensor], Tensor]:
    """A function from cosines ``(G,)`` to losses ``(G,)``."""
    if kind == "am_softmax":
        loss = get("cosface")(margin=margin, scale=gamma)  # type: ignore[call-arg]
        assert isinstance(loss, AngularLoss)
        return lambda s_n, s_p: functional.softplus(gamma * (s_n - loss.psi(torch.acos(s_p))))
    if kind == "triplet":
        squared = _library("triplet", margin=2 * margin, mining="all")
        return lambda s_n, s_p: _each(lambda rows, kinds: squared(rows, kinds, _rows(0, 1, 2)), s_n, s_p)
    return lambda s_n, s_p: torch.stack(
        [circle(n[None], p[None], margin=margin, gamma=gamma) for n, p in zip(s_n, s_p, strict=True)]
    )


def _each(value: Callable[[Tensor, Tensor], Tensor], s_n: Tensor, s_p: Tensor) -> Tensor:
    """The loss of an anchor, a positive and a negative on the unit circle, point by point."""
    anchor, kinds = torch.tensor([1.0, 0.0], dtype=s_n.dtype), torch.tensor([0, 0, 1])
    places = [torch.stack([s, (1 - s.square()).sqrt()], 1) for s in (s_p, s_n)]
    return torch.stack([value(torch.stack([anchor, p, n]), kinds) for p, n in zip(*places, strict=True)])


def _rows(*rows: int) -> tuple[Tensor, ...]:
    return tuple(torch.tensor([row]) for row in rows)


def _library(name: str, **knobs: object) -> Callable[..., Tensor]:
    """The library's own loss inside the criterion, which can be told which pairs to look at."""
    criterion = get(name)(**knobs).criterion(2, 2)
    assert isinstance(criterion, LibraryCriterion)
    return criterion.library_loss
