"""ROC curves, and FaceNet's VAL and FAR over a distance: all runs in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.figures import _frame
from lossviz.figures._frame import DASHES, RUN_COLORS

Values = NDArray[np.floating]

HEIGHT = 380


def roc(
    runs: Sequence[tuple[str, Values, Values]],
    eers: Sequence[float | None] = (),
    colors: Sequence[str] = RUN_COLORS,
) -> go.Figure:
    """True accept rate over false accept rate, the latter on a log axis.

    ``runs`` are ``(name, far, tar)``, fractions (T,) with FAR ascending, as :func:`lossviz.analysis.pair_curves`
    gives them. ``eers`` are the equal error rates, marked on the curves; ``None`` where there is none.
    """
    figure, _ = _curves("roc", runs, colors, "○ equal error rate")
    for index, (name, _, _) in enumerate(runs):
        eer = eers[index] if index < len(eers) else None
        if eer:
            spot = _Spot(eer, 1 - eer, "circle-open", 9, f"EER {eer:.2%}")
            _mark(figure, spot, name, index, _frame.colors_for(runs, colors)[index])
    return figure


def roc_places(
    runs: Sequence[tuple[str, Values, Values]],
    thresholds: Sequence[tuple[float, float] | None],
    places: Sequence[tuple[float, float]],
    colors: Sequence[str] = RUN_COLORS,
) -> go.Figure:
    """The curves of :func:`roc` with where one pair of images stands on each.

    ``thresholds`` are (FAR, TAR) at each run's threshold, ``None`` where there is none, and ``places`` at the pair's
    own distance. What no comparison of different classes undercuts stands at the left edge.
    """
    figure, lowest = _curves("roc-places", runs, colors, "○ threshold, ◆ this pair")
    for index, (name, _, _) in enumerate(runs):
        color = _frame.colors_for(runs, colors)[index]
        spots = [_Spot(*places[index], "diamond", 13, "This pair")]
        at = thresholds[index]
        if at is not None:
            spots.insert(0, _Spot(*at, "circle-open", 12, "Threshold"))
        for spot in spots:
            said = f"{spot.said}: FAR {spot.far:.2%}, TAR {spot.tar:.1%}"
            _mark(figure, _Spot(max(spot.far, lowest), spot.tar, spot.symbol, spot.size, said), name, index, color)
    return figure


@dataclass(frozen=True)
class _Spot:
    """A mark at (FAR, TAR), with what is said of it where the mouse is."""

    far: float
    tar: float
    symbol: str
    size: int
    said: str


def _curves(
    key: str, runs: Sequence[tuple[str, Values, Values]], colors: Sequence[str], marks: str
) -> tuple[go.Figure, float]:
    """The curves, and the least FAR of the axis; ``marks`` explains what is put on them."""
    figure = _frame.blank(key)
    for index, (name, far, tar) in enumerate(runs):
        color = _frame.colors_for(runs, colors)[index]
        seen = far > 0  # a log axis has no 0
        figure.add_scatter(
            x=far[seen], y=tar[seen] * 100, mode="lines", name=name, legendgroup=str(index),
            line={"color": color, "width": 2, "dash": DASHES[index % len(DASHES)], "simplify": False},
            hovertemplate="TAR %{y:.2f} % at FAR %{x:.2e}",
        )  # fmt: skip
    lowest = np.floor(np.log10(min((float(far[far > 0].min()) for _, far, _ in runs if (far > 0).any()), default=1e-3)))
    figure.update_xaxes(
        type="log", range=[lowest, 0], dtick=1, exponentformat="power",
        title={"text": f"False accept rate ({marks})"},
    )  # fmt: skip
    figure.update_yaxes(range=[0, 101], title={"text": "True accept rate (%)"})
    return figure.update_layout(height=HEIGHT), float(10**lowest)


def _mark(figure: go.Figure, spot: _Spot, name: str, index: int, color: str) -> None:
    figure.add_scatter(
        x=[spot.far], y=[100 * spot.tar], mode="markers", name=name, legendgroup=str(index), showlegend=False,
        marker={"color": color, "size": spot.size, "symbol": spot.symbol, "line": {"width": 2}}, cliponaxis=False,
        text=[spot.said], hovertemplate="%{text}",
    )  # fmt: skip


def val_far(
    runs: Sequence[tuple[str, Values, Values]], distance: Values, colors: Sequence[str] = RUN_COLORS
) -> go.Figure:
    """FaceNet's validation rate (solid) and false accept rate (dotted) at every threshold on the distance.

    ``runs`` are ``(name, val, far)``, fractions (D,) at each squared Euclidean ``distance`` (D,) of unit vectors.
    """
    figure = _frame.blank("val-far")
    for index, (name, val, far) in enumerate(runs):
        color = _frame.colors_for(runs, colors)[index]
        for word, rate, dash in (("VAL", val, "solid"), ("FAR", far, "dot")):
            figure.add_scatter(
                x=distance, y=rate * 100, mode="lines", name=name, legendgroup=str(index), showlegend=word == "VAL",
                line={"color": color, "width": 2, "dash": dash, "simplify": False},
                hovertemplate=f"{word} %{{y:.2f}} % at distance %{{x:.2f}}",
            )  # fmt: skip
    figure.update_xaxes(range=[0, 4], dtick=0.5, title={"text": "Squared distance of unit vectors, 2(1 - cos)"})
    figure.update_yaxes(range=[0, 101], title={"text": "VAL solid, FAR dotted (%)"})
    return figure.update_layout(height=HEIGHT)
