"""From a config and a data set to everything that a training needs, settled and built."""

import hashlib
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lossviz import __version__, losses, models
from lossviz.data import SPLIT_BY, DataSet, Images, Split, pairs, registry, split
from lossviz.errors import TrainingError
from lossviz.knobs import Knobbed
from lossviz.losses._angular import AngularLoss
from lossviz.losses.base import Batch, Criterion, Loss
from lossviz.models.base import Net
from lossviz.records import Choice, Config, Facts, PairSet, SampleSet, Settings
from lossviz.training.batches import settled_sampler
from lossviz.training.chance import derive, seeded

LIBRARIES = ("torch", "torchvision", "pytorch-metric-learning", "numpy", "scikit-learn")
VALIDATED = "Judged on validation images, which were held out of the training images; no test image was looked at."


@dataclass(frozen=True)
class Plan:
    """A training about to start: the facts of the run, and the objects that do the work.

    ``train_images`` (M, C, H, W) ``uint8`` and ``train_labels`` (M,) in ``[0, classes)`` are on ``device``.
    """

    facts: Facts
    images: Images
    loss: Loss
    net: Net
    criterion: Criterion
    train_images: Tensor
    train_labels: Tensor
    device: torch.device
    warnings: tuple[str, ...] = ()

    @property
    def settings(self) -> Settings:
        """The settled settings."""
        return self.facts.config.settings


def make_plan(config: Config, images: Images) -> Plan:
    """Settle what ``config`` leaves to the program, split the data, and build net and criterion.

    Initial weights depend on seed, model, embedding size and image shape, and not on the loss.
    """
    loss = losses.get(config.loss.name).from_values(config.loss.knobs)
    model = models.get(config.model.name).from_values(config.model.knobs)
    device = settled_device(config.settings.device)
    parts = _split(images, config.settings)
    seed, dim = config.settings.seed, config.settings.dim
    data = _data(config.data)
    model = model.settled(dim, len(parts.train_classes))
    with seeded(derive(seed, "net"), device):
        net = model.build(_shape(images), dim, images.mean, images.std)
    with seeded(derive(seed, "criterion"), device):
        criterion = loss.criterion(len(parts.train_classes), dim)
    crowded = dim == 2 and loss.normalises and criterion.prototypes is not None
    settings = settled(config.settings, parts, device, crowded)
    whole = Config(
        loss=Choice(config.loss.name, loss.values()),
        data=Choice(config.data.name, {} if data is None else data.values()),
        model=Choice(config.model.name, model.values()),
        settings=settings,
    )
    facts = _facts(whole, images, parts, (loss, criterion, net))
    return Plan(
        facts=replace(
            facts, environment=environment(device), asked=config, faults=_faults(data, loss, model, settings)
        ),
        images=images,
        loss=loss,
        net=net.to(device).to(memory_format=torch.channels_last),  # convolutions are faster so
        criterion=criterion.to(device),
        train_images=torch.from_numpy(np.ascontiguousarray(images.images[parts.train])).to(device),
        train_labels=torch.from_numpy(parts.targets(images.labels)).to(device),
        device=device,
        warnings=tuple(_warnings(loss, settings, len(parts.train_classes), crowded)),
    )


def _data(choice: Choice) -> DataSet | None:
    """The known data set with its knobs; ``None`` for a folder that was added, which has none."""
    return registry.get(choice.name).from_values(choice.knobs) if choice.name in registry.files() else None


def _faults(*parts: Knobbed | None) -> tuple[str, ...]:
    return tuple(sentence for part in parts if part is not None for sentence in part.faults())


def _split(images: Images, settings: Settings) -> Split:
    return split(images, **{name: getattr(settings, name) for name in SPLIT_BY})


def _shape(images: Images) -> tuple[int, int, int]:
    _, channels, height, width = images.images.shape
    return channels, height, width


def _facts(config: Config, images: Images, parts: Split, built: tuple[Loss, Criterion, Net]) -> Facts:
    loss, criterion, net = built
    owners = criterion.prototype_labels
    protocols, pair_rows = _protocols(images, parts)
    rows = {"probe": parts.probe, "gallery": parts.gallery}
    if parts.known is not None and parts.known_gallery is not None:
        rows |= {"known": parts.known, "known_gallery": parts.known_gallery}
    if protocols:
        rows["pairs"] = pair_rows
    return Facts(
        config=config,
        class_names=images.class_names,
        samples={name: SampleSet(index, images.labels[index]) for name, index in rows.items()},
        train_classes=parts.train_classes,
        train_images=len(parts.train),
        prototype_labels=None if owners is None else parts.train_classes[owners.numpy()],
        protocols=protocols,
        loss={
            "title": loss.title,
            "family": str(loss.family),
            "normalises": loss.normalises,
            "metric": loss.metric,
            "psi": _psi(loss),
        },
        hashes={
            "initial_weights": weights_digest(net),
            "data": images.digest,
            "train_images": hashlib.sha256(np.ascontiguousarray(parts.train).tobytes()).hexdigest(),
        },
        environment={},
        parameters=sum(tensor.numel() for tensor in net.parameters()),
        image_shape=_shape(images),
        note=" ".join(filter(None, [images.note, VALIDATED if parts.validation else ""])),
    )


