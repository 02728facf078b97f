"""AdaFace: a margin that depends on the image's quality, read off the embedding's length."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lossviz.knobs import Knob, described, knob
from lossviz.losses._angular import Angles, AngularCriterion, AngularLoss, scale_knob
from lossviz.losses.base import Reference


class AdaFaceCriterion(AngularCriterion):
    """Keeps the running mean and standard deviation of the embeddings' lengths as buffers.

    They start at the authors' 20 and 100 and are replaced by the first training batch of two or more, then follow
    at the rate ``t_alpha``. A single sample has no standard deviation and leaves them alone.
    """

    loss: "AdaFace"
    mean: Tensor
    std: Tensor
    batches: Tensor

    def __init__(self, loss: "AdaFace", num_classes: int, dim: int) -> None:
        super().__init__(loss, num_classes, dim, loss.scale)
        self.register_buffer("mean", torch.tensor(20.0))
        self.register_buffer("std", torch.tensor(100.0))
        self.register_buffer("batches", torch.tensor(0))

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        if self.training and len(embeddings) > 1:
            self._track(embeddings.detach().norm(dim=1))
        return super().compute(embeddings, labels)

    def quality(self, norms: Tensor) -> Tensor:
        """The clipped z-score of ``(N,)`` embedding lengths, in [-1, 1], without gradient."""
        score = (norms.detach() - self.mean) / (self.std + 1e-3)
        return (score * self.loss.concentration).clamp(-1, 1)

    def target(self, angles: Angles) -> Tensor:
        return self.loss.psi(angles.target, self.quality(angles.norms))

    def curve(self, theta: Tensor, embeddings: Tensor) -> Tensor:
        return self.loss.psi(theta, self.quality(embeddings.norm(dim=1)))

    def _track(self, norms: Tensor) -> None:
        rate = self.loss.t_alpha if self.batches else 1.0
        self.mean.lerp_(norms.mean(), rate)
        self.std.lerp_(norms.std(), rate)
        self.batches += 1


@dataclass(frozen=True)
class AdaFace(AngularLoss):
    """Quality-adaptive margin (Kim, Jain, Liu 2022, section 3.3)."""

    title: ClassVar[str] = "AdaFace"
    idea: ClassVar[str] = "Long embeddings (good images) learn most where they are hard, short ones where easy."
    formula: ClassVar[str] = (
        r"\psi=\cos(\theta_y-m\hat z)-(m\hat z+m),\quad \hat z=\left[\frac{\|x\|-\mu}{\sigma}h\right]_{-1}^{1}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Kim, Jain, Liu: AdaFace: Quality Adaptive Margin for Face Recognition, CVPR 2022",
            "https://arxiv.org/abs/2204.00964",
        ),
    )

    situation: ClassVar[Knob] = described(
        "quality", 0.0, -1.0, 1.0, step=0.01, help="How long the embedding is among all, clipped: -1 short, 1 long."
    )

    margin: float = knob(
        0.4, 0.0, 1.0, step=0.01, help="Size of both margins, the one on the angle (radians) and the one on the cosine."
    )
    concentration: float = knob(
        0.333, 0.05, 2.0, step=0.01, help="h: how many standard deviations of length the margin's change takes up."
    )
    t_alpha: float = knob(
        0.01, 0.001, 1.0, log=True, help="Share of the newest batch in the running mean and deviation of lengths."
    )
    scale: float = scale_knob()

    def psi(self, theta: Tensor, quality: Tensor | float = 0.0) -> Tensor:
        """The curve at a quality in [-1, 1]; by default of an image of average quality, which is CosFace's."""
        moved = (theta - self.margin * quality).clamp(0, math.pi)
        return torch.cos(moved) - self.margin * (quality + 1)

    def criterion(self, num_classes: int, dim: int) -> AdaFaceCriterion:
        return AdaFaceCriterion(self, num_classes, dim)
