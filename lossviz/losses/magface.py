"""MagFace: ArcFace whose margin grows with the embedding's length, which is pushed to say the image's quality."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from lossviz.knobs import Knob, described, knob
from lossviz.losses._angular import Angles, AngularCriterion, AngularLoss, arc_margin, past_pi_knob, scale_knob
from lossviz.losses.base import Reference


class MagFaceCriterion(AngularCriterion):
    """Cross-entropy with the length's own margin, plus the regulariser that rewards length."""

    loss: "MagFace"

    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        lengths = embeddings.norm(dim=1)
        return super().compute(embeddings, labels) + self.loss.length_weight * self.loss.reward(lengths).mean()

    def target(self, angles: Angles) -> Tensor:
        return self.loss.psi(angles.target, angles.norms)

    def curve(self, theta: Tensor, embeddings: Tensor) -> Tensor:
        return self.loss.psi(theta, embeddings.norm(dim=1))


@dataclass(frozen=True)
class MagFace(AngularLoss):
    """Magnitude-aware margin (Meng et al. 2021, section 3.2, with the m(a) and g(a) of their implementation).

    The paper's lengths (10 to 110, weight 35) suit 512-D face nets; the defaults here suit small ones, and keep the
    weight above the paper's bound ``s K / (1/l^2 - 1/u^2)`` (K the slope of m(a)) so that short embeddings grow.
    """

    title: ClassVar[str] = "MagFace"
    idea: ClassVar[str] = "Easy images earn a longer embedding, and a longer embedding must meet a larger margin."
    formula: ClassVar[str] = (
        r"-\log\frac{e^{s\cos(\theta_y+m(a))}}{e^{s\cos(\theta_y+m(a))}+\sum_{j\ne y}e^{s\cos\theta_j}}"
        r"+\lambda_g\left(\frac1a+\frac{a}{u_a^2}\right),\quad a=[\|x\|]_{l_a}^{u_a},\quad"
        r"m(a)=l_m+\frac{u_m-l_m}{u_a-l_a}(a-l_a)"
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Meng, Zhao, Huang, Zhou: MagFace: A Universal Representation for Face Recognition and Quality "
            "Assessment, CVPR 2021",
            "https://arxiv.org/abs/2103.06627",
        ),
    )
    normalises: ClassVar[bool] = False

    situation: ClassVar[Knob] = described(
        "length", 10.0, 0.1, 200.0, log=True, help="Length of the embedding, which the margin grows with."
    )

    low_margin: float = knob(
        0.45,
        0.0,
        1.0,
        step=0.01,
        unit="rad",
        below="high_margin",
        symbol="l_m",
        help="Margin of the shortest embeddings.",
    )
    high_margin: float = knob(
        0.8, 0.0, 1.0, step=0.01, unit="rad", symbol="u_m", help="Margin of the longest embeddings."
    )
    low_length: float = knob(
        1.0,
        0.1,
        50.0,
        log=True,
        below="high_length",
        gap=0.1,
        symbol="l_a",
        help="Length below which the margin stays at its lowest.",
    )
    high_length: float = knob(
        20.0, 1.0, 200.0, log=True, symbol="u_a", help="Length above which the margin stays at its highest."
    )
    length_weight: float = knob(
        5.0, 0.0, 100.0, step=0.1, symbol=r"\lambda_g", help="Weight of the term that rewards length."
    )
    scale: float = scale_knob()
    past_pi: str = past_pi_knob("easy")

    def margin(self, lengths: Tensor) -> Tensor:
        """m(a): the margin in radians, a straight line between the two lengths, constant outside."""
        slope = (self.high_margin - self.low_margin) / (self.high_length - self.low_length)
        return self.low_margin + slope * (self._clipped(lengths) - self.low_length)

    def reward(self, lengths: Tensor) -> Tensor:
        """g(a) = 1/a + a/u^2, falling from the shortest to the longest length."""
        clipped = self._clipped(lengths)
        return 1 / clipped + clipped / self.high_length**2

    def psi(self, theta: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The curve of embeddings of these lengths; by default of the length half-way, with the margin half-way."""
        middle = theta.new_tensor((self.low_length + self.high_length) / 2)
        return arc_margin(theta, self.margin(middle if lengths is None else lengths), self.past_pi)

    def criterion(self, num_classes: int, dim: int) -> MagFaceCriterion:
        return MagFaceCriterion(self, num_classes, dim, self.scale)

    def _clipped(self, lengths: Tensor) -> Tensor:
        return lengths.clamp(self.low_length, self.high_length)
