"""A score against what a group of runs varies: means over seeds with their intervals, and every run as a dot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lossviz.figures import _frame
from lossviz.figures._frame import DASHES, RUN_COLORS
from lossviz.figures.rivals import span_of
from lossviz.metrics.base import Output

HEIGHT = 420
APART = 0.012  # of the axis between two curves at the same value, so that their intervals can be told apart
STRIP = 0.16  # of the room between two words, over which the dots of one word are spread
LOG_RATIO = 30


@dataclass(frozen=True)
class Spot:
    """One value of a curve: ``at`` (a number, or a word), the mean with its interval (NaN for one run), the runs."""

    at: float | str
    mean: float
    low: float
    high: float
    runs: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Curve:
    """A named row of spots. One spot without a place (``at`` is empty) is drawn as a line across."""

    name: str
    spots: Sequence[Spot]


def knob_curve(output: Output, knob: str, curves: Sequence[Curve], colors: Sequence[str] = RUN_COLORS) -> go.Figure:
    """``output`` against ``knob`` for each of ``curves``; over words where one of the places is a word.

    Fractions are shown in per cent. Intervals that reach far beyond all dots leave the picture, which stays readable.
    """
    percent = 100 if output.unit == "%" else 1
    scaled = [_scaled(curve, percent) for curve in curves]
    places = [spot.at for curve in scaled for spot in curve.spots if spot.at != ""]
    words = list(dict.fromkeys(map(str, places))) if any(isinstance(place, str) for place in places) else []
    shared = len(places) > len(set(places))
    figure = _frame.blank("knob_curve")
    log = not words and _is_wide([float(place) for place in places])
    chosen = _frame.colors_for(scaled, colors)
    for index, curve in enumerate(scaled):
        look = chosen[index], DASHES[index // len(colors) % len(DASHES)]
        if [spot.at for spot in curve.spots] == [""]:
            _across(figure, curve, look[0])
        else:
            step = index - (len(scaled) - 1) / 2 if shared else 0.0
            _draw(figure, curve, _places(curve, step, words, (places, log)), look)
    figure.update_xaxes(title={"text": knob[:1].upper() + knob[1:]}, type="log" if log else "linear")
    if words:
        figure.update_xaxes(tickvals=list(range(len(words))), ticktext=words, range=[-0.6, len(words) - 0.4])
    elif len(set(places)) <= 12:
        ticks = sorted({float(place) for place in places})
        figure.update_xaxes(tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    unit = {"%": " (%)", "deg": " (°)"}.get(output.unit, "")
    figure.update_yaxes(title={"text": output.title + unit}, range=_room(scaled))
    return figure.update_layout(height=HEIGHT, margin={"t": 56}, showlegend=True)


def _scaled(curve: Curve, factor: float) -> Curve:
    spots = [
        Spot(each.at, factor * each.mean, factor * each.low, factor * each.high, _times(each.runs, factor))
        for each in curve.spots
    ]
    return Curve(curve.name, spots)


def _times(runs: Sequence[tuple[str, float]], factor: float) -> list[tuple[str, float]]:
    return [(name, factor * value) for name, value in runs]


def _is_wide(places: Sequence[float]) -> bool:
    return len(set(places)) > 2 and min(places) > 0 and max(places) / min(places) >= LOG_RATIO


def _places(curve: Curve, step: float, words: Sequence[str], axis: tuple[Sequence[float | str], bool]) -> list[float]:
    """Where the spots are drawn: beside their value by ``step`` times a little, so that no interval hides another."""
    if words:
        return [words.index(str(spot.at)) + step * APART * len(words) for spot in curve.spots]
    numbers, log = np.array([float(place) for place in axis[0]]), axis[1]
    here = np.array([float(spot.at) for spot in curve.spots])
    if log:
        return list(here * (numbers.max() / numbers.min()) ** (step * APART))
    return list(here + step * APART * float(np.ptp(numbers)))


def _draw(figure: go.Figure, curve: Curve, places: Sequence[float], look: tuple[str, str]) -> None:
    spots, numeric = curve.spots, not any(isinstance(spot.at, str) for spot in curve.spots)
    told = [_told(curve.name, spot) for spot in spots]
    half = [0.0 if np.isnan(spot.low) else spot.high - spot.mean for spot in spots]
    figure.add_scatter(
        x=places, y=[spot.mean for spot in spots], name=curve.name, legendgroup=curve.name,
        mode="lines+markers" if numeric else "markers",
        line={"color": look[0], "dash": look[1], "width": 2},
        marker={"size": 9, "symbol": "circle" if numeric else "diamond", "color": look[0]},
        error_y={"type": "data", "array": half, "color": look[0], "thickness": 1.5, "width": 5},
        text=told, hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    dots = [
        (place if numeric else place + spread, value, name)
        for place, spot in zip(places, spots, strict=True)
        for spread, (name, value) in zip(_spread(len(spot.runs)), spot.runs, strict=True)
        if len(spot.runs) > 1
    ]
    figure.add_scatter(
        x=[x for x, *_ in dots], y=[y for _, y, _ in dots], mode="markers", name=curve.name, legendgroup=curve.name,
        showlegend=False, marker={"size": 6, "color": _frame.fade(look[0], 0.45)},
        text=[name for *_, name in dots], hovertemplate="%{text}: %{y:.4g}<extra></extra>",
    )  # fmt: skip


def _spread(count: int) -> list[float]:
    return [0.0] if count == 1 else list(np.linspace(-STRIP / 2, STRIP / 2, count))


def _told(name: str, spot: Spot) -> str:
    where = f"{spot.at:g}" if isinstance(spot.at, float) else str(spot.at)
    head = f"{name}, {where}" if where not in ("", name) else name
    if len(spot.runs) == 1:
        return f"{head}<br>{spot.runs[0][0]}: {spot.mean:.4g}"
    return f"{head}<br>mean of {len(spot.runs)}: {spot.mean:.4g}<br>95 %: {spot.low:.4g} to {spot.high:.4g}"


def _across(figure: go.Figure, curve: Curve, color: str) -> None:
    """A loss without the knob: its mean all across, and its interval as a band."""
    (spot,) = curve.spots
    line = {"color": color, "width": 2, "dash": "dot"}
    figure.add_scatter(
        x=[None], y=[None], mode="lines", name=curve.name, line=line, legendgroup=curve.name, showlegend=True
    )
    figure.add_shape(type="line", xref="x domain", x0=0, x1=1, y0=spot.mean, y1=spot.mean, line=line)
    if not np.isnan(spot.low):
        figure.add_shape(
            type="rect", xref="x domain", x0=0, x1=1, y0=spot.low, y1=spot.high, line={"width": 0},
            fillcolor=_frame.fade(color, 0.12), layer="below",
        )  # fmt: skip


def _room(curves: Sequence[Curve]) -> list[float]:
    """The range of the y axis."""
    values = [value for curve in curves for spot in curve.spots for _, value in spot.runs]
    return span_of(values, [end for curve in curves for spot in curve.spots for end in (spot.low, spot.high)])
