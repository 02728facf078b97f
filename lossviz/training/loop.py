"""The training loop: a generator of snapshots that knows no disk, no progress bar and no page."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lossviz import losses
from lossviz.errors import Diverged
from lossviz.records import EpochRecord, Snapshot
from lossviz.training.augment import augment
from lossviz.training.batches import epoch_batches, order_digest
from lossviz.training.chance import derive, seeded
from lossviz.training.embed import BATCH, collapse_note, cone_note, embed
from lossviz.training.memory import keep_freed_memory
from lossviz.training.plan import Plan
from lossviz.training.schedule import factor
from lossviz.training.state import capture, restore

State = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class BatchProgress:
    """Where a running epoch stands.

    ``doing`` is ``"training"``, and then ``loss`` is its mean so far, or ``"embedding"``; ``images`` is what that
    has gone through.
    """

    epoch: int
    epochs: int
    doing: str
    batch: int
    batches: int
    images: int
    images_per_second: float
    loss: float | None = None


@dataclass(frozen=True)
class Resume:
    """From where to go on: the state that the snapshot of ``epoch`` held, and its batch-order digest."""

    epoch: int
    batch_order: str
    state: State


@dataclass(frozen=True)
class Watcher:
    """Ears of the outside: told of every batch, and asked before each whether to stop."""

    on_batch: Callable[[BatchProgress], None] = lambda progress: None
    should_stop: Callable[[], bool] = lambda: False


class _Stopped(Exception):
    """The outside asked to stop in the middle of an epoch, which is then dropped."""


def train(plan: Plan, resume: Resume | None = None, watcher: Watcher | None = None) -> Iterator[Snapshot]:
    """Train, yielding one snapshot after each epoch, epoch 0 (before training) included.

    With ``resume`` it goes on after that epoch, to the same result on the same machine. It ends early when
    ``watcher.should_stop()`` answers true; the epoch under way is then dropped. Raises
    :class:`~lossviz.errors.Diverged` when the loss stops being a finite number.
    """
    keep_freed_memory()
    trainer = _Trainer(plan, watcher or Watcher())
    first, order = 0, ""
    if resume is not None:
        trainer.load(resume)
        first, order = resume.epoch + 1, resume.batch_order
    for epoch in range(first, plan.settings.epochs + 1):
        try:
            snapshot = trainer.snapshot(trainer.epoch(epoch, order) if epoch else trainer.start())
        except _Stopped:
            return
        order = snapshot.record.batch_order
        yield snapshot


def rehearse(plan: Plan, watcher: Watcher) -> None:
    """Train as :func:`train` does, without snapshots, until ``watcher`` has it stop: to see how fast it goes."""
    trainer = _Trainer(plan, watcher)
    try:
        for epoch in range(1, plan.settings.epochs + 1):
            trainer.epoch(epoch, "")
    except _Stopped:
        return


class _Trainer:
    """Net, criterion and optimiser on their way through the epochs."""

    def __init__(self, plan: Plan, watcher: Watcher) -> None:
        self.plan = plan
        self.watcher = watcher
        classes = len(plan.facts.train_classes)
        with seeded(derive(plan.settings.seed, "warm start"), plan.device):
            self.warm = losses.get("softmax")().criterion(classes, plan.settings.dim).to(plan.device)
        self.optimizer = _optimizer(plan, self.warm)
        self.labels = plan.train_labels.cpu().numpy()

    def load(self, resume: Resume) -> None:
        """Take up the state of an earlier snapshot."""
        restore(resume.state, self._parts(), self.optimizer)

    def start(self) -> EpochRecord:
        """The record of epoch 0."""
        return EpochRecord(0, "start", None, None, 0.0, 0, 0.0, "")

    def epoch(self, epoch: int, order: str) -> EpochRecord:
        """Train one epoch (from 1)."""
        plan, settings = self.plan, self.plan.settings
        warm_epochs = settings.warm_start or 0
        warming = epoch <= warm_epochs
        if epoch == warm_epochs + 1 and warm_epochs:
            directions = self.warm.prototypes
            assert directions is not None
            plan.criterion.start_from(directions)
        batches = epoch_batches(self.labels, settings, epoch)
        plan.net.train(epoch == 1 or not settings.train_mode_once)
        plan.criterion.train()
        began = time.perf_counter()
        with _deterministic(), seeded(derive(settings.seed, "epoch", epoch), plan.device):
            loss = self._batches(epoch, batches, self.warm if warming else plan.criterion)
        return EpochRecord(
            epoch=epoch,
            phase="warm start" if warming else "train",
            train_loss=loss,
            probe_loss=None,
            lr=self.optimizer.param_groups[0]["lr"],
            images=sum(len(batch) for batch in batches),
            seconds=time.perf_counter() - began,
            batch_order=order_digest(order, batches),
        )

    def _batches(self, epoch: int, batches: list[NDArray[np.int64]], criterion: nn.Module) -> float:
        plan = self.plan
        augmenting = torch.Generator().manual_seed(derive(plan.settings.seed, "augment", epoch))
        every = 1 if plan.device.type == "cpu" else 16
        total, seen, began = torch.zeros((), device=plan.device), 0, time.perf_counter()
        for number, batch in enumerate(batches, 1):
            if self.watcher.should_stop():
                raise _Stopped
            self._advance(epoch - 1 + (number - 1) / len(batches))
            total += self._step(torch.from_numpy(batch).to(plan.device), criterion, augmenting) * len(batch)
            seen += len(batch)
            if number % every == 0 or number == len(batches):
                mean = total.item() / seen
                if not np.isfinite(mean):
                    raise Diverged(_diverged(epoch, number, plan))
                self._tell(epoch, "training", (number, len(batches)), (seen, began), mean)
        return mean

    def _tell(
        self, epoch: int, doing: str, batch: tuple[int, int], images: tuple[int, float], loss: float | None = None
    ) -> None:
        """Tell the watcher: number of the batch of how many, and images gone through since when."""
        speed = images[0] / (time.perf_counter() - images[1])
        self.watcher.on_batch(BatchProgress(epoch, self.plan.settings.epochs, doing, *batch, images[0], speed, loss))

    def _advance(self, epochs_done: float) -> None:
        """Set learning rates and what anneals for the step about to be made."""
        settings = self.plan.settings
        now = factor(settings.schedule, epochs_done / settings.epochs)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak_lr"] * now
        warm = settings.warm_start or 0
        self.plan.criterion.set_progress(max(0.0, epochs_done - warm) / (settings.epochs - warm))

    def _step(self, rows: Tensor, criterion: nn.Module, augmenting: torch.Generator) -> Tensor:
        plan, settings = self.plan, self.plan.settings
        images, labels = plan.train_images.index_select(0, rows), plan.train_labels.index_select(0, rows)
        if settings.augment:
            images = augment(images, plan.images.pad, plan.images.flip, augmenting)
        half = settings.precision == "bfloat16"
        with torch.autocast(plan.device.type, torch.bfloat16) if half else nullcontext():
            embeddings = plan.net(images)
        loss: Tensor = criterion(embeddings, labels)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        if settings.clip_norm:
            everything = [tensor for group in self.optimizer.param_groups for tensor in group["params"]]
            nn.utils.clip_grad_norm_(everything, settings.clip_norm)
        self.optimizer.step()
        return loss.detach()

    def snapshot(self, record: EpochRecord) -> Snapshot:
        """Embed the sample sets as the net stands now; the pairs only after the last epoch."""
        plan, facts = self.plan, self.plan.facts
        last = record.epoch == plan.settings.epochs
        sets = {name: samples.index for name, samples in facts.samples.items() if last or name != "pairs"}
        embeddings = self._embed(record.epoch, sets)
        if not all(np.isfinite(array).all() for array in embeddings.values()):
            raise Diverged(_diverged(record.epoch, 0, plan))
        head, probe_loss = self._judge(embeddings["probe"])
        view = plan.criterion.prototypes
        prototypes = None if view is None else view.cpu().numpy().copy()
        notes = [collapse_note(embeddings["probe"])] if record.epoch else []
        if prototypes is not None and plan.loss.normalises:
            notes.append(cone_note(prototypes))
        return Snapshot(
            record=replace(record, probe_loss=probe_loss, notes=tuple(note for note in notes if note)),
            embeddings=embeddings,
            head=head,
            prototypes=prototypes,
            state=capture(self._parts(), self.optimizer),
        )

    def _embed(self, epoch: int, sets: Mapping[str, NDArray[np.int64]]) -> dict[str, NDArray[np.float32]]:
        plan, began = self.plan, time.perf_counter()
        parts = sum(-(-len(rows) // BATCH) for rows in sets.values())
        seen = [0, 0]

        def done(count: int) -> None:
            if self.watcher.should_stop():
                raise _Stopped
            seen[0] += 1
            seen[1] += count
            self._tell(epoch, "embedding", (seen[0], parts), (seen[1], began))

        return {name: embed(plan.net, plan.images.images, rows, plan.device, done) for name, rows in sets.items()}

    @torch.no_grad()
    def _judge(self, probe: NDArray[np.float32]) -> tuple[NDArray[np.int64] | None, float | None]:
        """The head's predictions for the probe and its mean loss; ``None`` where its classes are unseen."""
        facts, criterion, device = self.plan.facts, self.plan.criterion.eval(), self.plan.device
        labels = facts.samples["probe"].labels
        if not np.isin(labels, facts.train_classes).all():
            return None, None
        embeddings = torch.from_numpy(probe).to(device)
        targets = torch.from_numpy(np.searchsorted(facts.train_classes, labels)).to(device)
        mixed = torch.randperm(len(probe), generator=torch.Generator().manual_seed(0)).to(device)
        batches = [rows for rows in torch.split(mixed, 256) if len(rows) > 1]
        values = [criterion(embeddings[rows], targets[rows]).item() for rows in batches]
        logits = criterion.logits(embeddings)
        head = None if logits is None else facts.train_classes[logits.argmax(1).cpu().numpy()]
        return head, float(np.mean(values))

    def _parts(self) -> dict[str, nn.Module]:
        parts: dict[str, nn.Module] = {"net": self.plan.net, "criterion": self.plan.criterion}
        return parts | ({"warm": self.warm} if self.plan.settings.warm_start else {})


