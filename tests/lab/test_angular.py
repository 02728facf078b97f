"""Two classes, target logits, many classes in a real browser: what is computed, printed, drawn, dragged and saved."""

import io
import math

import mpmath as mp
import numpy as np
import pytest
import torch
from PIL import Image

from lossviz import losses
from lossviz.toy.angular import curves
from lossviz.toy.ring import loss_bound, ring_loss
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.two_classes import ANGULAR
from tests.lab.still import Still
from tests.toy.test_angular import settings

MINUS = chr(0x2212)
THETAS = np.linspace(0, math.pi, 181)
CASES = [(curve, words) for curve in curves() for words in curve.trees]


@pytest.fixture
def shown(page, tmp_path):
    def show(name, dark=False, state=None, **data):
        section = Still(page, tmp_path, (*ANGULAR, name), {"losses": angular_losses(), **data}, dark=dark)
        if state:
            give(section, name, state, data)
        return section

    return show


def give(section, name, state, data=None, nonce=1):
    """Has the section show ``state``, as a preset does."""
    command = {"section": name, "nonce": nonce, "state": state}
    section.page.evaluate("data => give(data)", {"losses": angular_losses(), **(data or {}), "command": command})


def test_the_browsers_curves_slopes_and_boundaries_are_pythons(shown):
    section = shown("two")
    for curve, words in CASES:
        loss, numbers, more = settings(curve, words)
        extra = [torch.tensor(part, dtype=torch.float64) for part in more]
        theta = torch.tensor(THETAS + 1e-4, dtype=torch.float64).clamp(max=math.pi).requires_grad_()
        psi = loss.psi(theta, *extra)
        (slope,) = torch.autograd.grad(psi.sum(), theta)
        asked = [curve.key, words, numbers]
        ours = section.call("psi", *asked, theta.tolist())
        np.testing.assert_allclose(ours, psi.detach().numpy(), atol=1e-5)
        np.testing.assert_allclose(section.call("slope", *asked, theta.tolist()), slope.numpy(), atol=1e-5)
        for ratio in (1.0, *([0.6, 1.7] if curve.free_weights else [])):
            for apart in (0.4, 1.2, math.pi / 2, 2.9):
                wanted = boundary(loss, apart, ratio, extra)
                found = section.call("boundary", *asked, apart, ratio)
                assert (found is None or math.isnan(found)) == math.isnan(wanted)
                assert math.isnan(wanted) or found == pytest.approx(wanted, abs=1e-9)
    moved = section.call("psi", "arcface", "past_pi=plain", {"margin": 0.51}, THETAS.tolist())
    assert np.abs(np.array(moved) - np.cos(THETAS + 0.5)).max() > 1e-3


def boundary(loss, apart, ratio, extra):
    from lossviz.losses._boundary import boundary_angle

    return float(boundary_angle(lambda theta: loss.psi(theta, *extra), torch.tensor(apart, dtype=torch.float64), ratio))


def test_the_browsers_ring_and_bound_are_pythons(shown):
    section = shown("target", state={"losses": ["cosface", "arcface"], "0.margin": 0.2})
    for index, loss in enumerate((losses.get("cosface")(margin=0.2), losses.get("arcface")())):
        for count, scale in ((2, 5.0), (10, 30.0), (33, 64.0)):
            target = loss.psi(torch.tensor(THETAS)).numpy()
            ours = section.call("ringLoss", index, scale, count, THETAS.tolist())
            np.testing.assert_allclose(ours, ring_loss(target, scale, count, THETAS), atol=1e-5)
    scales = [1.0, 4.0, 20.0]
    np.testing.assert_allclose(
        section.call("bound", 12, scales), [loss_bound(12, scale) for scale in scales], atol=1e-9
    )


def rooted(target, apart, ratio=1):
    """The boundary by mpmath from a formula written here: where target(a) = ratio cos(apart - a)."""
    return mp.findroot(lambda a: target(a) - ratio * mp.cos(apart - a), (mp.mpf(0), apart), solver="anderson")


def chebyshev(m):
    """(-1)^k cos(m a) - 2k, by hand."""
    return lambda a: (-1) ** int(mp.floor(m * a / mp.pi)) * mp.cos(m * a) - 2 * mp.floor(m * a / mp.pi)