def _psi(loss: Loss) -> list[float] | None:
    """The loss's target-logit curve at 0, 1, ... 180 degrees, for pages that do not import torch."""
    if not isinstance(loss, AngularLoss):
        return None
    return [round(value, 6) for value in loss.psi(torch.linspace(0, torch.pi, 181, dtype=torch.float64)).tolist()]


def settled_device(asked: str) -> torch.device:
    """The device to use: CUDA, else Apple's MPS, else the processor; raises if the one asked for is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if asked == "auto":
        return torch.device(next(name for name, present in there.items() if present))
    if not there[asked]:
        raise TrainingError(f"device '{asked}' is not available on this machine; use --device auto or cpu")
    return torch.device(asked)


def settled(settings: Settings, parts: Split, device: torch.device, crowded: bool) -> Settings:
    """``settings`` with every ``auto`` decided.

    ``crowded``: class weights live on a circle, where they cannot pass one another, and want a warm start.
    """
    batch_size = settings.batch(len(parts.train), len(parts.train_classes))
    sgd = settings.optimizer == "sgd"
    lr = settings.lr if settings.lr is not None else (0.1 if sgd else 3e-3)
    bfloat16 = device.type == "cuda" and torch.cuda.is_bf16_supported()
    warm = settings.warm_start
    if warm is None:
        warm = min(3, settings.epochs // 3) if crowded else 0
    if warm >= settings.epochs:
        raise TrainingError(
            f"a warm start of {warm} epochs leaves none of the {settings.epochs} epochs for the loss; "
            "use fewer (--warm-start) or more epochs (--epochs)"
        )
    precision = settings.precision
    if precision == "auto":
        precision = "bfloat16" if bfloat16 else "float32"
    return replace(
        settings,
        batch_size=batch_size,
        lr=lr,
        prototype_lr=settings.prototype_lr if settings.prototype_lr is not None else 2 * lr,
        weight_decay=settings.weight_decay if settings.weight_decay is not None else (5e-4 if sgd else 1e-2),
        sampler=settled_sampler(settings.sampler, batch_size, len(parts.train_classes)),
        warm_start=warm,
        precision=precision,
        device=device.type,
        threads=settings.threads or torch.get_num_threads(),
    )


def _warnings(loss: Loss, settings: Settings, classes: int, crowded: bool) -> Iterator[str]:
    """What a person should know before spending time on this training."""
    assert settings.batch_size is not None
    if loss.batch is not Batch.ANY and settings.sampler == "shuffle" and settings.batch_size < 2 * classes:
        yield (
            f"{loss.title} learns from images of the same class, and a shuffled batch of {settings.batch_size} over "
            f"{classes} classes holds few of them; --sampler pk gives every batch some"
        )
    if crowded and not settings.warm_start:
        yield (
            f"{loss.title} looks at directions only, and in 2-D its classes cannot pass one another: without a warm "
            "start (--warm-start 3) it keeps the order that they happen to start in"
        )


def weights_digest(net: torch.nn.Module) -> str:
    """sha256 over names and values of all weights and buffers."""
    digest = hashlib.sha256()
    for name, tensor in net.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def environment(device: torch.device) -> Mapping[str, Any]:
    """Versions and machine, for the record."""
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    return {
        "lossviz": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "gpu": gpu,
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }


def _protocols(images: Images, parts: Split) -> tuple[dict[str, PairSet], NDArray[np.int64]]:
    """Verification protocols with their pairs renumbered to rows of the sample set ``pairs``, and that set's rows."""
    found = pairs(images, parts)
    if not found:
        return {}, np.zeros(0, np.int64)
    rows = np.unique(np.concatenate([protocol.index.ravel() for protocol in found.values()]))
    return {
        name: PairSet(np.searchsorted(rows, protocol.index), protocol.same, protocol.fold)
        for name, protocol in found.items()
    }, rows
