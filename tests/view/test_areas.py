"""What a threshold accepts is painted at its closed form, to a pixel, and follows the threshold while it is dragged.

The closed forms are written here with numpy alone: the rim of a cap, a circle, two rays, and of a ball the outermost of
many points of its surface.
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

from lossviz.view import Areas, ViewError
from lossviz.view.guests import check_areas
from tests.view import synthetic

CAP, PIE, SECTOR, DISC, BALL = range(5)
BARE = "flp"  # no names and no arrows
OBLIQUE = f"1.e0.v2800_4100_1300_8600_1000_0_0.{BARE}"  # seen by a lens, from a side that is no axis's
RUNGS = np.arange(-7, 7, 0.2)  # pixels across an edge


def pixels(view):
    return np.asarray(Image.open(io.BytesIO(view.root.locator(".lv-stage").screenshot())).convert("RGB")).astype(float)


class Lens:
    """Where places of a panel are on the screen, by the camera's numbers."""

    def __init__(self, view, index):
        numbers = (
            "(root, i) => { const { view: v, panel } = root.view.frames[i]; return { ...v, radius: panel.radius }; }"
        )
        told = view.root.evaluate(numbers, index)
        self.middle, self.half = np.array([told["cx"], told["cy"]]), told["half"]
        self.k, self.radius, self.box = told["k"], told["radius"], told["box"]
        x, y, z, w = view.look()["cameras"][index]["turn"] if index in (CAP, BALL) else (0, 0, 0, 1)
        self.axis, self.w = np.array([x, y, z]), w

    def turned(self, places):
        """Rodrigues' formula, for unit quaternions."""
        across = 2 * np.cross(self.axis, places)
        return places + self.w * across + np.cross(self.axis, across)

    def screen(self, places):
        """Pixels (n, 2) and depths (n,) of places (n, 2 or 3) in the panel's units."""
        solid = np.pad(np.asarray(places, float), ((0, 0), (0, 3 - np.shape(places)[1]))) / self.radius
        seen = self.turned(solid)
        flat = seen[:, :2] / (1 - self.k * seen[:, 2:])
        return self.middle + self.half * flat * [1, -1], seen[:, 2]

    def inside(self, flat, edge=10):
        """Which places on the screen are in the panel, and not at its edge."""
        (x, y), box = flat.T, self.box
        fits = (x > box["x"] + edge) & (x < box["x"] + box["width"] - edge)
        return fits & (y > box["y"] + edge) & (y < box["y"] + box["height"] - edge)


def across(dir_):
    u = np.cross(dir_, [0, 0, 1] if abs(dir_[2]) < 0.9 else [1, 0, 0])
    u /= np.linalg.norm(u)
    return u, np.cross(dir_, u)


def rim(centre, degrees, turns):
    """Places on the unit sphere at that angle from ``centre``."""
    u, v = across(centre)
    ring = np.cos(turns)[:, None] * u + np.sin(turns)[:, None] * v
    return math.cos(math.radians(degrees)) * centre + math.sin(math.radians(degrees)) * ring


def met(picture, places, normals):
    """How far from each place (n, 2), along its normal, a line is met: the middle of what has colour, in pixels."""
    spots = places[:, None] + RUNGS[:, None] * normals[:, None]
    columns, rows = np.rint(spots[..., 0] - 0.5).astype(int), np.rint(spots[..., 1] - 0.5).astype(int)
    weight = np.ptp(picture[rows, columns], axis=-1) ** 6
    return (weight * RUNGS).sum(1) / weight.sum(1)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def cap_errors(view, degrees):
    """At all places of all rims that face the lens."""
    lens, picture, found = Lens(view, CAP), pixels(view), []
    for centre in unit(synthetic.BOUNDED[CAP][1].centres):
        turns = np.linspace(0, 2 * math.pi, 60, endpoint=False) + 0.01
        places, depth = lens.screen(rim(centre, degrees, turns))
        outer, _ = lens.screen(rim(centre, degrees + 0.1, turns))
        facing = depth > lens.k + 0.25
        if facing.any():
            found.append(met(picture, places[facing], unit(outer - places)[facing]))
    return np.abs(np.concatenate(found))


@pytest.mark.parametrize("link", [OBLIQUE, f"1.e0.v0_0_0_10000_1000_0_0.{BARE}o"], ids=["oblique", "orthographic"])
def test_caps_end_on_the_sphere_where_their_angle_has_it(view, link):
    view.open("areas", link)
    view.still()
    right, wrong = (cap_errors(view, degrees) for degrees in (synthetic.RADIUS, synthetic.RADIUS + 3))
    assert len(right) > 60
    assert right.max() < 1
    assert np.median(right) < 0.4
    assert np.median(wrong) > 1.5


