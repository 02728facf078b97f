"""The one way in for a picture, whoever made it: bytes to a small ``uint8`` array, or a sentence saying why not."""

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from lossviz.data.base import Report
from lossviz.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
FITS = ("crop", "pad", "stretch")
MAX_BYTES = 64 << 20
MAX_PIXELS = 64_000_000
MAX_SIDE = 30_000
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")


def decode(data: bytes, near: int | None = None) -> Image.Image:
    """The first frame of an encoded picture, upright, as mode ``L`` or ``RGB``.

    16-bit grey is scaled to 8 bit, transparency is laid on white. With ``near`` a JPEG may be decoded at a reduced
    scale that keeps both sides at ``near`` pixels or more. Raises :class:`DataError` for what is not a picture of
    one of :data:`FORMATS`, is damaged, or is larger than :data:`MAX_BYTES`, :data:`MAX_PIXELS` or :data:`MAX_SIDE`.
    """
    if not data:
        raise DataError("the file is empty")
    if len(data) > MAX_BYTES:
        raise DataError(f"the file is larger than {MAX_BYTES >> 20} MB")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_size(*image.size)
        if near is not None and image.format == "JPEG":
            image.draft(None, (near, near))
        image.load()
        return _plain(_upright(image))
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(f"not a picture that can be read ({', '.join(FORMATS)})") from None
    except Image.DecompressionBombError:
        raise DataError(f"the picture has more than {MAX_PIXELS // 10**6} megapixels") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged input
        raise DataError("the picture is damaged or cut short") from error


def to_array(
    image: Image.Image, size: int, channels: int, fit: str = "crop", invert: bool = False
) -> NDArray[np.uint8]:
    """A decoded picture as (channels, size, size) ``uint8``, resized with antialiasing (bilinear).

    ``fit`` says what becomes of a picture that is not square: ``crop`` keeps its proportions and cuts the longer
    side around the centre, ``pad`` keeps all of it between bars that end up black, ``stretch`` distorts it.
    ``invert`` swaps dark and light, for drawings in dark ink. ``channels`` is 1 (grey, ITU-R 601 luma) or 3.
    """
    square, method = (size, size), Image.Resampling.BILINEAR
    image = image.convert("L" if channels == 1 else "RGB")
    if fit == "pad":
        image = ImageOps.pad(image, square, method, color="white" if invert else "black")
    elif fit == "crop":
        image = ImageOps.fit(image, square, method)
    else:
        image = image.resize(square, method)
    pixels = np.asarray(image, dtype=np.uint8).reshape(size, size, channels).transpose(2, 0, 1)
    return 255 - pixels if invert else pixels


def read(path: Path) -> bytes:
    """The bytes of a picture file; raises :class:`DataError` when it cannot be one."""
    try:
        if not path.is_file():
            raise DataError("not an ordinary file")
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"the file is larger than {MAX_BYTES >> 20} MB")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"the file cannot be read: {error.strerror or error}") from error


def load_all(
    paths: Sequence[Path], shape: tuple[int, int, int], convert: Callable[[Path], NDArray[np.uint8]], report: Report
) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """Convert files on all cores: pictures (N, *shape) and, for those that failed, position and reason.

    Threads do it, since Pillow lets go of the interpreter while it decodes. What failed is left black.
    """
    images = np.zeros((len(paths), *shape), dtype=np.uint8)

    def one(position: int) -> str:
        try:
            images[position] = convert(paths[position])
        except DataError as error:
            return str(error)
        return ""

    failed = {}
    step = max(1, len(paths) // 200)
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        for position, reason in enumerate(pool.map(one, range(len(paths)))):
            if reason:
                failed[position] = reason
            if (position + 1) % step == 0 or position + 1 == len(paths):
                report(f"reading {len(paths)} pictures", (position + 1) / len(paths))
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt does not wait for the rest
    return images, failed


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise DataError(
            f"the picture is {width}x{height}; the limit is {MAX_PIXELS // 10**6} megapixels and {MAX_SIDE} a side"
        )


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged EXIF says nothing about the pixels: keep them as they are stored
        return image


def _plain(image: Image.Image) -> Image.Image:
    """Any mode as ``L`` or ``RGB``."""
    if image.mode in _DEEP:
        return Image.fromarray(_eight_bit(np.asarray(image)))
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        grey = image.mode in ("L", "LA", "La", "1")
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("LA" if image.mode == "La" else image.mode).convert("RGBA"))
        return paper.convert("L" if grey else "RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _eight_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """16-bit by its full range, anything wider or real by its own range."""
    deep = np.nan_to_num(values.astype(np.float64))
    low, high = float(deep.min()), float(deep.max())
    if values.dtype.kind in "iu" and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    return np.rint((deep - low) * (255 / max(high - low, 1e-12))).clip(0, 255).astype(np.uint8)
