"""What went wrong in a toy training, and whether it could have gone right, in words; each from a simple measurement."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lossviz.losses._angular import AngularLoss
from lossviz.losses.base import Loss
from lossviz.metrics import points
from lossviz.metrics.base import Evidence
from lossviz.records import Floats
from lossviz.toy.cloud import CloudKnobs
from lossviz.toy.training import Toy, ToyKnobs

BEST_ON_SPHERE = {3: 120.0, 4: 109.471, 5: 90.0, 6: 90.0, 7: 77.870, 8: 74.858, 9: 70.529, 10: 66.147, 11: 63.435}
"""Tammes' problem: the largest possible smallest angle between so many directions in space, degrees."""
COLLAPSED = 1e-2  # root-mean-square distance from the mean over the root-mean-square length
CROWDED = 0.5  # smallest angle between class directions over the best possible
CONE = 0.9  # length of the mean of the unit class weights


@dataclass(frozen=True)
class Diagnosis:
    """``accuracy`` is the share of points nearest to the mean of their own class at the last step kept; ``words``
    are what there is to be said, the gravest first; ``nearest`` the smallest angle between class directions and
    ``best`` the largest that it could be, in degrees."""

    accuracy: float
    words: tuple[str, ...]
    nearest: float
    best: float


def diagnose(loss: Loss, toy: Toy, knobs: ToyKnobs, cloud: CloudKnobs) -> Diagnosis:
    """Look at the end of a training."""
    last = toy.frames[-1]
    correct = told_of_points(loss, toy, -1)["prediction"] == toy.labels
    directions = _directions(loss, toy, cloud.classes)
    cosines = np.clip(directions @ directions.T, -1, 1) - 3 * np.eye(len(directions))
    nearest, best = float(np.degrees(np.arccos(cosines.max()))), best_angle(cloud.classes, knobs.dim)
    accuracy = float(correct.mean())
    words = [
        _diverged(toy),
        _infeasible(loss, cloud.classes, knobs.dim),
        _collapsed(last, toy),
        _cone(toy),
        _crowded(loss, toy, knobs, nearest, best),
    ]
    return Diagnosis(accuracy, tuple(each for each in words if each), nearest, best)


def told_of_points(loss: Loss, toy: Toy, frame: int) -> dict[str, NDArray[Any]]:
    """What :func:`lossviz.metrics.points` tells of every point at one of the frames."""
    return points(
        Evidence(
            metric=loss.metric,
            probe=toy.frames[frame],
            probe_labels=toy.labels,
            gallery=toy.frames[frame],
            gallery_labels=toy.labels,
            prototypes=None if toy.prototypes is None else toy.prototypes[frame],
            prototype_labels=toy.prototype_labels,
        )
    )


def best_angle(classes: int, dim: int) -> float:
    """The largest smallest angle in degrees between so many directions of the plane or of space."""
    return 360 / classes if dim == 2 else BEST_ON_SPHERE.get(classes, 63.435)


def _directions(loss: Loss, toy: Toy, classes: int) -> Floats:
    """``(C, dim)`` unit vectors to the means of the classes; of directions where the loss looks at these alone."""
    last = toy.frames[-1].astype(np.float64)
    if loss.normalises:
        last = last / np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-12)
    means = np.stack([last[toy.labels == each].mean(0) for each in range(classes)])
    return (means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def _diverged(toy: Toy) -> str:
    if toy.diverged < 0:
        return ""
    return f"Diverged at step {toy.diverged}: the loss is no longer a finite number. A lower learning rate helps."


def _infeasible(loss: Loss, classes: int, dim: int) -> str:
    if not isinstance(loss, AngularLoss) or not loss.normalises:
        return ""
    best = best_angle(classes, dim)
    own = float(loss.psi(torch.zeros((), dtype=torch.float64)))
    if own >= math.cos(math.radians(best)):
        return ""
    where = "circle" if dim == 2 else "sphere"
    return (
        f"The margin cannot be met: {classes} directions on a {where} are at most {best:.0f}° apart, where another "
        f"class still has a logit of {math.cos(math.radians(best)):.2f} and an embedding exactly on its own class "
        f"weight has {own:.2f} (both times the scale). The loss cannot reach 0, and a larger scale makes it larger."
    )


def _collapsed(last: Floats, toy: Toy) -> str:
    spread = float(np.sqrt(((last - last.mean(0)) ** 2).sum(1).mean()))
    size = float(np.sqrt((last**2).sum(1).mean()))
    if spread > COLLAPSED * max(size, 1e-6):
        return ""
    return (
        f"Collapsed: all embeddings are in one place, and the loss stands at {float(toy.losses[-1]):.3f}. Between "
        "equal points there is no direction to push in, so no gradient leads out. A lower learning rate, other mining "
        "or a warm start avoids it."
    )


def _cone(toy: Toy) -> str:
    if toy.prototypes is None:
        return ""
    weights = toy.prototypes[-1]
    unit = weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
    if float(np.linalg.norm(unit.mean(0))) < CONE:
        return ""
    return (
        "All class weights have fled into one direction, where a margin on the angle costs least. A smaller margin or "
        "a warm start avoids it."
    )


def _crowded(loss: Loss, toy: Toy, knobs: ToyKnobs, nearest: float, best: float) -> str:
    if not loss.normalises or nearest >= CROWDED * best:
        return ""
    start = f"Two classes are {nearest:.0f}° apart where {best:.0f}° would be possible."
    if knobs.dim == 3:
        return start
    why = (
        " On a circle classes cannot pass through one another: the order in which they happened to lie when the "
        "normalised loss took over is frozen, and a larger scale freezes it sooner."
    )
    return (
        start
        + why
        + ("" if toy.warm else " A warm start on plain softmax, which lets them pass through the middle, helps.")
    )