def test_on_the_circle_and_in_the_plane_sectors_end_at_their_angle(view):
    view.open("areas", OBLIQUE)
    view.still()
    picture = pixels(view)
    for index, reaches in ((PIE, (0.5, 0.9)), (SECTOR, (2.0, 3.5))):
        lens = Lens(view, index)
        for weight in (0, 90, 180, 270):
            for side in (-1, 1):
                turn = math.radians(weight + side * synthetic.RADIUS)
                out = np.array([[math.cos(turn), math.sin(turn)]])
                normal = np.array([[-math.sin(turn), -math.cos(turn)]])  # y is downwards on the screen
                for reach in reaches:
                    place, _ = lens.screen(reach * out)
                    assert abs(met(picture, place, normal)[0]) < 0.6
    inside, _ = Lens(view, PIE).screen(np.array([[0.6, 0.1], [1.3, 0.1], [0.6, 0.6]]))
    (own, beyond, between) = (np.ptp(picture[int(y), int(x)]) for x, y in inside)
    assert own > 15
    assert max(beyond, between) < 12


def test_discs_in_the_plane_have_their_radius(view):
    view.open("areas", OBLIQUE)
    view.still()
    lens, picture = Lens(view, DISC), pixels(view)
    turns = np.linspace(0, 2 * math.pi, 24, endpoint=False) + 0.1
    ways = np.stack([np.cos(turns), np.sin(turns)], 1)
    for centre in synthetic.BOUNDED[DISC][1].centres:
        edge, _ = lens.screen(centre + synthetic.REACH * ways)
        seen = lens.inside(edge)
        assert seen.sum() > 8
        assert np.abs(met(picture, edge[seen], (ways * [1, -1])[seen])).max() < 1


def surface(centre, count=40_000):
    """Points evenly on a ball about ``centre`` (Fibonacci's spiral)."""
    i = np.arange(count) + 0.5
    z, turn = 1 - 2 * i / count, math.pi * (1 + math.sqrt(5)) * i
    r = np.sqrt(1 - z**2)
    return centre + synthetic.REACH * np.stack([r * np.cos(turn), r * np.sin(turn), z], 1)


def outermost(lens, centre, turns):
    """The outermost places of a ball on the screen along each direction, and the directions."""
    flat, _ = lens.screen(surface(centre))
    ways = np.stack([np.cos(turns), np.sin(turns)], 1)
    return flat[(flat @ ways.T).argmax(0)], ways


def test_balls_in_space_are_outlined_where_their_surface_ends(view):
    view.open("areas", OBLIQUE)
    view.still()
    lens, picture, turns = Lens(view, BALL), pixels(view), np.linspace(0, 6, 20)
    found = [outermost(lens, centre, turns) for centre in synthetic.BOUNDED[BALL][1].centres]
    errors = np.concatenate(
        [met(picture, *(part[lens.inside(places)] for part in (places, ways))) for places, ways in found]
    )
    assert len(errors) > 50
    assert np.median(np.abs(errors)) < 0.6
    assert (np.abs(errors) < 1).mean() > 0.9  # where balls cover one another there are two lines


FEED = """(root, radii) => {
    const feeds = (globalThis.lossvizFeeds ??= new Map());
    if (radii) feeds.set("view", { radii });
    else feeds.delete("view");
    globalThis.dispatchEvent(new CustomEvent("lossviz-feed", { detail: "view" }));
}"""


def test_areas_follow_a_threshold_that_is_dragged_without_asking_python(view):
    view.open("areas", OBLIQUE)
    view.still()
    assert cap_errors(view, 38.0).max() > 3
    view.sent.clear()
    view.root.evaluate(FEED, {"cap": 38.0})
    view.still()
    assert cap_errors(view, 38.0).max() < 1
    lens = Lens(view, DISC)
    place, _ = lens.screen(np.array([[3.0 + synthetic.REACH, 0.0]]))
    assert abs(met(pixels(view), place, np.array([[1.0, 0.0]]))[0]) < 1  # its own is not fed
    assert view.sent == []
    view.root.evaluate(FEED, None)
    view.still()
    assert cap_errors(view, synthetic.RADIUS).max() < 1


def test_a_place_in_several_areas_is_filled_by_the_nearest_centre_alone(view):
    view.open("areas", OBLIQUE)
    view.root.evaluate(FEED, {"pie": 60.0, "disc": 3.0})
    view.still()
    picture, colours = pixels(view), np.array(view.root.evaluate("root => root.view.colours"))

    def at(index, place):
        x, y = np.floor(Lens(view, index).screen(np.array([place]))[0][0]).astype(int)
        return picture[y, x]

    def fill(label):
        return 255 + 0.2 * (colours[label] - 255)  # over a white ground

    for index, reach in ((PIE, 0.6), (DISC, 2.5)):
        for degrees, label in ((38, 0), (52, 1), (128, 1), (142, 2)):
            turn = math.radians(degrees)
            place = [reach * math.cos(turn), reach * math.sin(turn)]
            np.testing.assert_allclose(at(index, place), fill(label), atol=5)
    assert np.abs(fill(0) - fill(1)).max() > 15


def coloured(view):
    return int((np.ptp(pixels(view), axis=2) > 25).sum())


