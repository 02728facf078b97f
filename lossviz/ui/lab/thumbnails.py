"""The pictures of presets, generated from the code that the lab runs on."""

import numpy as np

from lossviz import runs
from lossviz.ui.lab.presets import Preset

SHOWN = 4  # every so many images of a run


def thumbnail(preset: Preset) -> str:
    """The preset's picture as an SVG document: its section in its state, or its first run's last embedding."""
    from lossviz.toy import drawings  # noqa: PLC0415  (imports torch)

    if preset.section:
        return drawings.drawing(preset.section, {**preset.state, **preset.widgets})
    run = runs.find(preset.query[0][1])
    flat = run.snapshot(run.epochs()[-1]).embeddings["probe"][::SHOWN, :2]
    labels = run.samples["probe"].labels[::SHOWN]
    return drawings.framed(drawings.dots(flat / (2 * np.abs(flat).max()), labels, 1.3))
