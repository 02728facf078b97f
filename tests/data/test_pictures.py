"""One way in for a picture: odd ones come out right, bad ones with a sentence."""

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from lossviz.data import _pictures as pictures
from lossviz.data import decode, to_array
from lossviz.errors import DataError
from tests.data.conftest import noise


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def solid(mode: str, colour: object) -> Image.Image:
    return Image.new(mode, (16, 16), colour)


def centre(image: Image.Image) -> tuple[int, ...]:
    return tuple(int(value) for value in to_array(image, 16, 3)[:, 8, 8])


MOVING = encoded(solid("L", 30), "GIF", save_all=True, append_images=[solid("L", 200)])
RAMP = np.arange(256, dtype=np.uint16).reshape(16, 16)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(encoded(solid("RGB", (10, 200, 90))), (10, 200, 90), id="rgb"),
        pytest.param(encoded(solid("L", 77)), (77, 77, 77), id="grey"),
        pytest.param(encoded(solid("1", 1)), (255, 255, 255), id="one bit"),
        pytest.param(encoded(solid("RGBA", (255, 0, 0, 128))), (255, 127, 127), id="alpha on white"),
        pytest.param(encoded(solid("RGBA", (9, 9, 9, 0))), (255, 255, 255), id="transparent is white, not its colour"),
        pytest.param(encoded(solid("LA", (0, 128))), (127, 127, 127), id="grey with alpha"),
        pytest.param(encoded(solid("RGB", (10, 200, 90)).quantize(4)), (10, 200, 90), id="palette"),
        pytest.param(encoded(solid("P", 0), transparency=0), (255, 255, 255), id="transparent palette"),
        pytest.param(encoded(solid("L", 5), transparency=5), (255, 255, 255), id="grey with a transparent value"),
        pytest.param(encoded(solid("RGB", (1, 2, 3)), transparency=(1, 2, 3)), (255,) * 3, id="transparent colour"),
        pytest.param(encoded(solid("CMYK", (0, 255, 255, 0)), "JPEG", quality=95), (254, 0, 0), id="cmyk jpeg"),
        pytest.param(encoded(solid("CMYK", (0, 255, 255, 0)), "TIFF"), (255, 0, 0), id="cmyk tiff"),
        pytest.param(encoded(solid("RGB", (0, 0, 255)), "BMP"), (0, 0, 255), id="bmp"),
        pytest.param(encoded(solid("RGB", (0, 0, 255)), "WEBP", lossless=True), (0, 0, 255), id="webp"),
        pytest.param(
            encoded(solid("L", 30), "GIF", save_all=True, append_images=[solid("L", 200)]), (30,) * 3, id="gif"
        ),
    ],
)
def test_every_mode_shows_its_colour(data, expected):
    assert np.abs(np.subtract(centre(decode(data)), expected)).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_is_scaled_by_its_range_and_not_clipped(kind):
    image = decode(encoded(Image.fromarray(RAMP * 257), kind))
    assert image.mode == "L"
    assert np.array_equal(np.asarray(image), RAMP), "65535 is white, half of it is grey"
    clipped = np.asarray(Image.open(io.BytesIO(encoded(Image.fromarray(RAMP * 257), kind))).convert("L"))
    assert (clipped == 255).mean() > 0.9, "Pillow's plain conversion is the trap: all but black turns white"


def test_real_valued_and_32_bit_pictures_use_their_own_range():
    for values in (RAMP.astype(np.float32) * 3 - 100, RAMP.astype(np.int32) * 1000):
        assert np.array_equal(np.asarray(decode(encoded(Image.fromarray(values), "TIFF"))), RAMP)


def test_a_flat_or_undefined_picture_is_finite():
    assert np.asarray(decode(encoded(Image.fromarray(np.full((4, 4), np.nan, np.float32)), "TIFF"))).max() == 0


def test_a_turned_photograph_comes_upright():
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:, :16] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of the file is the top of the scene
    upright = np.asarray(decode(encoded(Image.fromarray(pixels), "PNG", exif=exif)))
    assert upright.shape == (32, 16, 3)
    assert upright[4].mean() == 255
    assert upright[-4].mean() == 0


def test_grey_stays_grey_and_colour_stays_colour():
    assert decode(encoded(solid("LA", (3, 255)))).mode == "L"
    assert decode(encoded(solid("RGB", (3, 3, 3)))).mode == "RGB"


