"""What a margin would say of embeddings that are already there, nothing trained.

While a knob is dragged the browser computes the same from :func:`seen` and the loss's traced curve
(``ui/lab/js/whatif_math.js``); a test holds it to :func:`what_if` over a grid.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lossviz.errors import KnobError
from lossviz.knobs import Value
from lossviz.losses._angular import AngularCriterion, AngularLoss, angle_between
from lossviz.records import Floats, Ints
from lossviz.toy.forces import fresh_criterion

TRIED = (0.0, 0.3, 0.7)  # places in the knobs' ranges at which a loss is asked whether it follows its curve


@dataclass(frozen=True)
class Seen:
    """Frozen embeddings as a loss of directions sees them: ``theta`` (N,), radians to the own class's direction,
    ``cosines`` (N, C) to all, and ``apart``, the mean angle in radians from a direction to the nearest other."""

    theta: Floats
    cosines: Floats
    apart: float


@dataclass(frozen=True)
class WhatIf:
    """``value`` of the loss; for each embedding ``own`` and ``other`` (N,), degrees to its class's prototype and to
    the nearest other, and whether it ``violates`` (N,) the margin: a plain logit beats its penalised one, which over
    the scale is ``target`` (N,).

    ``wrong`` (N,) is the same without a margin. ``boundary`` is the angle in degrees at which the margin is met
    between two prototypes ``apart`` degrees apart, their mean distance to the nearest; NaN where it cannot be.
    """

    value: float
    own: Floats
    other: Floats
    target: Floats
    violates: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    apart: float
    boundary: float


def seen(embeddings: Floats, labels: Ints, prototypes: Floats) -> Seen:
    """``embeddings`` (N, d) with ``labels`` (N,) from the directions of their classes, ``prototypes`` (C, d)."""
    unit, rows = (functional.normalize(torch.from_numpy(each), dim=1) for each in (embeddings, prototypes))
    between = (rows @ rows.T).fill_diagonal_(-1).amax(1).clamp(-1, 1).acos()
    theta = angle_between(unit, rows[torch.from_numpy(labels)])
    return Seen(theta.numpy(), (unit @ rows.T).numpy(), float(between.mean()))


def what_if(loss: AngularLoss, embeddings: Floats, labels: Ints, prototypes: Floats) -> WhatIf:
    """``loss`` on frozen ``embeddings`` (N, d) with ``labels`` (N,) and a direction a class, ``prototypes`` (C, d).

    What a loss keeps of its batches, such as AdaFace's mean length, is of these embeddings.
    """
    found = seen(embeddings, labels, prototypes)
    criterion = fresh_criterion(loss, len(prototypes), embeddings.shape[1])
    stored = criterion.prototypes
    assert stored is not None and stored.shape == prototypes.shape
    stored.copy_(torch.from_numpy(prototypes))
    x, y, theta = torch.from_numpy(embeddings), torch.from_numpy(labels), torch.from_numpy(found.theta)
    with torch.no_grad():
        criterion(x, y)
        criterion.eval()
        target = criterion.curve(theta, x) if isinstance(criterion, AngularCriterion) else loss.psi(theta)
        rivals = torch.from_numpy(found.cosines).scatter(1, y[:, None], -torch.inf).amax(1)
        value = criterion(x, y).item()
        boundary = loss.boundary_theta(torch.tensor(found.apart))
        other = rivals.clamp(-1, 1).acos()
    return WhatIf(
        value=value,
        own=theta.rad2deg().numpy(),
        other=other.rad2deg().numpy(),
        target=target.numpy(),
        violates=(target < rivals).numpy(),
        wrong=(theta.cos() < rivals).numpy(),
        apart=float(np.degrees(found.apart)),
        boundary=float(boundary.rad2deg()),
    )


def follows_curve(cls: type[AngularLoss]) -> bool:
    """Whether scale, angles and the curve ``psi`` alone make the loss's value, whatever its knobs.

    Not so where it depends on the embeddings' lengths (AdaFace) or on how training went (CurricularFace).
    """
    chance = np.random.default_rng(0)
    embeddings, prototypes = chance.normal(size=(40, 4)), chance.normal(size=(5, 4))
    labels = np.arange(40) % 5
    single = (embeddings * np.linspace(0.2, 30, 40)[:, None]).astype(np.float32), labels, prototypes.astype(np.float32)
    return all(_agrees(cls, part, single) for part in TRIED)


def _agrees(cls: type[AngularLoss], part: float, single: tuple[Floats, Ints, Floats]) -> bool:
    """Whether it does with every number at this part of its range, where the loss allows that."""
    values: dict[str, Value] = {
        knob.name: knob.kind(knob.low + part * (knob.high - knob.low))
        for knob in cls.knobs()
        if knob.low is not None and knob.high is not None
    }
    try:
        loss = cls.from_values(values)
    except KnobError:
        return True
    embeddings, labels, prototypes = single
    found, rows = seen(embeddings, labels, prototypes), torch.arange(len(labels))
    scale = float(getattr(loss, "scale", 1.0))
    logits: Tensor = scale * torch.from_numpy(found.cosines).double()
    logits[rows, torch.from_numpy(labels)] = scale * loss.psi(torch.from_numpy(found.theta).double())
    value = functional.cross_entropy(logits, torch.from_numpy(labels)).item()
    return bool(np.isclose(what_if(loss, embeddings, labels, prototypes).value, value, rtol=1e-5, atol=1e-6))
