"""Several views on one page: each keeps its own state in the address."""

import re

import pytest

from tests.view.conftest import Driver


class Both:
    """The two views of the page."""

    def __init__(self, page, address):
        self.page = page
        self.each = [Driver(page, address), Driver(page, address)]
        for index, view in enumerate(self.each):
            view.root = page.locator(".lv-root").nth(index)

    def ready(self):
        for view in self.each:
            view.root.wait_for()
            view.until(lambda state: state["panels"] and state["renders"] > 1)
        return self

    def turns(self):
        return [view.look()["cameras"][0]["turn"] for view in self.each]


@pytest.fixture
def both(harness, page):
    page.goto(f"{harness}/?case=one&several=1")
    return Both(page, harness).ready()


def key(both, index, name):
    both.each[index].root.locator(".lv-overlay").focus()
    both.page.keyboard.press(name)


def test_each_view_turns_by_itself_and_the_address_brings_both_back(both):
    home = both.turns()
    key(both, 0, "5")
    both.page.wait_for_url(re.compile(r"[?&]view=1\.v"))
    first = both.turns()
    assert first[0] != home[0] and first[1] == home[1]
    assert "second=" not in both.page.url
    key(both, 1, "1")
    both.page.wait_for_url(re.compile(r"[?&]second=1\.v"))
    second = both.turns()
    assert second[0] == first[0] and second[1] not in (home[1], first[0])
    both.page.reload()
    both.ready()
    for found, kept in zip(both.turns(), second, strict=True):
        assert found == pytest.approx(kept, abs=1e-3)