D = mp.pi / 180
TRIPLES = [  # loss, degrees apart, knobs, angle of class 1's boundary
    ("normface", 75, {}, lambda a: a / 2),
    ("arcface", 90, {"margin": 0.5}, lambda a: (a - mp.mpf("0.5")) / 2),
    ("arcface", 40, {"margin": 0.3, "past_pi": "plain"}, lambda a: (a - mp.mpf("0.3")) / 2),
    ("arcface", 150, {"margin": 1.0, "past_pi": "easy"}, lambda a: (a - 1) / 2),
    ("cosface", 90, {"margin": 0.35}, lambda a: a / 2 - mp.asin(mp.mpf("0.35") / (2 * mp.sin(a / 2)))),
    ("cosface", 45, {"margin": 0.2}, lambda a: a / 2 - mp.asin(mp.mpf("0.2") / (2 * mp.sin(a / 2)))),
    ("a_softmax", 90, {"margin": 4, "lambda_min": 0}, lambda a: a / 5),
    ("a_softmax", 60, {"form": "sphereface_r", "margin": 1.5}, lambda a: a / mp.mpf("2.5")),
    (
        "a_softmax",
        90,
        {"margin": 4, "lambda_min": 5},
        lambda a: rooted(lambda b: (5 * mp.cos(b) + chebyshev(4)(b)) / 6, a),
    ),
    ("l_softmax", 90, {"margin": 2, "lambda_min": 0, "ratio": 0.5}, lambda a: rooted(lambda b: mp.cos(2 * b), a, 0.5)),
    ("l_softmax", 90, {"margin": 2, "lambda_min": 0, "ratio": 2}, lambda a: rooted(lambda b: mp.cos(2 * b), a, 2)),
    ("softmax", 100, {"ratio": 1.6}, lambda a: mp.atan((1 / mp.mpf("1.6") - mp.cos(a)) / mp.sin(a))),
    (
        "combined_margin",
        80,
        {"m1": 1.0, "m2": 0.3, "m3": 0.2},
        lambda a: rooted(lambda b: mp.cos(b + mp.mpf("0.3")) - mp.mpf("0.2"), a),
    ),
    (
        "adaface",
        90,
        {"margin": 0.4, "quality": -1},
        lambda a: rooted(lambda b: mp.cos(b + mp.mpf("0.4")), a),
    ),
    (
        "magface",
        90,
        {"length": 20, "past_pi": "plain"},
        lambda a: (a - mp.mpf("0.8")) / 2,
    ),
]


@pytest.mark.parametrize(("key", "apart", "knobs", "exact"), TRIPLES)
def test_the_numbers_printed_are_mpmaths(shown, key, apart, knobs, exact):
    state = {name if name == "ratio" else f"0.{name}": value for name, value in knobs.items()}
    section = shown("two", state={"losses": [key], "apart": apart, **state})
    with mp.workdps(30):
        wanted = exact(apart * D) / D
    assert printed(section, "first") == pytest.approx(float(wanted), abs=6e-5)
    if knobs.get("ratio", 1) == 1:
        assert printed(section, "gap") == pytest.approx(float(apart - 2 * wanted), abs=6e-5)
    give(section, "two", {"losses": [key], "apart": apart - 3, **state}, nonce=2)  # and they do follow
    assert printed(section, "first") != pytest.approx(float(wanted), abs=1e-2)


def printed(section, number):
    section.drawn()
    return float(section.page.locator(f"[data-number={number}]").first.inner_text().rstrip("°").replace(MINUS, "-"))


def test_where_there_is_no_boundary_the_reason_is_said(shown):
    section = shown("two", state={"losses": ["cosface"], "apart": 60, "0.margin": 0.49})
    assert "nowhere" not in section.page.locator("[data-figure=circle0]").inner_text()
    assert printed(section, "first") > 0
    give(section, "two", {"losses": ["cosface"], "apart": 60, "0.margin": 0.51}, nonce=2)
    assert section.page.locator("[data-number=first]").inner_text() == "none"
    assert "nowhere" in section.page.locator("[data-figure=circle0] svg").text_content()
    said = section.page.locator(".lab-why").inner_text()
    assert "ψ(0) = 0.49" in said
    assert "cos Φ = 0.5 " in said


