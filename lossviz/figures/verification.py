"""ROC curves, and FaceNet's VAL and FAR over a distance: all runs in one picture."""

from collections.abc import Sequence

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
    figure = _frame.blank("roc")
    for index, (name, far, tar) in enumerate(runs):
        color = _frame.colors_for(runs, colors)[index]
        seen = far > 0  # a log axis has no 0
        figure.add_scatter(
            x=far[seen], y=tar[seen] * 100, mode="lines", name=name, legendgroup=str(index),
            line={"color": color, "width": 2, "dash": DASHES[index % len(DASHES)], "simplify": False},
            hovertemplate="TAR %{y:.2f} % at FAR %{x:.2e}",
        )  # fmt: skip
        eer = eers[index] if index < len(eers) else None
        if eer:
            figure.add_scatter(
                x=[eer], y=[100 - eer * 100], mode="markers", name=name, legendgroup=str(index), showlegend=False,
                marker={"color": color, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
                hovertemplate="EER %{x:.2%}",
            )  # fmt: skip
    lowest = min((float(far[far > 0].min()) for _, far, _ in runs if (far > 0).any()), default=1e-3)
    figure.update_xaxes(
        type="log", range=[np.floor(np.log10(lowest)), 0], dtick=1, exponentformat="power",
        title={"text": "False accept rate (○ equal error rate)"},
    )  # fmt: skip
    figure.update_yaxes(range=[0, 101], title={"text": "True accept rate (%)"})
    return figure.update_layout(height=HEIGHT)


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
