"""ArcFace: an angular margin added to the angle of the true class."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lossviz.knobs import knob
from lossviz.losses._angular import AngularLoss, arc_margin, past_pi_knob, scale_knob
from lossviz.losses._margin_softmax import MarginCriterion
from lossviz.losses.base import Criterion, Reference


@dataclass(frozen=True)
class ArcFace(AngularLoss):
    """Additive angular margin (Deng et al. 2019, Eq. 3)."""

    title: ClassVar[str] = "ArcFace"
    idea: ClassVar[str] = "The true class must win even after its angle is made larger by a fixed margin."
    formula: ClassVar[str] = r"-\log\frac{e^{s\cos(\theta_y+m)}}{e^{s\cos(\theta_y+m)}+\sum_{j\ne y}e^{s\cos\theta_j}}"
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Deng, Guo, Xue, Zafeiriou: ArcFace: Additive Angular Margin Loss for Deep Face Recognition, CVPR 2019",
            "https://arxiv.org/abs/1801.07698",
        ),
    )

    margin: float = knob(0.5, 0.0, 1.0, step=0.01, unit="rad", help="Angle added to that of the true class.")
    scale: float = scale_knob()
    past_pi: str = past_pi_knob("fallback")

    def psi(self, theta: Tensor) -> Tensor:
        return arc_margin(theta, self.margin, self.past_pi)

    def criterion(self, num_classes: int, dim: int) -> Criterion:
        return MarginCriterion(self, num_classes, dim, self.scale)
