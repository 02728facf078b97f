"""Regions beneath the points: what is painted is what the losses' own functions say, to a pixel, and it moves along.

The closed forms of boundaries are written here; the caps on the sphere and the sectors on the circle are held to them.
"""

import csv
import io
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lossviz import losses
from lossviz.toy.cloud import CloudKnobs
from lossviz.toy.regions import decided, rule_of
from lossviz.toy.training import ToyKnobs, train_toy
from lossviz.view import Regions, ViewError
from lossviz.view.panel import check
from tests.view import synthetic

SOLID, FLAT, CONES, CELLS = range(4)
HALF = (math.pi / 2 - synthetic.MARGIN) / 2  # ArcFace between weights at a right angle, losses.md 3: (apart - m) / 2
FACE_ON = "1.e0.v0_0_0_10000_1000_0_0.fol"  # orthographic, looking along -z, x to the right; no names


def pixels(view):
    return np.asarray(Image.open(io.BytesIO(view.root.locator(".lv-stage").screenshot())).convert("RGB")).astype(int)


def middle_of(view, index):
    """Middle and radius of the unit sphere of a panel, CSS pixels of the stage."""
    return view.root.evaluate(
        "(root, index) => { const { view: lens } = root.view.frames[index]; return [lens.cx, lens.cy, lens.half]; }",
        index,
    )


def strongest(picture, cx, cy, radii, turn):
    """The distance from the middle at which a line of the picture is met, along a direction ``turn`` from the right."""
    xs = np.rint(cx + radii * math.cos(turn) - 0.5).astype(int)
    ys = np.rint(cy - radii * math.sin(turn) - 0.5).astype(int)
    colour = np.ptp(picture[ys, xs], axis=1)
    return float((radii * colour**6).sum() / (colour.astype(float) ** 6).sum())


@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, 270.0])
def test_a_caps_edge_on_the_sphere_is_drawn_where_the_closed_form_has_it_to_a_pixel(view, turn):
    view.open("regions", FACE_ON)
    view.still()
    cx, cy, half = middle_of(view, SOLID)
    wanted = half * math.sin(HALF)
    found = strongest(pixels(view), cx, cy, np.arange(wanted - 14, wanted + 14, 0.25), math.radians(turn))
    assert found == pytest.approx(wanted, abs=1)
    assert abs(half * math.sin(HALF + 0.05) - wanted) > 3  # another margin would be pixels away


def test_sectors_on_the_circle_end_where_the_closed_form_has_them_to_a_pixel(view):
    view.open("regions", FACE_ON)
    view.still()
    cx, cy, half = middle_of(view, FLAT)
    picture, radius = pixels(view), 0.8 * half
    for weight in (0, math.pi / 2, math.pi):
        for side in (-1, 1):
            edge = weight + side * HALF
            turns = edge + side * np.linspace(-0.12, 0.12, 600)
            xs = np.rint(cx + radius * np.cos(turns) - 0.5).astype(int)
            ys = np.rint(cy - radius * np.sin(turns) - 0.5).astype(int)
            colour = np.ptp(picture[ys, xs], axis=1).astype(float) ** 6
            assert float((turns * colour).sum() / colour.sum()) == pytest.approx(edge, abs=1 / radius)


def test_regions_are_painted_in_their_classs_colour_and_margins_in_none_until_switched_off(view):
    view.open("regions", FACE_ON)
    view.still()
    cx, cy, half = middle_of(view, FLAT)

    def at(turn):
        x, y = cx + 0.5 * half * math.cos(turn), cy - 0.5 * half * math.sin(turn)
        return pixels(view)[round(y), round(x)]

    assert np.ptp(at(0.12)) > 30
    assert np.ptp(at(math.pi / 4 + 0.04)) < 12
    assert at(math.pi / 4 + 0.04).max() < 235
    view.button("More settings").click()
    view.root.get_by_label("Regions and margins").click()
    view.still()
    assert at(0.12).min() > 240
    view.page.wait_for_function("decodeURIComponent(location.search).includes('d')")


def test_regions_move_with_the_prototypes_between_epochs(view):
    view.open("regions", FACE_ON)

    def verdict(turn):
        place = [math.cos(turn), math.sin(turn), 0]
        return view.root.evaluate("(root, [i, p]) => root.lossviz.verdict(i, p)", [FLAT, place])

    turned = math.atan2(0.6, 0.8)
    assert [verdict(turn)["label"] for turn in (0.1, turned + 0.1)] == [0, 0]
    assert verdict(turned + 0.1)["sure"] is False
    view.scrub(0.5)
    halfway = verdict(turned / 2)
    view.scrub(1)
    assert verdict(turned + 0.1)["sure"] is True
    assert halfway["sure"] is True
    assert halfway["lead"] > verdict(turned / 2)["lead"]


TRAINED = [(name, dim) for name in ("arcface", "a_softmax", "l_softmax", "magface", "softmax") for dim in (2, 3)]


