"""How many triplets are still hard, epoch by epoch."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.figures import _frame
from lossviz.figures._frame import NEUTRAL, RUN_COLORS

KINDS = (("hard", RUN_COLORS[4], 0.75), ("semi-hard", RUN_COLORS[1], 0.65), ("easy", NEUTRAL, 0.3))


def triplet_shares(
    epochs: Sequence[int], counts: Sequence[tuple[int, int, int]] | NDArray[np.integer], current: int | None = None
) -> go.Figure:
    """Hard, semi-hard and easy triplets as shares of all, stacked; ``counts`` are those three for each epoch."""
    figure = _frame.blank("triplets")
    table = np.asarray(counts, dtype=float).reshape(-1, 3)
    percent = table / np.maximum(table.sum(axis=1, keepdims=True), 1) * 100
    for column, (name, color, alpha) in enumerate(KINDS):
        figure.add_scatter(
            x=list(epochs), y=percent[:, column], name=name, stackgroup="all", mode="lines",
            customdata=table[:, column], line={"width": 1, "color": color}, fillcolor=_frame.fade(color, alpha),
            hovertemplate="%{y:.2f} %, %{customdata:,.0f} triplets",
        )  # fmt: skip
    figure.update_xaxes(**_frame.epoch_axis(epochs))
    figure.update_yaxes(title={"text": "Triplets (%)"}, range=[0, 100])
    if current is not None:
        _frame.vertical(figure, 0, current)
    return figure.update_layout(height=300, hovermode="x")
