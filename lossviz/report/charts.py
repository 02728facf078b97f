"""Plotly figures as pictures without a browser: the figures of ``figures`` are drawn once more, by matplotlib.

They are made of lines, filled and stepped curves, dots, heat maps, boxes, error bars, shapes and words, on plain and
on logarithmic axes. Sizes are those of the figure, in CSS pixels.
"""

import io
import math
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Literal

import plotly.graph_objects as go
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator
from matplotlib.transforms import blended_transform_factory

from lossviz.report.looks import LIGHT, Look, css, mixed
from lossviz.report.traces import draw_trace, key_of, paint

INCH = 100.0  # CSS pixels
POINT = 72 / INCH  # points a CSS pixel
WIDTH, HEIGHT = 900.0, 420.0  # of figures that do not say
SIZES: Any = {"font.size": 12 * POINT, "axes.titlesize": 13 * POINT, "svg.fonttype": "path", "svg.hashsalt": "lossviz"}
SWATCH = re.compile(r'<span style="color:(#[0-9a-f]{6})">■</span> ')
SUPERSCRIPT = re.compile(r"<sup>(-?\d+)</sup>")
KEY_WORD = 7.2  # CSS pixels a letter of the key, about


def chart(figure: go.Figure, kind: str, width: float = WIDTH, look: Look = LIGHT, dpi: int = 200) -> bytes:
    """The figure as ``png`` or ``svg``, ``width`` CSS pixels wide."""
    file = io.BytesIO()
    with rc_context(SIZES):
        drawn = draw(figure, width, look)
        drawn.savefig(file, format=kind, dpi=dpi, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()


def draw(figure: go.Figure, width: float = WIDTH, look: Look = LIGHT) -> Figure:
    """The figure as one of matplotlib's."""
    height = float(figure.layout.height or HEIGHT)
    drawn = Figure((width / INCH, height / INCH), dpi=INCH, facecolor=css(look.ground))
    panels = {name: _panel(figure, drawn, name, look) for name in dict.fromkeys(map(_axes_of, figure.data))}
    for trace in figure.data:
        draw_trace(panels[_axes_of(trace)], trace, look)
    for (across, down), axes in panels.items():
        _settle(axes, _axis(figure, across), _axis(figure, down), look)
    for shape in figure.layout.shapes:
        _shape(drawn, panels, shape)
    for note in figure.layout.annotations:
        _note(drawn, panels, note, look)
    _key(drawn, figure, look)
    if figure.layout.title.text:
        drawn.text(0.01, 1 - 6 / height, str(figure.layout.title.text), va="top", color=css(look.ink), weight="bold")
    return drawn


def _axes_of(trace: Any) -> tuple[str, str]:
    return trace.xaxis or "x", trace.yaxis or "y"


def _axis(figure: go.Figure, name: str) -> Any:
    return figure.layout[f"{name[0]}axis{name[1:]}"]


def _panel(figure: go.Figure, drawn: Figure, names: tuple[str, str], look: Look) -> Axes:
    """Axes where the figure's layout has them."""
    margin = figure.layout.margin
    wide, high = drawn.get_size_inches() * INCH
    left, right, top, bottom = (
        80.0 if side is None else float(side) for side in (margin.l, margin.r, margin.t, margin.b)
    )
    across, down = (_axis(figure, name).domain or (0, 1) for name in names)
    inner = wide - left - right, high - top - bottom
    place = (
        (left + across[0] * inner[0]) / wide,
        (bottom + down[0] * inner[1]) / high,
        (across[1] - across[0]) * inner[0] / wide,
        (down[1] - down[0]) * inner[1] / high,
    )
    axes: Axes = drawn.add_axes(place, facecolor="none")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(css(mixed(look.ink, look.ground, 0.6)))
    return axes


def _settle(axes: Axes, across: Any, down: Any, look: Look) -> None:
    """Scales, ranges, ticks, grids and titles of both axes."""
    quiet, grid = css(look.quiet), css(mixed(look.ground, look.ink, 0.1))
    letter: Literal["x", "y"]
    for letter, told in (("x", across), ("y", down)):
        axis = axes.xaxis if letter == "x" else axes.yaxis
        if told.type == "log":
            axes.set(**{f"{letter}scale": "log"})
        if told.range:
            axes.set(**{f"{letter}lim": [10**end for end in told.range] if told.type == "log" else list(told.range)})
        elif told.rangemode == "tozero":
            axes.set_ylim(bottom=0)
        _ticks(axis, told)
        axes.tick_params(axis=letter, colors=quiet, length=0, labelsize=11 * POINT)
        if told.showticklabels is False or (told.matches and told.showticklabels is None and letter == "x"):
            axes.tick_params(axis=letter, labelbottom=letter != "x", labelleft=letter != "y")
        if told.side == "top":
            axes.tick_params(axis="x", labelbottom=False, labeltop=True)
        if told.showgrid is not False:
            axes.grid(axis=letter, color=grid, linewidth=0.7)
        if told.title.text:
            axis.set_label_text(plain(told.title.text), color=quiet, fontsize=11.5 * POINT)
    if across.scaleanchor or down.scaleanchor:
        axes.set_aspect("equal", adjustable="box", anchor="N")


def _ticks(axis: Any, told: Any) -> None:
    if told.tickvals is not None:
        axis.set_major_locator(FixedLocator([float(value) for value in told.tickvals]))
        if told.ticktext is not None:
            axis.set_ticklabels([plain(text) for text in told.ticktext])
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
    elif told.dtick is not None and told.type != "log":
        low, high = sorted(axis.get_view_interval())
        start, step = float(told.tick0 or 0), float(told.dtick)
        first = math.ceil((low - start) / step - 1e-9)
        axis.set_major_locator(
            FixedLocator([start + step * n for n in range(first, int((high - start) / step + 1e-9) + 1)])
        )
    elif told.type != "log":
        axis.set_major_locator(MaxNLocator(told.nticks or 7, steps=[1, 2, 2.5, 5, 10]))
    else:
        axis.set_minor_locator(NullLocator())


def plain(text: str) -> str:
    """Plotly's HTML as words that matplotlib writes: exponents raised, everything else as it is read."""
    raised = SUPERSCRIPT.sub(r"$^{\1}$", str(text).replace("$", r"\$").replace("<br>", "\n"))
    return unescape(re.sub(r"<[^>$]*>", "", raised))


def _shape(drawn: Figure, panels: dict[tuple[str, str], Axes], shape: Any) -> None:
    axes, transform = _placed(drawn, panels, shape.xref or "x", shape.yref or "y")
    line = shape.line.width if shape.line.width is not None else 2
    colour, alpha = paint(shape.line.color or "#808495")
    if shape.type == "rect":
        fill, strength = paint(shape.fillcolor)
        axes.fill(
            [shape.x0, shape.x1, shape.x1, shape.x0], [shape.y0, shape.y0, shape.y1, shape.y1],
            color=fill, alpha=strength, linewidth=0, transform=transform, zorder=0.5,
        )  # fmt: skip
        return
    dash: Any = {"dot": ":", "dash": "--"}.get(shape.line.dash, "-")
    axes.add_line(
        Line2D([shape.x0, shape.x1], [shape.y0, shape.y1], color=colour, alpha=alpha, linewidth=line * POINT,
               linestyle=dash, transform=transform, zorder=2.5)
    )  # fmt: skip


def _placed(drawn: Figure, panels: dict[tuple[str, str], Axes], across: str, down: str) -> tuple[Axes, Any]:
    """The axes that something stands in, and what turns its numbers into places: by axis, domain or the whole paper."""
    names = across.removesuffix(" domain"), down.removesuffix(" domain")
    fitting = [axes for (x, y), axes in panels.items() if names[0] in (x, "paper") and names[1] in (y, "paper")]
    axes = fitting[0] if fitting else next(iter(panels.values()))
    ways = [axes.transAxes if name.endswith("domain") or name == "paper" else axes.transData for name in (across, down)]
    return axes, blended_transform_factory(*ways)


def _note(drawn: Figure, panels: dict[tuple[str, str], Axes], note: Any, look: Look) -> None:
    """Words in a panel; a square before them keeps its colour."""
    text, colour = str(note.text), css(look.ink)
    swatch = SWATCH.match(text)
    if note.xref == "paper" and note.yref == "paper":
        _beside(drawn, panels, note, look)
        return
    axes, transform = _placed(drawn, panels, str(note.xref), str(note.yref))
    right, up = float(note.xshift or 0) * POINT, float(note.yshift or 0) * POINT
    size = float(note.font.size or 12) * POINT
    ways = {"ha": note.xanchor or "center", "va": {"middle": "center"}.get(note.yanchor, note.yanchor or "center")}
    at: Any = {"xycoords": transform, "textcoords": "offset points", "fontsize": size, **ways, "zorder": 5}
    where = (note.x, note.y)
    if swatch:
        axes.annotate("■", where, (right, up), color=swatch[1], **at)
        right += 1.25 * size
    axes.annotate(plain(text[swatch.end() :] if swatch else text), where, (right, up), color=colour, **at)


def _beside(drawn: Figure, panels: dict[tuple[str, str], Axes], note: Any, look: Look) -> None:
    """Words that belong to all panels of a column, such as one title for all of their y axes."""
    boxes = [axes.get_position() for axes in panels.values()]
    low, high = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    left, right = min(box.x0 for box in boxes), max(box.x1 for box in boxes)
    wide, _ = drawn.get_size_inches() * INCH
    x = left + float(note.x) * (right - left) + float(note.xshift or 0) / wide
    y = low + float(note.y) * (high - low)
    drawn.text(
        x, y, plain(note.text), rotation=-float(note.textangle or 0), ha="center", va="center",
        color=css(look.quiet), fontsize=min(float(note.font.size or 12), 12) * POINT,
    )  # fmt: skip


def _key(drawn: Figure, figure: go.Figure, look: Look) -> None:
    """What is drawn how, in rows above the panels, as many as there is room for."""
    entries = list(_entries(figure, look))
    if not entries or figure.layout.showlegend is False:
        return
    wide, _ = drawn.get_size_inches() * INCH
    longest = max(len(name) for _, name in entries)
    columns = max(1, min(len(entries), int((wide - 20) / (44 + KEY_WORD * longest))))
    drawn.legend(
        [handle for handle, _ in entries], [name for _, name in entries], loc="upper left", ncol=columns,
        frameon=False, bbox_to_anchor=(0.0, 1.0), labelcolor=css(look.ink), fontsize=11 * POINT, borderaxespad=0.2,
        columnspacing=1.4, handlelength=2.6,
    )  # fmt: skip


def _entries(figure: go.Figure, look: Look) -> Iterator[tuple[Any, str]]:
    """Marks and names of the key, of the traces that have one; a lone trace needs none."""
    wanted = [trace for trace in figure.data if trace.type == "scatter" and trace.showlegend is not False]
    if len([trace for trace in figure.data if trace.type == "scatter"]) < 2 and not figure.layout.showlegend:
        return
    for trace in wanted:
        if trace.name:
            yield key_of(trace, look), plain(trace.name)
