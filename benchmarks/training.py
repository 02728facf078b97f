"""Training throughput: lossviz's loop beside the usual one, a DataLoader over a per-image dataset.

    python benchmarks/training.py [--dataset mnist] [--images 6400] [--threads 2]

Both train the same net, from the same weights, under the same loss, batch size, optimiser and augmentation (random
crop, mirroring where the data set allows it), in one process after the other's warm-up, taking turns. The usual loop
is measured without and with two worker processes, and the better of the two counts. It gains from the memory that our
loop has the process keep, too.

What our loop saves is the handling of single images and of memory, not the net's arithmetic, which both pay. So the
ratio is large for small nets and comes near 1 for VGG8 and ResNet-18, whatever the loop does.
"""

import argparse
import copy
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from lossviz import data
from lossviz.data import Images
from lossviz.records import Choice, Config, Settings
from lossviz.training import Plan, make_plan, train

NETS: dict[str, Choice] = {
    "mlp": Choice("mlp"),
    "convnet": Choice("convnet"),
    "convnet, width 32": Choice("convnet", {"width": 32}),
    "vgg8": Choice("vgg8"),
}


class PerImage(Dataset[tuple[Tensor, int]]):
    """The usual data set: one PIL picture at a time through torchvision's transforms."""

    def __init__(self, images: Images, rows: NDArray[np.int64]) -> None:
        self.pixels = np.ascontiguousarray(images.images[rows].transpose(0, 2, 3, 1)).squeeze()
        self.labels = images.labels[rows]
        steps: list[Callable[..., object]] = [transforms.RandomCrop(images.images.shape[2], padding=images.pad)]
        if images.flip:
            steps.append(transforms.RandomHorizontalFlip())
        self.transform = transforms.Compose(
            [*steps, transforms.ToTensor(), transforms.Normalize(images.mean, images.std)]
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[row])), int(self.labels[row])


class Standardised(nn.Module):
    """The plan's net without its own standardising, which the transforms have done."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        plain = copy.deepcopy(plan.net).to(memory_format=torch.contiguous_format)
        self.trunk, self.head = plain.trunk, plain.head

    def forward(self, pixels: Tensor) -> Tensor:
        embeddings: Tensor = self.head(self.trunk(pixels))
        return embeddings


def usual_loop(plan: Plan, rows: NDArray[np.int64], workers: int, epochs: int) -> float:
    """Images a second of the usual loop, its first epoch (start of workers, warm-up) not counted."""
    net, criterion = Standardised(plan), copy.deepcopy(plan.criterion)
    settings = plan.settings
    loader = DataLoader(
        PerImage(plan.images, rows),
        batch_size=settings.batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )
    optimizer = torch.optim.AdamW([*net.parameters(), *criterion.parameters()], lr=settings.lr or 1e-3)
    speeds = []
    for _ in range(epochs):
        began, seen = time.perf_counter(), 0
        for images, labels in loader:
            loss = criterion(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += len(labels)
        speeds.append(seen / (time.perf_counter() - began))
    return max(speeds[1:])


def our_loop(config: Config, images: Images) -> float:
    """Images a second of lossviz's loop, its first epoch not counted either."""
    records = [snapshot.record for snapshot in train(make_plan(config, images))]
    return max(record.images_per_second for record in records[2:])


def compare(images: Images, dataset: str, model: Choice, limit: int, epochs: int) -> Iterable[float]:
    """Our speed, and the usual loop's with 0 and with 2 workers."""
    settings = Settings(limit=limit, epochs=epochs, probe=100, gallery=100, batch_size=128)
    config = Config(Choice("arcface"), Choice(dataset), model, settings)
    plan = make_plan(config, images)
    rows = data.split(images, seed=0, limit=limit).train
    yield our_loop(config, images)
    for workers in (0, 2):
        yield usual_loop(plan, rows, workers, epochs)
    yield our_loop(replace(config), images)


def main() -> None:
    """Measure and print a table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="mnist")
    parser.add_argument("--images", type=int, default=6400)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    images = data.open_set(arguments.dataset)
    print(f"{images.title}, {arguments.images} images, {arguments.threads} threads, batch 128, images a second")
    print(f"{'net':20}{'lossviz':>10}{'usual, 0':>10}{'usual, 2':>10}{'ratio':>8}")
    for name, model in NETS.items():
        first, alone, workers, second = compare(images, arguments.dataset, model, arguments.images, arguments.epochs)
        ours = (first + second) / 2
        print(f"{name:20}{ours:10.0f}{alone:10.0f}{workers:10.0f}{ours / max(alone, workers):8.2f}", flush=True)


if __name__ == "__main__":
    main()
