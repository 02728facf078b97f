"""A film as bytes: GIF and WebP by Pillow, MP4 (H.264) by ffmpeg."""

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from lossviz.errors import ReportError
from lossviz.report.film import Reel
from lossviz.report.looks import Rgb

Told = Callable[[float, str], None]
"""Called with how much is done, from 0 to 1, and what is being done."""
FORMATS = ("gif", "webp", "mp4")
SAMPLED = 6  # pictures whose colours make a GIF's palette
WEBP_QUALITY, MP4_QUALITY = 82, "18"
NO_FFMPEG = (
    "an MP4 film needs ffmpeg: install it with `pip install imageio-ffmpeg`, or take .gif or .webp, which need nothing"
)


def silent(done: float, doing: str) -> None:
    """Nobody waits."""


def encoded(reel: Reel, kind: str, told: Told = silent) -> bytes:
    """The film as one of ``FORMATS``; it repeats for ever where the format can say so.

    Raises :class:`ReportError` for another format, and for MP4 where there is no ffmpeg.
    """
    if kind not in FORMATS:
        raise ReportError(f"a film is one of {', '.join(FORMATS)}, got '{kind}'")
    write = {"gif": _gif, "webp": _webp, "mp4": _mp4}[kind]
    return write(reel, told)


def _painted(reel: Reel, told: Told) -> Iterator[Image.Image]:
    for number, picture in enumerate(reel.frames()):
        told(number / len(reel), f"painting picture {number + 1} of {len(reel)}")
        yield picture


def _gif(reel: Reel, told: Told) -> bytes:
    """All pictures on one palette, so that colours stand still."""
    some = list(reel.frames(np.linspace(0, len(reel) - 1, SAMPLED).round().astype(int).tolist()))
    strip = Image.new("RGB", (some[0].width, some[0].height * len(some)))
    for index, picture in enumerate(some):
        strip.paste(picture, (0, index * picture.height))
    palette = _with(strip.quantize(255, Image.Quantize.MEDIANCUT), reel.sheet.look.ground)
    flat = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in _painted(reel, told))
    return _saved(flat, reel, "GIF", {"optimize": False})


def _with(picture: Image.Image, ground: Rgb) -> Image.Image:
    """The palette of ``picture`` with one colour more, so that the ground stays what it is."""
    palette = Image.new("P", (1, 1))
    palette.putpalette([*ground, *(picture.getpalette() or [])[: 255 * 3]])
    return palette


def _webp(reel: Reel, told: Told) -> bytes:
    return _saved(_painted(reel, told), reel, "WEBP", {"quality": WEBP_QUALITY, "method": 2})


def _saved(frames: Iterator[Image.Image], reel: Reel, kind: str, options: dict[str, object]) -> bytes:
    file, first = io.BytesIO(), next(frames)
    duration = round(1000 / reel.film.rate)
    first.save(file, kind, save_all=True, append_images=frames, duration=duration, loop=0, **options)
    return file.getvalue()


def _mp4(reel: Reel, told: Told) -> bytes:
    try:
        import imageio_ffmpeg  # noqa: PLC0415  an installation may do without

        imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise ReportError(NO_FFMPEG) from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        options = ["-crf", MP4_QUALITY, "-preset", "veryfast", "-movflags", "+faststart"]
        writer = imageio_ffmpeg.write_frames(
            str(path), reel.sheet.size, fps=reel.film.rate, codec="libx264", quality=None, macro_block_size=2,
            ffmpeg_log_level="error", output_params=options,
        )  # fmt: skip
        writer.send(None)
        try:
            for picture in _painted(reel, told):
                writer.send(picture.tobytes())
        finally:
            writer.close()
        return path.read_bytes()
