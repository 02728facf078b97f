"""Hierarchical triplet loss: the margin of a triplet grows with how far apart its classes stand in a class tree."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import squareform
from torch import Tensor
from torch.nn import functional

from lossviz.knobs import knob
from lossviz.losses._pairs import mean_where, pair_distances, pair_masks, placed
from lossviz.losses.base import Batch, Criterion, Family, Loss, Reference

FARTHEST = 4.0
"""Largest squared distance on the unit sphere: the threshold of the tree's last level."""
UNKNOWN = 2.0
"""Squared distance between unrelated directions: what is assumed of a class not seen yet."""


@dataclass(frozen=True)
class HierarchicalTriplet(Loss):
    """Ge et al. 2018 (HTL), Eq. 2-6, over all triplets of the batch.

    Squared distances between classes (Eq. 2) are merged, nearest first, into a tree with ``levels + 1`` thresholds
    from the mean distance within classes up to 4 (Eq. 3). A triplet's margin (Eq. 6) is ``beta`` plus the threshold
    that joins the classes of anchor and negative, minus the mean squared distance within the anchor's class.

    Two things differ from the paper. It passes over the training set after every epoch to renew those averages; here
    they run over the past batches, old ones fading by ``memory``, and the tree is renewed every ``rebuild`` steps.
    And its anchor-neighbour sampling fills the batches with neighbouring classes, which is not a loss's to do.
    """

    title: ClassVar[str] = "Hierarchical triplet"
    family: ClassVar[Family] = Family.PAIRS
    idea: ClassVar[str] = "A triplet loss whose margin follows from a tree of the classes, built while training."
    formula: ClassVar[str] = (
        r"\frac1{2|T|}\sum_{(a,p,n)\in T}\max\left(0,\;\lVert a-p\rVert^2-\lVert a-n\rVert^2+\alpha\right),\quad "
        r"\alpha=\beta+d_{H(y_a,y_n)}-s_{y_a}"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Ge, Huang, Dong, Scott: Deep Metric Learning with Hierarchical Triplet Loss, ECCV 2018",
            "https://arxiv.org/abs/1810.06951",
        ),
    )
    batch: ClassVar[Batch] = Batch.PAIRS
    normalises: ClassVar[bool] = True

    beta: float = knob(
        0.1, 0.0, 1.0, step=0.05, unit="squared distance", help="Drives classes farther apart than they are."
    )
    levels: int = knob(16, 1, 64, step=1, help="Levels of the class tree; more levels follow the distances closer.")
    squared: bool = knob(
        True, help="Compare squared distances, the unit of the margins; the paper's Eq. 5 prints plain ones."
    )
    memory: float = knob(0.9, 0.0, 0.99, step=0.01, help="What is left of a class's old samples when new ones come.")
    rebuild: int = knob(10, 1, 1000, step=1, unit="steps", log=True, help="Steps between two buildings of the tree.")

    def criterion(self, num_classes: int, dim: int) -> "HierarchicalTripletCriterion":
        return HierarchicalTripletCriterion(self, num_classes, dim)


class HierarchicalTripletCriterion(Criterion):
    """Keeps, for every class, the faded sum of its directions and of their weights; distances follow from these."""

    sums: Tensor
    mass: Tensor
    squared_mass: Tensor
    tree: Tensor
    steps: Tensor

    def __init__(self, loss: HierarchicalTriplet, num_classes: int, dim: int) -> None:
        super().__init__(num_classes, dim)
        self.loss = loss
        self.register_buffer("sums", torch.zeros(num_classes, dim))
        self.register_buffer("mass", torch.zeros(num_classes))
        self.register_buffer("squared_mass", torch.zeros(num_classes))
        self.register_buffer("tree", torch.full((num_classes, num_classes), UNKNOWN))
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        unit = placed(embeddings, normalise=True)
        margins = self.margins(unit.detach(), labels)
        distance = pair_distances(unit)
        distance = distance.square() if self.loss.squared else distance
        same, different = pair_masks(labels)
        anchor, positive = torch.where(same)
        to_negative = margins[labels][:, labels] - distance
        violation = distance[anchor, positive][:, None] + to_negative[anchor]
        return mean_where(functional.relu(violation), different[anchor]) / 2

    def margins(self, unit: Tensor, labels: Tensor) -> Tensor:
        """``(C, C)`` margin (Eq. 6) for anchor class and negative class, this batch of directions included."""
        sums, mass, squared_mass = self.statistics(unit, labels)
        within, known = within_classes(sums, mass, squared_mass)
        tree, steps = self.tree, int(self.steps)
        if steps == 0 or (self.training and steps % self.loss.rebuild == 0):
            base = float(within[known].mean()) if known.any() else 0.0
            tree = thresholds(class_tree(sums, mass), base, self.loss.levels)
        if self.training:
            for kept, new in zip((self.sums, self.mass, self.squared_mass), (sums, mass, squared_mass), strict=True):
                kept.copy_(new)
            self.tree.copy_(tree)
            self.steps += 1
        return self.loss.beta + tree - within[:, None]

    def statistics(self, unit: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Per class: weighted sum of directions, sum of weights, sum of squared weights. Zero rows do not count."""
        member = functional.one_hot(labels, self.num_classes).to(unit) * (unit.norm(dim=1, keepdim=True) > 0.5)
        count = member.sum(0)
        kept = torch.where(count > 0, self.loss.memory, 1.0)
        sums = kept[:, None] * self.sums + member.T @ unit
        return sums, kept * self.mass + count, kept.square() * self.squared_mass + count


def within_classes(sums: Tensor, mass: Tensor, squared_mass: Tensor) -> tuple[Tensor, Tensor]:
    """``(C,)`` mean squared distance between two samples of a class, and where there are two to tell it.

    For unit vectors the double sum is ``2 * (mass**2 - |sum|**2)``; the pairs of a sample with itself leave the count.
    """
    pairs = mass.square() - squared_mass
    known = pairs > 1e-6
    spread = 2 * (mass.square() - sums.square().sum(1)) / pairs.clamp(min=1e-6)
    return torch.where(known, spread.clamp(min=0), 0.0), known


def class_tree(sums: Tensor, mass: Tensor) -> Tensor:
    """``(C, C)`` distance at which two classes come under one node when the nearest are merged first.

    The distance between classes (Eq. 2) is ``2 - 2 * mean_p . mean_q``.
    """
    height = torch.full((len(mass), len(mass)), UNKNOWN)
    seen = torch.where(mass > 0)[0]
    if len(seen) < 2:
        return height.to(sums)
    means = sums[seen] / mass[seen, None]
    between = (2 - 2 * means @ means.T).clamp(min=0).cpu().numpy()
    merged = squareform(cophenet(linkage(squareform(between, checks=False), "single")))
    height[seen.cpu()[:, None], seen.cpu()] = torch.from_numpy(merged).float()
    return height.to(sums)


def thresholds(height: Tensor, base: float, levels: int) -> Tensor:
    """The threshold (Eq. 3) of the first level that lies above each ``height``."""
    steps = torch.linspace(base, FARTHEST, levels + 1, device=height.device)
    return steps[torch.searchsorted(steps, height.contiguous(), right=True).clamp(max=levels)]
