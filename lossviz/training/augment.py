"""Augmentation of whole batches of ``uint8`` tensors."""

import torch
from torch import Tensor
from torch.nn import functional


def augment(images: Tensor, pad: int, flip: bool, chance: torch.Generator) -> Tensor:
    """Crop each of ``(N, C, H, W)`` images at a random place of a frame ``pad`` pixels wider, and mirror half.

    ``chance`` lives on the processor, so that a seed means the same on every device.
    """
    count, _, height, width = images.shape
    if pad:
        frame = functional.pad(images, (pad,) * 4)
        down, right = torch.randint(0, 2 * pad + 1, (2, count), generator=chance).to(images.device)
        windows = frame.unfold(2, height, 1).unfold(3, width, 1)
        images = windows[torch.arange(count, device=images.device), :, down, right]
    if flip:
        mirrored = torch.rand(count, generator=chance).to(images.device) < 0.5
        images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    return images
