"""Contenders by their means, and who cannot be told from whom."""

from collections.abc import Sequence

import plotly.graph_objects as go

from lossviz.figures import _frame
from lossviz.figures._frame import NEUTRAL
from lossviz.figures.rivals import Rival, factor_of, mean_said, name_rows, score_axis, wrapped
from lossviz.metrics.base import Output

ROW = 36
GROUP = 0.05  # of the figure's width, that a bar takes
MOST = 0.3


def ranking(output: Output, rivals: Sequence[Rival], groups: Sequence[Sequence[str]]) -> go.Figure:
    """Means with their intervals, in the order given, and at the right a bar for each of ``groups``.

    A group names contenders of which no two can be told apart. Its bar has a dot in the row of every member: a row
    that it passes without one is of another group.
    """
    figure = _frame.blank("ranking")
    factor = factor_of(output)
    for row, rival in enumerate(rivals):
        figure.add_scatter(
            x=[factor * rival.mean], y=[row], mode="markers", name=rival.name, showlegend=False,
            marker={"size": 10, "color": rival.color},
            error_x={"type": "data", "array": [factor * rival.half], "color": rival.color, "thickness": 2, "width": 6},
            text=[mean_said(rival, output)], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    width = min(MOST, GROUP * (len(groups) + 1)) if groups else 0.0
    figure.update_xaxes(**score_axis(output, rivals), domain=[0, 1 - width], showgrid=True)
    labels = [rival.name if rival.rank is None else f"{rival.rank}. {rival.name}" for rival in rivals]
    name_rows(figure, labels)
    if groups:
        _bars(figure, [rival.name for rival in rivals], groups, width)
    return figure.update_layout(height=60 + ROW * len(rivals), margin={"t": 12}, showlegend=False)


def _bars(figure: go.Figure, names: Sequence[str], groups: Sequence[Sequence[str]], width: float) -> None:
    for place, group in enumerate(groups):
        rows = sorted(names.index(name) for name in group)
        told = wrapped(f"Cannot be told apart: {', '.join(names[row] for row in rows)}", 60)
        figure.add_scatter(
            x=[place] * len(rows), y=rows, mode="lines+markers", name=f"group {place + 1}", showlegend=False,
            line={"color": NEUTRAL, "width": 4}, marker={"size": 10, "color": NEUTRAL}, xaxis="x2", yaxis="y2",
            text=[told] * len(rows), hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    bare = {"showgrid": False, "showticklabels": False, "ticks": "", "zeroline": False}
    figure.update_layout(
        xaxis2={
            "domain": [1 - width + 0.01, 1], "anchor": "y2", "range": [-0.8, len(groups) - 0.2],
            "title": {"text": "Ties"}, **bare,
        },
        yaxis2={"anchor": "x2", "range": figure.layout.yaxis.range, "domain": [0, 1], **bare},
    )  # fmt: skip
