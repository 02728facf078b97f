"""lossviz: see what a metric-learning loss does to an embedding space."""

__version__ = "0.1.0"
