"""A browser without WebGL gets a sentence."""

import pytest

from tests.browser import FLAGS


@pytest.fixture(scope="module")
def browser(launch):
    started = launch([*(flag for flag in FLAGS if "swiftshader" not in flag), "--disable-3d-apis"])
    yield started
    started.close()


def test_missing_webgl_is_said_and_the_rest_works(harness, page):
    page.goto(f"{harness}/?case=two")
    page.locator(".lv-root").get_by_text("needs WebGL 2").wait_for()
    page.locator(".lv-epoch").press("ArrowLeft")
    page.get_by_test_id("stText").filter(has_text="epoch 4 ").wait_for()
