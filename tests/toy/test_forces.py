"""Forces and pair weights against gradients written out by hand."""

import numpy as np
import pytest

from lossviz import losses
from lossviz.toy.cloud import CloudKnobs, class_sizes, make_cloud, spread_directions
from lossviz.toy.edges import pair_weights
from lossviz.toy.forces import Forces, forces, told

CLOUD = make_cloud(CloudKnobs(classes=4, overlap=0.4), 2, 24)


@pytest.mark.parametrize("name", losses.available())
def test_every_loss_of_the_registry_gives_finite_forces_that_lower_it(name):
    loss = losses.get(name)()
    found = forces(loss, CLOUD.points, CLOUD.labels, 4)
    assert np.isfinite(found.points).all()
    assert found.strengths.max() > 0
    step = 1e-3 / found.strengths.max()
    ahead = _value(loss, CLOUD.points + step * found.points, found)
    back = _value(loss, CLOUD.points - step * found.points, found)
    assert ahead < back


def _value(loss, points, found):
    """The loss elsewhere, its prototypes where they were."""
    import torch

    from lossviz.toy.forces import aim_prototypes, fresh_criterion

    criterion = fresh_criterion(loss, 4, 2)
    aim_prototypes(loss, criterion, torch.from_numpy(CLOUD.points), torch.from_numpy(CLOUD.labels))
    if criterion.prototypes is not None:
        assert np.allclose(criterion.prototypes.numpy(), found.prototypes)
    return criterion(torch.from_numpy(points.astype(np.float32)), torch.from_numpy(CLOUD.labels)).item()


def test_softmax_forces_are_the_difference_of_weights_by_hand():
    found = forces(losses.get("softmax")(), CLOUD.points, CLOUD.labels, 4)
    weights = found.prototypes.astype(np.float64)
    for x, y, force in zip(CLOUD.points, CLOUD.labels, found.points, strict=True):
        p = np.exp(weights @ x)
        p /= p.sum()
        np.testing.assert_allclose(force, weights[y] - p @ weights, atol=1e-5)


def test_contrastive_forces_are_springs_by_hand():
    x, y = np.array([[0, 0], [1, 0], [0, 2.5]], np.float32), np.array([0, 0, 1])
    found = forces(losses.get("contrastive")(margin=3.0), x, y, 2)
    pull, push = x[1] - x[0], x[0] - x[2]
    expected = 3 * (pull * 1.0 + push / 2.5 * 0.5 * (2 / 4))  # means over 2 ordered pairs and over 4
    np.testing.assert_allclose(found.points[0], expected, rtol=1e-5)


def test_a_solved_triplet_is_ignored_and_an_open_one_is_not():
    far = np.array([[1, 0], [1, 0.02], [-1, 0], [-1, 0.02]], np.float32)
    labels = np.array([0, 0, 1, 1])
    loss = losses.get("triplet")(mining="all")
    resting = forces(loss, far, labels, 2)
    assert resting.ignored == 1
    assert "No point feels any force" in told(resting, labels, ["a", "b"])
    near = far.copy()
    near[2] = 0.95, 0.1
    assert forces(loss, near, labels, 2).ignored < 1


def test_words_name_who_is_pulled_and_who_is_not():
    vectors = np.array([[1, 0], [0, 0.001], [0, 0.5], [0, 0]], np.float32)
    words = told(Forces(1.0, vectors, None, None), np.array([0, 1, 0, 1]), ["one", "two"])
    assert "50 % of the points are ignored" in words
    assert "one is pulled most, two least" in words


def test_n_pair_weights_are_the_softmax_of_sohn():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(6, 2)).astype(np.float32), np.repeat([0, 1, 2], 2)
    found = pair_weights(losses.get("n_pair")(), x, y, "product").weights
    anchors, positives = x[::2].astype(float), x[1::2].astype(float)
    p = np.exp(anchors @ positives.T)
    p /= p.sum(1, keepdims=True)
    for i in range(3):
        for j in range(3):
            assert found[2 * i, 2 * j + 1] == pytest.approx((p[i, j] - (i == j)) / 3, abs=1e-5)
    assert np.abs(found[::2, ::2]).max() < 1e-6  # anchors are not held against anchors


def test_lifted_weights_are_its_derivatives_by_distance():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(6, 2)).astype(np.float32), np.repeat([0, 1, 2], 2)
    found = pair_weights(losses.get("lifted")(), x, y, "distance").weights
    distance = np.linalg.norm(x[:, None].astype(float) - x, axis=2)

    def value(d):
        total = 0.0
        for i in range(0, 6, 2):
            j = i + 1
            others = [k for k in range(6) if y[k] != y[i]]
            negatives = sum(np.exp(1 - d[i, k]) + np.exp(1 - d[j, k]) for k in others)
            total += max(0, d[i, j] + np.log(negatives)) ** 2 / 2
        return total / 3

    for i in range(6):
        for j in range(i):
            step = np.zeros((6, 6))
            step[i, j] = step[j, i] = 1e-6
            slope = (value(distance + step) - value(distance - step)) / 2e-6
            assert found[i, j] == pytest.approx(slope, abs=1e-5)


def test_weights_by_cosine_are_those_of_nt_xent():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(4, 2)).astype(np.float32), np.array([0, 0, 1, 2])
    found = pair_weights(losses.get("nt_xent")(), x, y, "cosine").weights
    temperature = losses.get("nt_xent")().temperature
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    p = [np.exp(unit[i] @ unit.T / temperature) for i in (0, 1)]
    shares = [row / sum(row[k] for k in range(4) if k != i) for i, row in enumerate(p)]
    assert found[0, 2] == pytest.approx(shares[0][2] / temperature / 2, rel=1e-3, abs=1e-6)
    assert found[0, 1] == pytest.approx((shares[0][1] + shares[1][0] - 2) / temperature / 2, rel=1e-3, abs=1e-6)


def test_a_cloud_has_the_overlap_and_the_imbalance_asked_for():
    sizes = class_sizes(CloudKnobs(classes=5, imbalance=8.0), 200)
    assert sizes[0] / sizes[-1] == pytest.approx(8, rel=0.1)
    assert len(set(class_sizes(CloudKnobs(classes=5), 200).tolist())) == 1
    tight, loose = (make_cloud(CloudKnobs(classes=5, overlap=o), 2, 500) for o in (0.1, 1.0))
    spread = [np.std(each.points[each.labels == 0], axis=0).mean() for each in (tight, loose)]
    assert spread[1] == pytest.approx(10 * spread[0], rel=1e-3)
    assert spread[1] == pytest.approx(np.sin(np.pi / 5), rel=0.15)


@pytest.mark.parametrize("dim", [2, 3])
def test_directions_are_unit_vectors_far_apart(dim):
    found = spread_directions(12, dim)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    nearest = np.degrees(np.arccos(np.clip(found @ found.T - 3 * np.eye(12), -1, 1))).min()
    assert nearest > {2: 29.9, 3: 50}[dim]
