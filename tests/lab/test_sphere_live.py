"""Caps on the sphere: while a knob is dragged the browser computes what Python does, and feeds it to the view."""

import numpy as np
import pytest
import torch

from lossviz import losses
from lossviz.toy.caps import caps, lattice
from lossviz.ui.lab import sphere
from lossviz.ui.lab.mount import packed
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.two_classes import ANGULAR
from tests.lab.still import Still

FED = "globalThis.lossvizFeeds.get('a-view')"


def data(state=None):
    weights = {str(count): sphere._weights(count).tolist() for count in sphere.COUNTS}
    here = {"view": "a-view", "height": 400, "steps": sphere.STEPS, "lattice": packed(lattice(sphere.LATTICE))}
    command = {"section": "sphere", "nonce": 1, "state": state} if state else None
    return {"losses": angular_losses(), "weights": weights, **here, "command": command}


@pytest.fixture
def shown(page, tmp_path):
    def show(**state):
        section = Still(page, tmp_path, (*ANGULAR, "sphere_math", "sphere"), data())
        page.evaluate("data => give(data)", data(state))
        return section

    return show


def fed_curve(section, index):
    return np.array(section.page.evaluate(f"[...{FED}.curves['sphere-{index}']]"))


GRID = [
    ("arcface", {"margin": 0.3}),
    ("arcface", {"margin": 0.8, "past_pi": "easy"}),
    ("cosface", {"margin": 0.2}),
    ("combined_margin", {"m1": 1.2, "m2": 0.1, "m3": 0.1}),
]


@pytest.mark.parametrize("count", [2, 7, 24])
def test_caps_shares_and_fed_curves_equal_pythons(shown, count):
    state = {"losses": [key for key, _ in GRID], "count": count}
    section = shown(**state, **{f"{i}.{name}": value for i, (_, own) in enumerate(GRID) for name, value in own.items()})
    weights = np.asarray(sphere._weights(count), np.float64)
    points = lattice(sphere.LATTICE)
    for index, (key, values) in enumerate(GRID):
        loss = losses.get(key)(**values)
        theirs = caps(loss.psi, weights, sphere.LATTICE)
        ours = np.array(section.call("owners", index))
        assert abs((ours >= 0).mean() - theirs.share) < 6e-4  # float32: three points on an edge
        where = {tuple(place) for place in theirs.points[:: max(1, len(theirs.points) // 40)].round(6)}
        mine = {tuple(place): who for place, who in zip(points.round(6), ours, strict=True)}
        matched = [mine[place] >= 0 for place in where]
        assert np.mean(matched) > 0.97 if matched else theirs.share == 0
        theta = torch.linspace(0, np.pi, sphere.STEPS, dtype=torch.float64)
        np.testing.assert_allclose(fed_curve(section, index), loss.psi(theta).numpy(), atol=1e-5)
    assert np.abs(fed_curve(section, 0) - fed_curve(section, 2)).max() > 1e-2


def test_margin_scale_and_number_of_classes_move_caps_and_words_before_release(shown):
    section = shown(losses=["cosface"], count=10)
    before, curve = section.look(), fed_curve(section, 0)
    section.page.wait_for_timeout(400)
    assert section.look()["words"] == before["words"]  # not by themselves
    held = section.hold("0.margin", 0.05)
    assert held["caps"][0]["share"] > before["caps"][0]["share"] + 0.2
    assert np.abs(fed_curve(section, 0) - curve).max() > 0.2
    assert held["words"] != before["words"]
    section.page.mouse.up()
    wide = section.look()["words"]
    held = section.hold("0.scale", 0.2)
    assert held["words"] != wide
    assert held["caps"] == section.look()["caps"]
    section.page.mouse.up()
    held = section.hold("count", 0.95)
    assert held["state"]["count"] > 20
    assert section.page.evaluate(f"{FED}.header.panels[0].count") == held["state"]["count"]
    section.page.mouse.up()


def test_a_margin_too_large_is_said_to_be_met_nowhere_and_which_would_be(shown):
    section = shown(losses=["cosface"], count=24, **{"0.margin": 0.05})
    assert "every class has a cap" in section.look()["words"]
    section.page.locator("[data-typed='0.margin']").fill("0.9")
    section.page.locator("[data-typed='0.margin']").press("Enter")
    words = section.until("s.state['0.margin'] === 0.9")["words"]
    assert "Nowhere" in words
    apart = np.degrees(np.arccos(np.sort((w := sphere._weights(24)) @ w.T - 2 * np.eye(24)).max()))
    assert f"{apart:.1f}°" in words
    assert f"at most {1 - np.cos(np.radians(apart)):.3f}" in words


def test_pointing_at_a_letter_lights_that_spheres_margin_alone(shown):
    section = shown(losses=["cosface", "arcface"], count=10)
    assert section.page.evaluate(f"{FED}.lights") == []
    section.page.locator("[data-slot='1'] [tabindex][data-symbol='1.margin']").first.focus()
    section.until("s.lit === '1.margin'")
    assert section.page.evaluate(f"{FED}.lights") == ["sphere-1"]
    assert section.page.locator(".lab-verdict.lab-lit").count() == 1
    section.page.evaluate("document.activeElement.blur()")
    section.until("s.lit === null")
    assert section.page.evaluate(f"{FED}.lights") == []
