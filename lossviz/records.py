"""The records that rooms hand to one another: what a run is made of, in plain values and numpy arrays."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lossviz.knobs import Knobbed, Value, knob

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """A registered name and the knobs set on it."""

    name: str
    knobs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings(Knobbed):
    """How a net is trained. ``None`` lets the program decide; a run's record holds what it decided."""

    epochs: int = knob(20, 1, 1000, step=1, help="Passes over the training images, the warm start's included.")
    dim: int = knob(3, 2, 8192, step=1, log=True, help="Embedding size; 2 and 3 can be looked at as they are.")
    seed: int = knob(0, 0, 2**31 - 1, step=1, help="Decides initial weights, batch order, augmentation and splits.")
    limit: int | None = knob(
        None, 10, 10_000_000, kind=int, help="Train on at most this many images, stratified; auto is all."
    )
    unseen_classes: float = knob(
        0.0, 0.0, 0.9, step=0.05, help="Share of classes kept out of training; tests are then on these alone."
    )
    class_seed: int | None = knob(
        None, 0, 2**31 - 1, kind=int, help="Decides which classes are kept out of training; auto is the seed."
    )
    validation: float = knob(
        0.0,
        0.0,
        0.5,
        step=0.05,
        help="Share of the training images kept back and judged instead of test images, to choose knobs by; with "
        "unseen classes a share of the other classes.",
    )
    batch_size: int | None = knob(
        None, 2, 4096, kind=int, help="Images a step; auto is 128, or 32 for few images of few classes."
    )
    optimizer: str = knob("adamw", choices=("adamw", "sgd"), help="SGD takes the momentum below.")
    lr: float | None = knob(None, 1e-6, 10.0, log=True, kind=float, help="Peak learning rate of the net.")
    prototype_lr: float | None = knob(
        None,
        1e-6,
        100.0,
        log=True,
        kind=float,
        help="Peak learning rate of class weights, proxies and centers; auto is twice the net's.",
    )
    momentum: float = knob(0.9, 0.0, 0.999, step=0.01, help="Momentum of SGD; AdamW has its own.")
    weight_decay: float | None = knob(
        None, 0.0, 1.0, log=True, kind=float, help="Weight decay of the net; prototypes have none."
    )
    schedule: str = knob("onecycle", choices=("onecycle", "cosine", "constant"), help="How the learning rate moves.")
    clip_norm: float = knob(0.0, 0.0, 1e4, help="Gradients are scaled down to this norm; 0 leaves them alone.")
    augment: bool = knob(True, help="Random crops, and mirroring where it keeps the class.")
    sampler: str = knob(
        "auto",
        choices=("auto", "shuffle", "pk", "ordered"),
        help="Batches by shuffling or of P classes with K images each; auto looks at the data and never at the loss. "
        "Ordered is a fault to look at: as the images lie in the data set, the same batches every epoch.",
        faults={
            "ordered": "The images are never shuffled: every epoch has the same batches in the same order, and what a "
            "batch teaches depends on how the data set happens to be sorted."
        },
    )
    per_class: int = knob(4, 2, 64, step=1, help="K, the images of a class in a P-times-K batch.")
    train_mode_once: bool = knob(
        False,
        help="A fault to look at: after the first epoch the net stays in evaluation mode, with frozen batch norm and "
        "no dropout.",
        faults={
            True: "From the second epoch on the net is trained in evaluation mode, a published fault (train() was "
            "called once, before the loop): batch norm keeps the statistics of the first epoch, and dropout is off."
        },
    )
    warm_start: int | None = knob(
        None, 0, 100, kind=int, help="Softmax epochs at the start whose class directions the loss then begins from."
    )
    probe: int = knob(2000, 10, 50_000, step=100, help="Test images embedded after every epoch, stratified.")
    gallery: int = knob(2000, 10, 50_000, step=100, help="Training images that the probe is compared with.")
    keep_weights: str = knob("last", choices=("last", "all"), help="Weights kept: after the last epoch or after each.")
    precision: str = knob(
        "auto",
        choices=("auto", "float32", "bfloat16"),
        help="Arithmetic of the net; auto is bfloat16 where the device is fast at it. Losses are always float32.",
    )
    device: str = knob("auto", choices=("auto", "cpu", "cuda", "mps"), help="Where the net runs.")
    threads: int | None = knob(None, 1, 1024, kind=int, help="Processor threads to use; auto takes all.")

    def batch(self, images: int, classes: int) -> int:
        """Images a step, for so many training images of so many classes."""
        return self.batch_size or (32 if images < 6400 and classes <= 10 else 128)


