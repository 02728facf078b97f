"""Train and write what comes of it, from the first epoch or from where a run stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from lossviz import data
from lossviz.data.base import Report
from lossviz.errors import Diverged, LossvizError, RunError, Stopped, TrainingError
from lossviz.paths import runs_dir
from lossviz.records import Config, EpochRecord
from lossviz.runs import Run, Writer
from lossviz.runs.writer import read_state
from lossviz.training import BatchProgress, Plan, Resume, Watcher, make_plan, train

NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")
"""What errors say that mean it."""


@dataclass(frozen=True)
class Audience:
    """Who watches: told of the run once it exists, of batches and epochs, and asked whether to stop."""

    on_start: Callable[[Run, Plan], None] = lambda run, plan: None
    on_batch: Callable[[BatchProgress], None] = lambda progress: None
    on_epoch: Callable[[EpochRecord], None] = lambda record: None
    on_data: Report = lambda what, share: None
    should_stop: Callable[[], bool] = lambda: False


def make_run(config: Config, audience: Audience, name: str | None = None, folder: Path | None = None) -> Run:
    """Train as ``config`` says and record it; returns the run, finished or stopped.

    Raises :class:`~lossviz.errors.Diverged` with the run marked as failed, and keeps every epoch before. Raises
    :class:`~lossviz.errors.Stopped` where it is stopped while the data set is being prepared; there is no run then.
    """
    plan = _plan(config, audience)
    writer = Writer.create(folder or runs_dir(), plan.facts, name)
    return _record(plan, writer, None, audience)


def resume_run(run: Run, audience: Audience) -> Run:
    """Go on with a run that was stopped or interrupted, to the same result as if it had not been."""
    status = run.status
    if status.state == "finished":
        raise RunError(f"run '{run.id}' is finished: there is nothing to resume")
    if not status.resumable:
        raise RunError(f"run '{run.id}' cannot be resumed: {status.message}")
    writer = Writer.reopen(run)
    try:
        plan = _plan(run.config, audience)
        _same_ground(run, plan)
        kept = read_state(run)
    except BaseException:
        writer.close(status.state, status.message)
        raise
    return _record(plan, writer, None if kept is None else Resume(*kept), audience)


def _plan(config: Config, audience: Audience) -> Plan:
    if config.settings.threads:
        torch.set_num_threads(config.settings.threads)

    def report(what: str, share: float | None) -> None:
        _go_on(audience)
        audience.on_data(what, share)

    with _enough_memory():
        images = data.open_set(config.data.name, config.data.knobs, report)
        _go_on(audience)
        return make_plan(config, images)


@contextmanager
def _enough_memory() -> Iterator[None]:
    """Say in words that there was not: torch has an error of its own for a GPU's, and none for the processor's."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        if not isinstance(error, MemoryError) and not any(words in text for words in NO_MEMORY):
            raise
        raise TrainingError(
            "there was not enough memory. A smaller batch, fewer images, a smaller model or fewer jobs at once need "
            "less of it"
        ) from error


def _go_on(audience: Audience) -> None:
    if audience.should_stop():
        raise Stopped("stopped while the training was being prepared")


def _same_ground(run: Run, plan: Plan) -> None:
    """Refuse to go on where data or initial weights are no longer those that the run began with."""
    for what, words in (("data", "the data set has changed"), ("initial_weights", "its initial weights differ")):
        if run.header["hashes"][what] != plan.facts.hashes[what]:
            made = run.header["environment"]["libraries"]
            raise RunError(
                f"run '{run.id}' cannot be resumed to the same result: {words} since it began (with torch "
                f"{made['torch']}, torchvision {made['torchvision']}). Start a new run with the same knobs instead"
            )


def _record(plan: Plan, writer: Writer, resume: Resume | None, audience: Audience) -> Run:
    run = writer.run

    def batch(progress: BatchProgress) -> None:
        writer.beat(asdict(progress))
        audience.on_batch(progress)

    try:
        audience.on_start(run, plan)
        epoch = -1 if resume is None else resume.epoch
        with _enough_memory():
            for snapshot in train(plan, resume, Watcher(batch, audience.should_stop)):
                writer.snapshot(snapshot)
                epoch = snapshot.record.epoch
                audience.on_epoch(snapshot.record)
    except Diverged as error:
        writer.close("failed", str(error), resumable=False)
        raise
    except KeyboardInterrupt:
        writer.close("stopped", "stopped at once; epochs recorded before are kept")
        raise
    except BaseException as error:
        _close_failed(writer, error)
        raise
    if epoch == plan.settings.epochs:
        writer.close("finished")
    else:
        writer.close("stopped", f"stopped on request after epoch {epoch}")
    return run


def _close_failed(writer: Writer, error: BaseException) -> None:
    """Mark as failed; on a full disk even that may not be written, and then the run reads as interrupted."""
    try:
        writer.close("failed", str(error) if isinstance(error, LossvizError) else f"{type(error).__name__}: {error}")
    except RunError as second:
        error.add_note(str(second))
