"""Embeddings as they are shown and scored: evaluation mode, float32."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

BATCH = 250


@torch.no_grad()
def embed(
    net: nn.Module,
    images: NDArray[np.uint8],
    rows: NDArray[np.int64],
    device: torch.device,
    done: Callable[[int], None] = lambda count: None,
) -> NDArray[np.float32]:
    """``(len(rows), dim)`` embeddings of ``images[rows]``; ``done`` is told of each batch's size."""
    net.eval()
    parts = []
    for start in range(0, len(rows), BATCH):
        pixels = torch.from_numpy(np.ascontiguousarray(images[rows[start : start + BATCH]]))
        parts.append(net(pixels.to(device)).float().cpu().numpy())
        done(len(pixels))
    return np.concatenate(parts)


def collapse_note(embeddings: NDArray[np.float32]) -> str | None:
    """A sentence if all ``(N, d)`` embeddings have fallen onto one point, else ``None``.

    The measure is the root-mean-square distance from the mean over the root-mean-square norm.
    """
    centred = embeddings - embeddings.mean(0)
    spread = float(np.sqrt((centred.astype(np.float64) ** 2).sum(1).mean()))
    size = float(np.sqrt((embeddings.astype(np.float64) ** 2).sum(1).mean()))
    if spread > 1e-3 * max(size, 1e-6):
        return None
    return (
        "collapsed: all embeddings are nearly the same point, so classes cannot be told apart. "
        "A lower learning rate, larger batches, softer mining or a warm start may help"
    )


def cone_note(prototypes: NDArray[np.float32]) -> str | None:
    """A sentence if the directions of all ``(P, d)`` class weights have gathered in one cone, else ``None``.

    A margin on the angle costs least where angles are near 0 or pi, so class weights may flee together to the side
    opposite to all embeddings. The measure is the length of the mean of the unit class weights, 1 when all agree.
    """
    unit = prototypes / np.maximum(np.linalg.norm(prototypes, axis=1, keepdims=True), 1e-12)
    if len(unit) < 3 or float(np.linalg.norm(unit.mean(0))) < 0.9:
        return None
    return (
        "the class weights have gathered in one direction, away from the embeddings, where the margin costs least and "
        "little is learnt. A warm start (--warm-start 1), a smaller margin or more epochs may help"
    )
