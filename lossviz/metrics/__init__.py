"""Every score, one file a family, computed from stored embeddings and labels and never from a loss.

>>> from lossviz import metrics
>>> metrics.compute_all(evidence)  # {'centroid_accuracy': 0.984, 'knn_accuracy': 0.986, ...}
>>> metrics.points(evidence)["confidence"]  # of each probe by itself

What does not apply to the evidence (no head, no pairs, no unseen classes, too few impostors) is left out.
"""

import math

from lossviz.metrics._faults import argmax_of_embedding
from lossviz.metrics._margin import margin_angle
from lossviz.metrics._points import POINTS_VERSION, points
from lossviz.metrics.base import Evidence, Output, Score, ScoreError
from lossviz.registry import Registry

__all__ = [
    "POINTS_VERSION",
    "Output",
    "argmax_of_embedding",
    "available",
    "compute_all",
    "families",
    "fingerprint",
    "get",
    "margin_angle",
    "outputs",
    "points",
    "registry",
]

registry: Registry[Score] = Registry("lossviz.metrics", "lossviz.metrics.base:Score", "score")
available = registry.available
get = registry.get


def families() -> list[type[Score]]:
    """Every family in the order of a table: by ``place``, then by name."""
    return sorted(registry, key=lambda family: (family.place, family.key()))


def outputs() -> list[Output]:
    """Every number that there can be, in the order of a table; raises :class:`ScoreError` if two share a key."""
    owner: dict[str, str] = {}
    for family in families():
        for output in family.outputs:
            if output.key in owner:
                raise ScoreError(f"the scores '{owner[output.key]}' and '{family.key()}' both yield '{output.key}'")
            owner[output.key] = family.key()
    return [output for family in families() for output in family.outputs]


def fingerprint() -> str:
    """Every family's name and version, as ``"angles=1 clustering=1 ..."``: what stored values depend on."""
    return " ".join(f"{family.key()}={family.version}" for family in registry)


def compute_all(evidence: Evidence) -> dict[str, float]:
    """The values of every family by output key, in the order of :func:`outputs`.

    Raises :class:`ScoreError` if a family yields a number that is not finite or that it does not declare.
    """
    found: dict[str, float] = {}
    for family in families():
        values = family().compute(evidence)
        declared = {output.key for output in family.outputs}
        for key, value in values.items():
            if key not in declared or not math.isfinite(value):
                raise ScoreError(f"the score '{family.key()}' yields {key} = {value}, which it must not")
        found |= values
    return {output.key: found[output.key] for output in outputs() if output.key in found}
