"""The one way in for a picture, whoever made it: bytes to a small ``uint8`` array, or a sentence saying why not."""

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from lossviz.data._foreign import kind_of
from lossviz.data.base import Report
from lossviz.errors import DataError

FITS = ("crop", "pad", "stretch")
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_STRIP = 1 << 20  # pixels that are converted at a time, where converting takes many times their memory
_ALL_BUT_WHITE = 224  # mean of what is opaque, above which it would vanish on white


@dataclass(frozen=True)
class Limits:
    """What is taken: ``formats`` by Pillow's names, at most so many bytes, pixels, and pixels a side."""

    formats: tuple[str, ...]
    bytes: int
    pixels: int
    side: int

    def listed(self) -> str:
        """The formats as a person reads them."""
        return f"{', '.join(self.formats[:-1])} and {self.formats[-1]}"


FILES = Limits(("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"), 64 << 20, 64_000_000, 30_000)
"""For a folder of the user's own."""
UPLOADS = Limits(("PNG", "JPEG", "WEBP", "GIF", "BMP"), 16 << 20, 25_000_000, 20_000)
"""For what a stranger may send: fewer decoders, and less memory."""


@dataclass(frozen=True)
class Decoded:
    """A picture as it can be used: ``image`` upright, of mode ``L`` or ``RGB``; ``kind`` is the format of its content.

    ``notes`` say in a sentence each what the file held besides, or otherwise: further frames, transparency, 16 bits.
    """

    image: Image.Image
    kind: str
    notes: tuple[str, ...]


def decode(data: bytes, near: int | None = None, limits: Limits = FILES) -> Image.Image:
    """The image of :func:`opened`."""
    return opened(data, near, limits).image


def opened(data: bytes, near: int | None = None, limits: Limits = FILES) -> Decoded:
    """The first frame of an encoded picture, upright, as mode ``L`` or ``RGB``.

    The format is that of the content; no name is looked at. 16-bit grey is scaled to 8 bit. Transparency is laid on
    white, or on black where all that is opaque is nearly white itself. With ``near`` a JPEG may be decoded at a
    reduced scale that keeps both sides at ``near`` pixels or more. Size is looked at before anything is decoded.
    Raises :class:`DataError` for what is not a picture of one of the formats, is damaged, or is beyond a limit.
    """
    if not data:
        raise DataError("the file is empty")
    if len(data) > limits.bytes:
        raise DataError(
            f"the file is larger than {limits.bytes >> 20} MB, the most that is taken; make the picture smaller"
        )
    try:
        image = Image.open(io.BytesIO(data), formats=limits.formats)
        _check_size(*image.size, limits)
        kind, notes = str(image.format), _notes(image)
        if near is not None and kind == "JPEG":
            image.draft(None, (near, near))
        image.load()
        if _has_alpha(image) and not _opaque(image):
            notes = (
                *notes,
                "It is transparent in part: that was laid on white, or on black where the drawing is white.",
            )
        return Decoded(_plain(_upright(image)), kind, notes)
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(_refusal(data, limits)) from None
    except Image.DecompressionBombError:
        raise DataError(
            f"the picture has more than {limits.pixels // 10**6} megapixels, which is the most that is taken; make it "
            "smaller"
        ) from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged input
        raise DataError("the picture is damaged or cut short; save or send it again") from error


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
        if path.stat().st_size > FILES.bytes:
            raise DataError(f"the file is larger than {FILES.bytes >> 20} MB")
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


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.pixels or max(width, height) > limits.side:
        raise DataError(
            f"the picture is {width}x{height}; the limit is {limits.pixels // 10**6} megapixels and {limits.side} a "
            "side: make it smaller"
        )


def _refusal(data: bytes, limits: Limits) -> str:
    """Why content that no decoder knows is not taken, and what is."""
    what = kind_of(data)
    is_what = f"{what} is not a picture that can be read" if what else "not a picture that can be read"
    return f"{is_what} ({limits.listed()} are); export it as PNG, or take a picture of it"


def _notes(image: Image.Image) -> tuple[str, ...]:
    """What of the file is left out or changed; asked before it is decoded."""
    said = []
    if getattr(image, "is_animated", False):
        said.append("It is animated: this is the first frame.")
    if image.mode in _DEEP:
        said.append("It has more than 8 bits of grey: they were scaled to 8.")
    if image.mode == "CMYK":
        said.append("It is in colours for print (CMYK): they were converted without their profile.")
    return tuple(said)


def _upright(image: Image.Image) -> Image.Image:
    with suppress(Exception):  # damaged EXIF says nothing about the pixels: keep them as they are stored
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info


def _opaque(image: Image.Image) -> bool:
    """Whether there is an alpha channel that hides nothing, as in screenshots and what browsers draw."""
    return image.mode in ("RGBA", "LA") and image.getextrema()[-1] == (255, 255)


def _plain(image: Image.Image) -> Image.Image:
    """Any mode as ``L`` or ``RGB``."""
    if image.mode in _DEEP:
        return _eight_bit(image)
    if _has_alpha(image) and not _opaque(image):
        return _on_paper(image)
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _strips(image: Image.Image) -> list[tuple[int, int, int, int]]:
    """Boxes across the whole width that cover ``image`` from top to bottom, of about ``_STRIP`` pixels each."""
    rows = max(1, _STRIP // image.width)
    return [(0, top, image.width, min(top + rows, image.height)) for top in range(0, image.height, rows)]


def _on_paper(image: Image.Image) -> Image.Image:
    """Transparency laid on white, or on black where nothing could be seen on white."""
    grey = image.mode in ("L", "LA", "La", "1")
    whole = Image.new("L" if grey else "RGB", image.size)
    colour = _paper(image)
    for box in _strips(image):
        strip = _rgba(image.crop(box))
        paper = Image.new("RGBA", strip.size, colour)
        paper.alpha_composite(strip)
        whole.paste(paper.convert(whole.mode), box[:2])
    return whole


def _rgba(image: Image.Image) -> Image.Image:
    return image.convert({"La": "LA", "RGBa": "RGBA"}.get(image.mode, image.mode)).convert("RGBA")


def _paper(image: Image.Image) -> str:
    """``black`` where what is opaque is all but white and something is transparent, else ``white``."""
    opaque = light = 0.0
    for box in _strips(image):
        grey, alpha = (np.asarray(band, np.float32) for band in _rgba(image.crop(box)).convert("LA").split())
        opaque, light = opaque + float(alpha.sum()), light + float((grey * alpha).sum())
    see_through = opaque < 255.0 * image.width * image.height
    return "black" if see_through and light > _ALL_BUT_WHITE * opaque else "white"


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit by its full range, anything wider or real by its own range."""
    boxes = _strips(image)
    ends = [_ends(np.asarray(image.crop(box))) for box in boxes]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if image.mode != "F" and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    whole = Image.new("L", image.size)
    for box in boxes:
        deep = np.nan_to_num(np.asarray(image.crop(box)).astype(np.float64))
        scaled = np.rint((deep - low) * (255 / max(high - low, 1e-12))).clip(0, 255).astype(np.uint8)
        whole.paste(Image.fromarray(scaled), box[:2])
    return whole


def _ends(values: NDArray[np.generic]) -> tuple[float, float]:
    finite = np.nan_to_num(values.astype(np.float64))
    return float(finite.min()), float(finite.max())
