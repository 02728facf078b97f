"""Of every section: sliders move by keyboard, typed values outside are refused, and all is in the address."""

import re

import pytest

from tests.lab.still import Still
from tests.lab.test_exports import SECTIONS

WITH_SLIDERS = [name for name in SECTIONS if name != "sweep"]  # its widgets are Streamlit's, which do the same


@pytest.fixture
def shown(page, tmp_path):
    def show(name):
        scripts, data, *_ = SECTIONS[name]
        return Still(page, tmp_path, scripts, data())

    return show


@pytest.mark.parametrize("name", WITH_SLIDERS)
def test_every_slider_moves_by_keyboard_and_its_value_is_in_the_address(shown, name):
    section = shown(name)
    page = section.page
    names = page.locator("input[type=range]").evaluate_all("all => all.map((each) => each.dataset.state)")
    assert names
    for state in names:
        section.nudge(state)
        page.wait_for_function("(name) => decodeURIComponent(location.search).includes(`${name}!`)", arg=state)


@pytest.mark.parametrize("name", WITH_SLIDERS)
def test_a_typed_value_outside_is_refused_with_the_range_and_one_inside_is_taken(shown, name):
    section = shown(name)
    page = section.page
    for field in page.locator("[data-typed]").all():
        state = field.get_attribute("data-typed")
        before = section.look()["state"][state]
        field.fill("123456")
        field.press("Enter")
        said = page.locator(".lab-refused:visible").inner_text()
        low, high = re.search(r"between (\S+) and (\S+)", said).groups()
        assert "got 123456" in said
        assert section.look()["state"][state] == before
        field.fill(high.rstrip(",").replace(chr(0x2212), "-"))
        field.press("Enter")
        section.page.wait_for_function("document.querySelectorAll('.lab-refused:not([hidden])').length === 0")
        assert section.look()["state"][state] == pytest.approx(float(high.rstrip(",").replace(chr(0x2212), "-")))
        assert low != high


@pytest.mark.parametrize("name", SECTIONS)
def test_everything_that_is_dragged_or_pressed_can_have_the_focus_and_has_a_name(shown, name):
    section = shown(name)
    without = section.page.evaluate(
        """() => [...document.querySelectorAll('.lab-root :is(button, input, select, [data-handle])')]
            .filter((each) => each.getAttribute('role') !== 'radio')
            .filter((each) => {
                const named = each.getAttribute('aria-label') || each.textContent || each.closest('label');
                return each.tabIndex < 0 || !named;
            })
            .map((each) => each.outerHTML.slice(0, 90))"""
    )
    assert without == []


@pytest.mark.parametrize("name", SECTIONS)
def test_words_to_choose_from_are_chosen_by_arrow_keys(shown, name):
    section = shown(name)
    groups = section.page.locator("[role=radiogroup]")
    for index in range(groups.count()):
        button = groups.nth(index).locator("[aria-checked=true]")
        chosen = button.get_attribute("data-choice")
        button.press("ArrowRight")
        section.page.wait_for_function(
            "(chosen) => document.querySelector(`[data-choice='${chosen}']`)?.getAttribute('aria-checked') !== 'true'",
            arg=chosen,
        )
        state = chosen.split("=")[0]
        section.page.wait_for_function("(name) => decodeURIComponent(location.search).includes(`${name}!`)", arg=state)
        groups = section.page.locator("[role=radiogroup]")