CLOSED = {
    "arcface": lambda apart, m: (apart - m) / 2,
    "cosface": lambda apart, m: apart / 2 - math.asin(m / (2 * math.sin(apart / 2))),
    "a_softmax": lambda apart, m: apart / (m + 1),
}


@pytest.mark.parametrize("key", CLOSED)
def test_a_dragged_slider_moves_the_drawn_boundary_to_the_closed_form_to_a_pixel(shown, key):
    section = shown("two", state={"losses": [key], "apart": 90, **({"0.lambda_min": 0} if key == "a_softmax" else {})})
    slider = section.page.locator("input[type=range][data-state='0.margin']")
    section.drawn()
    box = slider.bounding_box()
    seen = []
    section.page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2)
    section.page.mouse.down()
    for part in (0.45, 0.2):  # still held
        section.page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2, steps=5)
        margin = section.look()["state"]["0.margin"]
        wanted = CLOSED[key](math.pi / 2, margin)
        seen.append(margin)
        assert drawn_boundary(section) == pytest.approx(wanted, abs=1 / inked_radius(section))
    section.page.mouse.up()
    assert abs(seen[0] - seen[1]) > 0.1
    assert abs(CLOSED[key](math.pi / 2, seen[0]) - wanted) * inked_radius(section) > 3  # another margin is pixels away


def inked_radius(section):
    """Pixels from the middle at which :func:`drawn_boundary` looks."""
    box = section.look()["figures"]["circle0"]["box"]
    return 0.75 * box["width"] / 2.6


def drawn_boundary(section):
    """The angle between the first weight and the dark line right of it, in the pixels of a screenshot."""
    svg = section.page.locator("[data-figure=circle0] svg")
    box, radius = section.look()["figures"]["circle0"]["box"], inked_radius(section)
    pixels = np.asarray(Image.open(io.BytesIO(svg.screenshot())).convert("L")).astype(float)
    weight = 3 * math.pi / 4
    turns = np.arange(0.06, math.pi / 2 - 0.06, 0.0005)
    xs = box["left"] + box["width"] / 2 + radius * np.cos(weight - turns)
    ys = box["top"] + box["height"] / 2 - radius * np.sin(weight - turns)
    dark = 255 - pixels[ys.astype(int), xs.astype(int)]
    first = np.flatnonzero(dark > 150)[0]
    line = np.arange(first, len(turns))[: int(4 / radius / 0.0005)]
    return float((turns[line] * dark[line] * (dark[line] > 150)).sum() / (dark[line] * (dark[line] > 150)).sum())


def test_handles_and_sliders_move_by_keyboard_and_a_typed_value_outside_is_refused_in_words(shown):
    section = shown("two", state={"losses": ["arcface"], "apart": 90})
    section.handle("circle0", "W1").press("ArrowRight")
    assert section.until("s.state.apart === 91")
    section.handle("circle0", "W1").press("Shift+ArrowLeft")
    assert section.until("s.state.apart === 81")
    section.page.locator("input[type=range][data-state='0.margin']").press("ArrowRight")
    assert section.until("Math.abs(s.state['0.margin'] - 0.51) < 1e-9")
    field = section.page.locator("[data-typed='0.margin']")
    field.fill("1.4")
    field.press("Enter")
    said = section.page.locator(".lab-refused:visible").inner_text()
    assert "between 0 and 1 rad" in said
    assert "got 1.4" in said
    assert section.look()["state"]["0.margin"] == pytest.approx(0.51)
    field.fill("0.25")
    field.press("Enter")
    assert section.until("s.state['0.margin'] === 0.25")
    assert section.page.locator(".lab-refused:visible").count() == 0


