"""What somebody sends is decoded as training's pictures are, or refused in a sentence; nothing else comes out."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossviz.data import _uploads as uploads
from lossviz.data import decode, take, take_all
from lossviz.data._uploads import Refused, shown_name
from lossviz.errors import DataError
from tests.data.conftest import noise
from tests.data.test_pictures import encoded, png

SENTENCES = (
    "not a picture that can be read",
    "more than 25 megapixels",
    "damaged or cut short",
    "the limit is",
    "empty",
    "larger than",
)


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("cat.png", encoded(noise(0)))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "an SVG drawing"),
        (b"%PDF-1.7\n", "a PDF document"),
        (archive(), "a zip archive"),
        (encoded(noise(0), "TIFF"), "a TIFF picture"),
        (encoded(noise(0), "ICO"), "an icon"),
        (b"\0\0\0\x18ftypheic", "a HEIC photograph"),
        (b"not anything", "not a picture"),
        (b"", "empty"),
        (png(12000, 12000), "12000x12000; the limit is 25 megapixels and 20000 a side"),
        (png(1, 20001), "20000 a side"),
        (encoded(noise(0, 200, 200))[:-5000], "damaged or cut short"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_picture_gets_a_sentence_with_its_name(content, sentence):
    with pytest.raises(DataError) as refused:
        take(content, "cat.png")
    said = str(refused.value)
    assert said.startswith("cat.png: ") and sentence in said
    assert any(what in said for what in ("make it smaller", "export it as PNG", "send it again", "choose a picture"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_the_content_decides_and_not_the_name(kind):
    content = encoded(noise(1, 40, 30, "L"), kind)
    upload = take(content, "drawing.svg")
    assert upload.decoded.kind == kind
    assert np.array_equal(np.asarray(upload.image), np.asarray(decode(content))), "training decodes it alike"


@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 20000)])
def test_tiny_and_thin_pictures_are_pictures(size):
    assert take(encoded(Image.new("RGB", size, (9, 8, 7))), "thin.png").image.size == size


def test_what_was_changed_is_said():
    moving = encoded(noise(0), "GIF", save_all=True, append_images=[noise(1)])
    said = {
        "first frame": moving,
        "transparent": encoded(noise(0, mode="RGBA")),
        "more than 8 bits": encoded(Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8))),
        "CMYK": encoded(Image.new("CMYK", (8, 8)), "JPEG"),
    }
    for words, content in said.items():
        (note,) = take(content, "a").decoded.notes
        assert words in note
    assert take(encoded(noise(0)), "a").decoded.notes == ()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_alpha_channel_that_hides_nothing_is_not_told_and_changes_nothing(kind):
    picture = noise(0, 40, 30, "RGB")
    covered = picture.convert("RGBA")
    taken = take(encoded(covered, kind, lossless=True), "screenshot.png")
    assert taken.decoded.notes == () and np.array_equal(np.asarray(taken.image), np.asarray(picture))
    covered.putpixel((3, 3), (0, 0, 0, 254))
    assert "transparent in part" in take(encoded(covered, kind, lossless=True), "a.png").decoded.notes[0]
    grey = noise(0, 40, 30, "L")
    assert np.array_equal(np.asarray(take(encoded(grey.convert("LA")), "a.png").image), np.asarray(grey))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\cat.png", "cat.png"),
        ("a\0b\x1b[31m\n.png", "ab[31m.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("", "picture"),
        ("..", ".."),
    ],
)
def test_names_are_made_fit_to_be_shown(name, shown):
    assert shown_name(name) == shown
    assert len(shown_name("x" * 500 + ".png")) == 60


def test_a_hundred_files_at_once_are_taken_one_by_one(monkeypatch):
    good = encoded(noise(0))
    files = [(f"{number}.png", good if number % 2 else b"%PDF") for number in range(103)]
    outcome = list(take_all(files))
    refused = [each for each in outcome if isinstance(each, Refused)]
    assert (len(outcome), len(refused)) == (103, 50 + 3)
    assert "at most 100 files" in refused[-1].reason and "a PDF document" in refused[0].reason
    monkeypatch.setattr(uploads, "MOST_BYTES", 3 * len(good))
    assert [isinstance(each, Refused) for each in take_all([("a", good)] * 4)] == [False, False, False, True]


def test_a_preview_is_small_and_holds_nothing_but_pixels():
    exif = Image.Exif()
    exif[0x010F] = "somebody's camera"
    upload = take(encoded(noise(0, 900, 300), "JPEG", exif=exif), "a.jpg")
    small = upload.preview(128)
    assert max(small.size) <= 128 and not small.info
    assert take(encoded(noise(0, 9, 3)), "a").preview(128).size == (9, 3)


def _seeds() -> list[bytes]:
    exif, grey = Image.Exif(), noise(3, 48, 40, "L")
    exif[0x0112] = 6
    colour, deep = noise(2, 48, 40), Image.fromarray(np.arange(1920, dtype=np.uint16).reshape(40, 48) * 30)
    return [
        encoded(colour),
        encoded(noise(2, 48, 40, "RGBA")),
        encoded(deep),
        encoded(colour.quantize(16), transparency=3),
        encoded(colour, "JPEG", exif=exif),
        encoded(colour, "JPEG", progressive=True),
        encoded(colour.convert("CMYK"), "JPEG"),
        encoded(colour, "WEBP", lossless=True),
        encoded(colour, "WEBP", save_all=True, append_images=[noise(9, 48, 40)]),
        encoded(grey, "GIF", save_all=True, append_images=[grey.rotate(90)]),
        encoded(colour, "BMP"),
        encoded(grey.convert("1"), "BMP"),
        encoded(colour, save_all=True, append_images=[noise(9, 48, 40)]),
    ]


def _mutated(whole: bytes, rng: np.random.Generator) -> bytes:
    """Bytes changed, mostly near the beginning; at times a piece left out, doubled, or the end cut off."""
    content = bytearray(whole)
    for _ in range(rng.integers(1, 9)):
        reach = len(content) if rng.random() < 0.4 else min(len(content), 64)
        content[rng.integers(0, reach)] = rng.choice([0, 255, 127, 128, rng.integers(0, 256)])
    start, stop = np.sort(rng.integers(0, len(content), 2))
    match rng.integers(0, 8):
        case 0:
            return bytes(content[:stop])
        case 1:
            return bytes(content[:start] + content[stop:])
        case 2:
            return bytes(content[:stop] + content[start:])
    return bytes(content)


@pytest.mark.filterwarnings("ignore")
def test_of_two_thousand_mutated_files_each_is_a_picture_or_a_sentence():
    rng, seeds = np.random.default_rng(20), _seeds()
    outcomes = {"taken": 0, "refused": 0}
    for attempt in range(2600):
        try:
            image = take(_mutated(seeds[attempt % len(seeds)], rng), "a.png").image
            assert image.mode in ("L", "RGB") and image.width * image.height <= 25_000_000
            np.asarray(image)
            outcomes["taken"] += 1
        except DataError as error:
            assert any(sentence in str(error) for sentence in SENTENCES), error
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 400, outcomes


PEAK = """
import re, sys
from pathlib import Path
from lossviz.data import take
from lossviz.errors import DataError
content = sys.stdin.buffer.read()
most = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = most()
try:
    take(content, "a")
except DataError:
    pass
print((most() - before) // 1024)
"""


def _peak_mb(content: bytes) -> int:
    """Memory that taking ``content`` needs beyond what the program has anyway, in a process of its own."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PEAK], input=content, capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell what a process held")
def test_memory_stays_bounded():
    """25 megapixels with transparency are the most: 4 bytes a pixel decoded, 3 kept. A bomb is not unpacked."""
    largest = encoded(Image.new("RGBA", (5000, 5000), (200, 10, 10, 90)), compress_level=1)
    assert 100 < _peak_mb(largest) < 300
    assert _peak_mb(png(30000, 30000)) < 40
