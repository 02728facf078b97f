"""Finds the class folders under a folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from lossviz.errors import DataError


@dataclass(frozen=True)
class Found:
    """A file in a class folder; ``label`` is the class folder's path below the folder searched, with ``/``."""

    path: Path
    label: str


def class_files(folder: Path) -> list[Found]:
    """Every file in a folder below ``folder``, sorted by class and name; hidden files and folders are passed over.

    Links to folders are followed, each folder once. Raises :class:`DataError` when ``folder`` is missing or holds
    no class folder with a file in it.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
    found, seen = [], set()
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        label = Path(place).relative_to(folder).as_posix()
        if label != ".":
            found += [Found(Path(place, name), readable(label)) for name in sorted(files) if not name.startswith(".")]
    if not found:
        raise DataError(f"{folder} has no class folders: put the pictures of each class into a folder of its own")
    return sorted(found, key=lambda file: (file.label, file.path.name))


def readable(name: str) -> str:
    """A file name as text that can be written as UTF-8, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", "replace")


def group_of(label: str) -> str:
    """The path of the folder that a class folder lies in; empty at the top."""
    return label.rpartition("/")[0]


def groups_of(class_names: tuple[str, ...]) -> tuple[str, ...]:
    """The group of each class, or nothing where all classes lie in one folder, so that there are no groups."""
    groups = tuple(group_of(label) for label in class_names)
    return groups if len(set(groups)) > 1 else ()