def _optimizer(plan: Plan, warm: nn.Module) -> torch.optim.Optimizer:
    settings = plan.settings
    assert settings.lr is not None and settings.prototype_lr is not None and settings.weight_decay is not None
    groups = [{"params": list(plan.net.parameters()), "peak_lr": settings.lr, "weight_decay": settings.weight_decay}]
    prototypes = list(plan.criterion.parameters())
    if prototypes:
        groups.append({"params": prototypes, "peak_lr": settings.prototype_lr, "weight_decay": 0.0})
    if settings.warm_start:
        groups.append({"params": list(warm.parameters()), "peak_lr": settings.lr, "weight_decay": 0.0})
    if settings.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum, foreach=True)
    return torch.optim.AdamW(groups, lr=settings.lr, fused=True)


def _deterministic() -> AbstractContextManager[None]:
    """Have cuDNN choose algorithms that give the same result twice."""
    return torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True)


def _diverged(epoch: int, batch: int, plan: Plan) -> str:
    where = f"epoch {epoch}" + (f", batch {batch}" if batch else "")
    return (
        f"the training diverged in {where}: the loss is no longer a finite number. "
        f"Try a lower learning rate (it was {plan.settings.lr:g}; --lr), --clip-norm 5, or a smaller margin or scale"
    )
