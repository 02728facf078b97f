"""Both pages in a real browser."""

import io
import re
import urllib.request
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from lossviz import analysis, runs
from tests.browser import ROOT, serve, watching
from tests.pages.driving import Dashboard
from tests.pages.made import EPOCHS
from tests.pages.reading import pinned, table_rows, written
from tests.view.conftest import steady

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def visitor(app, browser):
    """One person's browser, which keeps the scripts that it has loaded once."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    yield context
    context.close()


@pytest.fixture
def page(visitor):
    """A new page of that browser; the test fails where it wrote an error to the console."""
    opened = visitor.new_page()
    with watching(opened):
        yield opened
        opened.close()


@pytest.fixture
def dash(app, page):
    """The dashboard; the test fails where it asked another host for anything."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    yield Dashboard(page, app)
    assert asked
    assert [url for url in asked if not url.startswith((app, "data:", "blob:"))] == []


@pytest.fixture
def fresh(no_runs, tmp_path):
    """A server that nobody has visited."""
    with serve(ROOT / "app.py", tmp_path / "log", LOSSVIZ_RUNS=str(no_runs)) as address:
        yield address
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("path", ["explore", ""])
def test_the_first_visit_to_a_fresh_server_finds_the_page_inside_the_frame(path, fresh, page):
    page.goto(f"{fresh}/{path}")
    for name in ("Compare", "Explore"):
        page.get_by_role("link", name=name).wait_for()
    label = {"explore": "Run", "": "Runs"}[path]
    page.get_by_text(label, exact=True).or_(page.get_by_text("no run to look at")).first.wait_for()
    assert page.get_by_test_id("stSidebar").count() == 0
    assert page.get_by_test_id("stException").count() == 0


def test_every_control_of_compare_can_be_used(dash):
    dash.open(runs=["softmax", "arcface"])
    page = dash.page
    page.get_by_text("Align to the first").click()
    dash.settled()
    page.get_by_text("What is equal, what differs").click()
    page.get_by_test_id("stDataFrame").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Options").click()
    dash.says("The embedding itself")
    page.get_by_role("radio", name="true").or_(page.get_by_role("button", name="true")).first.click()
    dash.settled()
    page.keyboard.press("Escape")
    page.get_by_test_id("stSelectbox").filter(has_text="View").get_by_role("combobox").click()
    page.get_by_role("option", name="PCA", exact=True).click()
    dash.settled()
    dash.says("explains .* of the variance")
    for name in ("Angles", "Norms", "Pairs", "Verification", "Confusion", "History"):
        dash.tab(name)
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
    dash.tab("Selection")
    dash.says("Nothing is selected")
    dash.tab("Scores")
    page.locator("table.lv-scores").wait_for()
    page.get_by_text("runs cannot be shown").click()
    dash.says("half-written")
    assert [panel["key"] for panel in dash.look()["panels"]] == ["softmax", "arcface"]


def test_every_control_of_explore_can_be_used(dash):
    dash.open("explore", run="triplet")
    page = dash.page
    for name in ("Classes", "Worst offenders", "Triplets", "Selection", "Training", "Run", "Events"):
        dash.tab(name)
    page.get_by_role("button", name="Show all classes").or_(page.get_by_text("Nothing stands out")).first.wait_for()
    dash.tab("Worst offenders")
    page.get_by_role("button", name="Select in the view").nth(1).click()
    dash.until(lambda state: len(state["selected"]) == 16)
    page.get_by_role("button", name="Pin the first").nth(1).click()
    dash.until(lambda state: len(state["pins"]) == 1)
    dash.settled()
    for control in ("Cosine", "Euclidean"):
        page.get_by_role("radio", name=control).or_(page.get_by_role("button", name=control)).first.click()
        dash.settled()
    page.get_by_text("Lines in the picture").click()
    dash.settled()
    dash.tab("Triplets")
    dash.says("Hardest positives")
    page.get_by_role("slider", name="Margin").focus()
    page.keyboard.press("ArrowRight")
    dash.settled()
    dash.says("Hardest negatives")


