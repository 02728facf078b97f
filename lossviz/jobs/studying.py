"""A study's trainings, made through the ordinary queue: what is there is not made again, what stopped goes on."""

import time
from collections.abc import Callable, Iterator

from lossviz import data
from lossviz.errors import RunError, UnknownName
from lossviz.jobs.job import ENDED, Job
from lossviz.jobs.queue import Queue
from lossviz.studies.results import Attempt, Results
from lossviz.studies.study import Study, Training, fingerprint

PAUSE = 0.5  # seconds between two looks at the queue
TRIALS = " trials"
_STATES = {"queued": "queued", "running": "running", "stopping": "running", "failed": "failed"}


class Studying:
    """A study on its way through a queue.

    Trials are submitted first; a cell's finals follow when its trials have ended. Finals are in a group called as the
    study, trials in one of their own, since the two are not judged on the same images. What was finished at a look
    ``before``, of this or another study, is not read again. Not ``with_shipped`` results, all is trained here.
    """

    def __init__(self, study: Study, queue: Queue, before: Results | None = None, with_shipped: bool = True) -> None:
        self.study = study
        self._with_shipped = with_shipped
        self._queue = queue
        self._results = before
        self._asked: set[str] = set()
        self._known: set[str] = set()
        self._seen: dict[str, str] | None = None

    def look(self) -> Results:
        """What there is of it by now."""
        jobs = self._queue.jobs()
        self._known = {job.id for job in jobs}
        attempts = [_attempt(job) for job in jobs if job.state != "finished"]
        self._results = Results.of(self.study, attempts, self._results, self._with_shipped)
        return self._results

    def go_on(self) -> None:
        """Have everything go on that stopped or failed before, unless it would end the same way again."""
        jobs = {job.id: job for job in self._queue.jobs()}
        for outcome in self.look().outcomes:
            if outcome.state in ("stopped", "failed"):
                job = jobs.pop(outcome.id, None)
                try:
                    if job is not None and job.resumable:
                        self._queue.retry(job.id)
                    elif job is None and outcome.state == "stopped":
                        self._queue.adopt(outcome.id, outcome.training.config, self._group(outcome.training))
                except RunError:
                    if not self._has_turn(outcome.id):  # otherwise another process had it go on first
                        raise

    def _has_turn(self, id: str) -> bool:
        return any(job.id == id and job.state not in ENDED for job in self._queue.jobs())

    def absent(self) -> list[str]:
        """A sentence on each data set that is not known on this machine: nothing of it is trained."""
        known = data.available()
        lacking = [each for each in self.study.grounds if each.data.name not in known]
        return [f"{each.title} is left out: {UnknownName('data set', each.data.name, known)}" for each in lacking]

    def submit(self, results: Results) -> list[str]:
        """Put into the queue what is missing and can be trained by now; returns the new jobs' ids.

        ``results`` are those of the last :meth:`look`. What another process submitted since is not submitted again.
        """
        ids = []
        known = data.available()
        for trial in (True, False):
            fresh: dict[str, Training] = {}
            for outcome in results.outcomes:
                key = fingerprint(outcome.training.config)
                there = outcome.training.config.data.name in known and key not in self._asked
                if there and outcome.state == "missing" and outcome.training.trial is trial:
                    fresh[key] = outcome.training
            if fresh:
                self._asked |= set(fresh)
                group = self._group(next(iter(fresh.values())))
                ids += self._queue.submit_new([each.config for each in fresh.values()], group, self._known)
        return ids

    def step(self) -> Results | None:
        """Start what has its turn, submit what can be trained by now; ``None`` where nothing changed since the last.

        A server calls it again and again; :meth:`run` does so for a shell.
        """
        self._queue.tend()
        now = {job.id: job.state for job in self._queue.jobs()}
        if now == self._seen:
            return None
        results = self.look()
        self._seen = None if self.submit(results) else now
        return results

    def run(self, should_stop: Callable[[], bool] = lambda: False, pause: float = PAUSE) -> Iterator[Results]:
        """Train what is left, yielding what there is at the start and whenever a training has ended or begun.

        It ends when nothing is left that can be trained, or, when ``should_stop`` answers true, after what is under
        way has stopped; what waits is then stopped too, and goes on at the next call.
        """
        self.go_on()
        while not should_stop():
            results = self.step()
            if results is not None:
                yield results
                if self._seen is not None and not _under_way(results):
                    return
            time.sleep(pause)
        self._stop(pause)
        yield self.look()

    def stop(self) -> set[str]:
        """Ask what is under way or waits to stop; the ids of these jobs."""
        own = {outcome.id for outcome in self.look().outcomes if outcome.state in ("queued", "running")}
        for job in self._queue.jobs():
            if job.id in own:
                self._queue.stop(job.id)
        return own

    def _stop(self, pause: float) -> None:
        own = self.stop()
        while any(job.id in own and job.state not in ENDED for job in self._queue.jobs()):
            time.sleep(pause)

    def _group(self, training: Training) -> str:
        return self.study.name + (TRIALS if training.trial else "")


def _under_way(results: Results) -> bool:
    return any(outcome.state in ("queued", "running") for outcome in results.outcomes)


def _attempt(job: Job) -> Attempt:
    return Attempt(job.config, _STATES.get(job.state, "stopped"), job.id, job.sentence, job.run)
