"""What comes in is held or gets a sentence, whatever it is; a random test image is the data set's own."""

import asyncio
import base64
import io
import tomllib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from streamlit.testing.v1 import AppTest

from lossviz import data, inference, runs
from lossviz.data._pictures import UPLOADS
from lossviz.errors import DataError, RunError
from lossviz.ui.images import held, pad, samples
from lossviz.ui.images.prepared import prepared
from lossviz.ui.serving import keep_uploads_in_memory
from tests.browser import ROOT
from tests.data.conftest import noise
from tests.data.test_pictures import encoded, png
from tests.data.test_uploads import archive
from tests.pages.conftest import PATIENCE


def page():
    import streamlit as st

    from lossviz import runs
    from lossviz.ui.images import held
    from lossviz.ui.images.pad import answered
    from lossviz.ui.images.prepared import prepared
    from lossviz.ui.images.ways_in import ways_in

    run = runs.find("arcface")
    ways_in(run)
    for each in held.images():
        made = prepared(run, each)
        st.text(f"{each.name} {made.size[0]}x{made.size[1]} {made.pixels.shape} {' '.join(made.said)}")
    answered()


@pytest.fixture
def at(home):
    opened = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not opened.exception, opened.exception
    return opened


def sent(at, *files):
    """The page after ``files``, (name, content), were dropped at once."""
    at.file_uploader[0].set_value([(name, content, "image/png") for name, content in files]).run()
    assert not at.exception, at.exception
    return at


def refused(at):
    """The HTML of the refusals."""
    return "".join(each.proto.body for each in at.get("html") if "li-refusals" in each.proto.body)


def shown(at):
    return [each.value for each in at.text]


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(noise(0, 60, 20), "JPEG", exif=exif)


