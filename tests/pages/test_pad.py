"""The drawing pad in a bare page: what it draws, what it tells Python, and when."""

import base64
import io
import json
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lossviz import inference
from lossviz.paths import checkpoints_dir
from lossviz.runs import Run
from lossviz.ui.images import pad
from lossviz.view.sources import source, style


class Bare:
    """The pad on ``page``; ``said`` is what it handed to Python, which answers at once unless ``held`` back."""

    def __init__(self, page, folder):
        files = [source("icons"), *((pad.HERE / "js" / f"{name}.js").read_text() for name in ("pictures", "pad"))]
        module = "\n".join(files).replace("export default function", "function entry")
        start = (
            "globalThis.said = []; globalThis.silent = false;"
            "globalThis.answer = (number) => dispatchEvent(new CustomEvent('lossviz-pad-answer', { detail: number }));"
            "const hear = (key, value) => {"
            "  said.push({ key, at: performance.now(), ...value });"
            "  if (!silent) setTimeout(() => answer(value.number));"
            "};"
            "globalThis.give = (data) => { globalThis.release = "
            "  entry({ parentElement: document.body, data, setStateValue: hear }); };"
            f"give({json.dumps(DATA)});"
        )
        file = folder / "pad.html"
        file.write_text(
            f"<!doctype html><meta charset=utf-8><style>body {{ margin: 16px }}{style(pad.HERE / 'pad.css')}</style>"
            f'<div style="width: 380px"><div class="li-root li-pad"></div></div>'
            f"<script type=module>{module}\n{start}</script>"
        )
        self.page = page
        page.goto(file.as_uri())
        page.wait_for_function("document.querySelector('.li-pad').lossviz")
        self.root = page.locator(".li-pad")

    def look(self):
        return self.root.evaluate("root => root.lossviz.inspect()")

    def until(self, condition):
        """Waits until ``condition`` on ``s``, the pad's state, and ``said`` is true."""
        self.page.wait_for_function(
            f"(() => {{ const s = document.querySelector('.li-pad').lossviz.inspect(); return {condition}; }})()"
        )

    def stroke(self, *points, up=True):
        """Draws a line through points of 0..1."""
        box = self.page.locator("canvas").bounding_box()
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=6)
        if up:
            self.page.mouse.up()

    def press(self, name):
        self.page.locator(f"[data-does={name}]").click()

    def said(self):
        return self.page.evaluate("said")

    def settled(self):
        """What was sent last, once nothing more is on its way; as grey pixels, or ``None`` for an empty pad."""
        self.until("!s.waiting && s.sent === s.answered")
        told = self.said()[-1]["picture"]
        return pixels(told) if told else None


PATIENT = 4900  # ms that an answer is waited for at least
DATA = {"key": "pad", "ink": "white", "pen": 24, "visit": "one", "emptied": 0}


def pixels(url):
    image = Image.open(io.BytesIO(base64.b64decode(url.removeprefix(pad.BEGINNING))))
    assert image.size == (280, 280) and image.convert("RGBA").getextrema()[3] == (255, 255)
    return np.asarray(image.convert("L"))


@pytest.fixture
def bare(page, tmp_path):
    return Bare(page, tmp_path)


ACROSS, DOWN = ((0.2, 0.5), (0.8, 0.5)), ((0.5, 0.2), (0.5, 0.8))


def test_a_stroke_is_drawn_where_the_hand_was(bare):
    assert bare.said() == []
    bare.stroke(*ACROSS)
    drawn = bare.settled()
    assert drawn[140, 140] == 255 and drawn[140, 20] == 0 and drawn[80, 140] == 0
    assert 20 <= (drawn[:, 140] > 127).sum() <= 28, "as wide as the pen"


def test_a_dot_is_a_stroke_and_other_buttons_draw_nothing(bare):
    bare.page.locator("canvas").click(button="right")
    assert bare.look()["strokes"] == 0
    bare.page.locator("canvas").click(position={"x": 40, "y": 40})
    assert (bare.settled() > 127).sum() > 300


