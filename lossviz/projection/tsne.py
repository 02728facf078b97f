"""t-SNE, our own: quick, steady over epochs, with places for new points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lossviz.knobs import knob
from lossviz.projection._nonlinear import STIFFNESS, Drawn, Nonlinear
from lossviz.projection.base import ProjectionError, Watch
from lossviz.records import Floats


@dataclass(frozen=True)
class Tsne(Nonlinear):
    """t-SNE (van der Maaten & Hinton 2008), of all epochs together (after Rauber et al. 2016, dynamic t-SNE).

    The law of motion is scikit-learn's, in 3-D too: see ``_tsne_field``. How epochs are kept together: ``_tsne_time``.
    """

    title: ClassVar[str] = "t-SNE"
    version: ClassVar[int] = 4
    says: ClassVar[str] = (
        "Who is near whom: points that are neighbours in the embedding are drawn together, and groups that are apart "
        "there are drawn apart. Epochs are drawn together, so that a point whose neighbours stay the same stays put."
    )
    cannot: ClassVar[str] = (
        "How far apart groups are, how large or dense they are, and how they are shaped: every group is spread out "
        "until it is equally dense, and the gaps between groups are chance. When something happened is told better "
        "by a linear view."
    )

    perplexity: float = knob(
        30.0, 2.0, 100.0, step=1.0, help="How many neighbours count, about: few show small groups, many large ones."
    )
    stiffness: float = knob(2.0, 0.0, 10.0, step=0.5, help=STIFFNESS)
    iterations: int = knob(200, 50, 2000, step=50, help="Steps for the last epoch's picture, from which others follow.")

    def _check_points(self, epochs: Sequence[Floats]) -> None:
        super()._check_points(epochs)
        count, needed = len(epochs[0]), int(np.ceil(2 * self.perplexity)) + 1
        if count < needed:
            raise ProjectionError(
                f"a perplexity of {self.perplexity:g} needs at least {needed} points, there are {count}: choose a "
                f"perplexity of at most {(count - 1) // 2}"
            )

    def _draw(self, epochs: Sequence[Floats], axes: int, start: Floats | None, watch: Watch) -> Floats:
        from lossviz.projection._tsne_motion import beginning, shrunken  # noqa: PLC0415  compiled: not for a menu
        from lossviz.projection._tsne_time import Schedule, draw  # noqa: PLC0415

        begun = beginning(epochs[-1], axes, self.seed) if start is None else shrunken(start, self.seed)
        schedule = Schedule(self.perplexity, axes, self.iterations, self.stiffness)
        return draw(epochs, begun, schedule, watch)

    def _note(self) -> str:
        return f"perplexity {self.perplexity:g}"

    def _drawn(self, seen: Sequence[Floats], positions: Floats, note: str) -> Drawn:
        from lossviz.projection._tsne_place import TsnePicture  # noqa: PLC0415

        return TsnePicture(positions, note, False, seen, self.metric == "cosine", self.perplexity)
