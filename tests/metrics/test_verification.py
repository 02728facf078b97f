"""Pairs: FaceNet's curve, the LFW folds, open-set rejection."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from lossviz import metrics
from lossviz.metrics.base import PairEvidence
from lossviz.metrics.lfw_folds import best_threshold
from lossviz.metrics.verification import val_far_curve
from tests.metrics.evidence import closed_set, meaningless, open_set


def score(family, evidence):
    return metrics.get(family)().compute(evidence)


def squared_distances(x, labels):
    unit = x.astype(np.float64) / np.linalg.norm(x, axis=1, keepdims=True)
    found = {True: [], False: []}
    for i, j in combinations(range(len(x)), 2):
        found[bool(labels[i] == labels[j])].append(((unit[i] - unit[j]) ** 2).sum())
    return np.array(found[True]), np.array(found[False])


def test_facenet_curve_agrees_with_its_definition():
    evidence = closed_set(0.3, per_class=8)
    curve = val_far_curve(evidence.probe, evidence.probe_labels)
    same, different = squared_distances(evidence.probe, evidence.probe_labels)
    for d in (-1.0, 0.0, 0.5, 1.242, 2.0, 4.0):
        val, far = curve.at(d)
        assert val == pytest.approx((same <= d).mean())
        assert far == pytest.approx((different <= d).mean())
    threshold = curve.threshold(0.05)
    assert (different <= threshold + 1e-9).mean() <= 0.05
    following = np.sort(np.append(same, different))
    following = following[following > threshold + 1e-9][0]
    assert (different <= following + 1e-9).mean() > 0.05, "no larger distance will do"
    assert (np.diff(curve.distance) > 0).all() and (np.diff(curve.val) >= 0).all() and (np.diff(curve.far) >= 0).all()


def test_facenet_threshold_of_two_directions():
    x = np.array([[2, 0], [5, 0], [0, 1], [0, 7]], dtype=np.float32)
    curve = val_far_curve(x, np.array([0, 0, 1, 1]))
    assert curve.distance == pytest.approx([0, 2]), "right angles are 2 - 2 cos 90 deg = 2 apart"
    assert curve.val.tolist() == [1, 1] and curve.far.tolist() == [0, 1]
    assert curve.threshold(0.5) == 0
    assert val_far_curve(x, np.zeros(4, dtype=np.int64)) is None
    mixed = val_far_curve(x, np.array([0, 1, 1, 0]))
    assert mixed.threshold(0.1) is None, "the nearest pairs are of different classes"


def test_val_is_the_cosine_tar_whatever_the_metric_of_the_run():
    cosine = score("verification", closed_set(0.25, per_class=60))
    euclidean = score("verification", closed_set(0.25, per_class=60, metric="euclidean"))
    assert cosine["val_at_far_1e-3"] == cosine["tar_at_far_1e-3"] == euclidean["val_at_far_1e-3"]
    assert euclidean["tar_at_far_1e-3"] != euclidean["val_at_far_1e-3"]


def test_verification_agrees_with_scikit_learn():
    evidence = closed_set(0.5, per_class=20)
    same, different = squared_distances(evidence.probe, evidence.probe_labels)
    truth, scores = np.append(np.ones(len(same)), np.zeros(len(different))), -np.append(same, different)
    far, tar, _ = roc_curve(truth, scores, drop_intermediate=False)
    found = score("verification", evidence)
    assert found["roc_auc"] == pytest.approx(roc_auc_score(truth, scores))
    for text, limit in {"1e-1": 0.1, "1e-2": 0.01, "1e-3": 0.001}.items():
        assert found[f"tar_at_far_{text}"] == pytest.approx(tar[far <= limit].max())
    assert "tar_at_far_1e-4" not in found, f"{len(different)} impostor pairs cannot show one in ten thousand"


def pairs(evidence, folds, seed, count=400):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(evidence.probe), count)
    second = np.where(
        rng.random(count) < 0.5, (first // 40) * 40 + rng.integers(0, 40, count), rng.integers(0, 200, count)
    )
    same = evidence.probe_labels[first] == evidence.probe_labels[second]
    return PairEvidence(evidence.probe[first], evidence.probe[second], same, rng.integers(0, folds, count))


def folds_by_loops(protocol):
    cosines = (protocol.first * protocol.second).sum(axis=1) / np.linalg.norm(protocol.first, axis=1)
    cosines = cosines / np.linalg.norm(protocol.second, axis=1)
    accuracies = []
    for fold in sorted(set(protocol.fold.tolist())):
        train = [(c, s) for c, s, f in zip(cosines, protocol.same, protocol.fold, strict=True) if f != fold]
        test = [(c, s) for c, s, f in zip(cosines, protocol.same, protocol.fold, strict=True) if f == fold]
        values = sorted(c for c, _ in train)
        cuts = [-2.0] + [(a + b) / 2 for a, b in pairwise(values)] + [2.0]
        best = max(cuts, key=lambda cut: sum((c >= cut) == s for c, s in train))
        accuracies.append(sum((c >= best) == s for c, s in test) / len(test))
    deviation = (sum((a - np.mean(accuracies)) ** 2 for a in accuracies) / (len(accuracies) - 1)) ** 0.5
    return np.mean(accuracies), deviation / len(accuracies) ** 0.5


def test_ten_folds_agree_with_loops():
    evidence = closed_set(0.4)
    protocol = pairs(evidence, 10, 0)
    found = score("lfw_folds", closed_set(0.4, pairs={"10fold": protocol}))
    accuracy, error = folds_by_loops(protocol)
    assert found["lfw_accuracy"] == pytest.approx(accuracy, abs=1e-9)
    assert found["lfw_standard_error"] == pytest.approx(error, abs=1e-9)
    assert found["lfw_pairs"] == 400
    assert 0.6 < accuracy < 0.99, "neither chance nor perfect, or the loops would prove little"


def test_folds_tell_separated_people_apart_and_strangers_not():
    good = score("lfw_folds", closed_set(0.01, pairs={"10fold": pairs(closed_set(0.01), 10, 0)}))
    assert (good["lfw_accuracy"], good["lfw_standard_error"]) == (1, 0)
    strangers = meaningless(per_class=40)
    bad = score("lfw_folds", meaningless(per_class=40, pairs={"10fold": pairs(strangers, 10, 0, count=4000)}))
    base_rate = max(np.mean(pairs(strangers, 10, 0, count=4000).same), 0.5)
    assert bad["lfw_accuracy"] == pytest.approx(base_rate, abs=0.05)


def test_a_threshold_is_chosen_on_other_pairs_than_it_is_tested_on():
    """Two folds in which the same similarities mean opposite things: a threshold cannot carry over."""
    x = np.array([[1, 0], [0, 1]], dtype=np.float32)
    first, second = x[[0, 0, 0, 0]], x[[0, 1, 0, 1]]
    protocol = PairEvidence(first, second, np.array([True, False, False, True]), np.array([0, 0, 3, 3]))
    assert score("lfw_folds", closed_set(0.1, pairs={"any": protocol}))["lfw_accuracy"] <= 0.5


def test_development_pairs_take_their_threshold_from_the_training_list():
    evidence = closed_set(0.3)
    protocols = {"devtrain": pairs(evidence, 1, 1), "devtest": pairs(evidence, 1, 2)}
    found = score("lfw_folds", closed_set(0.3, pairs=protocols))
    assert set(found) == {"devtest_accuracy", "devtest_roc_auc", "devtest_eer"}
    assert found["devtest_accuracy"] > 0.8 and found["devtest_eer"] < 0.2
    alone = score("lfw_folds", closed_set(0.3, pairs={"devtest": protocols["devtest"]}))
    assert set(alone) == {"devtest_roc_auc", "devtest_eer"}


def test_best_threshold_by_hand():
    assert best_threshold(np.array([0.9, 0.1, 0.7, 0.2]), np.array([True, False, True, False])) == pytest.approx(0.45)
    assert best_threshold(np.array([0.1, 0.2]), np.array([True, True])) == -np.inf
    assert best_threshold(np.array([0.1, 0.2]), np.array([False, False])) == np.inf
    assert best_threshold(np.array([0.5, 0.5]), np.array([False, True])) == -np.inf, "no threshold parts a tie"
    assert best_threshold(np.array([0.5, 0.5, 0.5]), np.array([True, False, False])) == np.inf, "ties stay together"


def test_rejection_sees_new_classes_only_where_they_lie_apart():
    apart, amid = (score("rejection", open_set(unseen_at_known_places=same)) for same in (False, True))
    assert (apart["open_set_auroc"], apart["open_set_fpr95"], apart["open_set_dir_at_far_1e-2"]) == (1, 0, 1)
    assert amid["open_set_auroc"] == pytest.approx(0.5, abs=0.05)
    assert amid["open_set_fpr95"] == pytest.approx(0.95, abs=0.05)
    assert amid["open_set_dir_at_far_1e-2"] < 0.1


def test_rejection_agrees_with_scikit_learn_and_loops():
    evidence = open_set(unseen_at_known_places=True, spread=0.6)

    def best(points):
        unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (points, evidence.known_gallery)]
        cosines = unit[0] @ unit[1].T
        return cosines.max(axis=1), evidence.known_gallery_labels[cosines.argmax(axis=1)]

    (genuine, named), (impostor, _) = best(evidence.known), best(evidence.probe)
    truth, scores = np.append(np.ones(len(genuine)), np.zeros(len(impostor))), np.append(genuine, impostor)
    far, tar, _ = roc_curve(truth, scores, drop_intermediate=False)
    found = score("rejection", evidence)
    assert found["open_set_auroc"] == pytest.approx(roc_auc_score(truth, scores), abs=1e-6)
    assert found["open_set_fpr95"] == pytest.approx(far[tar >= 0.95].min())
    refused = np.sort(impostor)[-4]
    right = [g > refused and n == label for g, n, label in zip(genuine, named, evidence.known_labels, strict=True)]
    assert found["open_set_dir_at_far_1e-2"] == pytest.approx(np.mean(right)), "3 of 300 impostors may pass"
    assert np.mean(named == evidence.known_labels) < 0.95, "some are accepted under a wrong name"


def test_few_unseen_images_cannot_show_a_rate_of_one_in_a_hundred():
    assert "open_set_dir_at_far_1e-2" not in score("rejection", open_set(False, unseen=99))
    assert "open_set_dir_at_far_1e-2" in score("rejection", open_set(False, unseen=100))
