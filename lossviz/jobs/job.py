"""A job as it stands on the disk, and what is told of it. See ``docs/run-format.md``, section ``.jobs/``."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lossviz.errors import RunError
from lossviz.jobs.processes import ASKED
from lossviz.records import Config
from lossviz.runs import Run, layout

JOBS = ".jobs"
WANTED = "job.json"
SAID = "said.json"
STOP = "stop"
LOG = "log.txt"
ROOM = 1 << 20  # bytes below which a disk is called full
MOST_TRIES = 3  # processes given to one turn that end before they say a word

STATES = ("queued", "running", "stopping", "stopped", "finished", "failed", "interrupted")
UNDER_WAY = ("running", "stopping")
ENDED = ("stopped", "finished", "failed", "interrupted")


@dataclass(frozen=True)
class Wanted:
    """``job.json``: what is wanted of a job. Only the queue writes it.

    ``turn`` counts how often it was to run, from 1; ``tries`` the processes that this turn was given. ``log`` names the
    tracker that is told of it, if any.
    """

    id: str
    config: Config
    group: str
    detach: bool
    created: str
    rank: float
    token: str = ""
    turn: int = 1
    tries: int = 0
    log: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Wanted":
        """From ``job.json`` of the job in ``folder``; raises :class:`RunError`."""
        values = layout.read_json(folder / WANTED)
        try:
            return cls(**{**values, "config": Config.from_json(values["config"])})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise RunError(f"{folder / WANTED} is damaged: {error}") from None

    def write(self, folder: Path) -> None:
        """To ``job.json``, in one step."""
        layout.write_json(folder / WANTED, {**vars(self), "config": self.config.to_json()})


@dataclass(frozen=True)
class Said:
    """``said.json``: what a job's process says. Only the process writes it.

    ``turn`` is the one that it is at, 0 before any. ``state`` is ``preparing``, ``running``, ``stopping``,
    ``finished``, ``stopped`` or ``failed``, and ``message`` why. ``doing`` and ``share`` (0 to 1, or ``None``) tell
    how far a preparation is.
    """

    turn: int = 0
    state: str = ""
    message: str = ""
    at: str = ""
    doing: str = ""
    share: float | None = None

    @classmethod
    def read(cls, folder: Path) -> "Said":
        """From ``said.json`` of the job in ``folder``; nothing said where there is none."""
        return cls(**layout.read_json(folder / SAID)) if (folder / SAID).exists() else cls()

    def write(self, folder: Path) -> None:
        """To ``said.json``, in one step."""
        layout.write_json(folder / SAID, vars(self))


Looked = tuple[Wanted, Said, str]
"""A job at one moment: what is wanted, what its process said, and its state."""


@dataclass(frozen=True)
class Job:
    """A job at one moment. ``sentence`` says in plain words where it stands.

    ``epoch`` is the last one recorded (-1 before the first) of ``epochs``. ``live`` is what its process says of the
    moment: ``doing``, with ``share`` (0 to 1, or ``None``) while it prepares, and afterwards as ``status.live`` of
    the run (see ``docs/run-format.md``). ``run`` is there once it has been made. ``resumable``: going on makes sense.
    """

    id: str
    config: Config
    group: str
    detach: bool
    created: str
    state: str
    sentence: str
    epoch: int
    epochs: int
    live: Mapping[str, Any] | None
    run: Run | None
    folder: Path
    resumable: bool
    rank: float = field(default=0.0, repr=False)
    ended: str = ""

    def log_tail(self, lines: int = 12) -> str:
        """The last lines that its process wrote."""
        try:
            text = (self.folder / LOG).read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.rstrip().splitlines()[-lines:])


def job_of(looked: Looked, folder: Path, waiting: Sequence[str]) -> Job:
    """What is told of a job; ``waiting`` are the ids of those queued, in their order."""
    wanted, said, state = looked
    run = _run(folder)
    status = None if run is None else run.status
    epoch, epochs = -1 if status is None else status.epoch, wanted.config.settings.epochs
    live: Mapping[str, Any] | None = None
    if state in UNDER_WAY:
        live = {"doing": said.doing or "starting", "share": said.share}
        if status is not None and said.state != "preparing":
            live = status.live or {"doing": "recording", "epoch": max(epoch, 0), "epochs": epochs}
    far = f"after epoch {epoch} of {epochs}" if epoch >= 0 else "before its first epoch"
    sentences: dict[str, Callable[[], str]] = {
        "queued": lambda: f"{ordinal(waiting.index(wanted.id) + 1)} in the queue.",
        "running": lambda: _doing(live or {}),
        "stopping": lambda: "Stopping; the epochs recorded are kept.",
        "stopped": lambda: f"Stopped {far}{_why(said.message)}.",
        "finished": lambda: "Finished.",
        "failed": lambda: said.message,
        "interrupted": lambda: f"Its process was ended from outside {far}, {_guess(folder)}.",
    }
    return Job(
        **{name: getattr(wanted, name) for name in ("id", "config", "group", "detach", "created", "rank")},
        state=state,
        sentence=sentences[state](),
        epoch=epoch,
        epochs=epochs,
        live=live,
        run=run,
        folder=folder,
        resumable=state in ("stopped", "interrupted", "failed") and (status is None or status.resumable),
        ended=said.at if state in ENDED else "",
    )


def _run(folder: Path) -> Run | None:
    """The run that the job makes, where it can be read."""
    run = Run(folder.parent.parent / folder.name)
    return run if (run.folder / layout.HEADER).exists() and run.problem() is None else None


def _why(reason: str) -> str:
    return f", {ASKED}" if reason in ("", ASKED) else f", because {reason}"


def _guess(folder: Path) -> str:
    if shutil.disk_usage(folder).free < ROOM:
        return "and the disk is full: free some space, then go on. Nothing that was recorded is lost"
    return "perhaps for want of memory. Nothing that was recorded is lost"


def _doing(live: Mapping[str, Any]) -> str:
    if "epoch" in live:
        return f"Epoch {live['epoch']} of {live['epochs']}, {live['doing']}."
    share = live.get("share")
    doing = str(live["doing"])
    return doing[:1].upper() + doing[1:] + ("." if share is None else f", {100 * share:.0f} %.")


def ordinal(number: int) -> str:
    """``First``, ``Second``, ... ``12th``, as a place in a queue."""
    words = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
    if number <= len(words):
        return words[number - 1]
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"