@pytest.mark.parametrize(("name", "dim"), [*TRAINED, ("subcenter_arcface", 2), ("triplet_center", 3), ("hinge", 2)])
def test_what_the_browser_says_of_places_is_what_the_criterion_says(view, name, dim):
    """The rule handed over, carried out by the view's own function on prototypes of a training."""
    loss, cloud = losses.get(name)(), CloudKnobs(classes=5)
    toy = train_toy(loss, ToyKnobs(steps=40, points=60, dim=dim), cloud)
    rule = rule_of(loss, toy, 5)
    length = float(np.linalg.norm(toy.frames[-1], axis=1).mean())
    places = np.random.default_rng(3).normal(size=(400, dim))
    places *= length / np.linalg.norm(places, axis=1, keepdims=True)
    winner, sure = decided(loss, toy.prototypes[-1], 5, places.astype(np.float32))
    rules = {
        "prototypes": toy.prototypes[-1].tolist(),
        "labels": toy.prototype_labels.tolist(),
        "by": rule.by,
        "curve": None if rule.curves is None else rule.curves[-1].tolist(),
    }
    view.open("regions")
    told = view.root.evaluate("(root, [rules, places]) => root.lossviz.decide(rules, places)", [rules, places.tolist()])
    clear = np.abs([each["lead"] for each in told]) > 2e-3 * max(length, 1)
    assert clear.mean() > 0.9
    assert ([each["label"] for each in told] == winner)[clear].all()
    assert ([each["sure"] for each in told] == sure)[clear].all()
    assert sure.mean() > 0
    if name not in ("softmax", "triplet_center", "hinge"):
        assert sure.mean() < 1


def saved(view, kind):
    with view.page.expect_download() as download:
        view.root.locator(f"[data-save={kind}]").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    return Path(download.value.path()).read_text()


def test_the_numbers_saved_are_the_points_the_prototypes_and_edges_at_the_closed_form(view):
    view.open("regions", FACE_ON)
    view.still()
    rows = list(csv.DictReader(io.StringIO(saved(view, "csv"))))
    panel = synthetic.regions("solid", 3)
    of = [row for row in rows if row["panel"] == "Solid"]
    for what in ("point", "prototype"):
        places = [[float(row[axis]) for axis in "xyz"] for row in of if row["what"] == what]
        np.testing.assert_allclose(places, panel.positions[0], atol=1e-4)
    edges = [row for row in of if row["what"] == "edge"]
    assert len(edges) == 6 * 90
    places = np.array([[float(row[axis]) for axis in "xyz"] for row in edges])
    own = np.array([panel.positions[0][int(row["class"].split()[1])] for row in edges])
    cosine = np.clip((places * own).sum(1), -1, 1)
    # Towards the nearest neighbour, theta_2 away from it: cos(theta_1 + m) = cos(theta_2).
    second = np.sort(places @ panel.positions[0].T, axis=1)[:, -2]
    np.testing.assert_allclose(np.cos(np.arccos(cosine) + synthetic.MARGIN), second, atol=3e-4)
    assert np.degrees(np.arccos(cosine)).min() == pytest.approx(math.degrees(HALF), abs=0.02)
    flat = [row for row in rows if row["panel"] == "Flat" and row["what"] == "edge"]
    turns = sorted(math.degrees(math.atan2(float(row["y"]), float(row["x"]))) % 90 for row in flat)
    assert turns == pytest.approx([math.degrees(HALF)] * 4 + [90 - math.degrees(HALF)] * 4, abs=0.02)
    assert all(row["z"] in ("", None) for row in flat)


def test_the_shapes_saved_are_where_they_are_seen(view):
    view.open("regions", FACE_ON)
    view.still()
    root = ElementTree.fromstring(saved(view, "svg"))
    name = "{http://www.w3.org/2000/svg}"
    panel = next(each for each in root.iter(f"{name}g") if each.get("data-panel") == "solid")
    cx, cy, half = middle_of(view, SOLID)
    ids = {each.get("data-id"): each for each in panel.iter(f"{name}circle") if each.get("data-id")}
    assert (float(ids["0"].get("cx")), float(ids["0"].get("cy"))) == pytest.approx((cx + half, cy), abs=0.05)
    edge = next(each for each in panel.iter(f"{name}path") if each.get("data-edge") == "2")  # faces the viewer
    route = [part.split() for part in edge.get("d").replace("L", "M").split("M") if part]
    reach = np.hypot(*(np.array(route, float) - [cx, cy]).T)
    assert reach.min() == pytest.approx(half * math.sin(HALF), abs=0.1)
    assert reach.max() > 1.1 * reach.min()


def test_a_view_of_one_epoch_has_no_timeline_and_one_of_several_has(view):
    view.open("still")
    assert not view.root.locator(".lv-timeline").is_visible()
    assert "poch" not in view.root.locator(".lv-overlay").get_attribute("aria-label").replace("Embedding", "")
    high = view.root.locator(".lv-stage").bounding_box()["height"]
    view.open("one")
    assert view.root.locator(".lv-timeline").is_visible()
    assert "Epoch 5" in view.root.locator(".lv-overlay").get_attribute("aria-label")
    assert view.root.locator(".lv-stage").bounding_box()["height"] < high


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prototypes": None, "prototype_labels": None}, "regions need"),
        ({"regions": Regions("chance")}, "by one of"),
        ({"regions": Regions("distance", synthetic.arc())}, "go with no distance"),
        ({"regions": Regions("product", synthetic.arc()[0])}, "must be"),
        ({"regions": Regions("product", np.full((1, 5), np.nan, np.float32))}, "not finite"),
    ],
)
def test_regions_that_cannot_be_painted_are_refused_in_words(change, said):
    good = synthetic.regions("solid", 3)
    check((good,), ())
    with pytest.raises(ViewError, match=said):
        check((replace(good, **change),), ())
