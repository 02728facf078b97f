"""What embeddings tell beyond a score: plain numpy, fast enough to follow a click or a slider."""

from lossviz.analysis.fairness import Contender, Fact, Fairness, fairness
from lossviz.analysis.pairs import PairCurves, pair_curves

__all__ = ["Contender", "Fact", "Fairness", "PairCurves", "fairness", "pair_curves"]
