"""Sub-center ArcFace: several directions for each class, the nearest of which counts."""

from dataclasses import dataclass
from typing import ClassVar

from lossviz.knobs import knob
from lossviz.losses._margin_softmax import MarginCriterion
from lossviz.losses.arcface import ArcFace
from lossviz.losses.base import Reference


@dataclass(frozen=True)
class SubcenterArcFace(ArcFace):
    """ArcFace on the largest cosine over K sub-centers of each class (Deng et al. 2020, section 3)."""

    title: ClassVar[str] = "Sub-center ArcFace"
    idea: ClassVar[str] = "ArcFace with several directions a class, so that odd or mislabelled images get their own."
    formula: ClassVar[str] = ArcFace.formula + r",\quad\theta_j=\min_k\angle(x,W_{jk})"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Deng, Guo, Liu, Gong, Zafeiriou: Sub-center ArcFace: Boosting Face Recognition by Large-Scale Noisy "
            "Web Faces, ECCV 2020",
            "https://www.ecva.net/papers/eccv_2020/papers_ECCV/papers/123560715.pdf",
        ),
    )

    sub_centers: int = knob(3, 1, 10, step=1, help="Directions that each class has.")

    def criterion(self, num_classes: int, dim: int) -> MarginCriterion:
        return MarginCriterion(self, num_classes, dim, self.scale, self.sub_centers)
