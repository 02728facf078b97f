"""Where things live on disk, and how a file is written so that a crash leaves the old one or the new one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """``$LOSSVIZ_DATA``, else ``data/`` beside the program: downloaded and prepared data sets."""
    return Path(os.environ.get("LOSSVIZ_DATA") or ROOT / "data")


def runs_dir() -> Path:
    """``$LOSSVIZ_RUNS``, else ``runs/`` beside the program: the user's own runs."""
    return Path(os.environ.get("LOSSVIZ_RUNS") or ROOT / "runs")


def checkpoints_dir() -> Path:
    """The runs shipped with the program, read-only."""
    return ROOT / "checkpoints"


def plugin_dirs() -> list[Path]:
    """Folders named in ``$LOSSVIZ_PLUGINS``; each may hold a folder for each room with a registry.

    These are ``losses/``, ``data/``, ``models/``, ``projection/`` and ``metrics/``.
    """
    return [Path(part) for part in os.environ.get("LOSSVIZ_PLUGINS", "").split(os.pathsep) if part]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path; on success it replaces ``path`` in one step, on failure it is removed."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Like :func:`replacing` for a folder: filled under a temporary name, then renamed into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        old = path.with_name(f".{path.name}.old")
        shutil.rmtree(old, ignore_errors=True)  # left by a crash between the two renames below
        if path.exists():
            path.replace(old)
        temporary.replace(path)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
