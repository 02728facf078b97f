"""What every figure shares: colours of runs, quiet axes, room for names.

No ink is set here for text, axes and grids, and backgrounds are transparent: the page's theme supplies them.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

# Of all colours that have a contrast of 3 to white and to near black alike, six that are furthest from one another to
# people with and without colour blindness (Machado, Oliveira, Fernandes 2009). Lines differ in dashes as well.
RUN_COLORS = ("#1b76b2", "#cc7a00", "#3aa665", "#7d26ff", "#cc0029", "#995470")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
NEUTRAL = "#808495"  # readable on light and on dark
CLEAR = "rgba(0,0,0,0)"


def fade(color: str, alpha: float) -> str:
    """``"#rrggbb"`` as ``"rgba(r,g,b,alpha)"``."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def swatch(name: str, color: str) -> str:
    """A run's name behind a square in its colour, as plotly's HTML. The name is a person's: it is shown as it is."""
    safe = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<span style="color:{color}">■</span> {safe}'


def blank(key: str, rows: int = 1, columns: int = 1, **layout: object) -> go.Figure:
    """An empty figure of ``rows`` times ``columns`` panels; ``key`` keeps a person's zoom while the data change."""
    figure = make_subplots(rows=rows, cols=columns, **layout) if rows * columns > 1 else go.Figure()
    figure.update_layout(
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 56, "r": 16, "t": 36, "b": 48},
        uirevision=key,
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container", "title": {"text": ""}},
    )
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
    return figure


def stacked(key: str, runs: int) -> go.Figure:
    """One row a run over one shared x axis, for distributions that are compared by looking down."""
    figure = blank(key, runs, shared_xaxes=True, vertical_spacing=0.22 / max(runs, 1)) if runs > 1 else blank(key)
    return figure.update_layout(height=100 + {1: 200, 2: 140}.get(runs, 104) * runs, margin={"t": 52})


def label_panel(figure: go.Figure, panel: int, text: str) -> None:
    """Write a run's name above its panel (0 is the first), at the left."""
    figure.add_annotation(
        text=text, xref=f"{axis('x', panel)} domain", yref=f"{axis('y', panel)} domain", x=0, y=1.01,
        xanchor="left", yanchor="bottom", showarrow=False,
    )  # fmt: skip


def name_side(figure: go.Figure, text: str) -> None:
    """One title for the y axes of all rows together."""
    figure.add_annotation(
        text=text, xref="paper", yref="paper", x=0, y=0.5, xshift=-44, textangle=-90, showarrow=False, font={"size": 14}
    )


def epoch_axis(epochs: Iterable[int]) -> dict[str, object]:
    """Layout of an x axis of ``epochs``: whole numbers, about eight of them."""
    span = max(epochs, default=0)
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if span <= 8 * step or step == 500)
    return {"title": {"text": "Epoch"}, "tick0": 0, "dtick": step}


def log_axis(values: NDArray[np.floating]) -> dict[str, object]:
    """Layout of a log axis for the positive ones of ``values``: a handful of ticks, whatever they span."""
    positive = values[np.isfinite(values) & (values > 0)]
    if len(positive) == 0:
        return {"type": "log"}
    low, high = float(np.log10(positive.min())), float(np.log10(positive.max()))
    if high - low < 0.8:
        ticks = _even_ticks(float(positive.min()), float(positive.max()))
    else:
        digits = (1, 2, 5) if high - low < 1.6 else (1,)
        powers = range(math.floor(low), math.ceil(high) + 1, max(1, round((high - low) / 5)))
        ticks = [digit * 10.0**power for power in powers for digit in digits]
    write = (lambda tick: f"{tick:g}") if low >= -3 and high <= 5 else _scientific
    return {"type": "log", "tickvals": ticks, "ticktext": [write(tick) for tick in ticks]}


def _scientific(number: float) -> str:
    power = math.floor(math.log10(number) + 1e-9)
    digits = f"{number / 10.0**power:g}"
    return f"{'' if digits == '1' else digits + '·'}10<sup>{power}</sup>"


def _even_ticks(low: float, high: float) -> list[float]:
    """Four to eight multiples of 1, 2 or 5 times a power of ten, in even steps across ``low`` to ``high``."""
    room = max(high - low, high * 0.05) / 4
    power = 10.0 ** math.floor(math.log10(room))
    step = next(digit * power for digit in (5, 2, 1) if digit * power <= room)
    first = max(1, math.floor(low / step))
    return [round(index * step, 12) for index in range(first, math.ceil(high / step) + 1)]


def axis(letter: str, index: int) -> str:
    """plotly's name of the axis of panel ``index`` (0 is the first): ``x``, ``x2``, ..."""
    return letter if index == 0 else f"{letter}{index + 1}"


def axis_key(letter: str, index: int) -> str:
    """The same axis in plotly's layout: ``xaxis``, ``xaxis2``, ..."""
    return f"{letter}axis{'' if index == 0 else index + 1}"


def vertical(figure: go.Figure, panel: int, x: float, text: str = "") -> None:
    """A thin vertical line through a panel, with a word at its top."""
    refs = {"xref": axis("x", panel), "yref": f"{axis('y', panel)} domain"}
    figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, line={"color": NEUTRAL, "width": 1.5, "dash": "dot"}, **refs)
    if text:
        figure.add_annotation(
            text=text, x=x, y=1, showarrow=False, xanchor="left", yanchor="top", xshift=4, font={"size": 12}, **refs
        )


def key_entry(figure: go.Figure, name: str, color: str, outline: bool = False) -> None:
    """A legend entry that stands for a way of drawing and not for one run."""
    marker = {"symbol": "square", "size": 11, "color": fade(color, 0.12 if outline else 0.6)}
    marker["line"] = {"color": color, "width": 1.5}
    figure.add_scatter(x=[None], y=[None], mode="markers", name=name, marker=marker, showlegend=True, hoverinfo="skip")


def colors_for(runs: Sequence[object], colors: Sequence[str]) -> list[str]:
    """A colour for each run; they start over when there are more runs than colours."""
    return [colors[index % len(colors)] for index in range(len(runs))]