def test_areas_are_switched_off_with_the_toolbar_and_one_by_one_with_their_class(view):
    view.open("areas", OBLIQUE)
    view.still()
    all_ = coloured(view)
    view.root.locator(".lv-entry[data-class='0']").click()
    view.still()
    without_one = coloured(view)
    view.button("More settings").click()
    view.root.get_by_label("Acceptance areas").click()
    view.button("More settings").click()
    view.still()
    view.page.mouse.move(5, 5)
    assert all_ > 1.1 * without_one > 3 * coloured(view)
    view.page.wait_for_function("decodeURIComponent(location.search).includes('b')")


def test_who_has_no_areas_is_offered_no_switch_for_them(view):
    view.open("one")
    view.button("More settings").click()
    assert view.root.get_by_label("Class names").is_visible()
    assert not view.root.get_by_label("Acceptance areas").is_visible()


def test_at_another_epoch_than_theirs_areas_are_not_filled(view):
    view.open("areas", OBLIQUE)
    view.still()
    x, y = np.rint(Lens(view, DISC).screen(np.array([[3.0, 0.8]]))[0][0]).astype(int)
    assert np.ptp(pixels(view)[y, x]) > 15
    view.scrub(1)
    assert np.ptp(pixels(view)[y, x]) < 12


def saved(view, kind):
    with view.page.expect_download() as download:
        view.root.locator(f"[data-save={kind}]").click()
    return Path(download.value.path()).read_text()


def test_areas_are_saved_as_numbers_and_as_shapes(view):
    view.open("areas", OBLIQUE)
    view.still()
    rows = list(csv.DictReader(io.StringIO(saved(view, "csv"))))
    for index, what in ((CAP, "cap"), (PIE, "cap"), (SECTOR, "cap"), (DISC, "ball"), (BALL, "ball")):
        panel, areas = synthetic.BOUNDED[index]
        of = [row for row in rows if row["panel"] == panel.title and row["what"] == what]
        centres = np.array([[float(row[axis]) for axis in "xyz"[: panel.positions.shape[2]]] for row in of])
        wanted = unit(areas.centres) if areas.degrees else areas.centres
        np.testing.assert_allclose(centres, wanted, atol=1e-5)
        assert [float(row["radius"]) for row in of] == pytest.approx([areas.radius] * len(of), rel=1e-5)
        assert [row["class"] for row in of] == [f"class {label}" for label in areas.labels]
    name, root = "{http://www.w3.org/2000/svg}", ElementTree.fromstring(saved(view, "svg"))
    groups = {each.get("data-panel"): each for each in root.iter(f"{name}g")}
    assert [len([each for each in groups[key].iter() if each.get("data-area")]) for key in groups] == [6, 4, 4, 4, 6]
    check_ellipses(Lens(view, BALL), list(groups["ball"].iter(f"{name}ellipse")))


def check_ellipses(lens, ellipses):
    """Each is the outline of its ball: as far out in every direction as the outermost point of the surface."""
    turns = np.linspace(0, 6, 13)
    for centre, ellipse in zip(synthetic.BOUNDED[BALL][1].centres, ellipses, strict=True):
        cx, cy, rx, ry = (float(ellipse.get(part)) for part in ("cx", "cy", "rx", "ry"))
        lean = math.radians(float(ellipse.get("transform").split("(")[1].split()[0]))
        places, ways = outermost(lens, centre, turns)
        told = ways @ [cx, cy] + np.hypot(rx * np.cos(turns - lean), ry * np.sin(turns - lean))
        np.testing.assert_allclose(told, (places * ways).sum(1), atol=0.1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"panel": "nowhere"}, "there is: cap"),
        ({"centres": np.zeros((6, 2), np.float32)}, r"centres \(areas, 3\)"),
        ({"labels": np.arange(5)}, r"got \(6, 3\) and \(5,\)"),
        ({"centres": np.zeros((6, 3), np.float32)}, "directions not zero"),
        ({"centres": np.full((6, 3), np.nan, np.float32)}, "finite"),
        ({"radius": -1.0}, "0 to 180 degrees, got -1"),
        ({"radius": math.nan}, "got nan"),
        ({"radius": math.inf, "degrees": False}, "a finite number of at least 0, got inf"),
        ({"labels": np.arange(1, 7)}, "classes of 0 to 5"),
        ({"epoch": 7}, "one of the panel's, got 7"),
    ],
)
def test_areas_that_cannot_be_drawn_are_refused_in_words(change, said):
    panel, good = synthetic.BOUNDED[CAP]
    check_areas([panel], [good])
    with pytest.raises(ViewError, match=said):
        check_areas([panel], [replace(good, **change)])
    with pytest.raises(ViewError, match="once at most"):
        check_areas([panel], [good, good])


def test_no_more_areas_than_can_be_drawn():
    panel, _ = synthetic.BOUNDED[CAP]
    many = Areas("cap", np.ones((1025, 3), np.float32), np.zeros(1025, np.int64), 1.0, degrees=True)
    with pytest.raises(ViewError, match="at most 1024"):
        check_areas([panel], [many])
    check_areas([panel], [replace(many, centres=many.centres[1:], labels=many.labels[1:])])
