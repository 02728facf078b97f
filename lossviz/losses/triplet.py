"""Triplet loss: the positive has to be nearer than the negative by a margin."""

from dataclasses import dataclass
from typing import ClassVar

from pytorch_metric_learning import distances, miners, reducers
from pytorch_metric_learning import losses as library

from lossviz.knobs import knob
from lossviz.losses._library import LibraryCriterion
from lossviz.losses._pairs import DistanceLoss
from lossviz.losses.base import Reference


@dataclass(frozen=True)
class Triplet(DistanceLoss):
    """FaceNet (Schroff et al. 2015, Eq. 2-4) by default: squared distances on the sphere, semi-hard triplets.

    The mean runs over the mined triplets, as in FaceNet; ``average`` can restrict it to those whose hinge is not 0
    (Hermans et al. 2017), which keeps the step large once most triplets are solved. The soft margin is theirs too:
    softplus of the difference of distances, in which the margin plays no part but in the mining. A loss that stays
    exactly at the margin means that all embeddings have become equal, from where no gradient leads out.
    """

    title: ClassVar[str] = "Triplet"
    idea: ClassVar[str] = "For an anchor, its own class has to be nearer than another class by a margin."
    formula: ClassVar[str] = r"\max\left(0,\;\lVert a-p\rVert^2-\lVert a-n\rVert^2+m\right)"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Schroff, Kalenichenko, Philbin: FaceNet: A Unified Embedding for Face Recognition and Clustering, "
            "CVPR 2015",
            "https://arxiv.org/abs/1503.03832",
        ),
        Reference(
            "Hermans, Beyer, Leibe: In Defense of the Triplet Loss for Person Re-Identification, 2017",
            "https://arxiv.org/abs/1703.07737",
        ),
    )

    margin: float = knob(
        0.2, 0.05, 1.0, step=0.05, unit="distance", help="How much nearer the positive has to be, in the distance used."
    )
    mining: str = knob(
        "semihard",
        choices=("all", "easy", "semihard", "hard", "similarity"),
        help="Triplets used: all; easy, solved by more than the margin, with a gradient only under the soft margin; "
        "semihard, in the right order but within the margin; hard, the negative not farther than the positive; "
        "similarity, of pairs whose cosine is within 0.1 of the anchor's hardest opposite, as multi-similarity mines.",
    )
    squared: bool = knob(True, help="Compare squared distances as FaceNet does, or plain ones.")
    normalise: bool = knob(True, help="Measure between directions on the unit sphere, or between raw embeddings.")
    soft_margin: bool = knob(False, help="Softplus instead of the hinge: solved triplets keep a little pull.")
    average: str = knob(
        "mined",
        choices=("mined", "active"),
        help="Mean over every mined triplet, or only over those whose loss is not zero.",
    )

    def criterion(self, num_classes: int, dim: int) -> LibraryCriterion:
        distance = distances.LpDistance(normalize_embeddings=self.normalise, power=2 if self.squared else 1)
        loss = library.TripletMarginLoss(
            margin=0.0 if self.soft_margin else self.margin,
            smooth_loss=self.soft_margin,
            distance=distance,
            reducer=reducers.MeanReducer() if self.average == "mined" else reducers.AvgNonZeroReducer(),
        )
        return LibraryCriterion(num_classes, dim, loss, self._miner(distance), raw=not self.normalise)

    def _miner(self, distance: distances.BaseDistance) -> miners.BaseMiner | None:
        if self.mining == "all":
            return None
        if self.mining == "similarity":
            return miners.MultiSimilarityMiner()
        return miners.TripletMarginMiner(margin=self.margin, type_of_triplets=self.mining, distance=distance)
