"""Triplet kinds against a count by hand and three loops."""

import numpy as np
import pytest

from lossviz.analysis import count_triplets, hardest

LINE = np.array([[0.0], [1.0], [3.0], [0.5], [9.0]], dtype=np.float32)
LABELS = np.array([0, 0, 0, 1, 1])


def by_loops(distances, labels, margin):
    hard = semi = easy = 0
    for a in range(len(labels)):
        for p in range(len(labels)):
            for n in range(len(labels)):
                if a == p or labels[a] != labels[p] or labels[a] == labels[n]:
                    continue
                near, far = distances[a, p], distances[a, n]
                hard += far < near
                semi += near <= far < near + margin
                easy += far >= near + margin
    return hard, semi, easy


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_counts_are_those_of_three_loops(metric, squared):
    rng = np.random.default_rng(0)
    labels = np.array([0] * 9 + [1] * 7 + [2] * 1 + [3] * 6)
    embeddings = (rng.normal(size=(4, 3))[labels] + 0.7 * rng.normal(size=(23, 3))).astype(np.float32)
    points = embeddings.astype(np.float64)
    if metric == "cosine":
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    distances = ((points[:, None] - points) ** 2).sum(axis=2)
    distances = distances if squared else np.sqrt(distances)
    found = count_triplets(embeddings, labels, metric, 0.4, squared)
    assert (found.hard, found.semi_hard, found.easy) == by_loops(distances, labels, 0.4)
    assert min(found.hard, found.semi_hard, found.easy) > 0 and found.anchors == 23
    assert found.total == sum(by_loops(distances, labels, 0.4))


def test_a_line_by_hand_and_ties_are_not_hard():
    found = count_triplets(np.array([[0], [1], [-1]], dtype=np.float32), np.array([0, 0, 1]), "euclidean", 0.5)
    assert (found.hard, found.semi_hard, found.easy) == (0, 1, 1)
    without = count_triplets(np.array([[0], [1], [-1]], dtype=np.float32), np.array([0, 0, 1]), "euclidean", 0.0)
    assert (without.hard, without.semi_hard, without.easy) == (0, 0, 2)


def test_hardest_are_the_far_of_the_class_and_the_near_of_others():
    found = hardest(LINE, LABELS, 0, "euclidean", k=2)
    assert found.positives.tolist() == [2, 1] and found.positive_distances == pytest.approx([9, 1])
    assert found.negatives.tolist() == [3, 4] and found.negative_distances == pytest.approx([0.25, 81])
    assert hardest(LINE, LABELS, 0, "euclidean", squared=False).positive_distances == pytest.approx([3])
    alone = hardest(LINE, np.array([0, 1, 1, 1, 1]), 0, "euclidean")
    assert len(alone.positives) == 0 and alone.negatives.tolist() == [3]


def test_some_anchors_stand_for_all_in_the_shares():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 5, 600)
    embeddings = (rng.normal(size=(5, 4))[labels] + rng.normal(size=(600, 4))).astype(np.float32)
    some, every = (count_triplets(embeddings, labels, "cosine", 0.2, most_anchors=most) for most in (200, None))
    assert (some.anchors, every.anchors) == (200, 600) and some.total < every.total
    for kind in ("hard", "semi_hard", "easy"):
        assert getattr(some, kind) / some.total == pytest.approx(getattr(every, kind) / every.total, abs=0.02)


def test_one_class_has_no_triplets():
    assert count_triplets(LINE, np.zeros(5, np.int64), "euclidean", 0.2).total == 0