REFUSED = {
    "bomb": (png(12000, 12000), "12000x12000; the limit is 25 megapixels"),
    "bigger bomb": (png(30000, 30000), "the most that is taken; make it smaller"),
    "cut short": (encoded(noise(0, 200, 200))[:-5000], "damaged or cut short"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "an SVG drawing is not a picture"),
    "pdf": (b"%PDF-1.7\n", "a PDF document is not a picture"),
    "zip": (archive(), "a zip archive (or an office document, which is one) is not a picture"),
    "tiff": (encoded(noise(0), "TIFF"), "a TIFF picture is not a picture that can be read"),
    "empty": (b"", "the file is empty"),
    "too thin": (png(1, 20001), "20000 a side"),
    "too large": (b"x" * (UPLOADS.bytes + 1), "larger than 16 MB"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_picture_gets_its_sentence(at, kind):
    content, sentence = REFUSED[kind]
    sent(at, ("cat.png", content), ("good.png", encoded(noise(1, 40, 30))))
    assert "<li>cat.png: " in refused(at) and sentence in refused(at)
    assert [each.split()[0] for each in shown(at)] == ["good.png"], "the others are taken"


TAKEN = {
    "wrong ending.pdf": (encoded(noise(0, 50, 40), "JPEG"), (50, 40), ""),
    "animated.gif": (
        encoded(noise(0, 50, 40, "L"), "GIF", save_all=True, append_images=[noise(1, 50, 40, "L")]),
        (50, 40),
        "It is animated: this is the first frame.",
    ),
    "print.jpg": (encoded(Image.new("CMYK", (50, 40), (0, 200, 9, 0)), "JPEG"), (50, 40), "colours for print (CMYK)"),
    "deep.png": (encoded(Image.fromarray(np.arange(2000, dtype=np.uint16).reshape(40, 50) * 30)), (50, 40), "8 bits"),
    "alpha.png": (encoded(noise(0, 50, 40, "RGBA")), (50, 40), "transparent in part"),
    "turned.jpg": (turned(), (20, 60), ""),
    "1x1.png": (encoded(Image.new("L", (1, 1), 9)), (1, 1), "blank"),
    "thin.png": (encoded(Image.new("RGB", (20000, 1), (9, 8, 7))), (20000, 1), "blank"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_odd_pictures_come_out_right_and_say_what_was_done(at, name):
    content, size, words = TAKEN[name]
    (told,) = shown(sent(at, (name, content)))
    assert told.startswith(f"{name} {size[0]}x{size[1]} (1, 8, 8)") and words in told
    assert refused(at) == ""


def test_a_name_cannot_write_into_the_page(at):
    sent(at, ("<img src=x onerror=alert(1)>.png", b"no"), ("[a](javascript:b)![x](y).png", encoded(noise(0))))
    assert "<img" not in refused(at) and "&lt;img src=x onerror=alert(1)&gt;.png: not a picture" in refused(at)


def test_a_hundred_and_three_files_at_once(at):
    files = [(f"{n}.png", encoded(noise(n, 12, 12, "L")) if n % 2 else b"%PDF") for n in range(160)]
    sent(at, *files)
    assert len(shown(at)) == 80 and refused(at).count("<li>") == 80
    sent(at, *[(f"more {n}.png", encoded(noise(500 + n, 12, 12, "L"))) for n in range(23)])
    assert len(shown(at)) == 100 and refused(at).count("at most 100 images of 256 MB together are held") == 3
    at.button(key="image_dismiss").click().run()
    assert refused(at) == ""


def test_the_field_is_empty_again_and_the_server_forgets_what_was_sent(at):
    content = encoded(noise(3, 30, 30))
    sent(at, ("one.png", content))
    assert at.file_uploader[0].value == []
    sent(at, ("one.png", content), ("two.png", encoded(noise(4, 30, 30))))
    assert [each.split()[0] for each in shown(at)] == ["one.png", "two.png"]


def test_browser_server_and_decoder_take_files_of_the_same_size(at):
    allowed = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]["maxUploadSize"]
    in_browser = at.file_uploader[0].proto.max_upload_size_mb
    assert allowed == in_browser == UPLOADS.bytes >> 20
    spare = UPLOADS.bytes - in_browser * 10**6
    assert 10**5 < spare < 10**6, "a browser counts millions: so much is left for what a request holds besides the file"


def test_uploads_are_not_buffered_on_the_disk(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)
    assert _touched_the_disk(), "unless told otherwise, the server does"
    keep_uploads_in_memory()
    assert not _touched_the_disk()


def _touched_the_disk():
    """Whether a request with a file of 16 million bytes was buffered in a file."""
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n'
    parts = [head, *[b"0" * 10**6] * 16, b"\r\n--x--\r\n"]

    async def request():
        for part in parts:
            yield part

    parser = MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=x"}), request())
    with ThreadPoolExecutor(1) as other:  # a browser's tests leave an event loop running in this thread
        form = other.submit(asyncio.run, parser.parse()).result()
    return form["f"].file._rolled


def test_a_random_test_image_is_prepared_to_the_pixels_that_the_set_has(home):
    run, rng = runs.find("arcface"), np.random.default_rng(0)
    images = data.open_prepared("digits")
    for _ in range(12):
        one = samples.some_test_image(run, False, rng)
        row = int(one.name.split()[1].removesuffix(".png"))
        assert images.is_test[row] and one.truth == images.class_names[images.labels[row]]
        assert np.array_equal(prepared(run, one).pixels, images.images[row])
        assert one.source == "test"


def test_where_the_data_set_is_missing_thumbnails_serve_and_without_them_it_is_said(home, monkeypatch, tmp_path):
    run = runs.Run(home / "triplet")
    monkeypatch.setattr(inference, "whole_set", lambda run: None)
    samples._lots.cache_clear()
    one = samples.some_test_image(run, False, np.random.default_rng(1))
    assert one.truth in run.class_names
    monkeypatch.setattr(samples, "probe_pictures", lambda run: None)
    samples._lots.cache_clear()
    with pytest.raises(RunError, match="data fetch digits"):
        samples.some_test_image(run, False, np.random.default_rng(1))
    assert not samples.has_unseen(run)
    samples._lots.cache_clear()


def test_the_button_for_test_images_holds_one(at):
    at.button(key="image_lot_0").click().run()
    assert not at.exception
    assert shown(at)[0].startswith("digits ")
    assert not [each for each in at.button if each.key == "image_lot_1"], "every class was trained on"


def test_where_no_test_image_is_at_hand_the_button_says_so(at, monkeypatch):
    def none(*_):
        raise RunError("the test images of <b>'digits'</b> are not on this machine")

    monkeypatch.setattr("lossviz.ui.images.ways_in.some_test_image", none)
    at.button(key="image_lot_0").click().run()
    assert "&lt;b&gt;" in refused(at) and shown(at) == []


@pytest.mark.parametrize(
    "url",
    ["", "data:image/svg+xml;base64,AAAA", "data:image/png;base64,@@", "data:image/png;base64," + "A" * (1 << 21)],
)
def test_what_the_pad_may_not_send_is_refused(url):
    with pytest.raises(DataError, match=r"drawing: .*reload the page"):
        pad.drawing_of(url)


def test_what_the_pad_sends_is_held(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    picture = io.BytesIO()
    Image.new("RGB", (280, 280), 90).save(picture, "PNG")
    url = pad.BEGINNING + base64.b64encode(picture.getvalue()).decode()
    told = []
    for drawn in ({"picture": url}, {"picture": pad.BEGINNING + "AAAA"}, {"picture": url, "keep": True}):
        st.session_state[pad.KEY] = {"drawn": drawn}
        pad._take(told.append)
    assert held.chosen().content == picture.getvalue() and held.live() == ""
    (sentence,) = told
    assert sentence.startswith("drawing: not a picture that can be read")
    st.session_state[pad.KEY] = {"drawn": {"picture": ""}}
    pad._take(told.append)
    assert len(held.images()) == 1, "the kept one stays when the pad is empty"
