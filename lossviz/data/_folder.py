"""Any folder of class folders, made into a prepared data set under a name of the user's choosing."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lossviz.data import _prepared as prepared
from lossviz.data._catalogue import registry, silent
from lossviz.data._pictures import FITS, decode, load_all, read, to_array
from lossviz.data._scan import Found, class_files, groups_of, readable
from lossviz.data._splits import held_out
from lossviz.data.base import Raw, Report
from lossviz.errors import DataError
from lossviz.knobs import Knobbed, knob

Skipped = tuple[tuple[str, str], ...]
"""What was left out: (path, reason)."""

_LEGAL = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}


@dataclass(frozen=True)
class FolderOptions(Knobbed):
    """How a folder of pictures becomes a data set."""

    size: int = knob(32, 8, 256, step=4, unit="px", help="Side that every picture is resized to.")
    test_fraction: float = knob(0.2, 0.01, 0.9, step=0.01, help="Share of each class held out to test on.")
    seed: int = knob(0, 0, 2**31 - 1, help="Draws the held-out pictures.")
    fit: str = knob("crop", choices=FITS, help="Pictures that are not square: crop the centre, pad, or stretch.")
    invert: bool = knob(False, help="Swap dark and light, for drawings in dark ink on a light ground.")
    flip: bool = knob(False, help="A mirror image shows the same class, so training may mirror.")
    pad: int | None = knob(None, 0, 64, unit="px", kind=int, help="How far a random crop moves; auto: size / 8.")
    note: str = knob("", help="What must be said wherever a number from this set is shown.")


@dataclass(frozen=True)
class Added:
    """What became of a folder: pictures taken for training and testing, and ``skipped`` (path, reason) ones."""

    name: str
    classes: int
    train: int
    test: int
    channels: int
    size: int
    skipped: Skipped


def register_folder(
    name: str,
    folder: Path,
    test: Path | None = None,
    options: FolderOptions | None = None,
    report: Report | None = None,
) -> Added:
    """Prepare the pictures under ``folder`` as the data set ``name``; adding a name again replaces it.

    Every folder that directly holds pictures is a class, called by its path under ``folder``; its parent's path is
    the group it belongs to. The test split is what ``test`` holds, else ``options.test_fraction`` of each class.
    A set is stored with one channel if every picture is grey, else with three. Files that cannot be read are
    skipped and reported, and so are exact copies of a file that came before: a copy would stand on both sides of
    the split, or in two classes. Raises :class:`DataError` when no data set comes out of it.
    """
    report, options = report or silent, options or FolderOptions()
    _check_name(name)
    trained = class_files(folder)
    _check_layout(folder, test, {file.label for file in trained})
    tested = [] if test is None else class_files(test)
    raw, skipped = _read([*trained, *tested], len(trained), options, report)
    if test is None:
        raw.is_test[:] = held_out(raw.labels, options.test_fraction, options.seed)
    _check_classes(folder, test, raw, len(skipped))
    with prepared.lock(name, report):
        prepared.write(name, raw, _about(name, folder, options))
    count, channels, size, _ = raw.images.shape
    tests = int(raw.is_test.sum())
    return Added(name, len(raw.class_names), count - tests, tests, channels, size, skipped)


def _check_name(name: str) -> None:
    if not _LEGAL.fullmatch(name):
        raise DataError(f"the name of a data set is made of a-z, 0-9, - and _, the first no sign, got {name!r}")
    if name in registry.files():
        raise DataError(f"there is a data set called '{name}' already, which is not a folder; choose another name")


def _check_layout(folder: Path, test: Path | None, labels: set[str]) -> None:
    tops = {label.partition("/")[0] for label in labels}
    if len(tops) > 1 and {top.lower() for top in tops} <= _SPLITS:
        raise DataError(
            f"{folder} holds {' and '.join(sorted(tops))}, which look like the splits of a set and not like classes; "
            "add the folder to train on and give the other one as the test folder"
        )
    if test is not None and test.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"the test folder {test} lies inside the training folder {folder}; move one of them")


def _read(files: list[Found], trained: int, options: FolderOptions, report: Report) -> tuple[Raw, Skipped]:
    """Read pictures, the first ``trained`` of which are for training; also what was skipped and why."""
    digests: dict[Path, bytes] = {}

    def convert(path: Path) -> NDArray[np.uint8]:
        data = read(path)
        digests[path] = hashlib.sha256(data).digest()
        return to_array(decode(data, near=4 * options.size), options.size, 3, options.fit, options.invert)

    paths = [file.path for file in files]
    images, failed = load_all(paths, (3, options.size, options.size), convert, report)
    first: dict[bytes, Path] = {}
    for position, path in enumerate(paths):
        if position not in failed and first.setdefault(digests[path], path) != path:
            failed[position] = f"the same file as {first[digests[path]]}"
    kept = np.array([position for position in range(len(files)) if position not in failed], dtype=np.int64)
    class_names = sorted({files[position].label for position in kept})
    labels = np.searchsorted(class_names, [files[position].label for position in kept]).astype(np.int64)
    if failed:
        images = images[kept]
    if all((images[:, 0] == images[:, other]).all() for other in (1, 2)):
        images = images[:, :1]
    names = tuple(class_names)
    skipped = tuple((readable(str(paths[position])), failed[position]) for position in sorted(failed))
    return Raw(images, labels, kept >= trained, names, groups_of(names)), skipped


def _check_classes(folder: Path, test: Path | None, raw: Raw, skipped: int) -> None:
    aside = f" ({skipped} files were skipped, see the report)" if skipped else ""
    trained = np.unique(raw.labels[~raw.is_test])
    strangers = [raw.class_names[label] for label in np.setdiff1d(raw.labels, trained)]
    if strangers:
        listed = ", ".join(strangers[:5]) + (", ..." if len(strangers) > 5 else "")
        raise DataError(f"the test folder {test} has classes that {folder} does not have{aside}: {listed}")
    if len(trained) < 2:
        raise DataError(f"{folder} has pictures of {len(trained)} class(es); at least 2 are needed{aside}")
    if not raw.is_test.any():
        raise DataError(f"no class in {folder} has 2 pictures, so that none can be held out to test on{aside}")


def _about(name: str, folder: Path, options: FolderOptions) -> prepared.About:
    pad = options.size // 8 if options.pad is None else options.pad
    source = readable(str(folder.resolve()))
    return prepared.About(
        name, "folder", source, "", options.flip, pad, options.fit, options.invert, options.note.strip()
    )
