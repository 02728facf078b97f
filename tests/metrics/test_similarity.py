"""Similarities, pairs, neighbours and the ROC against other people's code and against loops."""

from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import NearestNeighbors

from lossviz.metrics import _similarity
from lossviz.metrics._roc import Roc

METRICS = ("cosine", "euclidean")


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("metric", METRICS)
def test_similarity_is_minus_the_squared_distance_whatever_the_block(metric, monkeypatch):
    monkeypatch.setattr(_similarity, "BLOCK_ROWS", 7)
    a, b = draw(30, 5) + 3, draw(20, 5, seed=1) - 100
    blocks = list(_similarity.similarity_blocks(a, b, metric))
    assert [start for start, _ in blocks] == [0, 7, 14, 21, 28]
    expected = -2 * cdist(a, b, "cosine") if metric == "cosine" else -cdist(a, b, "sqeuclidean")
    np.testing.assert_allclose(np.concatenate([block for _, block in blocks]), expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(_similarity.paired_similarities(a[:20], b, metric), expected.diagonal(), rtol=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_all_pairs_are_each_pair_once(metric, monkeypatch):
    monkeypatch.setattr(_similarity, "BLOCK_ROWS", 7)
    x, labels = draw(25, 3), np.arange(25) % 4
    genuine, impostor = _similarity.all_pairs(x, labels, metric)
    expected = {True: [], False: []}
    for i, j in combinations(range(25), 2):
        u, v = (x[i] / np.linalg.norm(x[i]), x[j] / np.linalg.norm(x[j])) if metric == "cosine" else (x[i], x[j])
        expected[bool(labels[i] == labels[j])].append(-((u - v) ** 2).sum())
    np.testing.assert_allclose(np.sort(genuine), np.sort(expected[True]), rtol=1e-4)
    np.testing.assert_allclose(np.sort(impostor), np.sort(expected[False]), rtol=1e-4)
    assert len(genuine) + len(impostor) == 25 * 24 // 2


@pytest.mark.parametrize("metric", METRICS)
def test_nearest_agrees_with_scikit_learn(metric):
    query, gallery = draw(40, 6), draw(60, 6, seed=1)
    rows, similarities = _similarity.nearest(query, gallery, metric, k=9)
    expected = NearestNeighbors(n_neighbors=9, metric=metric).fit(gallery).kneighbors(query, return_distance=False)
    assert (rows == expected).all()
    assert (np.diff(similarities, axis=1) <= 0).all()


def test_equal_embeddings_tie_exactly_even_far_from_the_origin():
    x = np.repeat(draw(3, 512) * 1000, 700, axis=0)
    genuine, impostor = _similarity.all_pairs(x, np.arange(3).repeat(700), "euclidean")
    assert set(genuine) == {0.0}
    assert len(set(impostor)) == 3


def test_close_embeddings_far_from_the_origin_keep_their_digits():
    x = draw(30, 4) * 0.01 + 1000
    (_, block), *_ = _similarity.similarity_blocks(x, x, "euclidean")
    np.testing.assert_allclose(block, -cdist(x, x, "sqeuclidean"), rtol=1e-6, atol=1e-14)


def test_class_means_are_sorted_by_class():
    classes, means = _similarity.class_means(np.array([[1.0], [5.0], [3.0], [9.0]]), np.array([7, 2, 7, 40]))
    assert classes.tolist() == [2, 7, 40]
    assert means.tolist() == [[5.0], [2.0], [9.0]]


def rocs():
    """ROCs with and without ties, and the scores with one label each that scikit-learn wants."""
    rng = np.random.default_rng(0)
    for digits in (0, 1, 15):
        genuine, impostor = np.round(rng.normal(1, 1, 230), digits), np.round(rng.normal(0, 1, 1700), digits)
        yield Roc.of(genuine, impostor), np.append(genuine, impostor), np.append(np.ones(230), np.zeros(1700))


@pytest.mark.parametrize("case", range(3))
def test_roc_agrees_with_scikit_learn(case):
    roc, scores, labels = list(rocs())[case]
    far, tar, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    for ours, theirs in zip(roc.curve(), (thresholds[1:], tar[1:], far[1:]), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert roc.auc() == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    for limit in (0.1, 0.05, 0.01, 1e-3):
        assert roc.tar_at_far(limit) == pytest.approx(tar[far <= limit].max(), abs=1e-12)
    for limit in (0.5, 0.95, 1.0):
        assert roc.far_at_tar(limit) == pytest.approx(far[tar >= limit].min(), abs=1e-12)
    gap = np.abs(far - (1 - tar)).argmin()
    assert abs(roc.eer() - far[gap]) <= abs(far[gap] - (1 - tar[gap])) + 1e-12, "within the step beside the crossing"


def test_rates_by_hand():
    roc = Roc.of(np.array([0.9, 0.8, 0.6, 0.3]), np.array([0.7, 0.5, 0.4, 0.2, 0.1]))
    assert roc.tar_at_far(0.2) == 0.75, "one impostor of five may pass: accept above 0.5"
    assert roc.tar_at_far(0.19) is None, "five impostors cannot show a rate below one in five"
    assert roc.far_at_tar(0.75) == pytest.approx(0.2)
    assert roc.far_at_tar(1.0) == pytest.approx(0.6)
    assert roc.auc() == (5 + 5 + 4 + 2) / 20
    assert roc.eer() == pytest.approx(0.25), "at FAR 0.2..0.4 the TAR stays 0.75, so the polyline crosses at 0.25"
    assert Roc.of(np.array([]), np.array([1.0])) is None


def test_rates_that_are_not_binary_fractions_are_not_rounded_the_wrong_way():
    impostor = np.linspace(0, 1, 100)
    assert Roc.of(np.array([impostor[-29]]), impostor).tar_at_far(0.29) == 1, "0.29 * 100 is 28.999999999999996"
    genuine = np.linspace(0, 1, 100)
    assert Roc.of(genuine, genuine[[-56]]).far_at_tar(0.55) == 0, "0.55 * 100 is 55.00000000000001"
