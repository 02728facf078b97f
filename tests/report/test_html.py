"""The HTML is opened from disk without a network: its view turns, its charts are drawn, its tables are saved."""

import pytest

from lossviz.report.make import Wanted, report_bytes
from lossviz.report.of_runs import Asked

LOOK = "document.querySelector('.lv-root').lossviz.inspect()"


@pytest.fixture
def opened(page, pair, tmp_path):
    """The report in a browser that has no network, with what it asked for."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    path = tmp_path / "report.html"
    path.write_bytes(report_bytes(pair, "html", Wanted(Asked(title="Two <b>losses</b>"))))
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelector('.lv-root')?.lossviz?.inspect().renders > 1")
    yield page
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_view_turns_and_stands_still_by_itself(opened):
    camera = f"{LOOK}.cameras[0].turn"
    before = opened.evaluate(camera)
    opened.wait_for_timeout(300)
    assert opened.evaluate(camera) == before
    assert [panel["count"] for panel in opened.evaluate(LOOK)["panels"]] == [60, 60]
    overlay = opened.locator(".lv-overlay")
    overlay.evaluate("part => part.scrollIntoView({ block: 'center', behavior: 'instant' })")
    box = overlay.bounding_box()
    opened.mouse.move(box["x"] + 150, box["y"] + 200)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 260, box["y"] + 240, steps=4)
    opened.mouse.up()
    turned = "([text, before]) => eval(text).some((part, i) => Math.abs(part - before[i]) > 0.05)"
    opened.wait_for_function(turned, arg=[camera, before])


def test_charts_are_drawn_when_they_are_scrolled_to_and_follow_the_theme(opened):
    assert opened.locator("h1").inner_text() == "Two <b>losses</b>"
    chart = opened.locator("#roc .chart")
    assert chart.get_attribute("data-drawn") is None
    chart.scroll_into_view_if_needed()
    opened.locator("#roc .chart[data-drawn] .xtitle").wait_for()
    ink = "document.querySelector('#roc .xtitle').style.fill"
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(ground), opened.evaluate(ink)
    assert light[0] == "rgb(255, 255, 255)"
    opened.get_by_role("button", name="Switch between light and dark").click()
    opened.wait_for_function("([text, before]) => eval(text) !== before", arg=[ink, light[1]])
    assert opened.evaluate(ground) == "rgb(16, 20, 27)"
    assert opened.locator("#epochs-one img:visible").get_attribute("class") == "on-dark"


def test_tables_are_saved(opened):
    with opened.expect_download() as download:
        opened.locator("#scores ~ .saved").first.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "scores.csv"
    text = download.value.path().read_text()
    assert text.splitlines()[0] == 'Score,"one, epoch 3","two, epoch 3"'
