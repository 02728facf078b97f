"""A training as it is seen from a terminal: one live line, and a line for every epoch."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from lossviz.cli.output import console, knobs_in_words
from lossviz.jobs.recording import Audience
from lossviz.records import EpochRecord
from lossviz.runs import Run
from lossviz.training import BatchProgress, Plan
from lossviz.words import duration


@contextmanager
def stopping_on_signals() -> Iterator[Callable[[], bool]]:
    """Yield a function that turns true after Ctrl-C or SIGTERM; a second Ctrl-C stops at once."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        console.print("Stopping; finished epochs are kept. Ctrl-C again stops at once.")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Live:
    """Draws what an :class:`~lossviz.jobs.Audience` is told."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self.audience = Audience(self._start, self._batch, self._epoch, self._data, should_stop)
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=20), console=console, transient=True
        )
        self._task: TaskID | None = None
        self._began = 0.0
        self._done_before: float | None = None

    def __enter__(self) -> Self:
        if console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def _line(self, text: str, share: float | None) -> None:
        if self._task is None:
            self._task = self._progress.add_task("", total=None)
        self._progress.update(
            self._task, description=text, completed=0 if share is None else share, total=None if share is None else 1.0
        )

    def _data(self, what: str, share: float | None) -> None:
        self._line(what, share)

    def _start(self, run: Run, plan: Plan) -> None:
        config, facts = plan.facts.config, plan.facts
        c, h, w = facts.image_shape
        console.print(f"[bold]{facts.loss['title']}[/] {knobs_in_words(config.loss.knobs)}")
        console.print(
            f"{plan.images.title}: {facts.train_images} training images of {len(facts.train_classes)} classes, "
            f"{c}x{h}x{w}; {len(facts.samples['probe'].index)} test images to judge by"
        )
        console.print(
            f"{config.model.name}, {facts.parameters:,} weights, to {config.settings.dim}-D embeddings "
            f"on {config.settings.device}, {config.settings.precision}; seed {config.settings.seed}"
        )
        if config.settings.warm_start:
            console.print(f"The first {config.settings.warm_start} epochs are a softmax warm start.")
        for sentence in (facts.note, *facts.faults, *plan.warnings):
            if sentence:
                console.print(f"[yellow]{sentence}[/]")
        console.print(f"run {run.id}", soft_wrap=True)

    def _batch(self, now: BatchProgress) -> None:
        parts = [f"epoch {now.epoch}/{now.epochs}"]
        if now.doing == "embedding":
            done = now.epoch / now.epochs
            parts.append(f"embedding test images, {now.batch}/{now.batches}")
        else:
            done = (now.epoch - 1 + now.batch / now.batches) / now.epochs
            parts += [f"batch {now.batch}/{now.batches}", f"loss {now.loss:.4f}"]
        parts.append(f"{now.images_per_second:,.0f} images/s")
        if self._done_before is None:
            self._began, self._done_before = time.monotonic(), done
        gone = time.monotonic() - self._began
        if done > self._done_before and gone > 1:
            parts.append(f"{duration((1 - done) * gone / (done - self._done_before))} left")
        self._line("  ".join(parts), done)

    def _epoch(self, record: EpochRecord) -> None:
        parts = [f"epoch {record.epoch:>3}"]
        if record.train_loss is not None:
            parts.append(f"loss {record.train_loss:.4f}")
        if record.probe_loss is not None:
            parts.append(f"test loss {record.probe_loss:.4f}")
        if record.seconds:
            parts.append(f"{record.images_per_second:,.0f} images/s")
        parts.append("(before training)" if record.phase == "start" else record.phase.replace("train", ""))
        console.print("  ".join(part for part in parts if part))
        for note in record.notes:
            console.print(f"  [yellow]{note}[/]")
