"""Histograms of angles and norms: one row a run, the same bins and axes for all."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.figures import _frame
from lossviz.figures._frame import RUN_COLORS

Values = NDArray[np.floating]

ANGLE_BINS = 90
NORM_BINS = 80


def angles(
    runs: Sequence[tuple[str, Values, Values]],
    margins: Sequence[float | None] = (),
    colors: Sequence[str] = RUN_COLORS,
) -> go.Figure:
    """Angles to the own prototype and to the nearest other one.

    ``runs`` are ``(name, own, other)``, angles in degrees, each (N,), as :func:`lossviz.metrics.points` gives them.
    ``margins`` are the losses' margins in degrees, drawn as a line; ``None`` or NaN where a loss has none.
    """
    edges = np.linspace(0, 180, ANGLE_BINS + 1)
    series = [(name, _shares(own, edges), _shares(other, edges)) for name, own, other in runs]
    figure = _rows("angles", series, edges, ("to own prototype", "to nearest other"), colors)
    for row, margin in enumerate(margins):
        if margin is not None and np.isfinite(margin):
            _frame.vertical(figure, row, margin, f"margin {margin:.1f}°")
    return _angle_axis(figure, len(runs), "Angle (°)")


def gaps(
    runs: Sequence[tuple[str, Values, Values]],
    margins: Sequence[float | None] = (),
    colors: Sequence[str] = RUN_COLORS,
) -> go.Figure:
    """The angular margin that each image really has: angle to the nearest other prototype less that to its own.

    Left of 0 an image is nearer to another class. Arguments as for :func:`angles`; the line is the margin asked for.
    """
    edges = np.linspace(-90, 180, 135 + 1)
    series = [(name, _shares(other - own, edges), None) for name, own, other in runs]
    figure = _rows("gaps", series, edges, (), colors)
    for row in range(len(runs)):
        _frame.vertical(figure, row, 0.0)
        margin = margins[row] if row < len(margins) else None
        if margin is not None and np.isfinite(margin):
            _frame.vertical(figure, row, margin, f"margin {margin:.1f}°")
    figure.update_xaxes(range=[-90, 180], dtick=30)
    return _name_axes(figure, len(runs), "Nearest other minus own angle (°)", "Images")


def norms(
    runs: Sequence[tuple[str, Values]], highest: float | None = None, colors: Sequence[str] = RUN_COLORS
) -> go.Figure:
    """Norms of the embeddings; ``runs`` are ``(name, norms)``, each (N,).

    ``highest`` ends the axis, so that it can stand still while epochs change; without it the data end it.
    """
    top = highest if highest is not None else max((float(values.max()) for _, values in runs if len(values)), default=1)
    edges = np.linspace(0, max(top, 1e-6), NORM_BINS + 1)
    figure = _rows("norms", [(name, _shares(values, edges), None) for name, values in runs], edges, (), colors)
    figure.update_xaxes(range=[0, edges[-1]])
    return _name_axes(figure, len(runs), "Norm of the embedding", "Images")


def pair_angles(
    runs: Sequence[tuple[str, Values, Values]], edges: Values, colors: Sequence[str] = RUN_COLORS
) -> go.Figure:
    """Angles between pairs of one class and between pairs of two classes.

    ``runs`` are ``(name, within, between)``, the share of pairs (B,) in each bin of ``edges`` (B + 1,) degrees, as
    :func:`lossviz.analysis.pair_curves` counts them.
    """
    series = [(name, within, between) for name, within, between in runs]
    figure = _rows("pair-angles", series, edges, ("within a class", "between classes"), colors, unit="pairs")
    return _angle_axis(figure, len(runs), "Angle between two images (°)", "Pairs")


def _shares(values: Values, edges: Values) -> Values:
    """The share of finite ``values`` in each bin; what lies beyond the ends counts into the first and last."""
    finite = values[np.isfinite(values)]
    counts, _ = np.histogram(np.clip(finite, edges[0], edges[-1]), edges)
    return counts / max(len(finite), 1)


def _rows(
    key: str,
    series: Sequence[tuple[str, Values, Values | None]],
    edges: Values,
    kinds: tuple[str, ...],
    colors: Sequence[str],
    unit: str = "images",
) -> go.Figure:
    """A row a run: the first distribution filled, the second, if there is one, as an outline."""
    figure = _frame.stacked(key, len(series))
    centers = (edges[:-1] + edges[1:]) / 2
    width = edges[1] - edges[0]
    for row, (name, first, second) in enumerate(series):
        color = _frame.colors_for(series, colors)[row]
        drawn = [(second, 0.10, 1.2), (first, 0.45, 1.2)] if second is not None else [(first, 0.45, 1.2)]
        for shares, alpha, line in drawn:
            figure.add_scatter(
                x=centers, y=shares * 100, line={"shape": "hvh", "color": color, "width": line}, fill="tozeroy",
                fillcolor=_frame.fade(color, alpha), mode="lines", showlegend=False, name=name,
                xaxis=_frame.axis("x", row), yaxis=_frame.axis("y", row),
                hovertemplate=f"%{{x:.4g}} ± {width / 2:.2g}<br>%{{y:.1f}} % of {unit}<extra></extra>",
            )  # fmt: skip
        _frame.label_panel(figure, row, _frame.swatch(name, color))
    for kind, outline in zip(kinds, (False, True), strict=False):
        _frame.key_entry(figure, kind, _frame.NEUTRAL, outline)
    tallest = max((float(part.max()) for _, *parts in series for part in parts if part is not None), default=0)
    figure.update_yaxes(range=[0, max(tallest * 105, 1)])
    return figure


def _angle_axis(figure: go.Figure, rows: int, title: str, counted: str = "Images") -> go.Figure:
    figure.update_xaxes(range=[0, 180], dtick=30)
    return _name_axes(figure, rows, title, counted)


def _name_axes(figure: go.Figure, rows: int, title: str, counted: str) -> go.Figure:
    figure.update_layout({_frame.axis_key("x", rows - 1): {"title": {"text": title}}})
    figure.update_yaxes(nticks=3, showgrid=False)
    _frame.name_side(figure, f"{counted} (%)")
    return figure
