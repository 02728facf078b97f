"""What is told of each probe, against plain loops and known numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from lossviz import metrics
from lossviz.metrics.base import Evidence
from tests.metrics.evidence import closed_set, meaningless, open_set, simplex
from tests.metrics.test_promises import degenerate, everything

METRICS = ["cosine", "euclidean"]


def reference(evidence):
    """The docstring a second time: one probe and one class after another, in plain Python."""

    def seen(x):
        x = np.asarray(x, dtype=float)
        return x / np.linalg.norm(x) if evidence.metric == "cosine" and np.linalg.norm(x) else x

    def degrees(a, b):
        a, b = np.asarray(a, float), np.asarray(b, float)
        return math.degrees(math.acos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1)))

    rows = list(zip(evidence.gallery, evidence.gallery_labels, strict=True))
    classes = sorted({int(label) for _, label in rows})
    centroids = {each: seen(np.mean([seen(x) for x, y in rows if y == each], axis=0)) for each in classes}
    middle = np.mean(list(centroids.values()), axis=0)
    span = np.linalg.qr(np.array([centroids[each] - middle for each in classes[:-1]]).T)[0]
    within = [span.T @ (seen(x) - centroids[int(y)]) for x, y in rows]
    variance = sum(float(d @ d) for d in within) / (span.shape[1] * (len(rows) - len(classes)))
    marks = [(centroids[each], each) for each in classes]
    if evidence.prototypes is not None and set(evidence.probe_labels) <= set(evidence.prototype_labels):
        marks = list(zip(evidence.prototypes, evidence.prototype_labels, strict=True))
    told = []
    for x, y in zip(evidence.probe, evidence.probe_labels, strict=True):
        density = {c: math.exp(-float(((seen(x) - centroids[c]) ** 2).sum()) / (2 * variance)) for c in classes}
        best = max(density, key=density.get)
        own = min(degrees(x, mark) for mark, label in marks if label == y)
        other = min(degrees(x, mark) for mark, label in marks if label != y)
        told.append((best, density[best] / sum(density.values()), own, other, math.sqrt(float(x @ x))))
    return dict(
        zip(("prediction", "confidence", "own", "other", "norm"), map(np.array, zip(*told, strict=True)), strict=True)
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("case", ["closed", "sub-centers", "open", "without prototypes", "overlapping"])
def test_values_are_those_of_plain_loops(metric, case):
    usual = closed_set(0.3, classes=4, per_class=12, dim=6)
    twice = np.concatenate([usual.prototypes, -usual.prototypes[:, ::-1]])
    evidence = {
        "closed": usual,
        "sub-centers": replace(usual, prototypes=twice, prototype_labels=np.tile(usual.prototype_labels, 2)),
        "open": open_set(unseen_at_known_places=False, unseen=40),
        "without prototypes": replace(usual, prototypes=None, prototype_labels=None),
        "overlapping": closed_set(1.0, classes=4, per_class=12, dim=6),
    }[case]
    evidence = replace(evidence, metric=metric)
    ours, theirs = metrics.points(evidence), reference(evidence)
    assert ours["prediction"].dtype == np.int64 and np.array_equal(ours["prediction"], theirs["prediction"])
    for name in ("confidence", "own", "other", "norm"):
        assert ours[name].dtype == np.float32
        assert ours[name] == pytest.approx(theirs[name], rel=1e-4, abs=1e-3), name


@pytest.mark.parametrize("metric", METRICS)
def test_predictions_agree_with_the_score(metric):
    for evidence in (closed_set(0.6, metric=metric), meaningless(metric=metric)):
        right = metrics.points(evidence)["prediction"] == evidence.probe_labels
        assert right.mean() == metrics.compute_all(evidence)["centroid_accuracy"]


def test_confidence_is_as_often_right_as_it_says_where_classes_are_gaussian_and_does_not_see_useless_directions():
    evidence = closed_set(0.5, classes=4, per_class=4000, dim=16, metric="euclidean")
    told = metrics.points(evidence)
    right = told["prediction"] == evidence.probe_labels
    assert right.mean() == pytest.approx(told["confidence"].mean(), abs=0.01)
    unsure = told["confidence"] < 0.7
    assert right[unsure].mean() == pytest.approx(told["confidence"][unsure].mean(), abs=0.03)
    noise = np.random.default_rng(0).normal(size=(16000, 16)).astype(np.float32) * 0.01
    wider = replace(
        evidence,
        prototypes=None,
        prototype_labels=None,
        probe=np.hstack([evidence.probe, noise]),
        gallery=np.hstack([evidence.gallery, noise[::-1]]),
    )
    assert metrics.points(wider)["confidence"] == pytest.approx(told["confidence"], abs=0.02)


def test_length_and_scale_of_the_embedding_do_not_make_it_surer():
    for metric in METRICS:
        evidence = closed_set(0.5, metric=metric)
        larger = replace(evidence, probe=64 * evidence.probe, gallery=64 * evidence.gallery)
        told, again = metrics.points(evidence), metrics.points(larger)
        assert again["confidence"] == pytest.approx(told["confidence"], abs=1e-5)
        assert again["norm"] == pytest.approx(64 * told["norm"])
    assert told["confidence"].min() < 0.6 and told["confidence"].max() > 0.95, "there was something to change"


def test_known_angles_and_the_nearest_sub_center():
    probe = np.array([[1, 0], [0, 2], [-3, 0], [1, 1]], np.float32)
    labels = np.array([0, 0, 0, 1])
    weights = np.array([[5, 0], [0, 0.1], [-1, -1]], np.float32)
    evidence = Evidence("cosine", probe, labels, probe, labels, None, weights, np.array([0, 0, 1]))
    told = metrics.points(evidence)
    assert told["own"] == pytest.approx([0, 0, 90, 180], abs=1e-3)
    assert told["other"] == pytest.approx([135, 135, 45, 45], abs=1e-3)
    assert told["norm"] == pytest.approx([1, 2, 3, math.sqrt(2)])


def test_what_has_no_direction_or_no_mark_is_not_a_number():
    usual = closed_set(0.1, classes=3, per_class=4)
    probe = usual.probe.copy()
    probe[0] = 0
    told = metrics.points(replace(usual, probe=probe))
    assert np.isnan(told["own"][0]) and np.isnan(told["other"][0]) and told["norm"][0] == 0
    assert np.isfinite(told["own"][1:]).all() and np.isfinite(told["other"][1:]).all()
    dead = usual.prototypes * (np.arange(3) > 0)[:, None].astype(np.float32)
    told = metrics.points(replace(usual, prototypes=dead))
    assert np.array_equal(np.isnan(told["own"]), usual.probe_labels == 0), "its only prototype is zero"
    missing = usual.gallery_labels > 0
    bare = replace(
        usual, gallery=usual.gallery[missing], gallery_labels=usual.gallery_labels[missing],
        prototypes=None, prototype_labels=None,
    )  # fmt: skip
    told = metrics.points(bare)
    assert np.array_equal(np.isnan(told["own"]), usual.probe_labels == 0)
    assert 0 not in told["prediction"] and np.isfinite(told["other"]).all()
    told = metrics.points(replace(bare, gallery=usual.gallery[:0], gallery_labels=usual.gallery_labels[:0]))
    assert (told["prediction"] == -1).all()
    assert all(np.isnan(told[name]).all() for name in ("confidence", "own", "other"))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("case", ["usual", *degenerate()])
def test_values_are_in_range_whatever_the_evidence(case, metric):
    evidence = replace(everything() if case == "usual" else degenerate()[case], metric=metric)
    with np.errstate(all="raise", under="ignore"):
        told = metrics.points(evidence)
    assert list(told) == ["prediction", "confidence", "own", "other", "norm"]
    assert all(value.shape == (len(evidence.probe),) for value in told.values())
    assert np.isfinite(told["norm"]).all()
    sure, angles = told["confidence"], np.concatenate([told["own"], told["other"]])
    assert ((sure > 0) & (sure <= 1) | np.isnan(sure)).all() and (len(evidence.gallery) == 0) == np.isnan(sure).any()
    assert ((angles >= 0) & (angles <= 180) | np.isnan(angles)).all()
    if "one class" not in case and len(evidence.gallery):
        assert sure[told["prediction"] >= 0].min() >= 1 / len(np.unique(evidence.gallery_labels)) - 1e-6


def test_classes_that_are_points_give_certainty_and_classes_in_one_place_give_none():
    labels = np.arange(4).repeat(6)
    corners = simplex(4, 5)[labels].astype(np.float32)
    sure = Evidence("euclidean", corners, labels, corners, labels)
    assert metrics.points(sure)["confidence"] == pytest.approx(1)
    assert metrics.points(replace(sure, gallery=0 * corners))["confidence"] == pytest.approx(0.25)
    single = replace(sure, gallery=corners[::6], gallery_labels=labels[::6])
    between = replace(single, probe=np.stack([corners[0], corners[0] + corners[6]]), probe_labels=labels[:2])
    assert metrics.points(between)["confidence"] == pytest.approx([1, 0.5]), "one embedding a class has no variance"