def test_a_clicked_point_has_its_card_and_its_true_neighbours(dash):
    run = runs.find("softmax")
    samples = run.samples["probe"]
    dash.open("explore", run="softmax")
    image, spot = dash.clear_spot(0, samples.index.tolist())
    dash.page.mouse.click(*spot)
    dash.until(lambda state: state["pins"] == [image])
    dash.says(f"image {image}")
    place = samples.index.tolist().index(image)
    true = analysis.neighbours(run.snapshot(EPOCHS).embeddings["probe"], place, run.header["loss"]["metric"], 8)
    row = dash.page.locator(".lv-thumbs").nth(1).locator("[role=listitem]")
    expect(row).to_have_count(8)
    assert [told.split() for told in row.all_inner_texts()] == [
        [run.class_names[samples.labels[near]], f"{distance:.3g}°"]
        for near, distance in zip(true.rows, true.distances, strict=True)
    ]
    dash.page.keyboard.press("Escape")
    dash.says("Click a point in the picture")


def test_scrubbing_changes_scores_and_charts(dash):
    dash.open(runs=["softmax", "arcface"], below="Scores")
    stored = [[runs.scores(runs.find(name), epoch) for name in ("softmax", "arcface")] for epoch in (EPOCHS, 0)]

    def shown(scores):
        return [written(each["centroid_accuracy"], "%") for each in scores]

    def told():
        return [text for text, _ in table_rows(dash.scores())["Nearest centroid"]]

    assert told() == shown(stored[0]) != shown(stored[1])
    dash.root.locator(".lv-epoch").press("Home")
    dash.page.get_by_text(re.compile("^epoch 0$")).last.wait_for()
    dash.settled()
    expect(dash.page.locator("table.lv-scores small").first).to_have_text("epoch 0")
    assert told() == shown(stored[1])
    dash.tab("Norms")
    dash.quiet()
    before = drawn(dash.page)
    dash.root.locator(".lv-epoch").press("End")
    dash.page.wait_for_function(f"before => {DRAWN} !== before", arg=before)


DRAWN = "JSON.stringify(document.querySelector('.js-plotly-plot')?.data?.map(trace => [trace.x, trace.y]))"


def drawn(page):
    page.wait_for_function(f"Boolean({DRAWN})")
    return page.evaluate(DRAWN)


def test_an_event_moves_the_view(dash):
    dash.open("explore", run="arcface", below="Events")
    buttons = dash.page.get_by_test_id("stTooltipHoverTarget").get_by_role("button").filter(has_text=re.compile(r"^\d"))
    buttons.first.wait_for()
    text = buttons.first.inner_text()
    epoch = int(re.match(r"\d+", text).group())
    dash.root.locator(".lv-epoch").press("End" if epoch == 0 else "Home")
    dash.until(lambda state: state["epoch"] != epoch)
    dash.settled()
    buttons.first.click()
    dash.until(lambda state: state["epoch"] == epoch and not state["playing"])


def test_a_row_of_the_class_table_isolates_its_class(dash):
    dash.open("explore", run="softmax", below="Classes")
    table = dash.page.get_by_test_id("stDataFrame")
    table.wait_for()
    assert dash.look()["hidden"] == []
    first = {"x": 12, "y": 52}  # the box before the first row
    dash.quiet()
    steady(table)
    table.click(position=first)
    state = dash.until(lambda state: len(state["hidden"]) == 9)
    alone = ({*range(10)} - set(state["hidden"])).pop()
    labels = runs.find("softmax").samples["probe"].labels
    assert state["panels"][0]["drawn"] == int((labels == alone).sum())
    dash.quiet()
    steady(table)
    table.click(position=first)
    dash.until(lambda state: state["hidden"] == [])


def test_a_lasso_brings_its_images_to_the_selection_tab(dash):
    dash.open(runs="softmax", below="Selection")
    box = dash.root.locator(".lv-overlay").bounding_box()
    dash.root.locator("[data-does=lasso]").click()
    left, top, right, low = box["x"] + 20, box["y"] + 60, box["x"] + box["width"] / 2, box["y"] + box["height"] - 60
    dash.drag((left, top), (right, top), (right, low), (left, low), (left, top))
    chosen = dash.until(lambda state: state["selected"])["selected"]
    dash.says(rf"^{len(chosen)} selected:")
    assert 0 < len(chosen) < 120
    cells = dash.page.locator(".lv-thumbs [role=listitem]")
    expect(cells).to_have_count(len(chosen))
    named = cells.locator("[title]").evaluate_all("all => all.map(each => each.title)")
    assert sorted(int(re.match(r"image (\d+)", title).group(1)) for title in named) == sorted(chosen)