def test_a_low_knob_is_held_below_its_high_one_and_refused_with_what_is_allowed(shown):
    section = shown("two", state={"losses": ["magface"], "0.high_margin": 0.6, "0.low_margin": 0.2})
    assert section.hold("0.low_margin", 0.5)["state"]["0.low_margin"] == pytest.approx(0.5, abs=0.03)
    held = section.hold("0.low_margin", 0.5, 0.95)
    assert held["state"]["0.low_margin"] == pytest.approx(0.6)
    said = section.page.locator(".lab-refused:visible").inner_text()
    assert "between 0 and 0.6 rad while High margin is 0.6" in said
    section.page.mouse.up()
    held = section.hold("0.high_margin", 0.1)
    assert held["state"]["0.high_margin"] == pytest.approx(0.6)
    section.page.mouse.up()
    field = section.page.locator("[data-typed='0.low_margin']")
    field.fill("0.7")
    field.press("Enter")
    assert "got 0.7" in section.page.locator(".lab-refused:visible").inner_text()
    give(section, "two", {"losses": ["magface"], "0.high_margin": 0.3, "0.low_margin": 0.9}, nonce=2)
    state = section.until("s.state['0.high_margin'] === 0.3")["state"]  # a link with nonsense
    assert state["0.low_margin"] == pytest.approx(0.3)
    losses.get("magface")(low_margin=state["0.low_margin"], high_margin=0.3)


def test_a_weight_is_dragged_with_the_mouse(shown):
    section = shown("two", state={"losses": ["arcface"], "apart": 90})
    before = printed(section, "first")
    section.drag("circle0", "W2", 30, 30)
    state = section.until("s.state.apart > 100")["state"]
    assert printed(section, "first") == pytest.approx((state["apart"] - math.degrees(0.5)) / 2, abs=1e-3)
    assert printed(section, "first") > before + 5


def test_pointing_at_a_knob_lights_up_its_symbol_and_what_it_controls(shown):
    section = shown("two", state={"losses": ["arcface", "cosface"]})
    section.page.locator(".lab-slider", has=section.page.locator("[data-state='0.margin']")).hover()
    section.until("s.lit === '0.margin'")
    lit = section.page.locator(".lab-symbol.lab-lit")
    assert {part.get_attribute("data-symbol") for part in lit.all()} == {"0.margin"}
    assert section.page.locator("[data-slot='1'] .lab-lit").count() == 0
    widths = section.page.locator("[data-boundary]").evaluate_all(
        "all => all.map(each => each.getAttribute('stroke-width'))"
    )
    assert len(set(widths)) == 2
    section.page.mouse.move(5, 5)
    section.until("s.lit === null")
    assert section.page.locator(".lab-lit").count() == 0


def test_the_formula_is_the_losss_with_the_values_put_in(shown):
    section = shown("two", state={"losses": ["cosface"], "0.margin": 0.28})
    general, put_in = section.page.locator("[data-slot] .lab-formula > div").all()
    assert general.text_content().replace("⁡", "") == f"ψ(θ)=cosθ{MINUS}m"
    assert put_in.text_content().replace("⁡", "") == f"ψ(θ)=cosθ{MINUS}0.28"


def test_losses_are_added_replaced_and_taken_away_with_their_knobs(shown):
    section = shown("two", state={"losses": ["arcface", "cosface"], "0.margin": 0.7, "1.margin": 0.11})
    section.page.locator("[data-act=add]").click()
    assert len(section.until("s.state.losses.length === 3")["state"]["losses"]) == 3
    section.page.locator("[data-slot='0'] button[title=Remove]").click()
    state = section.until("s.state.losses.length === 2")["state"]
    assert state["losses"][0] == "cosface"
    assert state["0.margin"] == pytest.approx(0.11)
    section.page.locator("[data-act=pick0]").select_option("arcface")
    assert section.until("s.state.losses[0] === 'arcface'")["state"]["0.margin"] == pytest.approx(0.5)


def test_three_behaviours_of_arcface_past_pi_differ_only_there(shown):
    words = ("fallback", "plain", "easy")
    section = shown(
        "target", state={"losses": ["arcface"] * 3, **{f"{i}.past_pi": word for i, word in enumerate(words)}}
    )
    names = section.look()["figures"]["logit"]["curves"]
    assert [name.split("(")[1].rstrip(")") for name in names] == list(words)
    lines = [
        np.array(section.root.evaluate("(r, n) => r.lossviz.curve('logit', n).ys", name), dtype=float) for name in names
    ]
    degrees = np.linspace(0, 180, 721)
    before, after = degrees < 89, degrees > 155
    assert np.nanmax(np.abs(np.ptp(lines, axis=0)[before])) < 1e-9
    assert np.nanmin(np.ptp(lines, axis=0)[after]) > 1e-3
    assert all(np.isnan(line).sum() <= 1 for line in lines)  # the pen is lifted at a jump and nowhere else
    assert np.isnan(lines[0]).sum() == np.isnan(lines[2]).sum() == 1
    assert not np.isnan(lines[1]).any()


