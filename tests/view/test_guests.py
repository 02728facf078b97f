"""Images of the person's own in the view: where they stand, what says so, and that they travel alone."""

import csv
import io
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lossviz.view import ViewError
from lossviz.view.guests import MOST_GUESTS, check_guests, told_guests
from tests.view import synthetic

ONE, TWO, FLAT = range(3)
WAY = synthetic.guests()[0].positions
PANELS = [synthetic.panel("one"), synthetic.panel("two", seed=5), synthetic.panel("flat", axes=2, seed=2)]


def pixels(view):
    shot = view.root.locator(".lv-stage").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def standing(view, panel, key="mine"):
    """The guest of a panel as the view has it; ``x`` and ``y`` are of the page."""
    every = view.root.evaluate("(root, i) => root.lossviz.guests(i)", panel)
    return next(each for each in every if each["key"] == key)


def invited(view, link=""):
    view.open("guests", link)
    view.page.wait_for_function("globalThis.lossvizWords?.get('view')?.guests.length > 0")
    loaded = "root => root.view.guests.pictures.every((url) => root.view.cards.sheet(url))"
    view.once(lambda: view.root.evaluate(loaded))
    view.still()
    return view


def around(view, panel, key="mine", reach=20):
    """The picture about a guest, and about nothing else."""
    spot, stage = standing(view, panel, key), view.root.locator(".lv-stage").bounding_box()
    x, y = round(spot["x"] - stage["x"]), round(spot["y"] - stage["y"])
    return pixels(view)[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]


def rgb(view, name):
    return np.array(view.root.evaluate(f"root => root.view.theme.{name}"))


def test_a_guest_stands_where_python_put_it_at_each_of_its_epochs_and_half_way_between(view):
    invited(view)
    for t in (5, 2, 2.5, 0):
        view.scrub(t)
        now = standing(view, ONE)
        mean = (WAY[math.floor(t)] + WAY[math.ceil(t)]) / 2
        assert now["place"] == pytest.approx(mean.tolist(), abs=1e-5)
        assert now["own"] is True
    assert np.abs(WAY[2] - WAY[3]).max() > 0.1


def test_where_there_are_no_weights_it_stays_hollow_at_its_nearest_epoch_and_the_card_says_so(view):
    invited(view)
    last = standing(view, TWO)
    middle = np.s_[19:22, 19:22]
    assert last["own"] is True
    assert np.abs(around(view, TWO)[middle] - rgb(view, "accent")).max() < 30
    view.scrub(2.5)
    early = standing(view, TWO)
    assert (early["own"], early["epoch"]) == (False, 5)
    assert early["place"] == pytest.approx(last["place"])
    assert np.abs(around(view, TWO)[middle] - rgb(view, "ground")).max() < 12
    assert np.abs(around(view, ONE)[middle] - rgb(view, "accent")).max() < 30
    view.page.mouse.move(early["x"], early["y"])
    view.until(lambda state: state["guest"] == {"panel": "two", "key": "mine"})
    view.still()
    assert "5: no weights of 2.5" in view.root.locator(".lv-card").inner_text()


def test_hovering_one_shows_what_the_net_sees_and_rings_it_in_every_panel(view):
    invited(view)
    view.page.mouse.move(3, 3)
    view.still()
    before = {panel: around(view, panel) for panel in (ONE, TWO)}
    spot = standing(view, ONE)
    view.page.mouse.move(spot["x"], spot["y"])
    view.until(lambda state: state["guest"] == {"panel": "one", "key": "mine"})
    card = view.root.locator(".lv-card")
    card.wait_for()
    view.still()
    for words in ("7.png", "class 3", "by neighbours"):
        assert words in card.inner_text()
    assert "no weights" not in card.inner_text()
    seen = "c => [...c.getContext('2d').getImageData(88, 88, 1, 1).data]"
    assert tuple(card.locator("canvas").evaluate(seen)[:3]) == synthetic.MINE
    assert np.abs(around(view, TWO) - before[TWO]).sum() > 3000
    view.page.mouse.move(3, 3)
    view.until(lambda state: state["guest"] is None)
    view.still()
    assert np.abs(around(view, TWO) - before[TWO]).sum() == 0
    assert not card.is_visible()


