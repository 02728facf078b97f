"""Distances and shares as the tables of this page write them, and what these tables look like."""

from lossviz import runs

PAGE_STYLE = """
.lv-told { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
.lv-told th, .lv-told td { padding: .35rem .75rem; text-align: left; vertical-align: middle;
  border-bottom: 1px solid var(--st-border-color, #8884); }
.lv-told thead th { font-weight: 600; white-space: nowrap; }
.lv-told tbody th { font-weight: 400; }
.lv-told [title]:not([title=""]):not(.lv-thumb) { cursor: help; }
.lv-told small { opacity: .7; }
.lv-told b.right { color: #2a9d6f; }
.lv-told b.wrong { color: #d1495b; }
.lv-told b.right::after { content: " ✓"; }
.lv-told b.wrong::after { content: " ✗"; }
.lv-told .none { opacity: .6; }
.lv-told .lv-thumbs { gap: .35rem; }
.lv-named { display: flex; gap: .6rem; align-items: center; }
"""


def named(run: runs.Run) -> str:
    """What a run is called in tables and legends: its loss, and its own name."""
    return f"{run.header['loss']['title']} ({run.id})"


def short(name: str) -> str:
    """A class's name without the folders above its group: ``Greek/character01``."""
    return "/".join(name.split("/")[-2:])


def apart(distance: float, unit: str) -> str:
    """A distance in a run's own metric: ``12.3°``, or ``0.42`` where it is Euclidean."""
    return f"{distance:.1f}°" if unit == "deg" else f"{distance:.3g}"


def share(fraction: float | None) -> str:
    """A share in [0, 1] in per cent; ``-`` where there is none."""
    if fraction is None:
        return "-"
    percent = 100 * fraction
    return f"{percent:.1f} %" if percent >= 1 or percent == 0 else f"{percent:.2g} %"
