"""What embeddings tell beyond a score: plain numpy, fast enough to follow a click or a slider."""

from lossviz.analysis._aspects import Contender
from lossviz.analysis.classes import ClassRow, class_table, confusion_counts
from lossviz.analysis.events import Event, Story, events
from lossviz.analysis.fairness import Fact, Fairness, fairness
from lossviz.analysis.neighbours import Neighbours, Seen, neighbours, picture_neighbours, seen
from lossviz.analysis.offenders import Offenders, farthest_from_own, most_moved, surely_wrong
from lossviz.analysis.pairs import PairCurves, pair_curves
from lossviz.analysis.sweeps import Axis, Point, Sweep, axes, compared, interval, lay_out, points
from lossviz.analysis.triplets import HardTriplet, TripletCounts, count_triplets, hardest

__all__ = [
    "Axis",
    "ClassRow",
    "Contender",
    "Event",
    "Fact",
    "Fairness",
    "HardTriplet",
    "Neighbours",
    "Offenders",
    "PairCurves",
    "Point",
    "Seen",
    "Story",
    "Sweep",
    "TripletCounts",
    "axes",
    "class_table",
    "compared",
    "confusion_counts",
    "count_triplets",
    "events",
    "fairness",
    "farthest_from_own",
    "hardest",
    "interval",
    "lay_out",
    "most_moved",
    "neighbours",
    "pair_curves",
    "picture_neighbours",
    "points",
    "seen",
    "surely_wrong",
]