def png(width: int, height: int) -> bytes:
    """A valid one-bit PNG of any size in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer, row = zlib.compressobj(9), b"\0" * (1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"hello", "not a picture", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture", id="svg"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture", id="postscript"),
        pytest.param(encoded(noise(0, 64, 64))[:6000], "damaged or cut short", id="half a png"),
        pytest.param(encoded(noise(0, 64, 64), "JPEG")[:1500], "damaged or cut short", id="half a jpeg"),
        pytest.param(png(12000, 12000), "12000x12000; the limit is 64 megapixels", id="bomb"),
        pytest.param(png(20000, 20000), "megapixels", id="bigger bomb"),
        pytest.param(png(1, 40000), "30000 a side", id="needle"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(DataError, match=sentence):
        decode(data)


def test_a_file_that_is_too_large_is_not_decoded():
    data = encoded(noise(0))
    assert decode(data, limits=replace(pictures.FILES, bytes=len(data)))
    with pytest.raises(DataError, match="larger than"):
        decode(data, limits=replace(pictures.FILES, bytes=len(data) - 1))


def test_a_white_drawing_on_nothing_is_laid_on_black():
    drawing = Image.new("RGBA", (16, 16), (255, 255, 255, 0))
    drawing.paste((255, 255, 255, 255), (4, 4, 12, 12))
    image = decode(encoded(drawing))
    assert (centre(image), image.getpixel((0, 0))) == ((255,) * 3, (0, 0, 0))
    drawing.paste((20, 20, 20, 255), (4, 4, 12, 12))
    assert decode(encoded(drawing)).getpixel((0, 0)) == (255, 255, 255), "dark ink is laid on white"


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_strips_join_without_a_seam(kind, monkeypatch):
    monkeypatch.setattr(pictures, "_STRIP", 40)
    assert np.array_equal(np.asarray(decode(encoded(Image.fromarray(RAMP * 257), kind))), RAMP)
    seen = noise(5, 16, 37, "RGBA")
    paper = Image.new("RGBA", seen.size, "white")
    paper.alpha_composite(seen)
    assert np.array_equal(np.asarray(decode(encoded(seen, kind))), np.asarray(paper.convert("RGB")))


@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_raise_nothing_but_the_sentence():
    rng = np.random.default_rng(1)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = [
        encoded(noise(0, 40, 30)),
        encoded(noise(0, 40, 30), "JPEG", exif=exif),
        encoded(noise(0, 40, 30), "WEBP"),
        encoded(noise(0, 40, 30), "TIFF"),
        encoded(noise(0, 40, 30, "L"), "GIF"),
        encoded(Image.fromarray(RAMP)),
    ]
    outcomes = {"read": 0, "refused": 0}
    for attempt in range(600):
        data = bytearray(whole[attempt % len(whole)])
        for _ in range(rng.integers(1, 8)):
            data[rng.integers(0, len(data))] = rng.integers(0, 256)
        try:
            assert decode(bytes(data)).mode in ("L", "RGB")
            outcomes["read"] += 1
        except DataError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 50, outcomes


def test_a_picture_of_the_right_size_is_left_as_it_is():
    image = noise(3, 32, 32)
    assert np.array_equal(to_array(image, 32, 3), np.asarray(image).transpose(2, 0, 1))
    assert np.array_equal(to_array(image, 32, 3, invert=True), 255 - np.asarray(image).transpose(2, 0, 1))


def test_crop_pad_and_stretch_differ_in_what_they_keep():
    pixels = np.full((20, 60, 3), 100, np.uint8)
    pixels[:, :20], pixels[:, 40:] = 0, 200
    wide = Image.fromarray(pixels)
    assert (to_array(wide, 20, 1, "crop") == 100).all(), "the centre and nothing else"
    padded = to_array(wide, 60, 1, "pad")[0]
    assert (padded[:19] == 0).all()
    assert padded[30, [5, 30, 55]].tolist() == [0, 100, 200]
    assert (padded[41:] == 0).all()
    assert (to_array(wide, 60, 1, "pad", invert=True)[0, :19] == 0).all(), "bars are black after inverting too"
    assert to_array(wide, 60, 1, "stretch")[0, 2, [5, 30, 55]].tolist() == [0, 100, 200]


def test_shrinking_averages_and_does_not_pick():
    checks = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.uint8)
    assert np.abs(to_array(Image.fromarray(checks), 16, 1).astype(int) - 127).max() <= 2


def test_a_large_jpeg_is_decoded_at_a_reduced_scale():
    data = encoded(Image.fromarray(np.full((800, 1200, 3), 90, np.uint8)), "JPEG")
    assert decode(data).size == (1200, 800)
    near = decode(data, near=128)
    assert near.size == (300, 200)
    assert abs(int(to_array(near, 32, 3).mean()) - 90) <= 1


def test_an_interrupt_does_not_wait_for_the_rest(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(noise(0)))
    started = []

    def convert(path):
        started.append(path)
        return to_array(decode(pictures.read(path)), 8, 3)

    def stop(what, share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pictures.load_all([tmp_path / "a.png"] * 5000, (3, 8, 8), convert, stop)
    assert 0 < len(started) < 2500
