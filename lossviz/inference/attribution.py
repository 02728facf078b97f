"""Which parts of an image moved its embedding towards a class."""

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import RunError
from lossviz.inference.decision import distances_of
from lossviz.inference.nets import embed, net
from lossviz.inference.spaces import Space
from lossviz.metrics._similarity import Doubles, in_metric, similarity_blocks

SQUARES = 14  # a side: about as many places are covered


def occlusion(here: Space, pixels: NDArray[np.uint8], label: int, patch: int | None = None) -> Doubles:
    """How much more similar each part makes ``pixels`` (C, H, W) to the centroid of class ``label``: (H, W).

    Zeiler and Fergus 2014, section 4.3: a square of ``patch`` pixels (default: a fifth of the side) in the pixels' mean
    colour covers one place after the other; a pixel has the mean of what was lost, in similarity (minus squared
    distance in the run's metric), by covering it. Positive: it moves the embedding towards the class. All squares are
    embedded together.
    """
    channels, height, width = pixels.shape
    side = patch if patch is not None else max(1, round(min(height, width) / 5))
    if not 1 <= side <= min(height, width):
        raise RunError(f"the patch is 1 to {min(height, width)} pixels wide, got {side}")
    step = max(1, min(height, width) // SQUARES)
    corners = [(top, left) for top in _starts(height, side, step) for left in _starts(width, side, step)]
    covered = np.repeat(pixels[None], len(corners) + 1, axis=0)
    grey = np.rint(255 * _mean_colour(here)).astype(np.uint8).reshape(channels, 1, 1)
    for image, (top, left) in zip(covered[1:], corners, strict=True):
        image[:, top : top + side, left : left + side] = grey
    similar = _similarity(here, covered, label)
    lost, often = np.zeros((height, width)), np.zeros((height, width))
    for change, (top, left) in zip(similar[0] - similar[1:], corners, strict=True):
        lost[top : top + side, left : left + side] += change
        often[top : top + side, left : left + side] += 1
    found: Doubles = lost / often
    return found


def pushed(here: Space, pixels: NDArray[np.uint8], label: int, lost: Doubles) -> tuple[float, float]:
    """The distance of ``pixels`` to the centroid of ``label``, and what it is without the part that counts most.

    ``lost`` is :func:`occlusion` of the same. Degrees for the cosine, else Euclidean.
    """
    similar = _similarity(here, pixels[None], label)[0]
    before, after = distances_of(np.array([similar, similar - lost.max()]), here.metric)
    return float(before), float(after)


def gradient(here: Space, pixels: NDArray[np.uint8], label: int) -> Doubles:
    """The gradient, times the pixel's difference from the mean colour, of the similarity to class ``label``: (H, W).

    Summed over channels (Shrikumar et al. 2016). One step backwards, so it is fast, and noisier than :func:`occlusion`.
    """
    import torch  # noqa: PLC0415  seconds, for whoever asks

    whole, metric = net(here.run, here.epoch), here.metric
    centre = torch.from_numpy(_centre(here, label)).float()
    with torch.enable_grad():
        images = torch.from_numpy(pixels[None].astype(np.float32)).requires_grad_(True)
        embedding = whole(images)
        seen = torch.nn.functional.normalize(embedding, dim=1) if metric == "cosine" else embedding
        (slope,) = torch.autograd.grad(-((seen - centre) ** 2).sum(), images)
    apart = pixels - 255 * _mean_colour(here).reshape(-1, 1, 1)
    found: Doubles = (slope[0].numpy().astype(np.float64) * apart).sum(axis=0)
    return found


def _starts(length: int, side: int, step: int) -> list[int]:
    return sorted({*range(0, length - side, step), length - side})


def _mean_colour(here: Space) -> Doubles:
    return net(here.run, here.epoch).mean.ravel().numpy().astype(np.float64)


def _centre(here: Space, label: int) -> Doubles:
    centres, labels = here.centroids
    if label not in labels:
        raise RunError(f"the gallery of run '{here.run.id}' has no class {label}")
    return in_metric(centres[labels == label], here.metric)


def _similarity(here: Space, images: NDArray[np.uint8], label: int) -> Doubles:
    blocks = similarity_blocks(embed(here.run, here.epoch, images), _centre(here, label), here.metric)
    return np.concatenate([block for _, block in blocks])[:, 0]
