"""The memory that every step of a training takes and gives back."""

import torch


def keep_freed_memory() -> None:
    """Have the C library keep up to 64 MiB of what is freed, for the next step, instead of returning it at once.

    glibc takes the largest block that it ever mapped and freed, up to 32 MiB, for its threshold of mapping, and twice
    that for how much free memory it keeps (mallopt(3), M_MMAP_THRESHOLD). A small net's activations stay below the
    block and come to more than it keeps; each step may then get them anew from the system, page by page, which takes up
    to a tenth of its time.
    """
    torch.empty((32 << 20) - (64 << 10), dtype=torch.uint8)
