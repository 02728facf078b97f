"""The errors whose text is written for the person in front of the screen.

Everything raised on purpose derives from :class:`LossvizError`; its message says what was wrong, what is
allowed and, where there is something to do, what to do. The command line and the pages print that message and
nothing else. Any other exception is a defect.
"""

from collections.abc import Iterable
from difflib import get_close_matches

LISTED = 40  # names that an error lists at most


class LossvizError(Exception):
    """A problem that a person can understand and act on."""


class KnobError(LossvizError, ValueError):
    """A knob was given a value that it does not allow, or does not exist."""


class UnknownName(LossvizError, LookupError):
    """A loss, data set, model, score or run that does not exist was asked for."""

    def __init__(self, noun: str, name: str, known: Iterable[str]) -> None:
        choices = sorted(known)
        near = get_close_matches(name, choices, n=1, cutoff=0.5)
        listed = ", ".join(choices[:LISTED]) + (f" and {len(choices) - LISTED} more" if len(choices) > LISTED else "")
        hint = f"did you mean '{near[0]}'?" if near else f"there is: {listed or 'none'}"
        super().__init__(f"no {noun} called '{name}'; {hint}")


class PluginError(LossvizError):
    """A file in a plug-in folder cannot be used."""


class DataError(LossvizError):
    """A data set is missing, cannot be fetched, or cannot be read."""


class RunError(LossvizError):
    """A run is missing, damaged, or busy."""


class TrainingError(LossvizError):
    """A training cannot start or cannot go on."""


class Diverged(TrainingError):
    """The loss or the weights stopped being finite numbers."""


class StudyError(LossvizError):
    """A study cannot be read, or asks for what cannot be compared."""


class Stopped(TrainingError):
    """A training was asked to stop before there was a run."""


class ReportError(LossvizError):
    """A report or a film cannot be made as asked."""
