"""Surfaces over two similarities against Sun et al. 2020."""

import math

import numpy as np
import pytest
import torch

from lossviz.toy.similarity_plane import circle, surface, unified, without_detaching

SPOTS = np.array([(n, p) for n in (0.05, 0.3, 0.55, 0.8, 0.95) for p in (0.05, 0.4, 0.75, 0.97)])
NEGATIVE, POSITIVE = SPOTS[:, 0].copy(), SPOTS[:, 1].copy()
KNOBS = {"margin": 0.25, "gamma": 32.0}


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_am_softmax_is_equation_2_with_one_pair():
    found = surface("am_softmax", NEGATIVE, POSITIVE, **KNOBS)
    for i, (n, p) in enumerate(SPOTS):
        excess = 32 * (n - p + 0.25)
        assert found.loss[i] == pytest.approx(math.log1p(math.exp(excess)), rel=1e-9)
        assert found.by_negative[i] == pytest.approx(32 * sigmoid(excess), rel=1e-9)
        assert found.by_positive[i] == pytest.approx(-32 * sigmoid(excess), rel=1e-9)


def test_triplet_has_its_boundary_where_am_softmax_has_it():
    found = surface("triplet", NEGATIVE, POSITIVE, margin=0.25)
    violation = NEGATIVE - POSITIVE + 0.25
    np.testing.assert_allclose(found.loss, 2 * np.maximum(violation, 0), atol=1e-9)
    np.testing.assert_allclose(found.by_positive, np.where(violation > 0, -2.0, 0.0), atol=1e-9)


def test_circle_loss_has_the_gradients_of_equations_9_and_10():
    found = surface("circle", NEGATIVE, POSITIVE, **KNOBS)
    for i, (n, p) in enumerate(SPOTS):
        excess = 32 * ((n + 0.25) * (n - 0.25) - (1.25 - p) * (p - 0.75))
        assert found.loss[i] == pytest.approx(math.log1p(math.exp(excess)), rel=1e-6)
        assert found.by_negative[i] == pytest.approx(32 * sigmoid(excess) * (n + 0.25), rel=1e-6)
        assert found.by_positive[i] == pytest.approx(32 * sigmoid(excess) * (p - 1.25), rel=1e-6)


def test_without_detaching_the_value_stays_and_the_gradient_changes():
    held, free = surface("circle", NEGATIVE, POSITIVE, **KNOBS), without_detaching(NEGATIVE, POSITIVE, **KNOBS)
    np.testing.assert_allclose(free.loss, held.loss, rtol=1e-9)
    strong = held.loss > 5
    np.testing.assert_allclose(free.by_negative[strong], 2 * 32 * NEGATIVE[strong], rtol=0.01)
    np.testing.assert_allclose(free.by_positive[strong], 2 * 32 * (POSITIVE[strong] - 1), rtol=0.01)
    assert np.abs(free.by_positive - held.by_positive).max() > 5


def test_on_the_circle_the_exponent_is_nought_and_beside_it_not():
    turn = np.linspace(-1.2, -0.2, 9)
    n, p = math.sqrt(2) * 0.25 * np.cos(turn), 1 + math.sqrt(2) * 0.25 * np.sin(turn)
    np.testing.assert_allclose(surface("circle", n, p, **KNOBS).loss, math.log(2), rtol=1e-9)
    assert np.abs(surface("circle", n + 0.02, p, **KNOBS).loss - math.log(2)).min() > 0.05


def test_the_unified_loss_is_am_softmax_for_one_positive_and_the_hardest_triplet_for_a_large_gamma():
    negatives, positives = torch.tensor([0.1, 0.3, -0.2]).double(), torch.tensor([0.6, 0.4]).double()
    one = unified(negatives, positives[:1], margin=0.3, gamma=20.0)
    logits = 20 * torch.cat([positives[:1] - 0.3, negatives])
    assert one.item() == pytest.approx(-logits.log_softmax(0)[0].item(), rel=1e-12)
    hinge = 0.3 - 0.4 + 0.3
    assert unified(negatives, positives, margin=0.3, gamma=1000.0).item() / 1000 == pytest.approx(hinge, abs=1e-4)
    assert unified(negatives, positives, margin=0.3, gamma=4.0).item() / 4 > hinge + 0.1


def test_circle_loss_of_several_pairs_is_equation_6():
    negatives, positives = np.array([0.1, 0.5, -0.3]), np.array([0.6, 0.9])
    found = circle(torch.from_numpy(negatives), torch.from_numpy(positives), margin=0.25, gamma=32.0).item()
    a = sum(math.exp(32 * max(n + 0.25, 0) * (n - 0.25)) for n in negatives)
    b = sum(math.exp(-32 * max(1.25 - p, 0) * (p - 0.75)) for p in positives)
    assert found == pytest.approx(math.log1p(a * b), rel=1e-9)
