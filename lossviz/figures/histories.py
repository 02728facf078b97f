"""Numbers over epochs: scores of several runs, and the training curves of one."""

from collections.abc import Iterable, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.figures import _frame
from lossviz.figures._frame import DASHES, NEUTRAL, RUN_COLORS
from lossviz.metrics.base import Output
from lossviz.records import EpochRecord

Line = tuple[str, Sequence[int], Sequence[float] | NDArray[np.floating]]

PANEL_HEIGHT = 250
LOG_RATIO = 30  # a measure that falls this far is read on a log axis


def histories(
    panels: Sequence[tuple[Output, Sequence[Line]]],
    current: int | None = None,
    colors: Sequence[str] = RUN_COLORS,
    columns: int = 2,
) -> go.Figure:
    """One panel a score, one line a run: ``(output, [(name, epochs, values), ...])``, values NaN where left out.

    ``output`` is the score as :func:`lossviz.metrics.outputs` declares it; fractions are shown in per cent. Every
    panel has the same runs in the same order. ``current`` is the epoch that a line marks.
    """
    columns = max(1, min(columns, len(panels)))
    rows = max(1, -(-len(panels) // columns))
    figure = _frame.blank("histories", rows, columns, horizontal_spacing=0.16 / columns, vertical_spacing=0.3 / rows)
    for panel, (output, lines) in enumerate(panels):
        percent = output.unit == "%"
        scaled = [(name, epochs, np.asarray(values, float) * (100 if percent else 1)) for name, epochs, values in lines]
        _draw_lines(figure, panel, scaled, colors, output.unit)
        unit = {"%": " (%)", "deg": " (°)"}.get(output.unit, "")
        log = not percent and _wide(_together(scaled))
        figure.layout[_frame.axis_key("y", panel)].update(title={"text": output.title + unit})
        if log:
            figure.layout[_frame.axis_key("y", panel)].update(_frame.log_axis(_together(scaled)))
        epochs = (epoch for _, known, _ in lines for epoch in known)
        figure.layout[_frame.axis_key("x", panel)].update(_frame.epoch_axis(epochs))
        if current is not None:
            _frame.vertical(figure, panel, current)
    return figure.update_layout(height=70 + PANEL_HEIGHT * rows)


def training_curves(records: Sequence[EpochRecord], current: int | None = None) -> go.Figure:
    """Losses, learning rate and speed of one run, epoch by epoch; a warm start is shaded."""
    figure = _frame.blank("training", 3, 1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.5, 0.25, 0.25])
    epochs = [record.epoch for record in records]
    losses = {"training images": _values(record.train_loss for record in records)}
    losses["probe"] = _values(record.probe_loss for record in records)
    for index, (name, values) in enumerate(losses.items()):
        if np.isfinite(values).any():
            figure.add_trace(_line(0, (name, epochs, values), (RUN_COLORS[index], DASHES[index])))
    speeds = _values(record.images_per_second or None for record in records)
    rates = _values(record.lr or None for record in records)
    figure.add_trace(_line(1, ("learning rate", epochs, rates), (NEUTRAL, "solid")).update(showlegend=False))
    figure.add_trace(_line(2, ("speed", epochs, speeds), (NEUTRAL, "solid"), "images/s").update(showlegend=False))
    together = np.concatenate(list(losses.values()))
    if (together[np.isfinite(together)] > 0).all():
        figure.layout.yaxis.update(_frame.log_axis(together))
    figure.layout.yaxis.update(title={"text": "Loss"})
    figure.layout.yaxis2.update(_frame.log_axis(rates), title={"text": "Learning rate"})
    figure.layout.yaxis3.update(title={"text": "Images/s"}, rangemode="tozero", nticks=4)
    figure.update_xaxes(**(_frame.epoch_axis(epochs) | {"title": None}))
    figure.layout.xaxis3.update(title={"text": "Epoch"})
    for panel in range(3):
        if current is not None:
            _frame.vertical(figure, panel, current)
    _shade_warm_start(figure, records)
    return figure.update_layout(height=520, hovermode="x")


def _draw_lines(figure: go.Figure, panel: int, lines: Sequence[Line], colors: Sequence[str], unit: str) -> None:
    chosen = _frame.colors_for(lines, colors)
    for index, line in enumerate(lines):
        trace = _line(panel, line, (chosen[index], DASHES[index % len(DASHES)]), unit)
        figure.add_trace(trace.update(legendgroup=str(index), showlegend=panel == 0))


def _line(panel: int, line: Line, look: tuple[str, str], unit: str = "") -> go.Scatter:
    """One line with its points; ``look`` is its colour and dash."""
    name, epochs, values = line
    sign = {"deg": "°", "": ""}.get(unit, f" {unit}")
    return go.Scatter(
        x=list(epochs), y=values, name=name, mode="lines+markers", marker={"size": 5},
        line={"color": look[0], "dash": look[1], "width": 2},
        xaxis=_frame.axis("x", panel), yaxis=_frame.axis("y", panel),
        hovertemplate=f"epoch %{{x}}: %{{y:.4g}}{sign}",
    )  # fmt: skip


def _together(lines: Sequence[Line]) -> NDArray[np.floating]:
    return np.concatenate([np.asarray(values, float) for _, _, values in lines] or [np.empty(0)])


def _wide(values: NDArray[np.floating]) -> bool:
    finite = values[np.isfinite(values)]
    return len(finite) > 0 and bool(finite.min() > 0) and bool(finite.max() / finite.min() >= LOG_RATIO)


def _values(numbers: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if number is None else number for number in numbers], dtype=float)


def _shade_warm_start(figure: go.Figure, records: Sequence[EpochRecord]) -> None:
    warm = [record.epoch for record in records if record.phase == "warm start"]
    if warm:
        figure.add_shape(
            type="rect", xref="x", yref="paper", x0=warm[0] - 1, x1=warm[-1], y0=0, y1=1, layer="below",
            line={"width": 0}, fillcolor=_frame.fade(NEUTRAL, 0.15),
        )  # fmt: skip
        figure.add_annotation(
            text="warm start", xref="x", yref="paper", x=warm[0] - 1, y=1, xanchor="left", yanchor="top",
            showarrow=False, font={"size": 12},
        )  # fmt: skip
