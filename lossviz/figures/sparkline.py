"""A line the size of a word, for tables."""

import math
from collections.abc import Sequence

WIDTH, HEIGHT, PAD = 72, 18, 3


def sparkline_svg(values: Sequence[float | None], current: int | None = None, better: int = 1) -> str:
    """``values`` epoch by epoch as an inline SVG in the colour of the text around it.

    ``current`` is the position in ``values`` that a dot marks; ``better`` (+1 or -1, 0 for neither) is which end a
    ring marks as the best. Values that are ``None`` or not finite leave a gap. It says nothing to a screen reader,
    for the number stands beside it. Empty without two finite values.
    """
    finite = [(index, value) for index, value in enumerate(values) if value is not None and math.isfinite(value)]
    if len(finite) < 2:
        return ""
    low, high = min(value for _, value in finite), max(value for _, value in finite)
    points = {index: _place(index, value, len(values), (low, high)) for index, value in finite}
    marks = ""
    if better:
        best = max(finite, key=lambda pair: pair[1] * better)[0]
        marks += f'<circle cx="{points[best][0]:g}" cy="{points[best][1]:g}" r="2.4" fill="none"/>'
    if current in points:
        marks += f'<circle cx="{points[current][0]:g}" cy="{points[current][1]:g}" r="2" fill="currentColor"/>'
    return (
        f'<svg class="sparkline" aria-hidden="true" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'fill="none" stroke="currentColor" stroke-width="1.25" stroke-linejoin="round"><path d="{_path(points)}"/>'
        f"{marks}</svg>"
    )


def _place(index: int, value: float, count: int, span: tuple[float, float]) -> tuple[float, float]:
    low, high = span
    level = (value - low) / (high - low) if high > low else 0.5
    return round(PAD + index / (count - 1) * (WIDTH - 2 * PAD), 1), round(HEIGHT - PAD - level * (HEIGHT - 2 * PAD), 1)


def _path(points: dict[int, tuple[float, float]]) -> str:
    """Straight lines between neighbours; a new start after a gap."""
    return "".join(f"{'L' if index - 1 in points else 'M'}{x:g} {y:g}" for index, (x, y) in points.items())
