"""Plotly's traces, drawn on matplotlib's axes."""

import re
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from lossviz.report.looks import Look, css

Doubles = NDArray[np.float64]

POINT = 0.72  # points a CSS pixel
DASHES: dict[str, Any] = {
    "solid": "-",
    "dash": (0, (5, 2.5)),
    "dot": (0, (1.2, 1.8)),
    "dashdot": (0, (5, 2, 1.2, 2)),
    "longdash": (0, (9, 3)),
    "longdashdot": (0, (9, 2, 1.2, 2)),
}
SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "cross": "P", "x": "X", "triangle-up": "^"}
STEPS = {"hvh": "mid", "hv": "post"}
OPEN = "-open"
RGBA = re.compile(r"rgba?\(([^)]*)\)")
BOLD = re.compile(r"<b>(.*)</b>")


def paint(colour: str | None) -> tuple[str, float]:
    """A colour of plotly's as ``#rrggbb`` and its opacity."""
    if colour is None:
        return "#000000", 0.0
    found = RGBA.match(colour)
    if not found:
        return colour, 1.0
    red, green, blue, *alpha = (float(part) for part in found[1].split(","))
    return css((round(red), round(green), round(blue))), alpha[0] if alpha else 1.0


def draw_trace(axes: Axes, trace: Any, look: Look) -> None:
    """Draw one trace; raises ``ValueError`` for a kind that no figure of this program has."""
    if trace.type == "heatmap":
        _heat(axes, trace, look)
    elif trace.type == "scatter":
        _scatter(axes, trace, look)
    elif trace.type == "bar":
        _bars(axes, trace)
    elif trace.type == "box":
        _box(axes, trace)
    else:
        raise ValueError(f"a trace of plotly's kind '{trace.type}' cannot be drawn without a browser")


def numbers(values: Any) -> Doubles:
    """The numbers of a trace, NaN for none."""
    return np.array([np.nan if value is None else value for value in ([] if values is None else values)], float)


def _scatter(axes: Axes, trace: Any, look: Look) -> None:
    x, y, mode = numbers(trace.x), numbers(trace.y), trace.mode or "lines"
    if not len(x) or not np.isfinite(x).any():
        return
    step: Any = STEPS.get(str(trace.line.shape))
    if trace.fill == "tozeroy":
        colour, alpha = paint(trace.fillcolor)
        axes.fill_between(x, y, 0, step=step, color=colour, alpha=alpha, linewidth=0)
    elif trace.fill == "toself":
        colour, alpha = paint(trace.fillcolor)
        axes.fill(x, y, color=colour, alpha=alpha, linewidth=0)
    if "lines" in mode:
        colour, alpha = paint(trace.line.color)
        width = (2.0 if trace.line.width is None else trace.line.width) * POINT
        dash = DASHES[trace.line.dash or "solid"]
        style: Any = {"drawstyle": f"steps-{step}"} if step else {}
        axes.plot(x, y, color=colour, alpha=alpha, linewidth=width, linestyle=dash, **style)
    if "markers" in mode:
        _markers(axes, trace, x, y)
    if "text" in mode:
        _texts(axes, trace, (x, y), look)
    _reach(axes, trace, x, y)


def _reach(axes: Axes, trace: Any, x: Doubles, y: Doubles) -> None:
    """Error bars, to both sides alike or not."""
    for told, across in ((trace.error_x, True), (trace.error_y, False)):
        if told.array is None:
            continue
        colour, alpha = paint(told.color)
        above = numbers(told.array)
        both = np.stack([above if told.arrayminus is None else numbers(told.arrayminus), above])
        axes.errorbar(
            x, y, xerr=both if across else None, yerr=None if across else both, fmt="none",
            ecolor=to_rgba(colour, alpha), elinewidth=(told.thickness or 2) * POINT, capsize=3,
        )  # fmt: skip


def _markers(axes: Axes, trace: Any, x: Doubles, y: Doubles) -> None:
    size = np.broadcast_to(numbers(trace.marker.size) if np.ndim(trace.marker.size) else trace.marker.size or 6, len(x))
    chosen = trace.marker.color if trace.marker.color is not None else trace.line.color
    named = [chosen] * len(x) if isinstance(chosen, str) or chosen is None else list(chosen)
    colours = np.array([to_rgba(name, alpha) for name, alpha in map(paint, named)])
    told = trace.marker.symbol or "circle"
    symbols = np.array([told] * len(x) if isinstance(told, str) else list(told))
    for symbol in dict.fromkeys(symbols.tolist()):
        where, hollow = symbols == symbol, symbol.endswith(OPEN)
        axes.scatter(
            x[where], y[where], s=(size[where] * POINT) ** 2, facecolors="none" if hollow else colours[where],
            edgecolors=colours[where], linewidths=1.5 if hollow else 0, marker=mark_of(symbol), zorder=3,
        )  # fmt: skip


