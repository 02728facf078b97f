"""Regions of the plane against plain loops, and against the closed forms of boundaries."""

import math

import numpy as np
import pytest

from lossviz import losses
from lossviz.toy.cloud import spread_directions
from lossviz.toy.regions import has_regions, regions

SIX = spread_directions(6, 2)
CELLS = 61


def places(reach):
    middles = (np.arange(CELLS) + 0.5) / CELLS * 2 * reach - reach
    return [(row, column, middles[column], -middles[row]) for row in range(CELLS) for column in range(CELLS)]


@pytest.mark.parametrize("name", ["softmax", "arcface", "circle_class"])
def test_the_winner_is_the_class_with_the_nearest_direction_where_weights_are_equally_long(name):
    found = regions(losses.get(name)(), SIX, 6, 2.0, CELLS)
    for row, column, x, y in places(2.0)[::7]:
        cosines = SIX @ [x, y]
        if np.sort(cosines)[-1] - np.sort(cosines)[-2] > 1e-3:
            assert found.winner[row, column] == cosines.argmax()


@pytest.mark.parametrize(
    ("loss", "boundary"),
    [
        (losses.get("arcface")(margin=0.3), (math.radians(60) - 0.3) / 2),
        (losses.get("cosface")(margin=0.2), math.radians(30) - math.asin(0.2 / (2 * math.sin(math.radians(30))))),
        (losses.get("normface")(), math.radians(30)),
    ],
)
def test_the_margin_begins_at_the_closed_form(loss, boundary):
    found = regions(loss, SIX, 6, 1.0, CELLS)
    angles, sure = [], []
    for row, column, x, y in places(1.0):
        cosine = (SIX @ [x, y]).max() / math.hypot(x, y) if x or y else 1
        angles.append(math.acos(min(cosine, 1)))
        sure.append(found.confident[row, column])
    angles, sure = np.array(angles), np.array(sure)
    clear = np.abs(angles - boundary) > 1e-3
    assert (sure == (angles < boundary))[clear].mean() > 0.999
    assert sure.all() == (loss.key() == "normface")


def test_a_longer_weight_takes_more_of_the_plane_under_softmax_and_not_under_arcface():
    long = SIX * np.array([3, 1, 1, 1, 1, 1], np.float32)[:, None]
    shares = {}
    for name in ("softmax", "arcface"):
        shares[name] = [(regions(losses.get(name)(), w, 6, 1.0, CELLS).winner == 0).mean() for w in (SIX, long)]
    assert shares["softmax"][1] > 1.5 * shares["softmax"][0]
    assert shares["arcface"][1] == shares["arcface"][0]


@pytest.mark.parametrize(
    ("name", "knobs", "there"),
    [
        ("softmax", {}, True),
        ("softmax", {"bias": True}, False),
        ("triplet", {}, False),
        ("center", {}, False),
        ("triplet_center", {}, True),
        ("triplet_center", {"softmax": True}, False),
        ("arcface", {}, True),
    ],
)
def test_regions_are_offered_where_the_prototypes_decide(name, knobs, there):
    assert has_regions(losses.get(name)(**knobs), 4) == there
