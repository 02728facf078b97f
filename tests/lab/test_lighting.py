"""In every section a letter of the formula lights its part of the picture, and the picture its letter."""

import pytest

from lossviz import losses
from lossviz.ui.lab.offer import angular_losses, loss_card
from lossviz.ui.lab.pairs import SCRIPTS
from lossviz.ui.lab.two_classes import ANGULAR
from tests.lab.still import Still
from tests.lab.test_pairs_and_plane import CIRCLE, PAIRS

ANGLES = {"losses": angular_losses(), "learned": None}
SECTIONS = {
    "two": ((*ANGULAR, "two"), ANGLES),
    "target": ((*ANGULAR, "target"), ANGLES),
    "many": ((*ANGULAR, "many"), ANGLES),
    "spokes": (("spokes",), {}),
    "pairs": (SCRIPTS, PAIRS),
    "plane": (("plane_math", "plane"), CIRCLE),
    "unified": (("plane_math", "unified"), CIRCLE),
}
MAP = "[data-figure=circle-byPositive]"
CASES = [  # section, letter, what it lights, what stays as it is
    ("two", "2.margin", "[data-boundary^='2.']", "[data-boundary^='3.']"),
    ("two", "*.scale", "[data-lights='2.scale']", "[data-boundary^='2.']"),
    ("target", "2.margin", "[data-figure=logit] path[data-slot='2']", "[data-figure=logit] path[data-slot='3']"),
    ("target", "*.scale", "[data-figure=chance] path[data-slot='2']", "[data-figure=logit] path[data-slot='2']"),
    ("many", "1.margin", "[data-figure=ring1] [data-lights='1.margin']", "[data-figure=ring2] [data-lights]"),
    ("many", "*.scale", "[data-figure=ring1] [data-sure]", "[data-figure=ring1] [data-lights='1.margin']"),
    ("spokes", "first", "[data-weight='0']", "[data-weight='1']"),
    ("spokes", "lengths", "[data-weight='1']", "[data-weight='0']"),
    ("pairs", "margin", "[data-figure=loss] [data-line=margin]", "[data-ring=solved]"),
    ("pairs", "margin", "[data-figure=springs] [data-ring=margin]", "[data-ring=hard]"),
    ("pairs", "tripletMargin", "[data-ring=solved]", "[data-figure=springs] [data-ring=margin]"),
    ("pairs", "toPositive", "[data-ring=hard]", "[data-ring=solved]"),
    ("plane", "margin", f"{MAP} [data-curve=boundary]", f"{MAP} [data-contours]"),
    ("plane", "gamma", f"{MAP} [data-contours]", f"{MAP} [data-curve=boundary]"),
    ("unified", "K", "[data-bar=positive]", "[data-bar=negative]"),
    ("unified", "margin", "[data-bar=negative]", "[data-bar=positive]"),
]  # fmt: skip


@pytest.fixture
def shown(page, tmp_path):
    return lambda name: Still(page, tmp_path, *SECTIONS[name])


def look(section, selector):
    """How everything that the selector finds is drawn."""
    wanted = ("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity")
    take = "(all, names) => all.map(each => names.map(name => each.getAttribute(name)).join())"
    found = section.page.locator(selector).evaluate_all(take, list(wanted))
    assert found, selector
    return found


def drawn(section):
    """Waits until what was asked for is drawn."""
    section.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def focus(section, symbol):
    section.page.locator(f"math [tabindex][data-symbol='{symbol}'], math[data-symbol='{symbol}']").first.focus()
    section.until(f"s.lit === '{symbol}'")
    drawn(section)


@pytest.mark.parametrize(("name", "symbol", "lights", "not_"), CASES)
def test_a_letter_lights_what_it_controls_and_only_that(shown, name, symbol, lights, not_):
    section = shown(name)
    before = look(section, lights), look(section, not_)
    focus(section, symbol)
    after = look(section, lights), look(section, not_)
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert section.page.locator(".lab-lit").count() >= 1
    section.page.evaluate("document.activeElement.blur()")
    section.until("s.lit === null")
    drawn(section)
    assert (look(section, lights), look(section, not_)) == before
    assert section.page.locator(".lab-lit").count() == 0


