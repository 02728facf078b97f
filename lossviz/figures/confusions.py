"""Which classes are taken for which: one confusion matrix a run."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.figures import _frame
from lossviz.figures._frame import NEUTRAL, RUN_COLORS

Counts = NDArray[np.integer]

MOST_CLASSES = 20
WRITTEN_CLASSES = 12  # numbers fit into the cells up to here
LOWEST = 0.1  # per cent of a class; rarer errors look like these
FREQUENT = 5.0  # per cent; errors from here on stand out
ROW_HEIGHTS = {1: 460, 2: 430, 3: 340, 4: 290}


def confusion(
    runs: Sequence[tuple[str, Counts]], class_names: Sequence[str], colors: Sequence[str] = RUN_COLORS
) -> go.Figure:
    """Heat maps of ``(name, counts)``; ``counts[t, p]`` images of class t were taken for class p.

    Errors are drawn in the run's colour on a log scale, so that rare ones are seen, and those of 5 % of a class
    or more are full; right answers are grey. Of many classes the 20 that are confused most, over all runs, are
    shown, and the title says so.
    """
    kept = _most_confused([counts for _, counts in runs], len(class_names))
    columns = len(runs) if len(runs) <= 4 else 3
    rows = -(-len(runs) // columns)
    figure = _frame.blank(
        "confusion", rows, columns, horizontal_spacing=0.1 / columns, vertical_spacing=0.24 / rows,
        shared_xaxes="all" if len(runs) > 1 else False, shared_yaxes="all" if len(runs) > 1 else False,
    )  # fmt: skip
    names = [_short(class_names[index]) for index in kept]
    for panel, (name, counts) in enumerate(runs):
        color = _frame.colors_for(runs, colors)[panel]
        _draw(figure, panel, (counts, kept), names, color)
        _frame.label_panel(figure, panel, _frame.swatch(name, color))
    positions, size = list(range(len(kept))), 12 if len(kept) <= WRITTEN_CLASSES else 9
    ticks = {"tickvals": positions, "ticktext": names, "tickfont": {"size": size}, "showgrid": False, "ticks": ""}
    figure.update_xaxes(**ticks, range=[-0.5, len(kept) - 0.5], constrain="domain", showticklabels=True)
    figure.update_yaxes(**ticks, range=[len(kept) - 0.5, -0.5], constrain="domain", constraintoward="top")
    for panel in range(len(runs)):
        side, below = _frame.axis_key("y", panel), _frame.axis_key("x", panel)
        figure.layout[side].update(scaleanchor=_frame.axis("x", panel))
        figure.layout[below].update(title={"text": "Taken for", "standoff": 6})
        if panel % columns == 0:
            figure.layout[side].update(title={"text": "Class", "standoff": 6})
    if len(kept) < len(class_names):
        figure.update_layout(title={"text": f"The {len(kept)} most confused of {len(class_names)} classes", "x": 0})
    return figure.update_layout(
        height=120 + ROW_HEIGHTS[columns] * rows, margin={"t": 76 if len(kept) < len(class_names) else 48}
    )


def _most_confused(matrices: Sequence[Counts], classes: int) -> Counts:
    """The classes to show, ascending: all, or those of the pairs that are confused most over all runs."""
    if classes <= MOST_CLASSES:
        return np.arange(classes)
    shares = np.zeros((classes, classes))
    for counts in matrices:
        sizes = counts.sum(axis=1)
        shares += (counts + counts.T) / np.maximum(sizes[:, None] + sizes, 1)
    ones, others = np.triu_indices(classes, k=1)
    order = np.argsort(-shares[ones, others], kind="stable")
    found = dict.fromkeys(np.stack([ones[order], others[order]], axis=1).ravel().tolist())
    return np.sort(list(found)[:MOST_CLASSES])


def _draw(figure: go.Figure, panel: int, matrix: tuple[Counts, Counts], names: list[str], color: str) -> None:
    """One matrix: errors and right answers as two heat maps, so that each has its colour."""
    counts, kept = matrix
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    percent = (counts / totals * 100)[np.ix_(kept, kept)]
    shown = counts[np.ix_(kept, kept)]
    right = np.eye(len(kept), dtype=bool)
    refs = {"xaxis": _frame.axis("x", panel), "yaxis": _frame.axis("y", panel)}
    text = [
        [f"{names[t]} → {names[p]}<br>{shown[t, p]:,} images, {percent[t, p]:.1f} %" for p in range(len(kept))]
        for t in range(len(kept))
    ]
    grey = _frame.fade(NEUTRAL, 0.2)
    for where, scale in ((~right & (shown > 0), _scale(color)), (right, [[0, grey], [1, grey]])):
        figure.add_heatmap(
            z=np.where(where, np.log10(np.maximum(percent, LOWEST)), np.nan), zmin=np.log10(LOWEST), zmax=2,
            colorscale=scale, showscale=False, text=text,
            hovertemplate="%{text}<extra></extra>", hoverongaps=False, xgap=1, ygap=1, **refs,
        )  # fmt: skip
    if len(kept) <= WRITTEN_CLASSES:
        full = ~right & (percent >= FREQUENT)
        _write(figure, (shown > 0) & ~full, shown, {"size": 11}, refs)
        _write(figure, full, shown, {"size": 11, "color": "white"}, refs)


def _scale(color: str) -> list[list[object]]:
    """Faint for rare errors, full from ``FREQUENT`` on."""
    step = (np.log10(FREQUENT) - np.log10(LOWEST)) / (2 - np.log10(LOWEST))
    alphas = ((0, 0.1), (step, 0.35), (step, 0.85), (1, 1))
    return [[place, _frame.fade(color, alpha)] for place, alpha in alphas]


def _write(
    figure: go.Figure, where: NDArray[np.bool_], shown: Counts, font: dict[str, object], refs: dict[str, str]
) -> None:
    """Numbers into the cells ``where`` (C, C); without a colour in ``font`` they take the theme's."""
    true, taken = np.nonzero(where)
    figure.add_scatter(
        x=taken, y=true, text=[f"{shown[t, p]}" for t, p in zip(true, taken, strict=True)], mode="text",
        textfont=font, hoverinfo="skip", showlegend=False, **refs,
    )  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"