def test_the_thumbnails_are_the_images(dash, app):
    run = runs.find("softmax")
    pictures = runs.probe_pictures(run)
    with dash.page.expect_response(re.compile("/lossviz/thumbnails/softmax")) as caught:
        dash.open("explore", run="softmax", view="1." + pinned(run.samples["probe"].index[3]))
    assert caught.value.status == 200
    sheet = np.asarray(Image.open(io.BytesIO(caught.value.body())).convert("L"))
    columns = sheet.shape[1] // 8
    for place in (0, 57, 119):
        y, x = 8 * (place // columns), 8 * (place % columns)
        assert (sheet[y : y + 8, x : x + 8] == pictures[place, :, :, 0]).all()
    assert not (pictures[0] == pictures[57]).all()
    for wrong in ("nobody", "no-header", "..%2f..%2fetc%2fpasswd"):
        with pytest.raises(urllib.request.HTTPError) as refused:
            urllib.request.urlopen(f"{app}/lossviz/thumbnails/{wrong}", timeout=60)
        assert refused.value.code in (400, 404)


def test_a_copied_link_opens_what_was_seen(dash, browser, app):
    dash.open(runs=["arcface", "softmax"])
    x, y = dash.middle()
    dash.drag((x, y), (x + 110, y + 40))
    dash.root.get_by_label("Colour by").select_option("confidence")
    dash.root.locator(".lv-epoch").press("ArrowLeft")
    image, spot = dash.clear_spot(0, runs.find("arcface").samples["probe"].index.tolist())
    dash.page.mouse.click(*spot)
    dash.root.locator("[data-does=box]").click()
    dash.drag((x - 60, y - 60), (x + 60, y + 60))
    dash.until(lambda state: state["selected"])
    dash.tab("Angles")
    before = dash.still()
    assert before["pins"] == [image]
    dash.page.wait_for_function("address => location.search.includes('below=Angles')")
    link = dash.kept()
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    try:
        other = Dashboard(context.new_page(), app)
        other.page.goto(link)
        other.ready()
        after = other.still()
        for key in ("pins", "selected", "epoch", "color", "hidden"):
            assert after[key] == before[key], key
        assert [panel["key"] for panel in after["panels"]] == ["arcface", "softmax"]
        turns = [np.array(state["cameras"][0]["turn"]) for state in (before, after)]
        assert np.abs(turns[0] - turns[1]).max() < 1e-3
        assert np.abs(turns[0] - [0, 0, 0, 1]).max() > 0.05
        expect(other.page.get_by_role("tab", name="Angles")).to_have_attribute("aria-selected", "true")
    finally:
        context.close()
    assert before["epoch"] == EPOCHS - 1 and before["color"] == "confidence"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_light_and_dark(dash, scheme):
    dash.page.emulate_media(color_scheme=scheme)
    dash.open(runs=["softmax", "arcface"], below="Norms")
    dash.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    picture = Image.open(io.BytesIO(dash.page.screenshot())).convert("L")
    ground = np.median(np.asarray(picture))
    assert ground < 60 if scheme == "dark" else ground > 230
    stage = Image.open(io.BytesIO(dash.root.locator(".lv-stage").screenshot())).convert("RGB")
    assert (np.ptp(np.asarray(stage).astype(int), axis=2) > 60).sum() > 500


def test_the_camera_survives_tabs_and_the_switch(dash):
    dash.open(runs=["softmax", "arcface"])
    x, y = dash.middle()
    home = dash.look()["cameras"][0]["turn"]
    turned = dash.drag((x, y), (x + 120, y + 30))["cameras"][0]["turn"]
    assert np.abs(np.subtract(home, turned)).max() > 0.05
    dash.tab("Norms")
    image = int(runs.find("arcface").samples["probe"].index[0])
    before = dash.position(1, image)
    dash.page.get_by_text("Align to the first").click()
    dash.until(lambda state: np.abs(np.subtract(dash.position(1, image), before)).max() > 1e-3)
    dash.settled()
    dash.tab("Scores")
    assert np.abs(np.subtract(dash.still()["cameras"][0]["turn"], turned)).max() < 1e-9


def test_menu_back_and_forward(dash):
    page = dash.page
    dash.open(runs=["softmax", "arcface"], below="Norms")
    page.get_by_role("link", name="Explore").click()
    page.wait_for_url("**/explore*")
    dash.ready()
    page.get_by_text("Click a point in the picture").wait_for()
    assert len(dash.look()["panels"]) == 1
    page.go_back()
    page.wait_for_function("!location.pathname.includes('explore')")
    page.locator("[data-testid=stMultiSelect]").wait_for()
    dash.ready()
    page.go_forward()
    page.wait_for_url("**/explore*")
    page.locator("[data-testid=stSelectbox]").first.wait_for()
    dash.ready()
    assert "view" not in parse_qs(urlsplit(page.url).query) or dash.look()["pins"] == []
