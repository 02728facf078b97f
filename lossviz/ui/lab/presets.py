"""Figures of papers that the lab draws, each as a section's state. What a state leaves out is the section's default."""

from lossviz.ui.lab.preset import Preset
from lossviz.ui.lab.presets_drawn import DRAWN
from lossviz.ui.lab.presets_trained import TRAINED

__all__ = ["PRESETS", "Preset"]

PRESETS = DRAWN + TRAINED
