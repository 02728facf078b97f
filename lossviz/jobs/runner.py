"""Where jobs run: the one interface between a queue and the machines that work on it."""

from abc import ABC, abstractmethod
from pathlib import Path


class Runner(ABC):
    """Has ``python -m lossviz.jobs.training FOLDER`` work on the job in ``FOLDER``, somewhere.

    Whoever works must see the folder. At most one process works on a job: a runner makes sure of it, also against
    other runners over the same folders, and however its own process ends.
    """

    @abstractmethod
    def start(self, folder: Path, threads: int, detach: bool) -> None:
        """Start a process on ``threads`` processors; does nothing where one is at the job already.

        With ``detach`` it goes on when this process ends, otherwise it then stops by itself. Raises
        :class:`~lossviz.errors.RunError` where it cannot be started.
        """

    @abstractmethod
    def alive(self, folder: Path) -> bool:
        """Whether a process is at the job, whoever started it."""

    @abstractmethod
    def wake(self, folder: Path) -> None:
        """Tell the process at the job that there is a ``stop`` file for it, which it would also find by itself."""

    @abstractmethod
    def most_at_once(self) -> int:
        """How many jobs can run side by side with a processor each, at least 1."""
