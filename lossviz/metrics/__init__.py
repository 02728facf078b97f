"""Every score, one file a family, computed from stored embeddings and labels and never from a loss."""

from typing import TYPE_CHECKING

from lossviz.registry import Registry

if TYPE_CHECKING:
    from lossviz.metrics.base import Score

registry: "Registry[Score]" = Registry("lossviz.metrics", "lossviz.metrics.base:Score", "score")
available = registry.available
get = registry.get
