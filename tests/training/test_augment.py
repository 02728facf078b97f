"""Augmentation in batches does what a loop over pictures would."""

import torch
from torch.nn import functional

from lossviz.training.augment import augment

IMAGES = torch.randint(0, 256, (64, 3, 9, 9), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_crops_are_those_of_a_loop():
    ours = augment(IMAGES, 2, False, torch.Generator().manual_seed(5))
    down, right = torch.randint(0, 5, (2, 64), generator=torch.Generator().manual_seed(5))
    frame = functional.pad(IMAGES, (2, 2, 2, 2))
    for i in range(64):
        assert torch.equal(ours[i], frame[i, :, down[i] : down[i] + 9, right[i] : right[i] + 9])
    assert len({(int(a), int(b)) for a, b in zip(down, right, strict=True)}) > 15


def test_about_half_are_mirrored_and_only_where_asked():
    ours = augment(IMAGES, 0, True, torch.Generator().manual_seed(5))
    mirrored = [torch.equal(ours[i], IMAGES[i].flip(2)) for i in range(64)]
    assert all(torch.equal(ours[i], IMAGES[i]) for i in range(64) if not mirrored[i])
    assert 20 < sum(mirrored) < 44
    assert torch.equal(augment(IMAGES, 0, False, torch.Generator()), IMAGES)
    assert ours.dtype == torch.uint8
