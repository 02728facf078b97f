"""Accuracies, retrieval and clustering, by hand and by loops."""

import math

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from lossviz import metrics
from lossviz.metrics.base import Evidence, ScoreError
from tests.metrics.evidence import closed_set, meaningless

LINE = "euclidean"


def on_a_line(probe, probe_labels, gallery, gallery_labels, **more):
    def points(values):
        return np.array(values, dtype=np.float32)[:, None]

    return Evidence(LINE, points(probe), np.array(probe_labels), points(gallery), np.array(gallery_labels), **more)


def score(family, evidence):
    return metrics.get(family)().compute(evidence)


def test_five_neighbours_vote_and_the_nearest_class_wins_a_tie():
    gallery, labels = [1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 2, 2]
    assert score("nearest", on_a_line([0], [0], gallery, labels))["knn_accuracy"] == 1, "0 and 1 tie, 0 is nearer"
    assert score("nearest", on_a_line([0], [1], gallery, labels))["knn_accuracy"] == 0
    assert score("nearest", on_a_line([7], [2], gallery, labels))["knn_accuracy"] == 1
    assert score("nearest", on_a_line([1], [1], [1, 2, 3], [0, 1, 1]))["knn_accuracy"] == 1, "a gallery of three"


def test_cosine_centroids_are_means_of_unit_vectors():
    gallery = np.array([[100, 0], [0, 1], [0, 1], [1, 0.3]], dtype=np.float32)
    probe = np.array([[1, 1.2]], dtype=np.float32)
    evidence = Evidence("cosine", probe, np.array([0]), gallery, np.array([0, 0, 0, 1]))
    assert score("nearest", evidence)["centroid_accuracy"] == 1, "the mean of raw vectors would point along x"
    assert score("nearest", evidence)["knn_accuracy"] == 1


@pytest.mark.parametrize("spread", [0.3, 0.6])
def test_accuracies_agree_with_scikit_learn(spread):
    evidence = closed_set(spread, metric="euclidean", per_class=80)
    found = score("nearest", evidence)
    train, test = (evidence.gallery, evidence.gallery_labels), (evidence.probe, evidence.probe_labels)
    assert found["centroid_accuracy"] == NearestCentroid().fit(*train).score(*test)
    weighted = KNeighborsClassifier(5, weights=lambda d: 1 + 1e-6 / d).fit(*train)
    assert found["knn_accuracy"] == pytest.approx(weighted.score(*test), abs=0.01), "ties may break otherwise"


def test_head_accuracy_counts_right_predictions():
    evidence = on_a_line([0, 1, 2], [5, 6, 7], [0], [5], head=np.array([5, 6, 5]))
    assert score("nearest", evidence)["head_accuracy"] == pytest.approx(2 / 3)


def test_a_probe_without_its_class_in_the_gallery_is_not_judged():
    alone = on_a_line([0, 50], [0, 9], [0, 1], [0, 1])
    assert score("nearest", alone)["centroid_accuracy"] == 1
    assert score("retrieval", alone)["recall_at_1"] == 1
    assert score("retrieval", on_a_line([0], [9], [0, 1], [0, 1])) == {}


def test_retrieval_of_one_probe_by_hand():
    found = score("retrieval", on_a_line([0], [0], [1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 1, 0]))
    assert found["r_precision"] == pytest.approx(2 / 3), "R = 3 are relevant, two of the first three"
    assert found["map_at_r"] == pytest.approx((1 + 2 / 3) / 3)
    assert found["recall_at_1"] == found["recall_at_5"] == 1
    late = score("retrieval", on_a_line([0], [0], [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 0]))
    assert (late["recall_at_1"], late["recall_at_5"], late["r_precision"], late["map_at_r"]) == (0, 1, 0, 0)


def retrieval_by_loops(evidence):
    totals = np.zeros(4)
    unit = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (evidence.probe, evidence.gallery)]
    for query, label in zip(unit[0], evidence.probe_labels, strict=True):
        ranked = sorted(range(len(unit[1])), key=lambda row: -float(query @ unit[1][row]))
        hits = [int(evidence.gallery_labels[row] == label) for row in ranked]
        relevant = sum(hits)
        precisions = [sum(hits[: rank + 1]) / (rank + 1) for rank in range(relevant)]
        average = sum(p for p, hit in zip(precisions, hits, strict=False) if hit) / relevant
        totals += [hits[0], max(hits[:5]), sum(hits[:relevant]) / relevant, average]
    return totals / len(unit[0])


def test_retrieval_agrees_with_loops_where_classes_differ_in_size():
    evidence = meaningless(per_class=20)
    kept = np.random.default_rng(0).random(100) < np.linspace(0.2, 1, 100)
    evidence = meaningless(per_class=20, gallery=evidence.gallery[kept], gallery_labels=evidence.gallery_labels[kept])
    found = score("retrieval", evidence)
    expected = dict(
        zip(("recall_at_1", "recall_at_5", "r_precision", "map_at_r"), retrieval_by_loops(evidence), strict=True)
    )
    assert found == pytest.approx(expected, abs=1e-6)


def test_cosine_clusters_do_not_see_norms():
    usual = closed_set(0.1)
    lengths = np.random.default_rng(0).uniform(0.01, 30, size=(200, 1)).astype(np.float32)
    stretched = {"probe": usual.probe * lengths}
    assert score("clustering", closed_set(0.1, **stretched)) == {"nmi": pytest.approx(1)}
    assert score("clustering", closed_set(0.1, metric="euclidean", **stretched))["nmi"] < 0.9


def test_nmi_by_hand():
    """Two clusters of three; one of the second class lies with the first."""
    found = score("clustering", on_a_line([0, 0.1, 0.2, 9, 9.1, 9.2], [0, 0, 1, 1, 1, 1], [0], [0]))["nmi"]
    mutual = sum(
        p * math.log(p / (row * column))
        for p, row, column in [(2 / 6, 2 / 6, 1 / 2), (1 / 6, 4 / 6, 1 / 2), (3 / 6, 4 / 6, 1 / 2)]
    )
    entropies = -(2 / 6 * math.log(2 / 6) + 4 / 6 * math.log(4 / 6)), math.log(2)
    assert found == pytest.approx(mutual / (sum(entropies) / 2))


def test_the_argmax_of_an_embedding_is_a_matter_of_how_it_is_turned_and_no_score():
    evidence = closed_set(0.1)
    spread, labels = evidence.probe[:, :], evidence.probe_labels
    dim = spread.shape[1]
    usual = metrics.argmax_of_embedding(spread, labels % dim)
    turned = metrics.argmax_of_embedding(np.roll(spread, 1, axis=1), labels % dim)
    assert usual != turned, "the distances are the same"
    assert metrics.argmax_of_embedding(np.eye(3, dtype=np.float32), np.arange(3)) == 1
    assert metrics.argmax_of_embedding(np.eye(3, dtype=np.float32), np.array([1, 2, 2])) == pytest.approx(1 / 3)
    with pytest.raises(ScoreError, match="stand for 3 classes, and there are 5"):
        metrics.argmax_of_embedding(np.eye(3, dtype=np.float32), np.array([0, 1, 4]))
    assert not any("argmax" in name for name in metrics.available())
    assert not any("argmax" in output.key for output in metrics.outputs())