def test_a_runs_angles_are_counted_underneath(shown):
    angles = [10.0] * 7 + [33.0] * 2
    section = shown("target", histogram={"title": "some run", "degrees": angles})
    rows = section.root.evaluate("r => r.lossviz.curve('logit', 'angles of the run (counts)')")
    assert dict(zip(rows["xs"], rows["ys"], strict=True))[11] == 7
    assert sum(rows["ys"]) == 9
    section.page.get_by_label("Angles of the chosen run underneath").uncheck()
    section.until("!s.figures.logit.curves.includes('angles of the run (counts)')")


def test_feasibility_on_a_ring_is_said_with_its_bound(shown):
    section = shown("many", state={"losses": ["cosface", "arcface"], "count": 10}, learned=None)
    cosface, arcface = (section.look()["figures"][name]["note"] for name in ("ring0", "ring1"))
    assert cosface.startswith("Infeasible")
    assert "m may be at most 0.191 " in cosface
    assert "the loss on the own weight is 5.46" in cosface
    assert arcface.startswith("Feasible")
    assert "at most 0.6283 rad" in arcface
    assert section.page.locator("[data-figure=ring0] [data-owner]").count() == 0
    assert section.page.locator("[data-figure=ring1] [data-owner]").count() == 10
    give(section, "many", {"losses": ["cosface"], "count": 3}, {"learned": None}, nonce=2)
    assert section.look()["figures"]["ring0"]["note"].startswith("Feasible")


def test_a_runs_class_weights_stand_where_the_run_has_them(shown):
    learned = {"names": ["a", "b", "c"], "weights": [[2, 0], [0, 1], [-1, 0.1]]}
    section = shown("many", state={"losses": ["softmax"], "weights": "run"}, learned=learned)
    csv = section.root.evaluate("r => r.lossviz.csv('ring0')")
    rows = [line.split(",") for line in csv.splitlines()[1:]]
    edges = sorted(float(row[1]) for row in rows if row[0] == "class a")
    # between a and b the longer weight reaches further: 2 cos t = sin t
    assert edges[1] == pytest.approx(math.degrees(math.atan(2)), abs=1e-4)
    assert {row[0] for row in rows} == {"class a", "class b", "class c"}


def test_a_bias_gives_the_origin_to_one_class(shown):
    section = shown("spokes")
    free, biased = (section.call("chances", bias, 0, 0) for bias in (0, 4))
    np.testing.assert_allclose(free, 0.1)
    np.testing.assert_allclose(biased, torch.tensor([4.0] + [0.0] * 9).double().softmax(0), atol=1e-6)
    far = section.call("chances", 4, 0.0, -11.0)
    assert int(np.argmax(far)) == 5


@pytest.mark.parametrize("dark", [False, True])
def test_exports_hold_the_picture_and_its_curves(shown, dark, tmp_path):
    section = shown("two", dark=dark, state={"losses": ["arcface", "cosface"], "layout": "over"})
    files = {}
    for kind in ("csv", "svg", "png"):
        with section.page.expect_download() as download:
            section.page.locator(f"[data-figure=plane0] [data-export={kind}]").click()
        assert download.value.suggested_filename == f"two-plane0.{kind}"
        files[kind] = tmp_path / kind
        download.value.save_as(files[kind])
    rows = [line.rsplit(",", 2) for line in files["csv"].read_text().splitlines()]
    assert rows[0] == ["curve", "x", "y"]
    arc = [(float(x), float(y)) for name, x, y in rows[1:] if name.strip('"') == "ArcFace, class 1" and y]
    assert all(y == pytest.approx(x + math.degrees(0.5), abs=1e-6) for x, y in arc)
    assert len(arc) > 500
    svg = files["svg"].read_text()
    assert svg.startswith("<svg")
    assert "losses!arcface*cosface" in svg
    assert svg.count("data-curve") >= 6
    picture = np.asarray(Image.open(files["png"]).convert("L"))
    shown_size = section.look()["figures"]["plane0"]["box"]
    assert picture.shape[1] > 2 * shown_size["width"]
    assert bool(picture[4, 4] < 80) == dark
    assert np.ptp(picture) > 100
