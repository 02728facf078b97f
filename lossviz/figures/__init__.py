"""Arrays and records in, plotly figures out. They take fonts, ink and grids from the page's theme.

Figures of several runs take them in one order with one list of colours, so that a run looks the same everywhere.
"""

from lossviz.figures._frame import DASHES, RUN_COLORS
from lossviz.figures.confusions import confusion
from lossviz.figures.distributions import angles, gaps, norms, pair_angles
from lossviz.figures.histories import histories, training_curves
from lossviz.figures.knob_curve import Curve, Spot, knob_curve
from lossviz.figures.sparkline import sparkline_svg
from lossviz.figures.triplets import triplet_shares
from lossviz.figures.verification import roc, roc_places, val_far

__all__ = [
    "DASHES",
    "RUN_COLORS",
    "Curve",
    "Spot",
    "angles",
    "confusion",
    "gaps",
    "histories",
    "knob_curve",
    "norms",
    "pair_angles",
    "roc",
    "roc_places",
    "sparkline_svg",
    "training_curves",
    "triplet_shares",
    "val_far",
]
