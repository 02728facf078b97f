"""The studies of this server: what is known of each, and which are being trained."""

import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lossviz.errors import LossvizError
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.paths import runs_dir
from lossviz.studies import Results, Study
from lossviz.ui.queueing import queue

FRESH = 1.5  # seconds that a look at the runs is good for
SHARE = 10  # a look is good for as many times what it took: looking again and again must not starve what trains


class Driven:
    """A study that is being trained, in a thread of its own: looking at many runs delays neither pages nor jobs.

    ``results`` are those of the last change, and ``problem`` why it ended, where that was neither its end nor a stop.
    Not ``with_shipped`` results, all is trained here.
    """

    def __init__(self, study: Study, queue: Queue, before: Results | None, with_shipped: bool) -> None:
        self.study = study
        self.results = before
        self.at = 0.0
        self.problem = ""
        self._studying = Studying(study, queue, before, with_shipped)
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
                self.results, self.at = results, time.monotonic()
        except LossvizError as error:
            self.problem = str(error)


@dataclass(frozen=True)
class _Look:
    """What was seen ``at`` a moment, and for how many seconds that is ``good``."""

    at: float
    good: float
    results: Results


class Desk:
    """Whoever asks: every tab sees the same, and a study is trained once however often it is started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._driven: dict[str, Driven] = {}
        self._looks: dict[str, _Look] = {}

    def driven(self, name: str) -> Driven | None:
        """The study of this name as it is being trained, or as it ended last; ``None`` if it never was here."""
        return self._driven.get(name)

    def look(self, study: Study) -> Results:
        """What there is of it by now."""
        driven = self._driven.get(study.name)
        if driven is not None and driven.results is not None and driven.study == study:
            if driven.active:
                return driven.results
            self._keep(_Look(driven.at, FRESH, driven.results))
        before = self._looks.get(study.name)
        began = time.monotonic()
        if before is not None and before.results.study == study and began - before.at < before.good:
            return before.results
        found = Studying(study, queue(), before.results if before else None).look()
        at = time.monotonic()
        self._keep(_Look(at, max(FRESH, SHARE * (at - began)), found))
        return found

    def _keep(self, look: "_Look") -> None:
        """The newest look counts."""
        before = self._looks.get(look.results.study.name)
        if before is None or before.at < look.at:
            self._looks[look.results.study.name] = look

    def start(self, study: Study, with_shipped: bool = True) -> None:
        """Train what is left of it, unless a study of this name is being trained.

        Not ``with_shipped``, what came with the program as numbers is left as well.
        """
        with self._lock:
            before = self._driven.get(study.name)
            if before is None or not before.active:
                look = self._looks.get(study.name)
                known = look.results if look is not None and look.results.study == study else None
                self._driven[study.name] = Driven(study, queue(), known, with_shipped)

    def stop(self, study: Study) -> None:
        """Have it stop, and what of it is under way without this server's doing."""
        driven = self._driven.get(study.name)
        if driven is not None and driven.active:
            driven.stop()
        else:
            Studying(study, queue()).stop()
            self._looks.pop(study.name, None)


def desk() -> Desk:
    """That of this server and its folder of runs."""
    return _desk(runs_dir())


@cache
def _desk(_runs: Path) -> Desk:
    return Desk()
