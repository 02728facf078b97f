"""Writing what is exported: whole or not at all, and never over something else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lossviz.errors import RunError
from lossviz.paths import replacing, replacing_folder


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A temporary path that becomes the new file ``path``; raises :class:`RunError` where there is something."""
    _free(path)
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            yield temporary


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Likewise for a folder; one that is there and empty is taken."""
    _free(path)
    with _told(path), replacing_folder(path) as temporary:
        yield temporary


def _free(path: Path) -> None:
    with _told(path):
        there = any(path.iterdir()) if path.is_dir() else path.exists()
    if there:
        raise RunError(f"there is something at {path} already, and nothing is written over; choose another folder")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from error
