"""Many classes: a wedge's drawn edge is where the closed form has it, to a pixel, while a slider is dragged."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.two_classes import ANGULAR
from tests.lab.still import Still

COUNT = 6
APART = 2 * math.pi / COUNT
CLOSED = {  # losses.md 3, towards a neighbour at APART
    "arcface": lambda m: (APART - m) / 2,
    "cosface": lambda m: APART / 2 - math.asin(m / (2 * math.sin(APART / 2))),
    "a_softmax": lambda m: APART / (m + 1),
}


def drawn_edge(section, radius, weight):
    """The angle from a class's weight, clockwise, at which its colour ends, in the pixels of a screenshot."""
    svg = section.page.locator("[data-figure=ring0] svg")
    box = section.look()["figures"]["ring0"]["box"]
    pixels = np.asarray(Image.open(io.BytesIO(svg.screenshot())).convert("RGB")).astype(int)
    turns = np.arange(0.04, APART / 2, 0.0005)
    xs = box["left"] + box["width"] / 2 + radius * np.cos(weight - turns)
    ys = box["top"] + box["height"] / 2 - radius * np.sin(weight - turns)
    colour = pixels[ys.astype(int), xs.astype(int)]
    own = np.abs(colour - colour[10]).sum(1) < np.abs(colour - colour[-1]).sum(1)
    return float(turns[np.flatnonzero(~own)[0]])


@pytest.mark.parametrize("key", CLOSED)
def test_a_dragged_slider_moves_the_edge_of_a_wedge_to_the_closed_form_to_a_pixel(page, tmp_path, key):
    data = {"losses": angular_losses(), "learned": None}
    section = Still(page, tmp_path, (*ANGULAR, "many"), data)
    state = {"losses": [key], "count": COUNT, **({"0.lambda_min": 0} if key == "a_softmax" else {})}
    page.evaluate("data => give(data)", {**data, "command": {"section": "many", "nonce": 1, "state": state}})
    section.drawn()
    box = page.locator("input[type=range][data-state='0.margin']").bounding_box()
    radius = 0.8 * section.look()["figures"]["ring0"]["box"]["width"] / 2.4
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = []
    for part in (0.4, 0.7 if key == "a_softmax" else 0.15):  # still held
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2, steps=5)
        margin = section.look()["state"]["0.margin"]
        seen.append(CLOSED[key](margin))
        for class_number in (0, 1, 4):
            weight = math.pi / 2 - APART * class_number
            assert drawn_edge(section, radius, weight) == pytest.approx(seen[-1], abs=1.5 / radius)
    page.mouse.up()
    assert abs(seen[0] - seen[1]) * radius > 5
