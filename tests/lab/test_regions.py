"""The regions below a trained toy are drawn as they were computed, and follow the step without a new page."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.lab.still import Still

CELLS = 8
WINNER = np.repeat(np.arange(4), 16)
CONFIDENT = np.tile([1, 1, 1, 0], 16)


def data(step, winner=WINNER):
    panel = {"key": "arcface", "title": "ArcFace", "reach": 2.0, "margin": True, "owners": [0, 1]}
    places = {"points": [[0.5, 0.5], [-1, 1]], "prototypes": [[1, 0], [0, 1]]}
    grid = {"winner": winner.tolist(), "confident": CONFIDENT.tolist()}
    return {"panels": [{**panel, **places, **grid}], "step": step, "labels": [0, 3], "cells": CELLS}


def colours(section):
    """The colour of every cell, (CELLS, CELLS, 3), as painted."""
    href = section.page.locator("[data-figure=arcface] image").get_attribute("href")
    raw = section.page.evaluate(
        "async (url) => Array.from(new Uint8Array(await (await fetch(url)).arrayBuffer()))", href
    )
    return np.asarray(Image.open(io.BytesIO(bytes(raw))).convert("RGB")).astype(int)


@pytest.mark.parametrize("dark", [False, True])
def test_cells_have_their_class_and_margins_are_greyer(page, tmp_path, dark):
    section = Still(page, tmp_path, ("arrow", "regions"), data(5), dark=dark)
    painted, sure = colours(section), CONFIDENT.reshape(CELLS, CELLS).astype(bool)
    winners = WINNER.reshape(CELLS, CELLS)
    for one in range(4):
        assert len(np.unique(painted[sure & (winners == one)], axis=0)) == 1
    assert len(np.unique(painted[sure], axis=0)) == 4
    saturation = np.ptp(painted, axis=2)
    assert saturation[sure].min() > saturation[~sure].max()
    assert "25 % of the plane" in section.look()["figures"]["arcface"]["note"]


def test_another_step_is_painted_in_the_same_picture(page, tmp_path):
    section = Still(page, tmp_path, ("arrow", "regions"), data(5))
    before, node = colours(section), page.locator("[data-figure=arcface]").element_handle()
    page.evaluate("data => give({ ...data, command: null })", data(9, WINNER[::-1]))
    section.until("s.step === 9")
    assert node.evaluate("node => node.isConnected")
    assert (colours(section)[0] != before[0]).any()