BACK = [  # section, part of the picture, letter
    ("two", "[data-boundary='3.1']", "3.margin"),
    ("target", "[data-figure=logit] path[data-slot='3']", "3.margin"),
    ("pairs", "[data-figure=loss] [data-line=margin]", "margin"),
    ("plane", "[data-figure=am_softmax-byPositive] [data-curve=boundary]", "margin"),
    ("unified", "[data-figure=unified] [data-curve='positive 3']", "K"),
]


@pytest.mark.parametrize(("name", "part", "symbol"), BACK)
def test_pointing_at_a_part_of_the_picture_lights_its_letter(shown, name, part, symbol):
    section = shown(name)
    place = section.page.locator(part).first.evaluate(
        """part => {
            const at = part.getPointAtLength(0.4 * part.getTotalLength()), { a, d, e, f } = part.getScreenCTM();
            return [a * at.x + e, d * at.y + f];
        }"""
    )
    section.page.evaluate("([, y]) => scrollBy(0, y - 300)", place)
    up = section.page.evaluate("scrollY")
    section.page.mouse.move(place[0], place[1] - up)
    section.until(f"s.lit === '{symbol}'")
    drawn(section)
    lit = section.page.locator(".lab-symbol.lab-lit")
    assert {part.get_attribute("data-symbol") for part in lit.all()} == {symbol}
    section.page.mouse.move(3, 3)
    section.until("s.lit === null")


def test_values_stand_in_the_letters_places_and_follow_the_slider(shown):
    section = shown("plane")
    values = section.page.locator(".lab-formula").nth(1).locator("> div").nth(1)
    before = values.text_content()
    section.hold("margin", 0.1)
    section.page.mouse.up()
    margin = section.look()["state"]["margin"]
    assert values.text_content() != before
    shown_values = values.locator("[data-symbol=margin]").all_text_contents()
    assert f"=2·{margin:g}" in values.text_content()  # and not 20.1 for 2 times 0.1
    assert shown_values and all(float(text) == pytest.approx(margin) for text in shown_values)


SPELL = """source => {
    const lines = texLines(source.formula, (text) => {
        const knob = source.numbers.find(({ letter }) => letter && letter.replaceAll(' ', '') === text);
        return knob ? numeral({ root: document.body }, knob.name, 0) : null;
    });
    const symbols = lines.flatMap((line) => [...line.querySelectorAll('[data-symbol]')]);
    return [lines.map((line) => line.textContent).join(' | '), symbols.map((part) => part.dataset.symbol)];
}"""
MISSING = {"triplet_center": {"center_weight"}, "a_softmax": {"scale"}, "adaface": {"scale"}}
"""Knobs with a letter that the printed formula leaves out."""


def test_every_losss_formula_is_read_and_holds_the_letters_of_its_knobs(page, tmp_path):
    Still(page, tmp_path, ("spokes",), {})
    module, shared = (tmp_path / "section.html").read_text(), "Object.assign(globalThis, { texLines, numeral });"
    (tmp_path / "with_tex.html").write_text(module.replace("globalThis.entryOf", f"{shared} globalThis.entryOf"))
    page.goto((tmp_path / "with_tex.html").as_uri())
    page.wait_for_function("Boolean(globalThis.texLines)")
    for key in losses.available():
        card = loss_card(losses.get(key))
        text, symbols = page.evaluate(SPELL, card)
        assert not set(text) & set("\\}_^&"), (key, text)  # what is left of LaTeX
        lettered = {knob["name"] for knob in card["numbers"] if knob["letter"]}
        assert lettered - set(symbols) <= MISSING.get(key, set()), (key, text)