def test_undo_redo_and_clear_by_button_and_by_key(bare):
    bare.stroke(*ACROSS)
    bare.stroke(*DOWN)
    both = bare.settled()
    bare.press("undo")
    one = bare.settled()
    assert both[80, 140] == 255 and one[80, 140] == 0 and one[140, 140] == 255
    bare.page.locator("canvas").press("Control+y")
    assert np.array_equal(bare.settled(), both)
    bare.press("wipe")
    assert bare.settled() is None and bare.look()["strokes"] == 0
    bare.page.locator("canvas").press("Control+z")
    assert np.array_equal(bare.settled(), both), "clearing can be undone"
    assert bare.page.locator("[data-does=redo]").is_enabled()
    bare.stroke(*ACROSS)
    assert bare.page.locator("[data-does=redo]").is_disabled(), "what was undone is gone once something else is drawn"


def test_pen_and_ink_are_as_chosen(bare):
    bare.page.get_by_label("Pen width").fill("40")
    bare.page.get_by_role("radio", name="Black on white").click()
    bare.stroke(*ACROSS)
    drawn = bare.settled()
    assert drawn[140, 140] == 0 and drawn[10, 10] == 255
    assert 36 <= (drawn[:, 140] < 127).sum() <= 44
    bare.page.get_by_role("radio", name="White on black").click()
    assert bare.settled()[140, 140] == 255, "a change of ink is told as well"


def test_the_sets_own_ink_is_taken_until_another_is_chosen(bare):
    bare.page.evaluate("data => give(data)", {**DATA, "ink": "black"})
    assert bare.look()["ink"] == "black"
    bare.page.get_by_role("radio", name="White on black").click()
    bare.page.evaluate("data => give(data)", {**DATA, "ink": "black"})
    assert bare.look()["ink"] == "white"


def test_the_sets_own_pen_is_taken_until_another_is_chosen(bare):
    pen = bare.page.get_by_label("Pen width")
    bare.page.evaluate("data => give(data)", {**DATA, "pen": 40})
    assert pen.input_value() == "40"
    bare.stroke(*ACROSS)
    assert 36 <= (bare.settled()[:, 140] > 127).sum() <= 44
    pen.fill("12")
    bare.page.evaluate("data => give(data)", {**DATA, "pen": 40})
    assert bare.look()["width"] == 12 and pen.input_value() == "12"


@pytest.mark.parametrize("name", ["digits-softmax", "digits-arcface", "digits-triplet"])
def test_digits_as_bold_as_ucis_are_drawn_with_a_bold_pen(name):
    run, told = Run(checkpoints_dir() / name), {}
    assert pad.pen_of(run) == pad.BOLD > pad.pen_of(Run(checkpoints_dir() / "mnist-softmax")) == pad.USUAL
    for pen in (pad.USUAL, pad.BOLD):
        pixels = inference.recipe_of(run)[0].prepare(seven(pen))
        landing = inference.land(run, 60, inference.embed(run, 60, pixels[None])[0])
        told[pen] = run.class_names[landing.prediction]
    assert told[pad.BOLD] == "7" != told[pad.USUAL]


def seven(pen):
    """A seven as the pad draws it: with round ends."""
    drawn, points = Image.new("L", (280, 280)), [(84, 70), (196, 70), (126, 224)]
    ImageDraw.Draw(drawn).line(points, 255, pen, joint="curve")
    for x, y in points:
        ImageDraw.Draw(drawn).ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], 255)
    return drawn


def test_while_drawing_it_sends_what_there_is_and_in_the_end_all(bare):
    bare.stroke((0.1, 0.5), (0.5, 0.5), up=False)
    bare.until("said.length > 0")
    first = pixels(bare.said()[0]["picture"])
    assert (first > 127).any(), "before the hand is lifted"
    bare.page.mouse.move(*middle(bare), steps=10)
    bare.stroke((0.1, 0.2), (0.9, 0.2), (0.9, 0.8), (0.2, 0.8), (0.2, 0.3))
    last = bare.settled()
    told = bare.said()
    gaps = np.diff([each["at"] for each in told])
    assert (gaps > 190).all(), "five times a second at most"
    assert [each["number"] for each in told] == list(range(1, len(told) + 1))
    assert (last > 127).sum() > (first > 127).sum()


