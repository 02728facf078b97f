"""Studies: grids of runs, what is wanted of them, what came of it, and what may be said of it. No torch in here."""

from lossviz.studies.reading import available, load
from lossviz.studies.results import CellResult, Outcome, Results
from lossviz.studies.study import Case, Cell, Contender, Ground, Net, Study, Training, Trials, fingerprint

__all__ = [
    "Case",
    "Cell",
    "CellResult",
    "Contender",
    "Ground",
    "Net",
    "Outcome",
    "Results",
    "Study",
    "Training",
    "Trials",
    "available",
    "fingerprint",
    "load",
]
