"""The sections "Similarity plane" and "Unified view": losses over similarities instead of points."""

from lossviz import losses
from lossviz.ui.lab.mount import mount
from lossviz.ui.lab.spans import span


def plane_section() -> None:
    """Gradients of triplet, AM-softmax and circle loss over the plane of two similarities."""
    mount("plane", _knobs(), key="lab_plane", scripts=("plane_math", "plane"))


def unified_section() -> None:
    """One anchor with several positives and negatives: from pairs to classes, from softmax to the hardest triplet."""
    mount("unified", _knobs(), key="lab_unified", scripts=("plane_math", "unified"))


def _knobs() -> dict[str, object]:
    circle = losses.get("circle")
    return {"circle": span(circle, "margin"), "gamma": span(circle, "gamma")}
