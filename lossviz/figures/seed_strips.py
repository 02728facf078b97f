"""Every seed of every contender: a dot each, a box over them, their mean with its interval, and which seed is which."""

from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go

from lossviz.figures import _frame
from lossviz.figures._frame import NEUTRAL
from lossviz.figures.rivals import Rival, factor_of, mean_said, name_rows, score_axis, wrapped
from lossviz.metrics.base import Output

ROW = 62
BOXED = 5  # seeds; quartiles of fewer say nothing
DOTS, MEAN = 0.1, -0.28  # of a row: how far below and above its middle they stand
SPREAD = 0.22  # of a row, that dots on one place are spread over
NEAR = 0.02  # of the axis, within which two dots would lie on one another


def seed_strips(output: Output, rivals: Sequence[Rival], joined: bool = False) -> go.Figure:
    """A row a contender, in the order given. ``joined`` draws a line through the dots of each seed.

    A box has the quartiles and the median, its whiskers reach to the lowest and the highest seed; it is drawn of five
    seeds and more.
    """
    figure = _frame.blank("seed_strips")
    factor = factor_of(output)
    axis = score_axis(output, rivals)
    spots = [_spots(rival, row, factor, axis["range"]) for row, rival in enumerate(rivals)]
    if joined:
        _join(figure, spots)
    for row, rival in enumerate(rivals):
        if len(rival.seeds) >= BOXED:
            _box(figure, [factor * value for value in rival.seeds.values()], row, rival.color)
    for row, rival in enumerate(rivals):
        _draw(figure, rival, spots[row], row, output)
    figure.update_xaxes(**axis, showgrid=True)
    name_rows(figure, [rival.name for rival in rivals])
    return figure.update_layout(height=60 + ROW * len(rivals), margin={"t": 12}, showlegend=False)


Spots = dict[int, tuple[float, float]]


def _spots(rival: Rival, row: int, factor: float, span: object) -> Spots:
    """Where the dot of each seed stands: beside its neighbours where they would lie on one another."""
    assert isinstance(span, list)
    near = NEAR * (span[1] - span[0])
    taken: list[tuple[float, float]] = []
    found: Spots = {}
    for seed, value in sorted(rival.seeds.items(), key=lambda each: each[1]):
        x = factor * value
        beside = next(y for y in _lanes() if all(abs(x - at) > near or y != lane for at, lane in taken))
        taken.append((x, beside))
        found[seed] = (x, row + DOTS + beside)
    return found


def _lanes() -> Iterator[float]:
    """0, then to both sides in turn; as many as there may be dots."""
    yield 0.0
    for step in range(1, 200):
        away = SPREAD / 2 * (1 - 0.5**step) * 2
        yield away
        yield -away


def _join(figure: go.Figure, spots: Sequence[Spots]) -> None:
    """One line a seed, through all rows that have it, broken where one has not."""
    for seed in sorted({seed for each in spots for seed in each}):
        way = [each.get(seed, (None, None)) for each in spots]
        figure.add_scatter(
            x=[x for x, _ in way], y=[y for _, y in way], mode="lines", name=f"seed {seed}",
            line={"color": _frame.fade(NEUTRAL, 0.4), "width": 1}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip


def _box(figure: go.Figure, values: Sequence[float], row: int, color: str) -> None:
    low, first, median, third, high = np.percentile(values, [0, 25, 50, 75, 100])
    figure.add_box(
        y=[row + DOTS], lowerfence=[low], q1=[first], median=[median], q3=[third], upperfence=[high], orientation="h",
        width=0.44, line={"color": color, "width": 1.2}, fillcolor=_frame.fade(color, 0.12), hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip


def _draw(figure: go.Figure, rival: Rival, spots: Spots, row: int, output: Output) -> None:
    factor = factor_of(output)
    figure.add_scatter(
        x=[x for x, _ in spots.values()], y=[y for _, y in spots.values()], mode="markers", name=rival.name,
        marker={"size": 8, "color": _frame.fade(rival.color, 0.75)}, showlegend=False,
        text=[f"{wrapped(rival.name, 60)}, seed {seed}" for seed in spots],
        hovertemplate="%{text}: %{x:.4g}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[factor * rival.mean], y=[row + MEAN], mode="markers", name=rival.name, showlegend=False,
        marker={"size": 9, "symbol": "diamond", "color": rival.color},
        error_x={"type": "data", "array": [factor * rival.half], "color": rival.color, "thickness": 2, "width": 5},
        text=[mean_said(rival, output)], hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
