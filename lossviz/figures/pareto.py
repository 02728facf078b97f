"""Time against score: who is beaten by something that is both quicker and better."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np
import plotly.graph_objects as go

from lossviz.figures import _frame
from lossviz.figures._frame import NEUTRAL
from lossviz.figures.rivals import Rival, factor_of, mean_said, score_axis
from lossviz.metrics.base import Output
from lossviz.words import duration

HEIGHT = 420
LOG_RATIO = 10
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up")
UNITS = ((3 * 3600.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))


def front(points: Sequence[tuple[float, float]], better: int = 1) -> list[int]:
    """Indices of the points ``(time, score)`` that no other is ahead of, the quickest first.

    One is ahead of another if it is not slower and not worse, and one of both better; ``better`` is +1 or -1.
    """
    kept = [index for index in range(len(points)) if not _ahead_of(index, points, better)]
    return sorted(kept, key=lambda index: points[index])


def dominators(points: Sequence[tuple[float, float]], better: int = 1) -> list[list[int]]:
    """For each point the indices of those on the front that are ahead of it; none for those on the front."""
    first = front(points, better)
    return [[other for other in first if other in _ahead_of(index, points, better)] for index in range(len(points))]


def time_told(seconds: float) -> str:
    """Tenths of short times, which :func:`~lossviz.words.duration` rounds to whole seconds."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def pareto(output: Output, rivals: Sequence[Rival]) -> go.Figure:
    """Mean training time with the range over seeds, against the mean score with its interval.

    ``rivals`` have times. The line runs along the front; who is off it is hollow. The time axis is logarithmic where
    the times span more than ten to one.
    """
    figure = _frame.blank("pareto")
    factor, better = factor_of(output), output.better or 1
    every = [second for each in rivals for second in each.seconds.values()]
    unit = next((size, name) for least, size, name in UNITS if max(every, default=0) >= least)
    points = [(fmean(each.seconds.values()), each.mean) for each in rivals]
    first = front(points, better)
    low, high = min(every) / unit[0], max(every) / unit[0]
    log = high > LOG_RATIO * low
    _step(figure, [(points[index][0] / unit[0], factor * points[index][1]) for index in first], high)
    for index, rival in enumerate(rivals):
        _draw(figure, rival, output, unit[0], index in first)
    title = {"title": {"text": f"Training time, mean over seeds ({unit[1]})"}}
    pad = 0.06 * (high - low) or 0.1 * high
    span = {"range": [float(np.log10(low / 1.15)), float(np.log10(high * 1.15))]} if log else {}
    span = span or {"range": [max(0.0, low - pad), high + pad]}
    figure.update_xaxes(**title, **(_frame.log_axis(np.array([low, high])) if log else {}), **span)
    figure.update_yaxes(**score_axis(output, rivals))
    return figure.update_layout(height=HEIGHT, margin={"t": 76}, showlegend=True)


def _ahead_of(index: int, points: Sequence[tuple[float, float]], better: int) -> list[int]:
    time, score = points[index]
    return [
        other
        for other, (seconds, value) in enumerate(points)
        if seconds <= time and better * value >= better * score and (seconds, value) != (time, score)
    ]


def _step(figure: go.Figure, points: Sequence[tuple[float, float]], last: float) -> None:
    """The best score that can be had by each time."""
    way = [*points, (last, points[-1][1])]
    figure.add_scatter(
        x=[x for x, _ in way], y=[y for _, y in way], mode="lines", name="front",
        line={"color": NEUTRAL, "width": 1.5, "dash": "dot", "shape": "hv"}, hoverinfo="skip",
    )  # fmt: skip


def _draw(figure: go.Figure, rival: Rival, output: Output, unit: float, leads: bool) -> None:
    seconds, factor = sorted(rival.seconds.values()), factor_of(output)
    mean = fmean(seconds)
    symbol = SYMBOLS[rival.place % len(SYMBOLS)] + ("" if leads else "-open")
    told = (
        f"{mean_said(rival, output)}<br>{time_told(mean)}, {time_told(seconds[0])} to {time_told(seconds[-1])}"
        f"<br>{'on the front' if leads else 'another is no slower and no worse'}"
    )
    bars = {"type": "data", "color": _frame.fade(rival.color, 0.6), "thickness": 1.5, "width": 4}
    figure.add_scatter(
        x=[mean / unit], y=[factor * rival.mean], mode="markers", name=rival.name,
        marker={"size": 11, "color": rival.color, "symbol": symbol, "line": {"width": 2, "color": rival.color}},
        error_x={**bars, "array": [(seconds[-1] - mean) / unit], "arrayminus": [(mean - seconds[0]) / unit]},
        error_y={**bars, "array": [factor * rival.half]},
        text=[told], hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
