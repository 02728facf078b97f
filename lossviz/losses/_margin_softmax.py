"""Softmax with a margin as pytorch-metric-learning computes it, on the exact angle and with our ``psi`` of it."""

import torch
from pytorch_metric_learning import losses as library
from pytorch_metric_learning.distances import CosineSimilarity
from torch import Tensor

from lossviz.losses._angular import AngularLoss, angle_between
from lossviz.losses._library import LibraryCriterion


class MarginCriterion(LibraryCriterion):
    """The library's sub-center softmax; with one sub-center a class it is ArcFace, CosFace or NormFace, by ``psi``.

    Its ``W`` is ``(dim, C * sub_centers)``, the sub-centers of a class side by side, drawn as the class weights of
    the other angular losses are.
    """

    def __init__(self, loss: AngularLoss, num_classes: int, dim: int, scale: float, sub_centers: int = 1) -> None:
        super().__init__(num_classes, dim, _PsiSoftmax(loss, num_classes, dim, scale, sub_centers))

    def logits(self, embeddings: Tensor) -> Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.library_loss.get_logits(embeddings.float())

    @property
    def prototypes(self) -> Tensor:
        return self.library_loss.W.detach().t()


class _PsiSoftmax(library.SubCenterArcFaceLoss):
    """The library's loss with its angle and its margin replaced.

    Its angle is ``acos`` of the cosine alone, which cannot tell 3e-4 from 0 and has no finite gradient there.
    """

    def __init__(self, loss: AngularLoss, num_classes: int, dim: int, scale: float, sub_centers: int) -> None:
        super().__init__(
            num_classes=num_classes,
            embedding_size=dim,
            scale=scale,
            sub_centers=sub_centers,
            distance=_Compared(),
            weight_init_func=_draw_by_class,
        )
        self.psi = loss.psi

    def get_cosine(self, embeddings: Tensor) -> Tensor:
        if self.sub_centers == 1:  # the best of one needs no search, nor its gradient a place to go back to
            alone: Tensor = self.distance(embeddings, self.W.t())
            return alone
        best: Tensor = super().get_cosine(embeddings)
        return best

    def get_target_mask(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        self.labels = labels
        return labels[:, None] == torch.arange(self.num_classes, device=labels.device)

    def modify_cosine_of_target_classes(self, cosine_of_target_classes: Tensor) -> Tensor:
        unit, rows = self.distance.take()
        return self.psi(angle_between(unit, rows[self._nearest_own(unit, rows)]))

    def get_logits(self, embeddings: Tensor) -> Tensor:
        logits: Tensor = super().get_logits(embeddings)
        self.distance.take()
        return logits

    @torch.no_grad()
    def _nearest_own(self, unit: Tensor, rows: Tensor) -> Tensor:
        """``(N,)`` row of the nearest sub-center of the true class."""
        first = self.labels * self.sub_centers
        if self.sub_centers == 1:
            return first
        own = rows.view(self.num_classes, self.sub_centers, -1)[self.labels]
        return first + (own @ unit[:, :, None])[:, :, 0].argmax(dim=1)


class _Compared(CosineSimilarity):
    """Cosine similarity that remembers the unit vectors it compared until they are taken."""

    def compute_mat(self, query_emb: Tensor, ref_emb: Tensor) -> Tensor:
        self.units = query_emb, ref_emb
        return super().compute_mat(query_emb, ref_emb)

    def take(self) -> tuple[Tensor, Tensor]:
        """The ``(N, dim)`` and ``(M, dim)`` unit vectors last compared, which are then forgotten."""
        units = self.units
        del self.units
        return units


def _draw_by_class(weights: Tensor) -> None:
    """Standard normal numbers into ``(dim, P)``, class after class."""
    weights.detach().t().copy_(torch.randn(weights.shape[::-1]))