def mark_of(symbol: Any) -> str:
    """matplotlib's mark for a symbol of plotly's; a disc for one that no figure of this program has."""
    return SYMBOLS.get(str(symbol or "circle").removesuffix(OPEN), "o")


def _texts(axes: Axes, trace: Any, at: tuple[Doubles, Doubles], look: Look) -> None:
    colour, size = trace.textfont.color or css(look.ink), float(trace.textfont.size or 12) * POINT
    for x, y, words in zip(*at, trace.text, strict=True):
        bold = BOLD.fullmatch(str(words))
        text, weight = (bold[1], "bold") if bold else (str(words), "normal")
        axes.text(
            x, y, text.replace("<br>", "\n"), ha="center", va="center", color=colour, fontsize=size, weight=weight,
            zorder=4,
        )  # fmt: skip


def _heat(axes: Axes, trace: Any, look: Look) -> None:
    """Cells around whole numbers, with a gap between them."""
    values = np.ma.masked_invalid(np.array(trace.z, float))
    stops = [(float(place), to_rgba(*paint(colour))) for place, colour in trace.colorscale]
    scale = LinearSegmentedColormap.from_list("heat", _apart(stops))
    rows, columns = values.shape
    edges = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    gap = (trace.xgap or 0) * POINT
    axes.pcolormesh(
        *edges, values, cmap=scale, vmin=trace.zmin, vmax=trace.zmax, edgecolors=css(look.ground) if gap else "none",
        linewidth=gap,
    )  # fmt: skip


def _apart(stops: list[tuple[float, Any]]) -> list[tuple[float, Any]]:
    """Stops with places that ascend: where two are at one place, the colour jumps."""
    found: list[tuple[float, Any]] = []
    for place, colour in stops:
        moved = min(max(place, found[-1][0] + 1e-6), 1.0) if found else 0.0
        found.append((1.0 if place >= 1 else moved, colour))
    return found


def _bars(axes: Axes, trace: Any) -> None:
    colour, alpha = paint(trace.marker.color)
    if trace.orientation == "h":
        axes.barh(numbers(trace.y), numbers(trace.x), color=colour, alpha=alpha)
    else:
        axes.bar(numbers(trace.x), numbers(trace.y), color=colour, alpha=alpha)


def _box(axes: Axes, trace: Any) -> None:
    """Boxes that lie in rows, of quartiles that are given."""
    colour, width = paint(trace.line.color)[0], trace.line.width * POINT
    fill, alpha = paint(trace.fillcolor)
    ends = zip(trace.lowerfence, trace.q1, trace.median, trace.q3, trace.upperfence, strict=True)
    line = {"color": colour, "linewidth": width}
    axes.bxp(
        [dict(zip(("whislo", "q1", "med", "q3", "whishi"), each, strict=True)) for each in ends],
        positions=list(trace.y), orientation="horizontal", widths=trace.width, showfliers=False, manage_ticks=False,
        patch_artist=True, boxprops={"facecolor": to_rgba(fill, alpha), "edgecolor": colour, "linewidth": width},
        medianprops=line, whiskerprops=line, capprops=line,
    )  # fmt: skip


def key_of(trace: Any, look: Look) -> Line2D:
    """What stands for a trace in the key."""
    mode = trace.mode or "lines"
    colour, alpha = paint(trace.line.color if "lines" in mode else trace.marker.color)
    line: Any = DASHES[trace.line.dash or "solid"] if "lines" in mode else "none"
    mark = mark_of(trace.marker.symbol) if "markers" in mode else "none"
    hollow = str(trace.marker.symbol or "").endswith(OPEN)
    edge = paint(trace.marker.line.color)[0] if "lines" not in mode and trace.marker.line.color else colour
    size = float(trace.marker.size or 6) * POINT if "markers" in mode else 0
    return Line2D(
        [], [], color=to_rgba(colour, alpha), linestyle=line, linewidth=1.6, marker=mark, markersize=size,
        markeredgecolor=edge, markerfacecolor="none" if hollow else to_rgba(colour, alpha),
    )  # fmt: skip
