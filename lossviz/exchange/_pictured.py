"""The pictures of a table, made alike in size so that they fit on one sheet."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz import data
from lossviz.errors import DataError
from lossviz.records import Ints

COLUMNS = ("picture", "image", "thumbnail", "images")
SIDE = 64  # pixels of pictures that come in several sizes, or larger ones than the next
LARGEST = 128

Pictures = NDArray[np.uint8]


def pictures_of(columns: Mapping[str, Sequence[Any]], rows: Ints) -> Pictures | None:
    """The pictures (N, H, W, C) of ``rows``; ``None`` where no column has one for each of them."""
    for name in COLUMNS:
        cells = [columns[name][row] for row in rows] if name in columns else []
        if cells and all(_is_picture(cell) for cell in cells):
            return _alike([_pixels(cell) for cell in cells])
    return None


def _is_picture(cell: Any) -> bool:
    inside = cell.get("bytes") if isinstance(cell, Mapping) else cell
    return isinstance(inside, bytes) or (isinstance(inside, np.ndarray) and inside.dtype == np.uint8)


def _pixels(cell: Any) -> Pictures:
    """One picture (H, W, C) with C = 1 or 3; raises :class:`DataError` for what cannot be decoded."""
    inside = cell["bytes"] if isinstance(cell, Mapping) else cell
    if isinstance(inside, bytes):
        image = data.decode(inside)
        inside = np.asarray(image)
    array = np.asarray(inside, np.uint8)
    array = array[:, :, None] if array.ndim == 2 else array
    if array.shape[2] not in (1, 3):
        raise DataError(f"a picture has 1 or 3 channels, not {array.shape[2]}")
    return array


def _alike(found: list[Pictures]) -> Pictures:
    """As they are where all are of one, small size; otherwise squares of one size, cropped."""
    from PIL import Image  # noqa: PLC0415

    shapes = {each.shape for each in found}
    if len(shapes) == 1 and max(found[0].shape[:2]) <= LARGEST:
        return np.stack(found)
    channels = max(each.shape[2] for each in found)
    images = [Image.fromarray(each[:, :, 0] if each.shape[2] == 1 else each) for each in found]
    return np.stack([data.to_array(image, SIDE, channels).transpose(1, 2, 0) for image in images])
