"""A score against the knobs that were tried: a panel for each knob of each contender."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lossviz.figures import _frame
from lossviz.figures._frame import NEUTRAL, RUN_COLORS
from lossviz.figures.rivals import factor_of, named, span_of
from lossviz.metrics.base import Output

COLUMNS = 2
PANEL = 150
BETWEEN = 74  # CSS pixels between two rows of panels, for the axis below and the name above
TOP, BOTTOM = 66, 48


@dataclass(frozen=True)
class Try:
    """One setting of the knobs: its mean ``score`` with the interval over seeds (NaN with one), in [0, 1] for shares.

    ``at`` is the value of the panel's knob, a number or a word, and ``None`` where it is not known. ``told`` are all
    knobs in words, ``seeds`` the single scores.
    """

    at: float | str | None
    score: float
    low: float
    high: float
    told: str
    seeds: Sequence[float]
    chosen: bool = False
    default: bool = False


@dataclass(frozen=True)
class Tried:
    """What was tried of one knob of a contender. ``alone``: no other knob moves along; ``log`` as it was drawn."""

    name: str
    place: int
    knob: str
    tries: Sequence[Try]
    alone: bool
    log: bool = False


def trials(output: Output, panels: Sequence[Tried]) -> go.Figure:
    """``output`` of the trials against each knob, all panels on one scale.

    A line joins the points where the knob is a number that varies alone; with several seeds it has their intervals as
    a band. Elsewhere other knobs move along, and a line would say what nobody knows. What was chosen has a ring, the
    default is hollow; where its value is not known it is a dotted line across.
    """
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    inner = rows * PANEL + (rows - 1) * BETWEEN
    gaps = {"horizontal_spacing": 0.16 / columns, "vertical_spacing": BETWEEN / inner}
    figure = _frame.blank("trials", rows, columns, **gaps)
    factor = factor_of(output)
    every = [each for panel in panels for each in panel.tries]
    values = [factor * score for each in every for score in (*each.seeds, each.score)]
    span = span_of(values, [factor * end for each in every for end in (each.low, each.high)])
    for index, panel in enumerate(panels):
        _panel(figure, index, panel, output)
        color = RUN_COLORS[panel.place % len(RUN_COLORS)]
        _frame.label_panel(figure, index, _frame.swatch(panel.name, color))
        figure.layout[_frame.axis_key("y", index)].update(range=span, nticks=5)
        if index % columns == 0:
            figure.layout[_frame.axis_key("y", index)].update(title={"text": named(output)})
    for mark, name in (("circle", "tried"), ("circle-open", "default"), ("ring", "chosen")):
        _key(figure, mark, name)
    return figure.update_layout(height=TOP + BOTTOM + inner, margin={"t": TOP, "b": BOTTOM, "l": 62})


def _key(figure: go.Figure, mark: str, name: str) -> None:
    symbol, size = ("circle-open", 17) if mark == "ring" else (mark, 9)
    marker = {"symbol": symbol, "size": size, "color": NEUTRAL, "line": {"width": 1.5, "color": NEUTRAL}}
    figure.add_scatter(x=[None], y=[None], mode="markers", name=name, marker=marker, showlegend=True, hoverinfo="skip")


def _panel(figure: go.Figure, index: int, panel: Tried, output: Output) -> None:
    refs = {"xaxis": _frame.axis("x", index), "yaxis": _frame.axis("y", index)}
    factor, color = factor_of(output), RUN_COLORS[panel.place % len(RUN_COLORS)]
    for each in (each for each in panel.tries if each.at is None):
        _across(figure, index, each, (factor, color))
    there = [each for each in panel.tries if each.at is not None]
    words = (
        list(dict.fromkeys(str(each.at) for each in there)) if any(isinstance(each.at, str) for each in there) else []
    )
    places = {id(each): float(words.index(str(each.at))) if words else float(each.at or 0) for each in there}
    there.sort(key=lambda each: places[id(each)])
    x, y = [places[id(each)] for each in there], [factor * each.score for each in there]
    several = any(not np.isnan(each.low) for each in there)
    line = panel.alone and not words and len(there) > 1
    if line and several:
        _band(figure, x, [(factor * each.low, factor * each.high) for each in there], color, refs)
    half = [0.0 if np.isnan(each.low) else factor * (each.high - each.low) / 2 for each in there]
    bars: dict[str, Any] = {"error_y": {"type": "data", "array": half, "color": color, "thickness": 1.5, "width": 4}}
    figure.add_scatter(
        x=x, y=y, mode="lines+markers" if line else "markers", name=panel.name, showlegend=False,
        line={"color": color, "width": 1.5},
        marker={"size": 9, "color": color, "symbol": ["circle-open" if each.default else "circle" for each in there]},
        text=[_told(each, output) for each in there], hovertemplate="%{text}<extra></extra>",
        **(bars if several and not line else {}), **refs,
    )  # fmt: skip
    chosen = [each for each in there if each.chosen]
    figure.add_scatter(
        x=[places[id(each)] for each in chosen], y=[factor * each.score for each in chosen], mode="markers",
        marker={"size": 17, "symbol": "circle-open", "color": NEUTRAL, "line": {"width": 1.5, "color": NEUTRAL}},
        name="chosen", hoverinfo="skip", showlegend=False, **refs,
    )  # fmt: skip
    _name_axis(figure, index, panel, words, x)


def _across(figure: go.Figure, index: int, each: Try, look: tuple[float, str]) -> None:
    """A setting whose place nobody knows."""
    factor, color = look
    refs = {"xref": f"{_frame.axis('x', index)} domain", "yref": _frame.axis("y", index)}
    line = {"color": color, "width": 1.5, "dash": "dot"}
    figure.add_shape(type="line", x0=0, x1=1, y0=factor * each.score, y1=factor * each.score, line=line, **refs)
    if each.chosen:
        figure.add_annotation(
            text="chosen", x=1, y=factor * each.score, xanchor="right", yanchor="bottom", showarrow=False,
            font={"size": 11}, **refs,
        )  # fmt: skip


def _band(
    figure: go.Figure, x: Sequence[float], ends: Sequence[tuple[float, float]], color: str, refs: dict[str, str]
) -> None:
    known = [(place, low, high) for place, (low, high) in zip(x, ends, strict=True) if not np.isnan(low)]
    figure.add_scatter(
        x=[place for place, *_ in known] + [place for place, *_ in reversed(known)],
        y=[high for *_, high in known] + [low for _, low, _ in reversed(known)], mode="lines", fill="toself",
        fillcolor=_frame.fade(color, 0.15), line={"width": 0}, hoverinfo="skip", showlegend=False, **refs,
    )  # fmt: skip


def _told(each: Try, output: Output) -> str:
    factor, unit = factor_of(output), {"%": " %", "deg": "°"}.get(output.unit, "")
    lines = [each.told, f"{output.title} {factor * each.score:.4g}{unit} on validation images"]
    if not np.isnan(each.low):
        lines.append(f"95 %: {factor * each.low:.4g} to {factor * each.high:.4g}, {len(each.seeds)} seeds")
    return "<br>".join([*lines, *(["chosen"] if each.chosen else [])])


def _name_axis(figure: go.Figure, index: int, panel: Tried, words: Sequence[str], x: Sequence[float]) -> None:
    axis = figure.layout[_frame.axis_key("x", index)]
    axis.update(title={"text": panel.knob[:1].upper() + panel.knob[1:]})
    if words:
        axis.update(tickvals=list(range(len(words))), ticktext=list(words), range=[-0.6, len(words) - 0.4])
    elif panel.log and x and min(x) > 0:
        reach = max(max(x) / min(x), 1.5) ** 0.1
        axis.update(**_frame.log_axis(np.array(x)))
        axis.update(range=[float(np.log10(min(x) / reach)), float(np.log10(max(x) * reach))])
    elif x:
        pad = 0.1 * (max(x) - min(x)) or 0.5 * max(abs(x[0]), 1e-3)
        axis.update(range=[min(x) - pad, max(x) + pad], nticks=6)
