"""What the net sees, beside the original: prepared once, changed by hand, doubted in words."""

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from lossviz import data, inference, runs
from lossviz.data import Touch
from lossviz.ui.images import prepared as room
from lossviz.ui.images.held import made
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.touch import _part, _steps
from tests.data.test_pictures import encoded
from tests.pages.conftest import PATIENCE


def drawing(ground=0, ink=255, left=60):
    pixels = np.full((100, 150), ground, np.uint8)
    pixels[20:80, left : left + 20] = ink
    return encoded(Image.fromarray(pixels))


def page():
    import streamlit as st

    from lossviz import runs
    from lossviz.ui.images import held
    from lossviz.ui.images.touch import touch_up
    from tests.pages.test_touch import drawing

    if not held.images():
        held.add(held.made(drawing(left=20), "left.png"))
        held.add(held.made(drawing(left=90), "right.png"))
    name = st.radio("Which", ["left.png", "right.png"])
    held.choose(next(each.key for each in held.images() if each.name == name))
    touch_up(held.chosen(), runs.find("arcface"))
    st.text([each.touch.zoom for each in held.images()])
    st.text(held.chosen().touch.values())


@pytest.fixture
def at(home):
    return good(AppTest.from_function(page, default_timeout=PATIENCE).run())


def good(at):
    assert not at.exception, at.exception
    return at


def pictures(at):
    (body,) = [each.proto.body for each in at.get("html")]
    return body


def test_the_original_stands_beside_what_the_net_sees(at):
    body = pictures(at)
    assert body.count("data:image/png;base64,") == 2
    assert "left.png" in body and "150 \u00d7 100" in body and "8 \u00d7 8, as in digits" in body


def test_controls_change_one_image_and_reset_takes_it_back(at):
    before = pictures(at)
    assert at.slider[0].disabled, "there is nothing to move about before it is enlarged"
    good(at.select_slider[0].set_value(2.11).run())
    assert at.text[0].value == "[2.11, 1.0]" and pictures(at) != before and "li-part" in pictures(at)
    good(at.slider[0].set_value(-1.0).run())
    assert "'across': -1.0" in at.text[1].value and "left:0.0%" in pictures(at)
    good(at.radio[0].set_value("right.png").run())
    assert at.select_slider[0].value == 1.0 and 'li-part"' not in pictures(at)
    good(at.radio[0].set_value("left.png").run())
    assert (at.select_slider[0].value, at.slider[0].value) == (2.11, -1.0), "the touch came back with its image"
    good(at.button(key="touch_reset").click().run())
    assert at.text[0].value == "[1.0, 1.0]" and pictures(at) == before


def test_invert_is_auto_on_or_off_and_a_doubt_is_a_warning(at):
    assert not any("Nothing can be seen" in each.value for each in at.warning)
    groups = {each.key.split()[-1]: each for each in at.button_group}
    good(groups["invert"].set_value("true").run())
    assert "'invert': True" in at.text[1].value
    assert any("Nothing can be seen" in each.value for each in at.warning)


def test_the_frame_is_where_the_recipe_looks():
    wide = Image.fromarray(np.tile(np.arange(200, dtype=np.uint8), (100, 1)))
    recipe = data.get("cifar10").recipe()
    touch = Touch(zoom=4.0, across=1.0, down=-1.0)
    assert _part(touch).endswith('style="left:75.0%;top:0.0%;width:25.0%;height:25.0%"></div>')
    assert recipe.prepare(wide, touch).min() >= 150 > recipe.prepare(wide).min()
    assert _part(Touch()) == ""


def test_a_slider_by_powers_has_the_default_and_both_ends():
    steps = _steps(Touch.knob("contrast"))
    assert (steps[0], steps[-1]) == (0.2, 5.0) and 1.0 in steps
    assert _steps(Touch.knob("zoom"))[0] == 1.0


def test_preparing_is_what_inference_does_and_is_done_once(home, monkeypatch):
    first, second = runs.find("arcface"), runs.find("triplet")
    one = made(drawing(ground=255, ink=0), "dark.png")
    done = prepared(first, one)
    recipe, _ = inference.recipe_of(first)
    whole = data.take(one.content, one.name, recipe.near)
    assert np.array_equal(done.pixels, recipe.prepare(whole.image))
    assert done.doubts == data.doubts(whole.image, done.pixels, recipe, inference.seen_by(first))
    assert (done.size, max(done.upload.image.size) <= room.SIDE) == ((150, 100), True)

    def never(*_, **__):
        raise AssertionError("decoded again")

    monkeypatch.setattr(data, "take", never)
    assert prepared(first, one) is done
    assert prepared(second, one) is done, "runs on one data set share it"
    with pytest.raises(AssertionError, match="decoded again"):
        prepared(first, made(drawing(ground=254, ink=0), "other.png"))


def test_what_is_kept_of_large_pictures_is_small(home):
    run = runs.find("arcface")
    large = encoded(
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (2000, 3000), np.uint8)), compress_level=1
    )
    done = prepared(run, made(large, "large.png"))
    assert done.size == (3000, 2000) and max(done.upload.image.size) <= room.SIDE