def test_one_that_is_not_chosen_is_small_until_it_is_pointed_at_in_any_panel(view):
    invited(view)
    assert [standing(view, panel, "other")["full"] for panel in (ONE, TWO)] == [False, False]
    spot = standing(view, TWO, "other")
    view.page.mouse.move(spot["x"], spot["y"])
    view.until(lambda state: state["guest"] == {"panel": "two", "key": "other"})
    assert [standing(view, panel, "other")["full"] for panel in (ONE, TWO)] == [True, True]
    assert not view.root.locator(".lv-card canvas").is_visible()  # it has no picture


def test_a_guest_is_above_the_points_and_a_click_on_it_pins_none_of_them(view):
    invited(view)
    point = int(PANELS[ONE].ids[0])
    under = view.screen(ONE, point)
    moved = """(root, p) => {
        const guest = root.view.guests.all[0], frame = root.view.frames[0], row = frame.panel.rows.get(p);
        guest.positions[5] = positionsOf(frame, row);
        function positionsOf({ panel }, i) {
            const at = (axis) => panel.positions[(5 * 3 + axis) * panel.count + i] * panel.unit * panel.radius;
            return [0, 1, 2].map(at);
        }
        root.view.request();
    }"""
    view.root.evaluate(moved, point)
    view.still()
    spot = standing(view, ONE)
    assert (spot["x"], spot["y"]) == pytest.approx((under["x"], under["y"]), abs=0.5)
    assert np.abs(around(view, ONE)[20, 20] - rgb(view, "accent")).max() < 30
    view.page.mouse.click(spot["x"], spot["y"])
    view.until(lambda state: state["guest"] is not None)
    assert view.still()["pins"] == []
    elsewhere = next(
        int(image)
        for image in PANELS[TWO].ids
        if math.dist(flat(view.screen(TWO, int(image))), flat(standing(view, TWO))) > 60
    )
    there = view.screen(TWO, elsewhere)
    view.page.mouse.click(there["x"], there["y"])
    view.until(lambda state: len(state["pins"]) == 1)


def flat(spot):
    return spot["x"], spot["y"]


def test_a_halo_has_the_radius_of_the_spread(view):
    invited(view)
    lens = view.root.evaluate("root => { const { half, cx, cy } = root.view.frames[2].view; return { half, cx, cy }; }")
    stage, spot = view.root.locator(".lv-stage").bounding_box(), standing(view, FLAT)
    x, y = spot["x"] - stage["x"], spot["y"] - stage["y"]
    assert (x, y) == pytest.approx((lens["cx"] + 0.3 * lens["half"], lens["cy"] - 0.1 * lens["half"]), abs=0.1)
    picture, wanted = pixels(view), 0.2 * lens["half"]
    found = []
    for turn in np.radians([20, 45, 135, 160, 200, 225, 315, 340]):  # its name is above, an arrow's end below
        reach = np.arange(wanted - 6, wanted + 6, 0.2)
        xs, ys = x + reach * math.cos(turn), y - reach * math.sin(turn)
        weight = np.ptp(picture[np.rint(ys - 0.5).astype(int), np.rint(xs - 0.5).astype(int)], axis=1) ** 6.0
        found.append((weight * reach).sum() / weight.sum())
    assert np.median(found) == pytest.approx(wanted, abs=0.8)
    assert wanted > 20
    assert standing(view, ONE)["spread"] == 0


def test_its_way_over_the_epochs_is_drawn_and_switched_off_with_the_trails(view):
    invited(view)
    with_way = pixels(view)
    half = view.root.evaluate("root => root.view.frames[0].view.box")
    view.button("More settings").click()
    view.root.get_by_label("Trails of pinned points").click()
    view.button("More settings").click()
    view.page.mouse.move(3, 3)
    view.still()
    changed = (np.abs(pixels(view) - with_way).sum(axis=2) > 60).nonzero()
    assert len(changed[0]) > 150
    assert changed[1].max() < half["x"] + half["width"]  # the other panels have a single epoch


def test_guests_come_and_go_without_sending_the_points_again(view):
    invited(view)
    assert max(view.received) > 30_000  # the points
    assert "Your images: 7.png, 9.png." in view.root.locator(".lv-overlay").get_attribute("aria-label")
    before = pixels(view)
    view.received.clear()
    view.page.get_by_text("Alone", exact=True).click()
    view.heard("runs 2")
    view.page.wait_for_function("globalThis.lossvizWords.get('view').guests.length === 0")
    view.still()
    assert (np.abs(pixels(view) - before).sum(axis=2) > 40).sum() > 500
    assert sum(view.received) < 10_000
    assert "Your images" not in view.root.locator(".lv-overlay").get_attribute("aria-label")


