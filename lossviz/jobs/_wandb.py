"""Weights & Biases: a run of lossviz is a run of the project ``$WANDB_PROJECT`` (``lossviz``).

Where it is kept, and under whose name, is its own to know: ``wandb login``, or ``$WANDB_MODE=offline`` for files alone.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import Any, ClassVar

import wandb

from lossviz.jobs.tracking import Tracker, told_of
from lossviz.runs import Run


class Wandb(Tracker):
    """See the module."""

    title: ClassVar[str] = "Weights & Biases"
    package: ClassVar[str] = "wandb"
    settings: ClassVar[str] = "Log in with wandb login, or set WANDB_MODE=offline to keep runs in files"

    def __init__(self) -> None:
        self._run: Any = None

    def begin(self, run: Run) -> str:
        """Take up the run with this name and beginning, or make it."""
        config, facts = told_of(run)
        named = f"{run.id} {run.header['created']}"
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", "lossviz"),
            id=hashlib.sha256(named.encode()).hexdigest()[:16],
            name=run.id,
            config=config | {"facts": facts},
            resume="allow",
            settings=wandb.Settings(console="off"),  # the terminal is lossviz's
        )
        return str(self._run.url or self._run.dir)

    def epoch(self, epoch: int, numbers: Mapping[str, float]) -> None:
        """As one step of the history, the epoch being its number."""
        self._run.log(dict(numbers), step=epoch)

    def end(self, run: Run) -> None:
        """Finish it; a run that failed has an exit code of 1."""
        self._run.finish(exit_code=int(run.status.state == "failed"))


def make() -> Tracker:
    """The tracker of this module."""
    return Wandb()
