"""Compiled code: numba with its cache where there is room for one, and work shared out over threads."""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

if not (os.access(Path(__file__).parent, os.W_OK) or os.access(Path.home(), os.W_OK)):
    # numba keeps compiled code beside the source or in the home folder, and fails where it can write to neither
    os.environ.setdefault("NUMBA_CACHE_DIR", tempfile.mkdtemp(prefix="lossviz-compiled-"))

import numba

CHUNKS = 4  # of work for every thread: whoever is done early takes one more
F = TypeVar("F", bound=Callable[..., Any])

# Sums may be taken in any order; infinities and not-a-numbers keep their meaning.
FAST = {"reassoc", "contract", "arcp", "nsz", "afn"}


def compiled(function: F) -> F:
    """``function`` compiled at its first call, for as many threads at a time as like."""
    made: Any = numba.njit(cache=True, nogil=True, boundscheck=False, fastmath=FAST)(function)
    return made


def inlined(function: F) -> F:
    """``function`` to be written into the compiled ones that call it."""
    made: Any = numba.njit(inline="always", nogil=True, boundscheck=False, fastmath=FAST)(function)
    return made


def threads() -> int:
    """How many threads to use: ``$OMP_NUM_THREADS`` where it is set, else one for every processor there is."""
    wish = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(wish)) if wish.isdigit() else os.cpu_count() or 1


@cache
def _pool(process: int, size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, thread_name_prefix="projection")


def shared_out(count: int, work: Callable[[int, int], object]) -> None:
    """Call ``work(start, stop)`` until all of ``range(count)`` is done, in several threads where there are several.

    Whoever writes row by row gets the same result however many threads there are.
    """
    size = threads()
    if size == 1 or count < size * CHUNKS:
        work(0, count)
        return
    parts = size * CHUNKS
    bounds = [count * part // parts for part in range(parts + 1)]
    for done in [_pool(os.getpid(), size).submit(work, bounds[part], bounds[part + 1]) for part in range(parts)]:
        done.result()
