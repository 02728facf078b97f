"""t-SNE by scikit-learn: the reference to hold our own against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lossviz.knobs import knob
from lossviz.projection._nonlinear import Drawn, Nonlinear
from lossviz.projection._rigid import align
from lossviz.projection.base import Progress, ProjectionError, Watch
from lossviz.records import Floats

CHAINED = 250  # steps for an epoch that starts from its neighbour: the fewest that scikit-learn takes


@dataclass(frozen=True)
class SklearnTsne(Nonlinear):
    """``sklearn.manifold.TSNE`` by Barnes and Hut's method, one epoch after the other from the last backwards.

    The last epoch is the library's usual fit; every other one starts, without exaggeration, from the picture of the
    epoch after it, and is turned back onto that.
    """

    title: ClassVar[str] = "t-SNE (scikit-learn)"
    says: ClassVar[str] = (
        "What t-SNE says, in the words of the best known program for it: who is near whom. About fifty times the "
        "wait; there to check the other one."
    )
    cannot: ClassVar[str] = (
        "What t-SNE cannot: distances, sizes and shapes of groups. The library fits one epoch at a time: here each "
        "starts from the one after it, which keeps them together but less firmly than our own. It cannot place a new "
        "point at all: those stand at the median of their neighbours. It can be stopped between epochs only."
    )

    perplexity: float = knob(
        30.0, 2.0, 100.0, step=1.0, help="How many neighbours count, about: few show small groups, many large ones."
    )
    iterations: int = knob(1000, 250, 5000, step=50, help="Steps for the last epoch's picture.")

    def _check_points(self, epochs: Sequence[Floats]) -> None:
        super()._check_points(epochs)
        count = len(epochs[0])
        if count <= self.perplexity:
            raise ProjectionError(
                f"a perplexity of {self.perplexity:g} needs more than {self.perplexity:g} points, there are {count}"
            )

    def _draw(self, epochs: Sequence[Floats], axes: int, start: Floats | None, watch: Watch) -> Floats:
        count, after = len(epochs), None
        pictures = np.empty((count, len(epochs[0]), axes), np.float32)
        for index in range(count - 1, -1, -1):
            done = (count - 1 - index) / count
            watch(Progress(done, f"drawing epoch number {index + 1}"))
            begun = start if after is None else after
            picture = self._one(axes, epochs[index], begun, after is None)
            picture -= picture.mean(axis=0)
            pictures[index] = picture if after is None else picture @ align(picture, after).matrix
            after = pictures[index]
            watch(Progress(done + 1 / count, f"epoch number {index + 1} can be seen", index, after.copy()))
        return pictures

    def _one(self, axes: int, epoch: Floats, begun: Floats | None, first: bool) -> Floats:
        from sklearn.manifold import TSNE  # noqa: PLC0415  a second that a menu need not wait for

        init = "pca" if begun is None else begun
        if first and begun is not None:  # another run's picture, at the size at which the library starts
            init = (begun / max(float(begun[:, 0].std()), 1e-20) * 1e-4).astype(np.float32)
        fit = TSNE(
            n_components=axes,
            perplexity=self.perplexity,
            max_iter=self.iterations if first else CHAINED,
            early_exaggeration=12.0 if first else 1.0,
            init=init,
            random_state=self.seed,
        )
        return np.asarray(fit.fit_transform(epoch), np.float32)

    def _drawn(self, seen: Sequence[Floats], positions: Floats, note: str) -> Drawn:
        from lossviz.projection._tsne_place import Diverging  # noqa: PLC0415  compiled: not for a menu

        return Diverging(positions, note, False, seen, self.metric == "cosine", self.perplexity)

    def _note(self) -> str:
        return f"scikit-learn's t-SNE, perplexity {self.perplexity:g}"
