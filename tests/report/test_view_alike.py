"""Pictures made by Python are those of the view: the same colours, camera, sizes and grid, held to its JavaScript."""

import json

import numpy as np
import pytest

from lossviz.report.camera import HOME, Lens, grid
from lossviz.report.furniture import nice_below
from lossviz.report.looks import DARK, LIGHT
from lossviz.report.scenes import point_size
from lossviz.view.sources import script

BOX = {"x": 30, "y": 50, "width": 500, "height": 420}
POINTS = [[0, 0, 0], [1, 0, 0], [0.3, -0.8, 0.5], [-1.2, 0.4, -0.2]]


@pytest.fixture
def ask(page):
    """The value of an expression among the view's own functions."""
    page.goto("about:blank")
    page.add_script_tag(content=f"{script()}\nglobalThis.asked = (text) => eval(text);", type="module")
    page.wait_for_function("typeof globalThis.asked === 'function'")
    return lambda text: page.evaluate("text => JSON.parse(JSON.stringify(globalThis.asked(text)))", text)


def test_classes_have_the_views_colours(ask):
    for look, other in ((LIGHT, DARK), (DARK, LIGHT)):
        for count in (3, 10, 17, 60):
            theirs = np.array(ask(f"classColours({count}, {json.dumps(look is DARK)})"))
            assert np.abs(theirs - np.array(look.class_colours(count))).max() <= 1
            assert np.abs(theirs - np.array(other.class_colours(count))).max() > 20


def test_points_stand_where_the_view_puts_them(ask):
    box = (BOX["x"], BOX["y"], BOX["width"], BOX["height"])
    for axes in (2, 3):
        points = np.array(POINTS, float)[:, :axes]
        places = [[*place, 0][:3] for place in points.tolist()]
        lens = f"projection({json.dumps({'axes': axes, 'extent': 1})}, homeCamera(), {json.dumps(BOX)}, false)"
        theirs = np.array(ask(f"{json.dumps(places)}.map((p) => project(p, {lens}))"))
        assert np.allclose(theirs, Lens.at(axes, HOME, box).project(points), atol=1e-6)
        assert not np.allclose(theirs, Lens.at(axes, HOME, box, zoom=1.1).project(points))


def test_sizes_grid_and_ticks_are_the_views(ask):
    for count, side in ((60, 300), (1500, 420), (10_000, 900)):
        assert ask(f"pointSize({count}, 1, {side})") == pytest.approx(point_size(count, 1.0, side))
    for count in range(1, 7):
        theirs = ask(f"gridOf({count}, {{ width: 1200, height: 600 }})")
        ours = grid(count, 1200, 600)
        assert [(box["x"], box["y"]) for box in theirs] == [(round(x), round(y)) for x, y, *_ in ours]
    for limit in (0.03, 0.9, 7.3, 63.0, 1000.0):
        assert ask(f"niceBelow({limit})") == pytest.approx(nice_below(limit))
