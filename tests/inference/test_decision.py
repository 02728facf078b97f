"""Thresholds: what they accept is counted, and agrees with the scores of the same comparisons."""

import numpy as np
import pytest

from lossviz import inference, runs
from lossviz.errors import RunError
from lossviz.inference.spaces import Space
from lossviz.metrics import compute_all
from lossviz.metrics.base import Evidence, PairEvidence


def test_pairs_of_probes_give_the_score_tar_at_far(digits_run):
    scores = inference.pair_scores(inference.space(digits_run, 4))
    told = runs.scores(digits_run, 4)
    for far, key in ((1e-1, "tar_at_far_1e-1"), (1e-2, "tar_at_far_1e-2"), (1e-3, "tar_at_far_1e-3")):
        threshold = scores.threshold(far)
        assert scores.tar(threshold) == pytest.approx(told[key], abs=1e-12)
        assert scores.far(threshold) <= far < scores.far(np.nextafter(threshold, 180)) + 1e-3
    labels = digits_run.samples["probe"].labels
    assert len(scores.genuine) == sum(n * (n - 1) // 2 for n in np.bincount(labels))
    assert scores.threshold(1e-9) is None
    for wrong in (0.0, 1.0, -1.0):
        with pytest.raises(RunError, match="between 0 and 1"):
            scores.threshold(wrong)


def test_the_region_drawn_is_the_region_accepted(digits_run):
    """Whoever stands within the radius of a centre is accepted as its class, counted by hand from the embeddings."""
    here = inference.space(digits_run, 4)
    scores = inference.class_scores(here)
    threshold = scores.threshold(0.01)
    centres, classes, radius = inference.regions(here, threshold)
    unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in (here.evidence.probe, centres)]
    angles = np.degrees(np.arccos(np.clip(unit[0].astype(float) @ unit[1].T.astype(float), -1, 1)))
    own = here.evidence.probe_labels[:, None] == classes
    assert scores.tar(threshold) == pytest.approx((angles[own] <= radius).mean(), abs=0.005)
    assert scores.far(threshold) == pytest.approx((angles[~own] <= radius).mean(), abs=0.001)
    assert scores.far(threshold) <= 0.01 < scores.far(threshold + 3)
    assert inference.class_scores(here) is scores, "made once"
    landing = inference.land(digits_run, 4, here.evidence.probe[0])
    assert (landing.to_class(classes[3]) <= radius) == (angles[0, 3] <= radius)


def test_histogram_and_curve_hold_all_comparisons(digits_run):
    scores = inference.class_scores(inference.space(digits_run, 4))
    edges, genuine, impostor = scores.histogram(40)
    assert len(edges) == 41 and genuine.sum() == pytest.approx(1) and impostor.sum() == pytest.approx(1)
    thresholds, far, tar = scores.roc()
    assert (np.diff(far) >= 0).all() and (np.diff(tar) >= 0).all() and len(far) <= 400 and far[-1] == 1
    assert all(scores.far(each) == rate for each, rate in zip(thresholds[::50], far[::50], strict=True))


def test_fewer_shots_make_harder_classes_and_more_strangers_are_taken_for_somebody(digits_run):
    here = inference.space(digits_run, 4)
    assert inference.class_scores(here, 1).genuine.mean() > inference.class_scores(here).genuine.mean()
    few, many = inference.stranger_scores(here, 3, 2), inference.stranger_scores(here, 3, 9)
    assert many.threshold(0.05) <= few.threshold(0.05)
    assert len(few.impostor) == len(few.genuine) == 300
    with pytest.raises(RunError, match="at least 1 image, got 0"):
        inference.class_scores(here, 0)


def protocol_space(digits_run) -> Space:
    """A space with a protocol of pairs of its probes: 40 of one class, 40 of two."""
    evidence = digits_run.evidence(4)
    order = np.argsort(evidence.probe_labels, kind="stable")
    same, other = np.stack([order[:-1:7], order[1::7]]), np.stack([order[:40], order[-40:]])
    same = same[:, evidence.probe_labels[same[0]] == evidence.probe_labels[same[1]]][:, :40]
    first, second = evidence.probe[np.r_[same[0], other[0]]], evidence.probe[np.r_[same[1], other[1]]]
    pairs = PairEvidence(first, second, np.arange(len(first)) < same.shape[1], np.arange(len(first)) % 10)
    known = {name: getattr(evidence, name) for name in ("metric", "probe", "probe_labels", "gallery", "gallery_labels")}
    return Space(digits_run, 4, Evidence(**known, pairs={"view2": pairs}))


def test_two_images_are_verified_and_stand_on_the_protocols_curve(digits_run):
    here = protocol_space(digits_run)
    scores, pairs = inference.protocol_scores(here, "view2"), here.evidence.pairs["view2"]
    threshold = inference.protocol_threshold(here, "view2")
    verdicts = [inference.verify(here, pair, scores, threshold) for pair in zip(pairs.first, pairs.second, strict=True)]
    right = np.mean([verdict.same == same for verdict, same in zip(verdicts, pairs.same, strict=True)])
    genuine, impostor = len(scores.genuine), len(scores.impostor)
    expected = scores.tar(threshold) * genuine + (1 - scores.far(threshold)) * impostor
    assert right == pytest.approx(expected / (genuine + impostor), abs=0.02)
    assert right >= 0.9 > np.mean(pairs.same) + 0.2
    itself = inference.verify(here, (pairs.first[0], pairs.first[0]), scores, threshold)
    assert itself.same and itself.distance < 1e-3 and itself.far_here == 0
    told = compute_all(here.evidence)
    assert told["lfw_pairs"] == len(pairs.same)
    with pytest.raises(RunError, match="no pairs called 'devtest'"):
        inference.protocol_scores(here, "devtest")


def test_a_distance_is_euclidean_where_the_run_measures_so(digits_run):
    here = inference.space(digits_run, 4)
    known = {name: getattr(here.evidence, name) for name in ("probe", "probe_labels", "gallery", "gallery_labels")}
    plain = Space(digits_run, 4, Evidence("euclidean", **known))
    scores = inference.class_scores(plain)
    apart = np.linalg.norm(plain.evidence.probe[:, None] - plain.centroids[0], axis=2)
    own = plain.evidence.probe_labels[:, None] == plain.centroids[1]
    assert scores.unit == "" and np.allclose(scores.genuine, np.sort(apart[own]), atol=1e-3)
