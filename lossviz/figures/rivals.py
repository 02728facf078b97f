"""What the figures of a study share: a contender as it is drawn, named rows, and how much of intervals is shown."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.figures._frame import RUN_COLORS
from lossviz.metrics.base import Output

LETTER = 7.0  # CSS pixels, about
LONGEST = 22  # letters of a line of a name
BEYOND = 0.5  # of the dots' span that is shown of intervals beyond them


@dataclass(frozen=True)
class Rival:
    """A contender in its field. ``place`` gives it its colour: the same one in every figure of the study.

    ``seeds`` are its scores by seed, with their ``mean`` and its 95 % interval (NaN with one seed), ``told`` these in
    words; ``seconds`` the time that each seed's training took. ``rank`` is ``None`` where it cannot be ranked. Shares
    are in [0, 1].
    """

    name: str
    place: int
    mean: float
    low: float
    high: float
    told: str
    seeds: Mapping[int, float]
    seconds: Mapping[int, float] = field(default_factory=dict)
    rank: int | None = None

    @property
    def color(self) -> str:
        """That of its place; they start over after the sixth."""
        return RUN_COLORS[self.place % len(RUN_COLORS)]

    @property
    def half(self) -> float:
        """Half the interval's width; 0 where there is none."""
        return 0.0 if np.isnan(self.low) else (self.high - self.low) / 2


def factor_of(output: Output) -> float:
    """Shares are drawn in per cent."""
    return 100.0 if output.unit == "%" else 1.0


def named(output: Output) -> str:
    """The score's title with its unit, for an axis."""
    return output.title + {"%": " (%)", "deg": " (°)"}.get(output.unit, "")


def wrapped(text: str, width: int = LONGEST) -> str:
    """``text`` in lines of about ``width`` letters, as plotly's HTML. It is a person's: it is shown as it is."""
    lines = textwrap.wrap(text, width, break_long_words=False) or [""]
    return "<br>".join(line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines)


def room_for(names: Iterable[str]) -> int:
    """CSS pixels at the left of rows that are called so, once :func:`wrapped`."""
    lines = (line for name in names for line in textwrap.wrap(name, LONGEST, break_long_words=False))
    return int(24 + LETTER * max((min(len(line), 2 * LONGEST) for line in lines), default=0))


def name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """The y axis as one row a name, the first at the top, 0, 1, ... from there down."""
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=[wrapped(name) for name in names],
        range=[len(names) - 0.5, -0.5], showgrid=False, ticks="",
    )  # fmt: skip
    figure.update_layout(margin={"l": room_for(names)})


def span_of(values: Iterable[float], ends: Iterable[float]) -> list[float]:
    """The range of an axis: all ``values``, and as much of the intervals' ``ends`` as does not press them flat."""
    there = np.array(list(values), float)
    reach = _finite(np.append(np.array(list(ends), float), there))
    span = max(float(np.ptp(there)), 1e-3 * float(np.abs(there).max()), 1e-9)
    low = max(float(reach.min()), float(there.min()) - BEYOND * span)
    high = min(float(reach.max()), float(there.max()) + BEYOND * span)
    return [low - 0.08 * (high - low), high + 0.08 * (high - low)]


def score_axis(output: Output, rivals: Sequence[Rival]) -> dict[str, object]:
    """Layout of an axis of ``output`` that shows every seed and the intervals as far as they are of use."""
    factor = factor_of(output)
    values = [factor * value for each in rivals for value in (*each.seeds.values(), each.mean)]
    ends = [factor * end for each in rivals for end in (each.low, each.high)]
    return {"title": {"text": named(output)}, "range": span_of(values, ends)}


def mean_said(rival: Rival, output: Output) -> str:
    """Name, mean, interval and rank, for pointing at."""
    factor = factor_of(output)
    lines = [wrapped(rival.name, 60), f"{output.title} {rival.told}"]
    if not np.isnan(rival.low):
        lines.append(f"95 %: {factor * rival.low:.4g} to {factor * rival.high:.4g}, {len(rival.seeds)} seeds")
    if rival.rank is not None:
        lines.append(f"rank {rival.rank}")
    return "<br>".join(lines)


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[np.isfinite(values)]
