"""The pictures of presets, generated from the code that the lab and the other pages run on."""

from typing import Any

import numpy as np

from lossviz import runs
from lossviz.metrics.verification import val_far_curve
from lossviz.ui.lab.preset import Preset
from lossviz.ui.lab.sweep import described

SHOWN = 4  # every so many images of a run
LEAST_FAR = 1e-3  # where the axis of false accepts begins


def thumbnail(preset: Preset) -> str:
    """The preset's picture as an SVG document: its section in its state, or what its page shows of its runs."""
    from lossviz.toy import drawings, sweep_drawing  # noqa: PLC0415  (imports torch)

    if preset.section == "sweep":
        return drawings.framed(sweep_drawing.drawing(described(preset.widgets)))
    if preset.section:
        return drawings.drawing(preset.section, {**preset.state, **preset.widgets})
    chosen = [runs.find(name) for name in preset.runs]
    below = dict(preset.query).get("below")
    drawn = {"Angles": _angles, "Pairs": _pairs, "Verification": _verification}.get(str(below), _features)
    return drawings.framed(drawn(chosen))


def _last(run: runs.Run) -> Any:
    return run.snapshot(run.epochs()[-1]).embeddings["probe"], run.samples["probe"].labels


def _features(chosen: list[runs.Run]) -> str:
    """The last run's embedding after its last epoch."""
    from lossviz.toy import drawings  # noqa: PLC0415  (imports torch)

    embeddings, labels = _last(chosen[-1])
    flat = embeddings[::SHOWN, :2]
    return drawings.dots(flat / (2 * np.abs(flat).max()), labels[::SHOWN], 1.3)


def _angles(chosen: list[runs.Run]) -> str:
    """Angles to the own prototype after the first and the last epoch."""
    run = chosen[0]
    edges = np.linspace(0, 120, 61)
    rows = [np.histogram(runs.points(run, epoch)["own"], edges)[0] for epoch in (run.epochs()[0], run.epochs()[-1])]
    return _lines(np.linspace(0, 1, 60), [row / row.max() for row in rows])


def _pairs(chosen: list[runs.Run]) -> str:
    """Angles of pairs of one class and of two, of the last run."""
    from lossviz.toy.sweep import angles_between_pairs  # noqa: PLC0415  (imports torch)

    embeddings, labels = _last(chosen[-1])
    rows = angles_between_pairs(embeddings[::SHOWN], labels[::SHOWN])
    return _lines(np.linspace(0, 1, len(rows[0])), [row / row.max() for row in rows])


def _verification(chosen: list[runs.Run]) -> str:
    """Validation rate over false accepts, both logarithmic."""
    fars = np.logspace(np.log10(LEAST_FAR), 0, 80)
    curves = [curve for run in chosen if (curve := val_far_curve(*_last(run))) is not None]
    rates = [np.log10(np.maximum(curve.val[np.searchsorted(curve.far, fars, "right") - 1], 1e-6)) for curve in curves]
    lowest = min((rate.min() for rate in rates), default=-1.0)
    return _lines(np.linspace(0, 1, len(fars)), [1 - rate / min(lowest, -1e-6) for rate in rates])


def _lines(across: Any, rows: Any) -> str:
    from lossviz.toy import drawings  # noqa: PLC0415  (imports torch)

    return "".join(drawings.line(across, row, drawings.COLOURS[i]) for i, row in enumerate(rows))
