"""What is painted is where it belongs, nearer things hide farther ones, and shapes say the same as pixels."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from lossviz.report.looks import LIGHT
from lossviz.report.marks import Bar, Discs, Scene
from lossviz.report.of_runs import pictured
from lossviz.report.raster import paint
from lossviz.report.sheets import Sheet

RED, BLUE = (200, 30, 30), (30, 30, 200)


def quiet(done, doing):
    pass


def discs(places, colours, depths, radius=6.0):
    count = len(places)
    colour = np.array(colours, float)
    return Discs(
        depth=np.array(depths, float), x=np.array(places, float)[:, 0], y=np.array(places, float)[:, 1],
        radius=np.full(count, radius), rim=np.full(count, 1.0), colour=colour, edge=colour, alpha=np.ones(count),
    )  # fmt: skip


def painted(scene, size=(60, 40)):
    picture = Image.new("RGB", size, LIGHT.ground)
    paint(picture, scene, LIGHT)
    return np.asarray(picture).astype(int)


def test_a_disc_is_painted_where_it_is_and_as_large_as_it_is():
    pixels = painted(Scene((0, 0, 60, 40), points=discs([(20, 15)], [RED], [0])))
    assert tuple(pixels[15, 20]) == RED and tuple(pixels[15, 40]) == LIGHT.ground
    share = (255 - pixels[..., 1]).sum() / (255 - RED[1])
    assert share == pytest.approx(np.pi * 36, rel=0.02)
    moved = painted(Scene((0, 0, 60, 40), points=discs([(20.5, 15)], [RED], [0])))
    weight = (255 - moved[..., 1]).sum(axis=0)
    before = (255 - pixels[..., 1]).sum(axis=0)
    columns = np.arange(60)
    assert (weight * columns).sum() / weight.sum() - (before * columns).sum() / before.sum() == pytest.approx(
        0.5, abs=0.02
    )


@pytest.mark.parametrize("near", [0, 1])
def test_the_nearer_of_two_hides_the_other(near):
    depths = [1, 0] if near == 0 else [0, 1]
    pixels = painted(Scene((0, 0, 60, 40), points=discs([(20, 20), (24, 20)], [RED, BLUE], depths)))
    assert tuple(pixels[20, 22]) == (RED, BLUE)[near]


@pytest.mark.parametrize(("depth", "seen"), [(1.0, BLUE), (-1.0, RED)])
def test_points_and_arrows_hide_one_another(depth, seen):
    bar = Bar(depth, 5, 20, 55, 20, 3.0, BLUE, 1.0)
    pixels = painted(Scene((0, 0, 60, 40), points=discs([(30, 20)], [RED], [0]), marks=[bar]))
    assert tuple(pixels[20, 30]) == seen and tuple(pixels[20, 50]) == BLUE


def test_nothing_is_painted_outside_the_box():
    pixels = painted(Scene((0, 0, 30, 40), points=discs([(28, 20)], [RED], [0])))
    assert tuple(pixels[20, 27]) == RED and tuple(pixels[20, 31]) == LIGHT.ground


def test_every_point_of_a_run_is_in_the_svg_where_it_is_in_the_pixels(pair):
    shown = pictured(pair[:1], None, quiet)
    sheet = Sheet.of([shown[0].panel], (1280, 800))
    root = ElementTree.fromstring(sheet.drawing(3.0))
    circles = [each for each in root.iter() if each.tag.endswith("circle") and each.get("stroke-width")]
    assert len(circles) == 60
    pixels = np.asarray(sheet.picture(3.0)).astype(int)
    nearest = circles[-1]
    x, y = float(nearest.get("cx")), float(nearest.get("cy"))
    colour = [int(nearest.get("fill")[start : start + 2], 16) for start in (1, 3, 5)]
    assert np.abs(pixels[int(y), int(x)] - colour).max() < 20
    words = {each.text for each in root.iter() if each.tag.endswith("text")}
    assert {"Arcface", "one", "one & <two>", "epoch 3 of 3"} <= words


def test_the_way_between_two_epochs_is_shown_and_the_bar_tells_how_far(pair):
    sheet = Sheet.of([each.panel for each in pictured(pair, None, quiet)], (960, 480), "Two losses")
    first, between, last = (np.asarray(sheet.picture(epoch)).astype(int) for epoch in (0.0, 1.5, 3.0))
    assert np.abs(first - between).max() > 50 and np.abs(between - last).max() > 50
    row = round((sheet.extent[1] - 18) * sheet.ratio)
    filled = [(np.abs(each[row] - LIGHT.accent).max(axis=1) < 30).sum() for each in (first, between, last)]
    assert filled[0] < 0.02 * filled[2] and filled[1] == pytest.approx(filled[2] / 2, rel=0.05)
    untitled = np.asarray(Sheet.of([each.panel for each in pictured(pair, None, quiet)], (960, 480)).picture(3.0))
    assert not np.array_equal(untitled[:30], last[:30])


def test_names_do_not_lie_on_one_another(pair):
    shown = pictured(pair[:1], None, quiet)
    drawn = Sheet.of([shown[0].panel], (1280, 800)).drawing(0.0)  # epoch 0: all classes are mixed at one place
    places = {}
    for x, y, name in re.findall(r'<text x="([\d.]+)" y="([\d.]+)" font-size="13"[^>]*>([^<]+)', drawn):
        places[name] = (float(x), float(y))
    assert len(places) == 3
    spots = list(places.values())
    for index, (x, y) in enumerate(spots):
        assert all(abs(u - x) > 20 or abs(v - y) >= 13 for u, v in spots[:index])
