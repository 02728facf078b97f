"""Compiled code: numba with its cache where there is room for one, and work shared out over threads."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numba

CHUNKS = 4  # of work for every thread: whoever is done early takes one more
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

# Sums may be taken in any order; infinities and not-a-numbers keep their meaning.
FAST = {"reassoc", "contract", "arcp", "nsz", "afn"}
HOW: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy", "fastmath": FAST}

_at_work = threading.local()


def _has_room(folder: Path) -> bool:
    """Whether files can be made in ``folder``, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


config: Any = numba.config
if not (config.CACHE_DIR or _has_room(Path(__file__).parent / "__pycache__") or _has_room(Path.home() / ".cache")):
    # numba keeps compiled code beside the source or in the home folder, and fails where it can write to neither
    config.CACHE_DIR = tempfile.mkdtemp(prefix="lossviz-compiled-")


def compiled(function: F) -> F:
    """``function`` compiled at its first call, for as many threads at a time as like."""
    made: Any = numba.njit(cache=True, **HOW)(function)
    return made


def inlined(function: F) -> F:
    """``function`` to be written into the compiled ones that call it."""
    made: Any = numba.njit(inline="always", **HOW)(function)
    return made


def threads() -> int:
    """How many threads to use: ``$OMP_NUM_THREADS`` where it is set, else one for every processor there is."""
    wish = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(wish)) if wish.isdigit() else os.cpu_count() or 1


@cache
def _pool(process: int, size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, thread_name_prefix="projection")


def concurrently(works: Sequence[Callable[[], T]]) -> Iterator[T]:
    """What each of ``works`` gives, in their order; in several threads where there are several.

    Work that is itself part of such work is done where it stands.
    """
    size = threads()
    if size == 1 or len(works) == 1 or getattr(_at_work, "now", False):
        yield from (work() for work in works)
        return
    waiting = [_pool(os.getpid(), size).submit(_marked, work) for work in works]
    try:
        yield from (each.result() for each in waiting)
    finally:
        for each in waiting:
            each.cancel()


def _marked(work: Callable[[], T]) -> T:
    _at_work.now = True
    try:
        return work()
    finally:
        _at_work.now = False


def shared_out(count: int, work: Callable[[int, int], object]) -> None:
    """Call ``work(start, stop)`` until all of ``range(count)`` is done, in several threads where there are several.

    Whoever writes row by row gets the same result however many threads there are.
    """
    size = threads()
    parts = 1 if size == 1 or count < size * CHUNKS else size * CHUNKS
    bounds = [count * part // parts for part in range(parts + 1)]
    for _ in concurrently([partial(work, start, stop) for start, stop in pairwise(bounds)]):
        pass
