"""UMAP by umap-learn, kept together over epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lossviz.knobs import knob
from lossviz.projection._nonlinear import STIFFNESS, Nonlinear
from lossviz.projection.base import ProjectionError, Watch
from lossviz.records import Floats


@dataclass(frozen=True)
class UmapLearn(Nonlinear):
    """UMAP (McInnes, Healy & Melville 2018): the library's graphs and optimiser, on all epochs together.

    How is told in ``_umap_time``. The library's own way for sequences, AlignedUMAP, takes many times as long.
    """

    title: ClassVar[str] = "UMAP"
    says: ClassVar[str] = (
        "Who is near whom, drawn as tight groups: points that are neighbours in the embedding are drawn together. "
        "Which groups touch is told a little better than by t-SNE, single neighbours less well."
    )
    cannot: ClassVar[str] = (
        "Distances, sizes, shapes and densities of groups: how tight they are is the knob min dist. It draws lots at "
        "every step, and so a picture shivers a little from epoch to epoch where nothing moved. New points stand at "
        "the median of their neighbours, which is quicker and nearer the truth than the library's own transform."
    )

    neighbours: int = knob(15, 2, 200, step=1, help="How many neighbours count: few show detail, many the whole.")
    min_dist: float = knob(0.1, 0.0, 1.0, step=0.05, help="How tight points may stand in the picture.")
    stiffness: float = knob(1.0, 0.0, 10.0, step=0.5, help=STIFFNESS)

    def _check_points(self, epochs: Sequence[Floats]) -> None:
        super()._check_points(epochs)
        count = len(epochs[0])
        if count <= self.neighbours:
            raise ProjectionError(
                f"{self.neighbours} neighbours need at least {self.neighbours + 1} points, there are {count}"
            )

    def _draw(self, epochs: Sequence[Floats], axes: int, start: Floats | None, watch: Watch) -> Floats:
        from lossviz.projection._umap_time import Settings, draw  # noqa: PLC0415  many seconds: not for a menu

        settings = Settings(self.neighbours, self.min_dist, axes, self.stiffness, self.seed)
        return draw(epochs, start, settings, watch)

    def _note(self) -> str:
        return f"{self.neighbours} neighbours, min dist {self.min_dist:g}"