def middle(bare):
    box = bare.page.locator("canvas").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_nothing_more_is_sent_before_the_last_was_answered(bare):
    bare.page.evaluate("() => { silent = true; }")
    bare.stroke(*ACROSS)
    bare.until("said.length > 0")
    bare.stroke(*DOWN)
    bare.page.wait_for_timeout(700)
    unanswered = [each["at"] for each in bare.said()]
    assert all(gap > PATIENT for gap in np.diff(unanswered)), "a machine may be so slow that it gave up"
    bare.page.evaluate("() => { silent = false; answer(said.length); }")
    assert bare.settled()[80, 140] == 255, "once it was, the newest is"


def test_an_answer_that_never_comes_is_not_waited_for_for_ever(bare):
    bare.page.evaluate("() => { silent = true; }")
    bare.stroke(*ACROSS)
    bare.until("said.length > 0")
    bare.stroke(*DOWN)
    bare.until("said.length > 1")
    first, second, *_ = bare.said()
    assert second["at"] - first["at"] > PATIENT


def test_the_same_picture_is_not_sent_again(bare):
    bare.stroke(*ACROSS)
    bare.settled()
    bare.page.evaluate("data => give(data)", DATA)
    bare.press("undo")
    bare.page.locator("[data-does=redo]").click()
    bare.page.wait_for_timeout(600)
    pictures = [each["picture"] for each in bare.said()]
    assert all(first != second for first, second in pairwise(pictures))


def test_keep_tells_so_and_leaves_an_empty_pad(bare):
    assert bare.page.locator("[data-does=keep]").is_disabled()
    bare.stroke(*ACROSS)
    bare.press("keep")
    bare.until("!s.waiting && s.sent === s.answered")
    kept = bare.said()[-1]
    assert kept["keep"] and (pixels(kept["picture"]) > 127).any()
    assert bare.look()["strokes"] == 0
    bare.stroke(*DOWN)
    drawn = bare.settled()
    assert drawn[140, 60] == 0, "the kept one is not on it"


def test_a_drawing_outlives_the_page_that_it_was_on(bare):
    bare.stroke(*ACROSS)
    bare.settled()
    told = len(bare.said())
    bare.page.evaluate("data => { release(); give(data); }", DATA)
    assert bare.look()["strokes"] == 1
    bare.until("!s.waiting")
    assert len(bare.said()) == told, "Python has it still"


def test_what_python_takes_away_leaves_the_pad_and_a_new_session_is_told_again(bare):
    bare.stroke(*ACROSS)
    before, told = bare.settled(), len(bare.said())
    bare.page.evaluate("data => give(data)", {**DATA, "visit": "two"})
    bare.until(f"said.length === {told + 1}")
    assert np.array_equal(bare.settled(), before)
    bare.page.evaluate("data => give(data)", {**DATA, "visit": "two", "emptied": 1})
    assert bare.look()["strokes"] == 0
    bare.until("!s.waiting")
    assert len(bare.said()) == told + 1, "Python knows"
    bare.stroke(*DOWN)
    assert bare.settled()[80, 140] == 255


@pytest.mark.parametrize("page", [{"viewport": {"width": 1280, "height": 860}, "has_touch": True}], indirect=True)
def test_a_finger_draws(bare):
    box = bare.page.locator("canvas").bounding_box()
    bare.page.touchscreen.tap(box["x"] + 60, box["y"] + 60)
    assert bare.look()["strokes"] == 1
    assert (bare.settled() > 127).any()
    assert bare.page.locator("canvas").evaluate("node => getComputedStyle(node).touchAction") == "none"
