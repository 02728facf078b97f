"""The section "Pairs": loss and force against distance, springs, and triplets."""

from lossviz import losses
from lossviz.ui.lab.mount import mount
from lossviz.ui.lab.spans import span

SCRIPTS = ("arrow", "pairs_math", "springs", "rings", "pairs")


def pairs_section() -> None:
    """Draw it; everything moves in the browser."""
    data = {name: span(losses.get(name), "margin") for name in ("contrastive", "triplet")}
    mount("pairs", data, key="lab_pairs", scripts=SCRIPTS)
