"""Curves of pairs and triplets against the papers' formulas."""

import numpy as np
import pytest

from lossviz.toy.pairs import contrastive_curve, triplet_curve

GRID = np.linspace(0.05, 3.9, 40)


@pytest.mark.parametrize("margin", [0.5, 2.0])
def test_the_squared_form_is_that_of_2006(margin):
    pull = contrastive_curve(GRID, same=True, margin=margin, form="squared")
    push = contrastive_curve(GRID, same=False, margin=margin, form="squared")
    np.testing.assert_allclose(pull.loss, GRID**2 / 2, rtol=1e-12)
    np.testing.assert_allclose(pull.force, -GRID, rtol=1e-12)
    inside = np.array([max(0.0, margin - d) for d in GRID])
    np.testing.assert_allclose(push.loss, inside**2 / 2, atol=1e-12)
    np.testing.assert_allclose(push.force, inside, atol=1e-12)


def test_the_hinge_form_has_a_constant_force_and_the_squared_one_has_not():
    pull = contrastive_curve(GRID, same=True, margin=2.0, form="hinge")
    np.testing.assert_allclose(pull.loss, GRID, rtol=1e-12)
    np.testing.assert_allclose(pull.force, -1)
    push = contrastive_curve(GRID, same=False, margin=2.0, form="hinge")
    np.testing.assert_allclose(push.force, (GRID < 2.0).astype(float))
    assert np.ptp(contrastive_curve(GRID, same=True, margin=2.0, form="squared").force) > 1


def test_the_two_losses_of_a_pair_meet_at_half_the_margin_in_the_squared_form():
    half = np.array([1.0])
    pull, push = (contrastive_curve(half, same=same, margin=2.0, form="squared").loss for same in (True, False))
    assert pull == pytest.approx(push)


@pytest.mark.parametrize("squared", [True, False])
def test_the_force_of_every_curve_is_minus_its_slope(squared):
    step = 1e-6
    knobs = {"to_positive": 1.0, "margin": 0.3, "squared": squared}
    found = triplet_curve(GRID, **knobs)
    slope = (triplet_curve(GRID + step, **knobs).loss - triplet_curve(GRID - step, **knobs).loss) / (2 * step)
    np.testing.assert_allclose(found.force, -slope, atol=1e-6)
    power = 2 if squared else 1
    np.testing.assert_allclose(found.loss, np.maximum(0, 1 - GRID**power + 0.3), atol=1e-12)
