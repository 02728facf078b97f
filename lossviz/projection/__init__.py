"""Every way from embeddings to a picture, one file each: ``projection.get("pca")().fit_sequence(epochs)``.

>>> from lossviz import projection
>>> method = projection.get("native")().settled(Subject(normalises=True, metric="cosine"))
>>> fitted = method.fit_sequence([run.snapshot(epoch).embeddings["probe"] for epoch in run.epochs()])
>>> fitted.positions.shape  # (epochs, points, 2 or 3)
"""

from lossviz.projection._quality import is_itself, kept_neighbours
from lossviz.projection._rigid import Rigid, align
from lossviz.projection._together import Aligned, Series, fit_many
from lossviz.projection._trust import Quality, control, jitter, quality
from lossviz.projection.base import Fitted, Placement, Progress, Projection, ProjectionError, Subject, Watch
from lossviz.registry import Registry

__all__ = [
    "Aligned",
    "Fitted",
    "Placement",
    "Progress",
    "Projection",
    "ProjectionError",
    "Quality",
    "Rigid",
    "Series",
    "Subject",
    "Watch",
    "align",
    "available",
    "control",
    "fit_many",
    "get",
    "is_itself",
    "jitter",
    "kept_neighbours",
    "quality",
    "registry",
]

registry: Registry[Projection] = Registry("lossviz.projection", "lossviz.projection.base:Projection", "projection")
available = registry.available
get = registry.get
