"""The images that a run's probe embeddings were made from, where they are at hand, and sheets of them."""

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import KnobError, RunError, UnknownName
from lossviz.paths import replacing
from lossviz.records import Ints
from lossviz.runs import layout
from lossviz.runs.reader import Run

Pictures = NDArray[np.uint8]

WIDEST = 4096  # pixels of a sheet that every graphics card takes as a texture
COLUMNS = "columns"  # key of a text in the PNG


def probe_pictures(run: Run) -> Pictures | None:
    """The probe's images (N, H, W, C) uint8 with C = 1 or 3, in the order of its embeddings.

    From the run's own ``thumbnails.png``, else from the prepared data set if it still is the one that the run was
    made from; nothing is downloaded or prepared. ``None`` where there is neither. Raises
    :class:`~lossviz.errors.RunError` if the run's file is damaged.
    """
    path = run.folder / layout.THUMBNAILS
    return _from_sheet(run, path) if path.exists() else _from_data(run)


def pictures_of(run: Run, images: Ints) -> Pictures | None:
    """These ``images`` (N,), rows of the run's data set, as (N, H, W, C) uint8; ``None`` where it is not at hand."""
    at_hand = _data_images(run)
    return None if at_hand is None else np.ascontiguousarray(at_hand[images].transpose(0, 2, 3, 1))


def picture_size(run: Run) -> tuple[int, int] | None:
    """Height and width of each of :func:`probe_pictures`, or ``None`` where there are none; reads no picture."""
    if not (run.folder / layout.THUMBNAILS).exists() and _data_images(run) is None:
        return None
    _, height, width = run.header["image_shape"]
    return int(height), int(width)


def sheet_columns(count: int, width: int) -> int:
    """How many of ``count`` pictures, ``width`` pixels wide, stand in one row of a sheet."""
    return max(1, min(math.ceil(math.sqrt(count)), WIDEST // width))


def sheet(pictures: Pictures) -> bytes:
    """A PNG with all ``pictures`` (N, H, W, C) in rows of :func:`sheet_columns`, N >= 1; the rest of the last is black.

    The number of columns is written into the PNG, as text under ``columns``.
    """
    from PIL import Image, PngImagePlugin  # noqa: PLC0415  a list of runs needs no pictures

    count, height, width, channels = pictures.shape
    columns = sheet_columns(count, width)
    rows = math.ceil(count / columns)
    cells = np.zeros((rows * columns, height, width, channels), np.uint8)
    cells[:count] = pictures
    whole = cells.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    pixels = whole.reshape(rows * height, columns * width, channels)
    text, png = PngImagePlugin.PngInfo(), io.BytesIO()
    text.add_text(COLUMNS, str(columns))
    image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    image.save(png, "PNG", pnginfo=text, compress_level=1)  # a tenth larger than by default, three times as fast
    return png.getvalue()


def write_thumbnails(run: Run) -> Path:
    """Put the probe's images beside the run, for machines without the data set; returns the file.

    Whether the data's licence allows them to be passed on is the caller's to know.
    """
    pictures = _from_data(run)
    if pictures is None:
        raise RunError(
            f"the images of run '{run.id}' are not on this machine: the data set '{run.config.data.name}' is not "
            "prepared, or is another than the run was made from"
        )
    return keep_thumbnails(run, pictures)


def keep_thumbnails(run: Run, pictures: Pictures) -> Path:
    """Put ``pictures`` (N, H, W, C), those of the probe, beside the run; returns the file."""
    path = run.folder / layout.THUMBNAILS
    with layout.writing(path), replacing(path) as temporary:
        temporary.write_bytes(sheet(pictures))
    return path


def _data_images(run: Run) -> NDArray[np.uint8] | None:
    """All images (M, C, H, W) of the run's data set, memory-mapped; ``None`` unless prepared and unchanged."""
    from lossviz import data  # noqa: PLC0415  a list of runs needs no data

    choice = run.config.data
    try:
        images = data.open_prepared(choice.name, choice.knobs)
    except (KnobError, UnknownName):  # the data set has other knobs now, and is another one
        return None
    return images.images if images is not None and images.digest == run.header["hashes"]["data"] else None


def _from_data(run: Run) -> Pictures | None:
    return pictures_of(run, run.samples["probe"].index)


def _from_sheet(run: Run, path: Path) -> Pictures:
    from PIL import Image  # noqa: PLC0415

    count = len(run.samples["probe"].index)
    channels, height, width = run.header["image_shape"]
    try:
        with Image.open(path) as image:
            columns = int(image.info[COLUMNS])
            pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    except (OSError, SyntaxError, KeyError, ValueError) as error:
        raise RunError(f"{path} is damaged: {error!r}") from None
    rows = math.ceil(count / max(columns, 1))
    if columns < 1 or pixels.shape[:2] != (rows * height, columns * width):
        raise RunError(f"{path} is damaged: it does not hold {count} pictures of {width} x {height} pixels")
    cells = pixels.reshape(rows, height, columns, width, channels).swapaxes(1, 2)
    return np.ascontiguousarray(cells.reshape(-1, height, width, channels)[:count])
