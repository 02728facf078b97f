"""Angles, neural collapse and norms, by hand, by the printed formula, and on a simplex."""

import math

import numpy as np
import pytest

from lossviz import metrics
from lossviz.metrics.base import Evidence
from tests.metrics.evidence import around, closed_set, simplex

NC2 = ("nc2_equinorm", "nc2_equiangularity", "nc2_max_angle")


def score(family, evidence):
    return metrics.get(family)().compute(evidence)


def at_degrees(*angles, length=1.0):
    turns = np.radians(angles)
    return (length * np.stack([np.cos(turns), np.sin(turns)], axis=1)).astype(np.float32)


def planar(probe, labels, metric="cosine", **more):
    return Evidence(metric, probe, np.array(labels), probe[:0], np.array([], dtype=np.int64), **more)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_angles_by_hand(metric):
    """Classes at 10, 50 and 170 degrees, spread 5 about them; weights 2, 3 and 4 degrees off."""
    probe = at_degrees(5, 15, 45, 55, 165, 175, length=3)
    weights = at_degrees(12, 47, 174, length=0.1)
    evidence = planar(probe, [0, 0, 4, 4, 9, 9], metric, prototypes=weights, prototype_labels=np.array([0, 4, 9]))
    assert score("angles", evidence) == pytest.approx(
        {
            "angle_intra": 5.0,
            "angle_inter": (40 + 40 + 120) / 3,
            "angle_w_ec": (2 + 3 + 4) / 3,
            "angle_w_inter": (35 + 35 + 127) / 3,
        },
        abs=1e-4,
    )


def test_of_several_prototypes_of_a_class_the_nearest_counts():
    weights, labels = at_degrees(100, 12, 53, 140), np.array([0, 0, 1, 1])
    found = score("angles", planar(at_degrees(10, 50), [0, 1], prototypes=weights, prototype_labels=labels))
    assert found["angle_w_ec"] == pytest.approx((2 + 3) / 2, abs=1e-4)
    assert found["angle_w_inter"] == pytest.approx((40 + 41 + 41 + 40) / 4, abs=1e-4), "never to its own class"


def test_embeddings_without_direction_do_not_count():
    probe = np.concatenate([at_degrees(0, 20), np.zeros((1, 2), np.float32), at_degrees(90, 270)])
    found = score("angles", planar(probe, [0, 0, 0, 1, 1]))
    assert found == pytest.approx({"angle_intra": 10.0}, abs=1e-4), "class 1 has no center, class 0 no neighbour"


@pytest.mark.parametrize("classes", [3, 5, 10])
def test_a_simplex_is_full_collapse(classes):
    found = metrics.compute_all(closed_set(0.0, classes=classes, dim=12))
    assert {key: found[key] for key in ("nc1", *NC2)} == pytest.approx(dict.fromkeys(("nc1", *NC2), 0), abs=1e-6)
    widest = math.degrees(math.acos(-1 / (classes - 1)))
    assert found["angle_inter"] == found["angle_w_inter"] == pytest.approx(widest, abs=1e-3)
    assert found["angle_intra"] == pytest.approx(0, abs=1e-3)


def test_nc2_of_a_bent_simplex_is_not_zero():
    corners = simplex(4, 6)
    corners[0] *= 2
    corners[1] += 0.5 * corners[2]
    labels = np.arange(4).repeat(3)
    found = score("collapse", planar(around(corners, labels, 0.0, 0), labels, "euclidean"))
    assert found["nc1"] == pytest.approx(0, abs=1e-9)
    assert all(found[key] > 0.05 for key in NC2), found


def test_two_classes_have_no_simplex_to_miss():
    assert set(score("collapse", planar(at_degrees(0, 10, 90, 95), [0, 0, 1, 1]))) == {"nc1"}


def collapse_as_printed(vectors, labels):
    """Papyan, Han, Donoho 2020 with explicit covariances and numpy's pseudo-inverse; classes of equal size."""
    means = np.stack([vectors[labels == label].mean(axis=0) for label in sorted(set(labels.tolist()))])
    centered = means - vectors.mean(axis=0)
    within = sum(np.outer(x - means[y], x - means[y]) for x, y in zip(vectors, labels, strict=True)) / len(vectors)
    between = sum(np.outer(m, m) for m in centered) / len(means)
    norms = np.linalg.norm(centered, axis=1)
    cosines = [
        centered[i] @ centered[j] / norms[i] / norms[j] for i in range(len(means)) for j in range(len(means)) if i != j
    ]
    return {
        "nc1": np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / len(means),
        "nc2_equinorm": norms.std() / norms.mean(),
        "nc2_equiangularity": np.std(cosines),
        "nc2_max_angle": np.mean(np.abs(np.array(cosines) + 1 / (len(means) - 1))),
    }


@pytest.mark.parametrize("dim", [2, 5, 9])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_collapse_agrees_with_the_printed_formula(metric, dim):
    labels = np.arange(5).repeat(30)
    centers = np.random.default_rng(dim).normal(size=(5, dim))
    probe = around(centers, labels, 0.3, 0)
    vectors = probe.astype(np.float64)
    if metric == "cosine":
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert score("collapse", planar(probe, labels, metric)) == pytest.approx(
        collapse_as_printed(vectors, labels), rel=1e-6
    )


def test_every_class_weighs_the_same_in_nc1():
    centers = simplex(3, 4)
    labels = np.arange(3).repeat(20)
    probe = around(centers, labels, 0.2, 0)
    crowded = np.concatenate([probe, probe[:20], probe[:20]]), np.concatenate([labels, labels[:20], labels[:20]])
    assert score("collapse", planar(*crowded)) == pytest.approx(score("collapse", planar(probe, labels)))


def test_norms_by_hand():
    evidence = planar(
        at_degrees(0, 90) * np.array([[1], [5]], np.float32),
        [0, 1],
        prototypes=at_degrees(0, length=7),
        prototype_labels=np.array([0]),
    )
    assert score("norms", evidence) == pytest.approx({"norm_mean": 3, "norm_cv": 2 / 3, "prototype_norm_mean": 7})
    assert score("norms", planar(np.zeros((2, 2), np.float32), [0, 1])) == {"norm_mean": 0}
