"""Names of the files of a run, and reading and writing them without surprises. See ``docs/run-format.md``."""

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from lossviz.errors import RunError
from lossviz.paths import replacing

FORMAT = 1
HEADER = "run.json"
CLASSES = "classes.json"
SAMPLES = "samples.safetensors"
STATUS = "status.json"
STATE = "state.safetensors"
LOCK = ".lock"
SNAPSHOTS = "snapshots"
WEIGHTS = "weights"
DERIVED = "derived"
THUMBNAILS = "thumbnails.png"

Arrays = dict[str, NDArray[Any]]


def epoch_file(folder: Path, epoch: int) -> Path:
    """The file of one epoch inside ``snapshots`` or ``weights``."""
    return folder / f"epoch-{epoch:04d}.safetensors"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; raises :class:`RunError` that names the file."""
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        raise RunError(f"{path} is missing") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{path} is damaged: {error}") from None
    if not isinstance(value, dict):
        raise RunError(f"{path} is damaged: it does not hold an object")
    return value


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object in one step."""
    with writing(path), replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1))


def read_arrays(path: Path, names: set[str] | None = None) -> tuple[Arrays, dict[str, str]]:
    """Arrays (those in ``names``, or all) and metadata of a safetensors file; raises :class:`RunError`."""
    try:
        with safe_open(path, framework="numpy") as file:
            wanted = [name for name in file.keys() if names is None or name in names]  # noqa: SIM118
            return {name: file.get_tensor(name) for name in wanted}, file.metadata() or {}
    except FileNotFoundError:
        raise RunError(f"{path} is missing") from None
    except (OSError, SafetensorError, ValueError) as error:
        raise RunError(f"{path} is damaged: {error}") from None


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file in one step."""
    whole = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()}
    with writing(path), replacing(path) as temporary:
        temporary.write_bytes(save(whole, dict(metadata)))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> RunError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RunError(
            f"the disk is full: {path} could not be written. What was written before is whole; free some space "
            "and resume the run, or set LOSSVIZ_RUNS to a folder on another disk"
        )
    return RunError(f"cannot write {path}: {error.strerror or error}")


def lock_of(folder: Path) -> FileLock:
    """The lock that whoever writes a run holds."""
    return FileLock(folder / LOCK)


def is_locked(folder: Path) -> bool:
    """Whether somebody is writing the run now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with lock_of(folder).acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