def test_the_keyboard_goes_from_guest_to_guest(view):
    invited(view)
    view.root.locator(".lv-overlay").focus()
    met = []
    for _ in range(3):
        view.page.keyboard.press("g")
        met.append(view.still()["guest"]["key"])
    assert met == ["mine", "other", "mine"]
    assert "7.png" in view.root.locator(".lv-live").inner_text()


def saved(view, kind):
    with view.page.expect_download() as download:
        view.root.locator(f"[data-save={kind}]").click()
    return Path(download.value.path()).read_text()


def test_guests_are_saved_with_the_numbers_the_shapes_and_the_picture(view):
    invited(view)
    view.scrub(2)
    rows = [row for row in csv.DictReader(io.StringIO(saved(view, "csv"))) if row["what"] == "guest"]
    told = [(row["panel"], row["id"], row["epoch"], float(row["radius"])) for row in rows]
    assert sorted(told) == [
        *[("Flat", "7.png", "5", 0.2), ("One", "7.png", "2", 0), ("One", "9.png", "5", 0)],
        *[("Two", "7.png", "5", 0.2), ("Two", "9.png", "5", 0)],
    ]
    mine = next(row for row in rows if (row["panel"], row["id"]) == ("One", "7.png"))
    assert [float(mine[axis]) for axis in "xyz"] == pytest.approx(WAY[2].tolist(), abs=1e-5)
    name, root = "{http://www.w3.org/2000/svg}", ElementTree.fromstring(saved(view, "svg"))
    marks = [each.get("data-guest") for each in root.iter(f"{name}polygon") if each.get("data-guest")]
    assert sorted(marks) == ["mine", "mine", "mine", "other", "other"]
    assert len([each for each in root.iter(f"{name}ellipse") if each.get("data-halo") is not None]) == 2
    assert "7.png" in [each.text for each in root.iter(f"{name}text")]
    with view.page.expect_download() as download:
        view.button("Save a picture (PNG)").click()
    picture = np.asarray(Image.open(download.value.path()).convert("RGB")).astype(int)
    stage, spot = view.root.locator(".lv-stage").bounding_box(), standing(view, ONE)
    x, y = (round(2 * (spot[axis] - stage[axis])) for axis in "xy")
    assert np.abs(picture[y, x] - rgb(view, "accent")).max() < 30


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}, {"color_scheme": "light"}], indirect=True)
def test_a_guest_stands_out_from_the_ground_in_both_themes(view):
    invited(view)
    marked = around(view, FLAT, reach=8)
    accent, ground = rgb(view, "accent"), rgb(view, "ground")
    assert np.abs(accent - ground).sum() > 200
    assert (np.abs(marked - accent).max(axis=2) < 25).mean() > 0.25


GOOD = synthetic.guests()[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"panel": "nowhere"}, "there is: one, two, flat"),
        ({"epochs": ()}, "0 epochs need at least one"),
        ({"positions": WAY[:, :2]}, r"\(6, 3\) positions"),
        ({"spread": np.zeros(5, np.float32)}, r"spread \(5,\)"),
        ({"epochs": (0, 1, 2, 3, 5, 4)}, "ascend"),
        ({"epochs": (0, 1, 2, 3, 4, 9)}, "among the panel's"),
        ({"positions": WAY * np.nan}, "finite"),
        ({"spread": -np.ones(6, np.float32)}, "at least 0"),
        ({"picture": "https://example.org/7.png"}, "begins with data:image/"),
    ],
)
def test_guests_that_cannot_be_drawn_are_refused_in_words(change, said):
    check_guests(PANELS, synthetic.guests())
    with pytest.raises(ViewError, match=said):
        check_guests(PANELS, [replace(GOOD, **change)])
    with pytest.raises(ViewError, match="'mine' twice"):
        check_guests(PANELS, [GOOD, GOOD])


def test_a_panel_takes_a_hundred_guests():
    many = [replace(GOOD, key=str(number)) for number in range(MOST_GUESTS + 1)]
    check_guests(PANELS, many[1:])
    with pytest.raises(ViewError, match="at most 100"):
        check_guests(PANELS, many)


def test_a_picture_travels_once_for_all_panels():
    told = told_guests(synthetic.guests())
    assert told["pictures"] == [synthetic.picture(synthetic.MINE)]
    assert [guest["picture"] for guest in told["guests"]] == [0, 0, -1, -1, -1]
