"""Arrays and records in, plotly figures out. They take fonts, ink and grids from the page's theme.

Figures of several runs take them in one order with one list of colours, so that a run looks the same everywhere.
"""

from lossviz.figures._frame import DASHES, RUN_COLORS
from lossviz.figures.confusions import confusion
from lossviz.figures.distributions import angles, gaps, norms, pair_angles
from lossviz.figures.heat_map import Column, heat_map
from lossviz.figures.histories import histories, training_curves
from lossviz.figures.knob_curve import Curve, Spot, knob_curve
from lossviz.figures.pareto import dominators, front, pareto, time_told
from lossviz.figures.ranking import ranking
from lossviz.figures.rivals import Rival, factor_of, named
from lossviz.figures.seed_strips import seed_strips
from lossviz.figures.sparkline import sparkline_svg
from lossviz.figures.trials import Tried, Try, trials
from lossviz.figures.triplets import triplet_shares
from lossviz.figures.verification import roc, roc_places, val_far

__all__ = [
    "DASHES",
    "RUN_COLORS",
    "Column",
    "Curve",
    "Rival",
    "Spot",
    "Tried",
    "Try",
    "angles",
    "confusion",
    "dominators",
    "factor_of",
    "front",
    "gaps",
    "heat_map",
    "histories",
    "knob_curve",
    "named",
    "norms",
    "pair_angles",
    "pareto",
    "ranking",
    "roc",
    "roc_places",
    "seed_strips",
    "sparkline_svg",
    "time_told",
    "training_curves",
    "trials",
    "triplet_shares",
    "val_far",
]
