"""Trainings of seconds on points in the plane or in space, with every n-th step kept to be played."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from lossviz import losses
from lossviz.knobs import Knobbed, knob
from lossviz.losses.base import Criterion, Loss
from lossviz.records import Floats, Ints
from lossviz.toy.cloud import CloudKnobs, make_cloud
from lossviz.toy.forces import BUILDING, fresh_criterion

HIDDEN = 32
BATCH = 64
FRAMES = 40  # kept of a training, besides the start
TOLD_EVERY = 10  # steps
STARTS = 0.5  # spread of free points at the start


@dataclass(frozen=True)
class ToyKnobs(Knobbed):
    """What a toy training is made of, besides its cloud and its loss."""

    dim: int = knob(2, 2, 3, step=1, help="Dimensions of the points and of the embedding.")
    points: int = knob(240, 60, 600, step=20, help="Points of all classes together.")
    body: str = knob(
        "net",
        choices=("net", "free"),
        help="A small net that maps the cloud into the embedding, or an embedding whose points move freely.",
    )
    steps: int = knob(200, 20, 600, step=20, help="Steps of the optimiser (Adam), batches of 64.")
    lr: float = knob(0.02, 0.0005, 1.0, log=True, help="Learning rate of points or net; class weights take twice it.")
    warm_share: float = knob(
        0.25, 0.05, 0.5, step=0.05, help="Share of the steps that a warm start spends on softmax without a bias."
    )


@dataclass(frozen=True)
class Toy:
    """A toy training that is over.

    ``steps`` (E,) are those kept; ``frames`` (E, N, dim) the embedding at each, ``prototypes`` (E, P, dim) where the
    loss has them, ``labels`` (N,) and ``prototype_labels`` (P,) their classes, ``losses`` (S,) the loss of every step
    made, ``warm`` how many of them were softmax. ``diverged`` is the step at which numbers ceased to be finite, or -1.
    """

    steps: tuple[int, ...]
    frames: Floats
    labels: Ints
    prototypes: Floats | None
    prototype_labels: Ints | None
    losses: Floats
    warm: int
    diverged: int


def train_toy(
    loss: Loss,
    knobs: ToyKnobs,
    cloud: CloudKnobs,
    *,
    warm: bool = False,
    told: Callable[[int], None] = lambda step: None,
) -> Toy:
    """Train ``loss``. Start and batches follow from the seed and are the same for every loss.

    With ``warm`` the first steps are softmax without a bias, whose class directions the loss then begins from.
    ``told`` hears now and then how many steps are done.
    """
    made = make_cloud(cloud, knobs.dim, knobs.points)
    trainer = Trainer(
        loss,
        _body(knobs, len(made.points), cloud.seed),
        (torch.from_numpy(made.points), torch.from_numpy(made.labels)),
        (cloud.classes, knobs.dim),
        lr=knobs.lr * (2 if knobs.body == "free" else 1),
        head_lr=2 * knobs.lr,
        seed=cloud.seed,
    )
    every = -(-knobs.steps // FRAMES)
    warm_steps = round(knobs.warm_share * knobs.steps) if warm else 0
    kept, values, diverged = [trainer.frame(0)], [], -1
    for step, rows in enumerate(batches(len(made.labels), knobs.steps, cloud.seed), 1):
        if step == warm_steps + 1 and warm_steps:
            trainer.cool_down()
        value = trainer.step(rows, step <= warm_steps, (step - 1 - warm_steps) / (knobs.steps - warm_steps))
        if not trainer.finite(value):
            diverged = step
            break
        values.append(value)
        if step % every == 0 or step == knobs.steps:
            kept.append(trainer.frame(step))
        if step % TOLD_EVERY == 0:
            told(step)
    steps, frames, prototypes = zip(*kept, strict=True)
    owners = trainer.criterion.prototype_labels
    return Toy(
        steps=steps,
        frames=np.stack(frames),
        labels=made.labels,
        prototypes=None if prototypes[0] is None else np.stack(prototypes),
        prototype_labels=None if owners is None else owners.numpy(),
        losses=np.array(values, np.float32),
        warm=warm_steps,
        diverged=diverged,
    )


class Trainer:
    """Body, criterion and optimiser, on ``examples``: what the body is given (N, ...), and labels (N,)."""

    def __init__(
        self,
        loss: Loss,
        body: nn.Module,
        examples: tuple[Tensor, Tensor],
        shape: tuple[int, int],
        *,
        lr: float,
        head_lr: float,
        seed: int,
    ) -> None:
        """``shape`` is the number of classes and the dimension of the embedding; rates are the body's and heads'."""
        (self.points, self.labels), self.body = examples, body
        self.criterion = fresh_criterion(loss, *shape, seed)
        self.softmax = fresh_criterion(losses.get("softmax")(), *shape, seed + 1)
        groups = [{"params": list(self.body.parameters()), "lr": lr}]
        heads = [list(head.parameters()) for head in (self.criterion, self.softmax)]
        groups += [{"params": weights, "lr": head_lr} for weights in heads if weights]
        self.optimizer = torch.optim.Adam(groups)

    def step(self, rows: Tensor, warming: bool, progress: float) -> float:
        """Take a step on ``rows``; the loss before it."""
        criterion: Criterion = self.softmax if warming else self.criterion
        criterion.set_progress(max(progress, 0.0))
        value: Tensor = criterion(self.body(self.points, rows), self.labels[rows])
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(value)
        self.optimizer.step()
        return value.item()

    def cool_down(self) -> None:
        """End the warm start."""
        directions = self.softmax.prototypes
        assert directions is not None
        self.criterion.start_from(directions)

    @torch.no_grad()
    def frame(self, step: int) -> tuple[int, Floats, Floats | None]:
        """The step, the whole embedding and the prototypes as they are now."""
        prototypes = self.criterion.prototypes
        embedding = self.body(self.points, torch.arange(len(self.points)))
        return step, embedding.numpy().copy(), None if prototypes is None else prototypes.numpy().copy()

    @torch.no_grad()
    def finite(self, value: float) -> bool:
        """Whether loss and weights are still numbers."""
        return bool(np.isfinite(value)) and all(bool(each.isfinite().all()) for each in self.body.parameters())


class Net(nn.Module):
    """Points to embeddings by a net of two hidden layers."""

    def __init__(self, inputs: int, dim: int, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Linear(inputs, hidden), nn.PReLU(), nn.Linear(hidden, hidden), nn.PReLU(), nn.Linear(hidden, dim))
        )

    def forward(self, points: Tensor, rows: Tensor) -> Tensor:
        embedding: Tensor = self.layers(points[rows])
        return embedding


class _Free(nn.Module):
    """An embedding that is itself what is trained: it starts as one heap, and knows nothing of the cloud."""

    def __init__(self, count: int, dim: int) -> None:
        super().__init__()
        self.places = nn.Parameter(STARTS * torch.randn(count, dim))

    def forward(self, points: Tensor, rows: Tensor) -> Tensor:
        return self.places[rows]


def _body(knobs: ToyKnobs, count: int, seed: int) -> nn.Module:
    with BUILDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Net(knobs.dim, knobs.dim) if knobs.body == "net" else _Free(count, knobs.dim)


def batches(count: int, steps: int, seed: int) -> Iterator[Tensor]:
    """Rows of ``steps`` batches: the points in a new order for every pass, cut into batches of one size."""
    chance, size = np.random.default_rng([seed, 1]), min(BATCH, count)
    order = chance.permutation(count)
    for _ in range(steps):
        if len(order) < size:
            order = np.concatenate([order, chance.permutation(count)])
        yield torch.from_numpy(order[:size].copy())
        order = order[size:]
