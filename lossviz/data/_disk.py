"""What the disk says when it will not take a file, as a sentence."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path

from lossviz.errors import DataError


@contextmanager
def disk_errors(folder: Path, what: str, need: int = 0) -> Iterator[None]:
    """Turn an ``OSError`` from writing ``what`` (``need`` bytes) under ``folder`` into a :class:`DataError`.

    numpy's short write carries no ``errno``, so the free space decides too.
    """
    try:
        yield
    except OSError as error:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(there).free
        if error.errno in (ENOSPC, EDQUOT) or free < need:
            size = f"{what} needs {need / 1e6:.0f} MB there, " if need else ""
            raise DataError(
                f"the disk that holds {folder} is full: {size}{free / 1e6:.0f} MB are free; make room, or point "
                "LOSSVIZ_DATA at a folder on another disk"
            ) from error
        raise DataError(
            f"{what} cannot be written under {folder}: {error.strerror or error}; point LOSSVIZ_DATA at a folder "
            "that you may write to"
        ) from error
