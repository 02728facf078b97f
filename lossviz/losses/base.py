"""What a loss is: a frozen set of knobs that builds a trainable criterion and knows its own geometry."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from lossviz.knobs import Knobbed, Value


class Batch(StrEnum):
    """What a batch must hold for the loss to have something to compute."""

    ANY = "any"
    PAIRS = "at least 2 per class"
    TWO = "exactly 2 per class"


class Family(StrEnum):
    """Where a loss stands in menus and tables."""

    SOFTMAX = "softmax"
    CENTERS = "centers"
    PAIRS = "pairs and tuples"
    PROXIES = "proxies"


@dataclass(frozen=True)
class Reference:
    """One source: short citation and where to read it."""

    text: str
    url: str


class Criterion(nn.Module, ABC):
    """A loss at work on embeddings of one size: owns its class weights, proxies or centers, if it has any.

    Subclasses implement :meth:`compute` on float32 embeddings. What a criterion keeps besides trainable weights
    (running means, Eq. 4 centers) are buffers, updated in training-mode forward passes as batch norm does; in
    evaluation mode a forward pass changes nothing.
    """

    def __init__(self, num_classes: int, dim: int) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.dim = dim
        self.progress = 0.0

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Loss of ``(N, dim)`` embeddings with integer ``(N,)`` labels in ``[0, num_classes)``: a float32 scalar.

        Computed in float32 outside any autocast. A zero embedding has no direction: it counts in the value, and
        gets no gradient where the loss only looks at directions.
        """
        if embeddings.ndim != 2 or embeddings.shape[1] != self.dim or labels.shape != embeddings.shape[:1]:
            raise ValueError(
                f"expected embeddings (N, {self.dim}) and labels (N,), "
                f"got {tuple(embeddings.shape)} and {tuple(labels.shape)}"
            )
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.compute(embeddings.float(), labels)

    @abstractmethod
    def compute(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """The loss of float32 embeddings, outside autocast."""

    def logits(self, embeddings: Tensor) -> Tensor | None:
        """Margin-free class logits ``(N, num_classes)`` used to predict, or ``None`` where the loss has no head."""
        return None

    @property
    def prototypes(self) -> Tensor | None:
        """``(P, dim)`` view on the trainable class weights, proxies or centers; copying into it changes them.

        ``None`` where there are none. It is detached: an in-place copy needs no ``torch.no_grad``.
        """
        return None

    @property
    def prototype_labels(self) -> Tensor | None:
        """``(P,)`` class of each prototype: ``0 .. C-1``, each repeated where a class has several."""
        prototypes = self.prototypes
        if prototypes is None:
            return None
        each = prototypes.shape[0] // self.num_classes
        return torch.arange(self.num_classes).repeat_interleave(each)

    def start_from(self, directions: Tensor) -> None:
        """Turn the class weights to ``(num_classes, dim)`` directions, keeping each one's length (warm start).

        Where a class has several, each stays a little on its own side of the direction: equal ones would get equal
        gradients, or all but one none, and never part.
        """
        prototypes = self.prototypes
        labels = self.prototype_labels
        if prototypes is None or labels is None:
            return
        unit = nn.functional.normalize(directions.to(prototypes), dim=1)[labels.to(prototypes.device)]
        if len(prototypes) > self.num_classes:
            unit = nn.functional.normalize(unit + 0.1 * nn.functional.normalize(prototypes, dim=1), dim=1)
        prototypes.copy_(unit * prototypes.norm(dim=1, keepdim=True))

    def set_progress(self, fraction: float) -> None:
        """Say how much of the run is done, in [0, 1]: what anneals (the lambda of A-Softmax) follows it."""
        self.progress = fraction


@dataclass(frozen=True)
class Loss(Knobbed, ABC):
    """A loss with its knobs. One subclass a file; the file's name is the loss's key.

    ``idea`` is one line of plain words, ``formula`` LaTeX without dollar signs. ``normalises``: the loss looks at
    directions only, so cosine is its metric and the unit circle or sphere its picture. ``metric`` is what
    neighbours are measured with.
    """

    title: ClassVar[str]
    family: ClassVar[Family]
    idea: ClassVar[str]
    formula: ClassVar[str]
    references: ClassVar[tuple[Reference, ...]]
    batch: ClassVar[Batch] = Batch.ANY
    normalises: ClassVar[bool]
    free_weights: ClassVar[bool] = False
    """The class weights' lengths count in the logits, so that a longer one takes more room."""

    @classmethod
    def key(cls) -> str:
        """The name it is asked for by, which is its file's name."""
        return cls.__module__.rpartition(".")[2]

    @property
    def metric(self) -> str:
        """``"cosine"`` or ``"euclidean"``: the metric in which the embeddings are to be compared."""
        return "cosine"

    @abstractmethod
    def criterion(self, num_classes: int, dim: int) -> Criterion:
        """A fresh criterion for ``num_classes`` classes and ``dim``-dimensional embeddings."""


class FollowsKnob:
    """Class attribute that is true where a knob has one value: an instance's own, or on the class the default.

    For ``normalises`` of a loss with a knob for it. Not to be annotated: a dataclass would take it for a field.
    """

    def __init__(self, name: str, value: Value = True) -> None:
        self.name = name
        self.value = value

    def __get__(self, loss: Loss | None, owner: type[Loss]) -> Any:
        return self.value == (owner.knob(self.name).default if loss is None else getattr(loss, self.name))


def directed(embeddings: Tensor) -> Tensor:
    """``embeddings`` with its zero rows cut off from the gradient.

    Normalising a zero row multiplies its gradient by 1e12 and one step destroys the net; it has no direction, so
    it is given no gradient.
    """
    nonzero = embeddings.norm(dim=1, keepdim=True) > 1e-12
    return torch.where(nonzero, embeddings, embeddings.detach())
