"""The view in a real browser: what is drawn, what stays, what Python hears."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.view import synthetic

ONE = synthetic.panel("one")
IMAGE = int(ONE.ids[20])


def pixels(view):
    """The stage as drawn, (H, W, 3)."""
    shot = view.root.locator(".lv-stage").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def turn_of(state, panel=0):
    return np.array(state["cameras"][panel]["turn"])


def apart(one, other):
    return float(np.abs(np.array(one) - np.array(other)).max())


def test_something_is_drawn_and_nothing_is_drawn_twice(view):
    view.open()
    coloured = np.ptp(pixels(view), axis=2) > 60
    assert coloured.sum() > 500
    view.still(600)  # no loop while nothing moves


def test_the_camera_survives_reruns_new_data_and_play(view):
    view.open()
    x, y = view.middle()
    home = turn_of(view.look())
    turned = turn_of(view.drag((x, y), (x + 130, y + 50)))
    assert apart(home, turned) > 0.1
    view.page.get_by_role("button", name="Rerun").click()
    view.heard("runs 2")
    view.page.get_by_text("Other data").click()
    view.heard("runs 3")
    view.once(lambda: apart(view.position(0, IMAGE), 0.9 * ONE.positions[-1, 20]) < 1e-3)  # it is the other data
    view.root.locator("[data-does=loop]").click()  # or it might be over before it is seen
    view.button("Play").click()
    view.until(lambda state: state["playing"] and state["t"] > 0.2)
    view.button("Pause").click()
    assert apart(turn_of(view.still()), turned) < 1e-9


def test_linked_cameras_agree_and_unlinked_ones_do_not(view):
    view.open("two")
    x, y = view.middle(0)
    state = view.drag((x, y), (x + 90, y - 40))
    assert apart(turn_of(state, 0), turn_of(state, 1)) < 1e-3
    view.root.locator("[data-does=link]").click()
    state = view.drag((x, y), (x + 60, y + 60))
    assert apart(turn_of(state, 0), turn_of(state, 1)) > 0.05
    view.root.locator("[data-does=link]").click()
    state = view.still()
    assert apart(turn_of(state, 0), turn_of(state, 1)) < 1e-3


@pytest.mark.parametrize("case", ["one", "flat", "raw"])
def test_a_click_reports_the_point_under_the_cursor(view, case):
    view.open(case)
    ids = [int(image) for image in ONE.ids]
    screens = {image: view.screen(0, image) for image in ids[:120]}
    places = np.array([[view.screen(0, image)[key] for key in "xy"] for image in ids])
    clear = [
        image for image, spot in screens.items() if np.sort(np.hypot(*(places - [spot["x"], spot["y"]]).T))[1] > 9
    ][:3]
    assert clear
    for image in clear:
        view.page.mouse.click(screens[image]["x"], screens[image]["y"])
        view.heard(f"pinned [{image}] ")
        assert view.look()["pins"] == [image]
    view.page.keyboard.press("Escape")
    view.heard("pinned [] ")


def test_of_points_on_top_of_one_another_the_foremost_is_picked(view):
    view.open()
    ids = [int(image) for image in ONE.ids]
    spots = [(image, view.screen(0, image)) for image in ids]
    hidden = [
        back
        for back, b in spots
        for front, f in spots
        if np.hypot(b["x"] - f["x"], b["y"] - f["y"]) < 1.2 and f["depth"] > b["depth"] + 0.3
    ]
    assert hidden
    back = hidden[0]
    spot = dict(spots)[back]
    found = view.root.evaluate("(root, [x, y]) => root.lossviz.foremost(0, x, y)", [spot["x"], spot["y"]])
    assert found != back
    assert dict(spots)[found]["depth"] > spot["depth"]


def test_hovering_shows_that_image_and_marks_it_in_the_other_panel(view):
    view.open("two")
    before = pixels(view)
    spot = view.screen(0, IMAGE)
    view.page.mouse.move(spot["x"], spot["y"])
    hovered = view.until(lambda state: state["hover"] is not None)["hover"]["id"]
    card = view.root.locator(".lv-card")
    card.wait_for()
    row = int((ONE.ids == hovered).nonzero()[0][0])
    look = "c => [...c.getContext('2d').getImageData(88, 88, 1, 1).data]"
    view.once(lambda: tuple(card.locator("canvas").evaluate(look)[:3]) == synthetic.cell_colour(row))
    assert f"class {row % 10}" in card.inner_text()
    assert f"Epoch\n{5}" in card.inner_text()
    view.still()
    box, there = view.look()["panels"][1]["box"], view.screen(1, hovered)
    stage = view.root.locator(".lv-stage").bounding_box()
    x, y = round(there["x"] - stage["x"]), round(there["y"] - stage["y"])
    assert x > box["x"]
    ring = np.s_[max(0, y - 12) : y + 13, x - 12 : x + 13]
    assert np.abs(pixels(view)[ring] - before[ring]).sum() > 3000


def test_half_way_between_epochs_is_the_mean(view):
    view.open()
    view.scrub(2.5)
    mean = (ONE.positions[2, 20] + ONE.positions[3, 20]) / 2
    assert apart(view.position(0, IMAGE), mean) < 1e-4
    assert apart(ONE.positions[2, 20], mean) > 1e-2


def test_a_panel_whose_run_ended_earlier_stays_at_its_end(view):
    view.open("four")
    shorter = synthetic.panel("shorter", epochs=4, seed=1)
    view.scrub(4.5)
    assert apart(view.position(1, IMAGE), shorter.positions[-1, 20]) < 1e-4
    view.scrub(1.5)
    assert apart(view.position(1, IMAGE), shorter.positions[1:3, 20].mean(0)) < 1e-4


def test_scrubbing_and_turning_forty_thousand_points_asks_the_server_nothing(view):
    view.open("large")
    state = view.still()
    assert [panel["drawn"] for panel in state["panels"]] == [10_000] * 4
    view.quiet()
    view.sent.clear()
    x, y = view.middle()
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    for step in range(12):
        view.page.mouse.move(x + 10 * step, y)
    view.page.mouse.up()
    view.still()
    assert view.sent == []
    slider = view.root.locator(".lv-epoch")
    told = slider.evaluate(
        """async slider => {
            const { view } = slider.getRootNode().querySelector(".lv-root"), say = view.setStateValue;
            let told = 0;
            view.setStateValue = (...rest) => { told++; say(...rest); };
            for (let step = 0; step < 20; step++) {  // without ever resting
                slider.value = 0.5 * step;
                slider.dispatchEvent(new Event("input"));
                await new Promise(requestAnimationFrame);
            }
            return [view.t, told];
        }"""
    )
    assert told == [9.5, 0]
    slider.evaluate("s => { s.value = 4; s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')); }")
    view.heard("epoch 4 ")
    assert view.sent  # the listener would have noticed a message


def test_playing_asks_the_server_nothing_until_it_stops(view):
    view.open()
    view.root.locator("[data-does=loop]").click()  # or it might stop by itself before it is seen
    view.quiet()
    view.sent.clear()
    view.button("Play").click()
    view.until(lambda state: state["playing"] and state["t"] > 1.2)
    assert view.sent == []
    view.button("Pause").click()
    epoch = view.look()["epoch"]
    assert view.look()["t"] == epoch
    view.heard(f"epoch {epoch} ")


def test_fifty_reruns_keep_the_context_and_the_elements(view):
    view.open()
    view.root.evaluate("root => { root.dataset.mark = 'same'; }")
    lost = "root => { globalThis.losses = 0; root.querySelector('.lv-gl')"
    view.root.evaluate(lost + ".addEventListener('webglcontextlost', () => globalThis.losses++); }")
    for run in range(2, 52):
        (view.page.get_by_text("Other data") if run % 2 else view.page.get_by_role("button", name="Rerun")).click()
        view.heard(f"runs {run} ")
    assert view.page.evaluate("globalThis.losses") == 0
    assert not view.look()["lost"]
    assert view.root.get_attribute("data-mark") == "same"


def test_a_lost_context_comes_back_with_the_picture(view):
    view.open()
    before = pixels(view)
    view.root.evaluate(
        "root => { root.lost = root.view.painter.gl.getExtension('WEBGL_lose_context'); root.lost.loseContext(); }"
    )
    view.root.get_by_role("alert").wait_for()
    view.root.evaluate("root => root.lost.restoreContext()")
    view.until(lambda state: not state["lost"])
    view.root.get_by_role("alert").wait_for(state="detached")
    view.still()
    assert np.abs(pixels(view) - before).mean() < 0.5


def test_the_legend_hides_and_isolates(view):
    view.open()
    entry = view.root.locator(".lv-entry[data-class='3']")
    before = pixels(view)
    entry.click()
    state = view.still()
    assert state["hidden"] == [3]
    assert state["panels"][0]["drawn"] == 270
    assert np.abs(pixels(view) - before).sum() > 10_000
    entry.click()
    view.still()
    assert np.abs(pixels(view) - before).sum() == 0
    entry.dblclick()
    state = view.still()
    assert sorted(state["hidden"]) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert state["panels"][0]["drawn"] == 30
    view.button("show all").click()
    assert view.still()["panels"][0]["drawn"] == 300


def test_hidden_points_cannot_be_picked(view):
    view.open()
    spot = view.screen(0, IMAGE)
    here = "(root, [x, y]) => root.lossviz.foremost(0, x, y)"
    picked = view.root.evaluate(here, [spot["x"], spot["y"]])
    assert picked is not None
    label = int(ONE.labels[(ONE.ids == picked)][0])
    view.root.locator(f".lv-entry[data-class='{label}']").click()
    view.still()
    assert view.root.evaluate(here, [spot["x"], spot["y"]]) != picked


def test_a_box_selects_exactly_the_points_inside(view):
    view.open("flat")
    view.button("Box select (x)").click()
    x, y = view.middle()
    view.drag((x, y), (x + 240, y + 230))
    inside = [int(i) for i in ONE.ids if x < (s := view.screen(0, int(i)))["x"] < x + 240 and y < s["y"] < y + 230]
    state = view.look()
    assert 0 < len(inside) < 300
    assert sorted(state["selected"]) == sorted(inside)
    view.heard(f"selected {len(inside)}")
    outside = next(int(image) for image in ONE.ids if int(image) not in inside)
    assert view.colour(0, outside)[3] < 0.3 * view.colour(0, inside[0])[3]


def test_a_lasso_selects_exactly_the_points_inside(view):
    view.open()
    view.button("Lasso select (l)").click()
    x, y = view.middle()
    corners = [(x - 150, y + 60), (x - 40, y + 150), (x + 120, y + 20)]
    view.drag((x, y - 120), *corners, (x, y - 120))
    outline = [(x, y - 120), *corners]
    spots = {int(image): view.screen(0, int(image)) for image in ONE.ids}
    inside = [image for image, spot in spots.items() if winding(outline, spot["x"], spot["y"])]
    assert 0 < len(inside) < 300
    assert sorted(view.look()["selected"]) == sorted(inside)
    view.heard(f"selected {len(inside)}")


def winding(outline, x, y):
    """Whether the outline goes around (x, y): a sum of angles, unlike the rule in the view."""
    ends = np.array([*outline, outline[0]]) - [x, y]
    angles = np.arctan2(ends[:, 1], ends[:, 0])
    turns = (np.diff(angles) + np.pi) % (2 * np.pi) - np.pi
    return abs(turns.sum()) > np.pi


def test_a_link_restores_what_was_seen(view):
    view.open("two")
    x, y = view.middle()
    home = view.drag((x, y), (x + 100, y + 30))["cameras"][0]["zoom"]
    view.page.mouse.wheel(0, -300)
    view.until(lambda state: state["cameras"][0]["zoom"] > home)
    view.still()
    view.root.get_by_label("Colour by").select_option("own")
    view.root.locator(".lv-entry[data-class='3']").click()
    spot = view.screen(0, IMAGE)
    picked = view.root.evaluate("(root, [x, y]) => root.lossviz.foremost(0, x, y)", [spot["x"], spot["y"]])
    view.page.mouse.click(spot["x"], spot["y"])
    view.button("Box select (x)").click()
    view.drag((x, y), (x + 120, y + 120))
    view.root.locator(".lv-epoch").press("ArrowLeft")
    view.heard("epoch 4 ")
    view.until(lambda state: f"pinned {state['pins']} selected {len(state['selected'])}" in view.said())
    view.rerun()
    before, said, address = view.still(), view.said(), view.kept()
    assert "view=1." in address
    view.page.goto("about:blank")
    view.page.goto(address)
    view.ready()
    after = view.still()
    for key in ("color", "hidden", "pins", "selected", "epoch", "linked"):
        assert after[key] == before[key], key
    assert after["pins"] == [picked]
    assert after["selected"]
    for one, other in zip(before["cameras"], after["cameras"], strict=True):
        assert apart(one["turn"], other["turn"]) < 1e-4
        assert apart([one["zoom"], *one["pan"]], [other["zoom"], *other["pan"]]) < 1e-3
    assert view.said().split("epoch")[1] == said.split("epoch")[1]
    assert "runs 1 " in view.said()  # Python knew from the link, without being told


def test_the_link_survives_a_page_that_writes_the_address_too(view):
    view.open("one", "1.e4.k4")
    mark = view.page.get_by_role("button", name="Mark")
    for epoch in (3, 2):
        view.root.locator(".lv-epoch").press("ArrowLeft")
        view.heard(f"epoch {epoch} ")
        mark.click()
        view.page.wait_for_url("**mark=*")
        view.page.wait_for_function("link => location.search.includes(link)", arg=f"view=1.e{epoch}.k4")
    assert view.look()["epoch"] == 2


@pytest.mark.parametrize("link", ["1.v9_x.e-1.k!!.s~.cnothing.h-3.g99999.S*.z", "7.e1", "%00", "1." + "k1_" * 900])
def test_a_link_that_makes_no_sense_shows_the_defaults(view, link):
    view.open("one", link)
    state = view.still()
    assert state["epoch"] == 5
    assert (state["color"], state["hidden"], state["selected"]) == ("label", [], [])


def test_python_commands_are_carried_out_once(view):
    view.open()
    view.page.get_by_role("button", name="Command").click()
    state = view.until(lambda state: state["epoch"] == 2 and state["panels"][0]["drawn"] == 30)
    assert state["pins"] == [4]
    assert state["selected"] == [1, 7]
    view.heard("epoch 2 pinned [4] selected 2")
    view.page.keyboard.press("Escape")
    view.root.locator(".lv-epoch").press("ArrowRight")
    view.heard("epoch 3 ")
    view.rerun()
    assert view.still()["epoch"] == 3


def test_lines_are_drawn_without_sending_the_points_again(view):
    view.open()
    before = pixels(view)
    assert max(view.received) > 30_000  # the points
    view.received.clear()
    view.page.get_by_text("Lines", exact=True).click()
    view.heard("runs 2")
    view.once(lambda: (np.abs(pixels(view) - before).sum(axis=2) > 40).sum() > 100)
    view.quiet()
    assert sum(view.received) < 10_000


def test_the_saved_picture_has_the_size_asked_for_and_the_legend(view):
    view.open("two")
    stage = view.root.locator(".lv-stage").bounding_box()
    view.button("More settings").click()
    for scale in (1, 3):
        view.root.get_by_label("Size of the saved picture").select_option(str(scale))
        with view.page.expect_download() as download:
            view.button("Save a picture (PNG)").click()
        image = Image.open(download.value.path())
        assert image.size == (round((stage["width"] + 176) * scale), round(stage["height"] * scale))
        drawn = np.asarray(image.convert("RGB")).astype(int)
        left, right = np.split(np.ptp(drawn, axis=2) > 60, [round(stage["width"] * scale)], axis=1)
        assert left.sum() > 500 * scale
        assert right.sum() > 100 * scale


def test_the_keyboard_reaches_everything(view):
    view.open("two")
    view.root.locator(".lv-overlay").focus()
    keys = view.page.keyboard
    keys.press("ArrowLeft")
    assert view.still()["t"] == 4
    keys.press("Home")
    assert view.still()["t"] == 0
    keys.press("End")
    assert view.still()["t"] == 5
    home = turn_of(view.look())
    keys.press("Shift+ArrowRight")
    assert apart(turn_of(view.still()), home) > 0.02
    keys.press("r")
    assert apart(turn_of(view.still()), home) < 1e-9
    for key, row in (("5", [0, 0, 0, 1]), ("1", [0.5, 0.5, 0.5, 0.5])):
        keys.press(key)
        assert apart(np.abs(turn_of(view.still())), row) < 1e-6
    keys.press("+")
    assert view.still()["cameras"][1]["zoom"] > 1.1
    keys.press("n")
    hovered = view.until(lambda state: state["hover"])["hover"]["id"]
    keys.press("Enter")
    view.heard(f"pinned [{hovered}]")
    keys.press("]")
    assert view.still()["panels"][0]["drawn"] == 30
    keys.press("?")
    view.root.get_by_role("dialog").wait_for()
    keys.press("Escape")
    assert view.root.get_by_role("dialog").count() == 0
    keys.press("Escape")
    view.heard("pinned []")
    keys.press(" ")
    view.until(lambda state: state["playing"])
    keys.press(" ")
    view.until(lambda state: not state["playing"])


def test_every_control_can_be_clicked(view):
    view.open("four")
    root = view.root
    for does in ("pan", "lasso", "box", "orbit", "reset", "link", "link", "rotate", "rotate", "loop", "help"):
        root.locator(f"[data-does={does}]").click()
    root.get_by_label("Close help").click()
    for name in ("+x", "-x", "+y", "-y", "+z", "-z"):
        root.get_by_label("Look along an axis").select_option(name)
    for key in ("prediction", "correct", "own", "label"):
        root.get_by_label("Colour by").select_option(key)
        assert view.still()["color"] == key
    root.locator("[data-does=tune]").click()
    for box in root.locator(".lv-menu label:visible input[type=checkbox]").all():
        box.click()
        view.still()
        box.click()
    for name, value in (("Point size", "2"), ("Opacity", "0.4")):
        root.get_by_label(name).fill(value)
    root.get_by_label("Speed").select_option("4")
    root.locator("[data-does=full]").click()
    view.page.wait_for_function("Boolean(document.fullscreenElement)")
    root.locator("[data-does=full]").click()
    view.page.wait_for_function("!document.fullscreenElement")
    for part in (root.locator(".lv-all"), root.locator("[data-does=clear]")):
        assert part.is_disabled()
    root.locator(".lv-entry").nth(2).click()
    root.locator(".lv-all").click()
    missing = root.locator("button:not([aria-label]):not(:has-text(' ')), input:not([aria-label]):not(label input)")
    assert missing.count() == 0


def test_turning_by_itself_moves_and_stops(view):
    view.open()
    view.root.locator("[data-does=rotate]").click()
    first = turn_of(view.look())
    view.until(lambda state: apart(turn_of(state), first) > 0.01)
    view.root.locator("[data-does=rotate]").click()
    rest = turn_of(view.still())
    view.page.wait_for_timeout(300)
    assert apart(turn_of(view.look()), rest) == 0


@pytest.mark.parametrize("page", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_by_itself_for_who_asked_for_that(view):
    view.open("one", "1.fa")  # a link that says "turning by itself"
    assert view.root.locator("[data-does=rotate]").is_disabled()
    first = turn_of(view.look())
    view.page.wait_for_timeout(500)
    assert apart(turn_of(view.look()), first) == 0
    view.root.get_by_label("Speed").select_option("0.25")
    view.button("Play").click()
    seen = view.root.evaluate(
        """async root => {
            const seen = new Set();
            while (root.lossviz.inspect().playing) {
                seen.add(root.lossviz.inspect().t);
                await new Promise(requestAnimationFrame);
            }
            return [...seen];
        }"""
    )
    assert set(seen) <= {0, 1, 2, 3, 4, 5}
    assert len(seen) > 2


def test_wrong_and_correct_have_two_colours(view):
    view.open()
    view.root.get_by_label("Colour by").select_option("correct")
    view.still()
    correct = np.array(ONE.channels[1].values) == 1
    right, wrong = ({tuple(view.colour(0, int(i))) for i in ONE.ids[chosen][:9]} for chosen in (correct, ~correct))
    assert len(right) == len(wrong) == 1
    assert right != wrong
    counts = view.root.locator(".lv-legend > .lv-entry").all_inner_texts()
    assert [text.split() for text in counts] == [["wrong", str((~correct).sum())], ["correct", str(correct.sum())]]


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}, {"color_scheme": "light"}], indirect=True)
def test_the_ground_follows_the_theme(view, request):
    view.open()
    corner = pixels(view)[-6:, -6:].mean()
    dark = view.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert corner < 60 if dark else corner > 230


def test_the_wheel_keeps_what_is_under_the_cursor(view):
    view.open()
    spot = view.screen(0, IMAGE)
    view.page.mouse.move(spot["x"], spot["y"])
    view.page.mouse.wheel(0, -400)
    view.until(lambda state: state["cameras"][0]["zoom"] > 1.5)
    state = view.still()
    after = view.screen(0, IMAGE)
    assert state["cameras"][0]["zoom"] > 1.5
    assert apart([spot["x"], spot["y"]], [after["x"], after["y"]]) < 1


def test_a_flat_picture_is_shifted_and_not_turned(view):
    view.open("flat")
    x, y = view.middle()
    before = view.look()
    state = view.drag((x, y), (x + 60, y - 30))
    assert apart(turn_of(state), turn_of(before)) == 0
    moved = view.screen(0, IMAGE)
    view.page.keyboard.press("r")
    view.still()
    home = view.screen(0, IMAGE)
    assert (moved["x"] - home["x"], moved["y"] - home["y"]) == pytest.approx((60, -30), abs=0.6)


@pytest.mark.parametrize("page", [{"has_touch": True}], indirect=True)
def test_two_fingers_zoom_and_one_turns(view):
    view.open()
    x, y = view.middle()
    session = view.page.context.new_cdp_session(view.page)

    def touch(kind, *points):
        places = [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (x, y))
    for step in range(8):
        touch("touchMove", (x + 10 * step, y))
    touch("touchEnd")
    turned = view.still()
    assert apart(turn_of(turned), turn_of({"cameras": [{"turn": [0, 0, 0, 1]}]})) > 0.1
    touch("touchStart", (x - 20, y), (x + 20, y))
    for step in range(8):
        touch("touchMove", (x - 20 - 6 * step, y), (x + 20 + 6 * step, y))
    touch("touchEnd")
    state = view.still()
    assert state["cameras"][0]["zoom"] > 1.5
    assert apart(turn_of(state), turn_of(turned)) == 0


def test_many_classes_are_named_when_asked_for(view):
    view.open("many")
    before = pixels(view)
    image = int(synthetic.panel("many", points=2000, classes=200).ids[7])
    spot = view.screen(0, image)
    view.page.mouse.click(spot["x"], spot["y"])
    view.still()
    view.page.mouse.move(5, 5)
    view.still()
    assert np.abs(pixels(view) - before).sum() > 3000
    assert view.root.locator(".lv-entry").count() == 200
