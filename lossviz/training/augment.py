"""Augmentation of whole batches of ``uint8`` tensors."""

import torch
from torch import Tensor
from torch.nn import functional


def augment(images: Tensor, pad: int, flip: bool, chance: torch.Generator) -> Tensor:
    """Crop each of ``(N, C, H, W)`` images at a random place of a frame ``pad`` pixels wider, and mirror half.

    ``chance`` lives on the processor, so that a seed means the same on every device. Cropping and mirroring are one
    look-up of where each pixel comes from.
    """
    count, channels, height, width = images.shape
    frame = functional.pad(images, (pad,) * 4)
    down, right = torch.randint(0, 2 * pad + 1, (2, count, 1), generator=chance)
    columns = torch.arange(width).expand(count, -1)
    if flip:
        mirrored = torch.rand(count, 1, generator=chance) < 0.5
        columns = torch.where(mirrored, width - 1 - columns, columns)
    rows = torch.arange(height) + down
    places = rows[:, :, None] * frame.shape[3] + (columns + right)[:, None, :]
    places = places.view(count, 1, -1).expand(-1, channels, -1).to(images.device)
    return frame.flatten(2).gather(2, places).view_as(images)