@dataclass(frozen=True)
class Config:
    """Everything that decides a run."""

    loss: Choice
    data: Choice
    model: Choice
    settings: Settings = field(default_factory=Settings)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` is the way back."""
        return asdict(replace(self)) | {"settings": self.settings.values()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from :meth:`to_json`; raises :class:`~lossviz.errors.KnobError` on a value that is not allowed."""
        chosen = {key: Choice(values[key]["name"], dict(values[key]["knobs"])) for key in ("loss", "data", "model")}
        return cls(**chosen, settings=Settings.from_values(values["settings"]))


@dataclass(frozen=True)
class SampleSet:
    """Images that are embedded in every snapshot: ``index`` (N,) rows of the data set, ``labels`` (N,) classes."""

    index: Ints
    labels: Ints


@dataclass(frozen=True)
class PairSet:
    """A verification protocol over the rows of the sample set ``pairs``: ``index`` (P, 2), ``same``, ``fold`` (P,)."""

    index: Ints
    same: NDArray[np.bool_]
    fold: Ints


@dataclass(frozen=True)
class Facts:
    """What is settled before the first step, and holds for the whole run.

    ``samples`` are ``probe`` and ``gallery``, in open-set runs ``known`` and ``known_gallery``, and where the data
    set has verification protocols ``pairs``, which is embedded once, after the last epoch. ``train_classes`` (C,)
    maps the loss's class numbers to the data set's; ``prototype_labels`` (P,) gives the data set's class of each
    prototype. ``hashes`` has ``initial_weights`` (of the net), ``data`` and ``train_images``. ``origin`` says where an
    imported run comes from: ``format``, ``file``, and ``run``, the run of lossviz that it was exported from, ``None``
    where lossviz did not train it and only ``epochs`` and ``dim`` of the settings are known. ``faults`` are
    sentences on what the config does wrong on purpose (:meth:`~lossviz.knobs.Knobbed.faults`).
    """

    config: Config
    class_names: tuple[str, ...]
    samples: Mapping[str, SampleSet]
    train_classes: Ints
    train_images: int
    prototype_labels: Ints | None
    protocols: Mapping[str, PairSet]
    loss: Mapping[str, Any]
    hashes: Mapping[str, str]
    environment: Mapping[str, Any]
    parameters: int
    image_shape: tuple[int, int, int]
    note: str = ""
    origin: Mapping[str, Any] | None = None
    asked: Config | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class EpochRecord:
    """What is told of one epoch in numbers.

    ``phase`` is ``"start"`` (epoch 0), ``"warm start"`` or ``"train"``. ``train_loss`` is the mean over the epoch,
    ``probe_loss`` that of the probe in evaluation mode, ``None`` where the probe's classes are unseen. ``seconds``
    are those of the training alone. ``batch_order`` is a sha256 over the order of all images up to here.
    """

    epoch: int
    phase: str
    train_loss: float | None
    probe_loss: float | None
    lr: float
    images: int
    seconds: float
    batch_order: str
    notes: tuple[str, ...] = ()

    @property
    def images_per_second(self) -> float:
        """Training throughput; 0 for epoch 0."""
        return self.images / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Snapshot:
    """What one epoch left behind.

    ``embeddings`` by sample set, each (N, dim) float32, eval mode. ``head`` (N,) is the data set's class that the
    loss's own head predicts for each probe. ``prototypes`` (P, dim). ``state`` holds all tensors needed to go on
    (``net.*``, ``criterion.*``, ``optimizer.*``, ...).
    """

    record: EpochRecord
    embeddings: Mapping[str, Floats]
    head: Ints | None
    prototypes: Floats | None
    state: Mapping[str, NDArray[Any]] = field(default_factory=dict)
