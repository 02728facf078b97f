"""The studies of this server: what is known of each, and which are being trained."""

import threading
import time
from functools import cache
from pathlib import Path

from lossviz.errors import LossvizError
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.paths import runs_dir
from lossviz.studies import Results, Study
from lossviz.ui.queueing import queue

FRESH = 1.5  # seconds that a look at the runs is good for


class Driven:
    """A study that is being trained, in a thread of its own: looking at many runs delays neither pages nor jobs.

    ``results`` are those of the last change, and ``problem`` why it ended, where that was neither its end nor a stop.
    """

    def __init__(self, study: Study, queue: Queue, before: Results | None) -> None:
        self.study = study
        self.results = before
        self.problem = ""
        self._studying = Studying(study, queue, before)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._drive, name=f"study {study.name}", daemon=True)
        self._thread.start()

    @property
    def active(self) -> bool:
        """Whether it goes on; a stop takes as long as what is under way needs for it."""
        return self._thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self.active and self._over.is_set()

    def stop(self) -> None:
        """Have it stop; what is recorded stays."""
        self._over.set()

    def _drive(self) -> None:
        try:
            for results in self._studying.run(self._over.is_set):
                self.results = results
        except LossvizError as error:
            self.problem = str(error)


class Desk:
    """Whoever asks: every tab sees the same, and a study is trained once however often it is started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._driven: dict[str, Driven] = {}
        self._looks: dict[str, tuple[float, Results]] = {}

    def driven(self, name: str) -> Driven | None:
        """The study of this name as it is being trained, or as it ended last; ``None`` if it never was here."""
        return self._driven.get(name)

    def look(self, study: Study) -> Results:
        """What there is of it by now."""
        driven = self._driven.get(study.name)
        if driven is not None and driven.active and driven.study == study and driven.results is not None:
            return driven.results
        at, before = self._looks.get(study.name, (0.0, None))
        if before is not None and before.study == study and time.monotonic() - at < FRESH:
            return before
        found = Studying(study, queue(), before).look()
        self._looks[study.name] = (time.monotonic(), found)
        return found

    def start(self, study: Study) -> None:
        """Train what is left of it, unless a study of this name is being trained."""
        with self._lock:
            before = self._driven.get(study.name)
            if before is None or not before.active:
                _, known = self._looks.get(study.name, (0.0, None))
                self._driven[study.name] = Driven(study, queue(), known if known and known.study == study else None)

    def stop(self, study: Study) -> None:
        """Have it stop, and what of it is under way without this server's doing."""
        driven = self._driven.get(study.name)
        if driven is not None and driven.active:
            driven.stop()
        else:
            Studying(study, queue()).stop()


def desk() -> Desk:
    """That of this server and its folder of runs."""
    return _desk(runs_dir())


@cache
def _desk(_runs: Path) -> Desk:
    return Desk()
