"""What the losses on pairs share: who is paired with whom, their distances, and a knob for the unit sphere."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from lossviz.losses.base import Batch, Family, FollowsKnob, Loss, directed


@dataclass(frozen=True)
class DistanceLoss(Loss):
    """A loss on Euclidean distances with a ``normalise`` knob: of raw embeddings, or of their directions."""

    family: ClassVar[Family] = Family.PAIRS
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises = FollowsKnob("normalise")  # not annotated: dataclass would read it before the knob is there

    @property
    def metric(self) -> str:
        return "cosine" if self.normalises else "euclidean"


def pair_masks(labels: Tensor) -> tuple[Tensor, Tensor]:
    """``(N, N)`` masks of the pairs of one class, nobody with itself, and of the pairs of two classes."""
    equal = labels[:, None] == labels
    return equal & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device), ~equal


def placed(embeddings: Tensor, normalise: bool) -> Tensor:
    """The embeddings, or with ``normalise`` their directions."""
    return functional.normalize(directed(embeddings), dim=1) if normalise else embeddings


def pair_distances(embeddings: Tensor) -> Tensor:
    """``(N, N)`` Euclidean distances, with gradient 0 where two embeddings are equal.

    By differences: the matrix-product short cut is off by 3e-4 of the norm for close embeddings.
    """
    return torch.cdist(embeddings, embeddings, compute_mode="donot_use_mm_for_euclid_dist")


def mean_where(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of the ``values`` under ``mask``; 0, with zero gradients, where the mask is empty."""
    return torch.where(mask, values, torch.zeros_like(values)).sum() / mask.sum().clamp(min=1)


def masked_logsumexp(values: Tensor, mask: Tensor) -> Tensor:
    """Log-sum-exp of each row under ``mask``; of an empty row the lowest finite number, with zero gradients."""
    return values.masked_fill(~mask, torch.finfo(values.dtype).min).logsumexp(dim=1)
