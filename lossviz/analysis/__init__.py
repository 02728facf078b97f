"""What embeddings tell beyond a score: plain numpy, fast enough to follow a click or a slider."""

from lossviz.analysis.pairs import PairCurves, pair_curves

__all__ = ["PairCurves", "pair_curves"]
