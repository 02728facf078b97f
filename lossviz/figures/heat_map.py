"""Which loss is how good where: contenders by data set, coloured within each column."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from lossviz.figures import _frame
from lossviz.figures._frame import RUN_COLORS
from lossviz.figures.rivals import Rival, mean_said, name_rows, named, wrapped
from lossviz.metrics.base import Output

ROW = 40
BEST = "★"
WIDE = 4  # columns, beyond which an interval stands below its mean
LETTERS = 64  # of all columns' titles in one line


@dataclass(frozen=True)
class Column:
    """A field of the study: its title, the score that its ``rivals`` are held against one another by."""

    title: str
    output: Output
    rivals: Sequence[Rival]


def heat_map(columns: Sequence[Column], names: Sequence[str]) -> go.Figure:
    """Means with their intervals, contenders ``names`` downwards; who shares the first rank has a star.

    A column's colours go from its worst mean to its best, or over its widest interval where that is wider, so that
    what may be chance looks alike. Columns are not comparable with one another.
    """
    figure = _frame.blank("heat_map")
    found = [{each.name: each for each in column.rivals} for column in columns]
    levels = [_levels(column) for column in columns]
    z = [[level.get(name, np.nan) for level in levels] for name in names]
    pairs = list(zip(found, columns, strict=True))
    told = [[mean_said(there[name], each.output) if name in there else "" for there, each in pairs] for name in names]
    scale = [[0, _frame.fade(RUN_COLORS[0], 0.04)], [1, _frame.fade(RUN_COLORS[0], 0.5)]]
    figure.add_heatmap(
        z=z, zmin=0, zmax=1, colorscale=scale, showscale=False, text=told, xgap=2, ygap=2, hoverongaps=False,
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    _write(figure, found, names, len(columns))
    width = max(12, LETTERS // max(len(columns), 1))
    titles = [f"{wrapped(each.title, width)}<br>{wrapped(named(each.output), width)}" for each in columns]
    lines = max((title.count("<br>") + 1 for title in titles), default=1)
    name_rows(figure, names)
    figure.update_xaxes(
        tickvals=list(range(len(columns))), ticktext=titles, side="top", showgrid=False, ticks="",
        range=[-0.5, len(columns) - 0.5], tickangle=0,
    )  # fmt: skip
    row = ROW if len(columns) <= WIDE else 1.2 * ROW
    top = 20 + 16 * lines
    return figure.update_layout(height=int(top + 12 + row * len(names)), margin={"t": top, "b": 12}, showlegend=False)


def _levels(column: Column) -> dict[str, float]:
    """How good each is within the column: 1 the best mean."""
    if not column.rivals:
        return {}
    better = column.output.better or 1
    means = {each.name: better * each.mean for each in column.rivals}
    best = max(means.values())
    span = max(best - min(means.values()), *(2 * each.half for each in column.rivals), 1e-12)
    return {name: 1 - (best - mean) / span for name, mean in means.items()}


def _write(figure: go.Figure, found: Sequence[dict[str, Rival]], names: Sequence[str], columns: int) -> None:
    """Numbers into the cells; a dash where there is none."""
    places, words = [], []
    for y, name in enumerate(names):
        for x, there in enumerate(found):
            places.append((x, y))
            words.append(_told(there.get(name), columns))
    figure.add_scatter(
        x=[x for x, _ in places], y=[y for _, y in places], text=words, mode="text", textfont={"size": 13},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _told(rival: Rival | None, columns: int) -> str:
    if rival is None:
        return "-"
    text = rival.told.removesuffix(" %").removesuffix("°")
    if columns > WIDE:
        text = text.replace(" ±", "<br>±")
    return f"<b>{BEST} {text}</b>" if rival.rank == 1 else text
