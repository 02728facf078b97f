"""Fast curves of all pairs agree with the exact scores."""

import numpy as np
import pytest

from lossviz.analysis import pair_curves
from lossviz.analysis.pairs import MOST_IMAGES
from lossviz.metrics._roc import Roc
from lossviz.metrics._similarity import all_pairs, unit
from lossviz.metrics.verification import val_far_curve


def clusters(count=120, classes=6, dim=5, noise=0.4, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % classes).astype(np.int64)
    return (rng.normal(size=(classes, dim))[labels] + noise * rng.normal(size=(count, dim))).astype(np.float32), labels


def test_angle_histograms_count_every_pair_once():
    embeddings, labels = clusters()
    curves = pair_curves(embeddings, labels, "cosine")
    cosines = np.clip(unit(embeddings) @ unit(embeddings).T, -1, 1)
    rows, columns = np.triu_indices(len(labels), k=1)
    angles, same = np.degrees(np.arccos(cosines[rows, columns])), (labels[rows] == labels[columns])
    for shares, kind in ((curves.within, same), (curves.between, ~same)):
        expected = np.histogram(angles[kind], curves.edges)[0] / kind.sum()
        assert np.abs(shares - expected).max() < 2 / kind.sum()
        assert shares.sum() == pytest.approx(1)
    assert np.abs(curves.within - curves.between).max() > 0.01


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_thinned_roc_lies_on_the_exact_one(metric):
    embeddings, labels = clusters(count=300)
    embeddings *= np.random.default_rng(1).uniform(0.3, 3, (300, 1)).astype(np.float32)
    curves = pair_curves(embeddings, labels, metric)
    roc = Roc.of(*all_pairs(embeddings, labels, metric))
    _, tar, far = roc.curve()
    assert len(curves.far) <= 500 < len(far)
    steps = np.abs(far[:, None] - curves.far) * len(roc.impostor) < 3
    assert all(np.abs(tar[near] - at).min() < 1e-3 for near, at in zip(steps.T, curves.tar, strict=True))
    assert (np.diff(curves.far) >= 0).all() and curves.far[-1] == curves.tar[-1] == 1
    area = np.trapezoid(np.append(0, curves.tar), np.append(0, curves.far))
    assert area == pytest.approx(roc.auc(), abs=2e-3)


def test_the_metric_matters_for_the_roc_and_not_for_angles():
    embeddings, labels = clusters()
    embeddings *= np.random.default_rng(1).uniform(0.1, 5, (120, 1)).astype(np.float32)
    one, other = (pair_curves(embeddings, labels, metric) for metric in ("cosine", "euclidean"))
    assert np.array_equal(one.within, other.within) and np.array_equal(one.val, other.val)
    assert abs(np.trapezoid(one.tar, one.far) - np.trapezoid(other.tar, other.far)) > 0.05


def test_val_and_far_are_facenets():
    embeddings, labels = clusters()
    curves = pair_curves(embeddings, labels, "euclidean")
    val, far = val_far_curve(embeddings, labels).at(curves.distance)
    assert np.abs(curves.val - val).max() < 1e-2 and np.abs(curves.val_far - far).max() < 1e-2
    assert curves.val[-1] == curves.val_far[-1] == 1


def test_without_one_kind_of_pair_there_are_no_curves():
    embeddings, _ = clusters(count=6)
    assert pair_curves(embeddings, np.zeros(6, np.int64), "cosine") is None
    assert pair_curves(embeddings, np.arange(6), "cosine") is None
    assert pair_curves(embeddings, np.array([0, 0, 1, 1, 2, 2]), "cosine") is not None


def test_many_images_are_thinned_evenly():
    embeddings, labels = clusters(count=2 * MOST_IMAGES, dim=2)
    curves = pair_curves(embeddings, labels, "cosine")
    assert curves.images == MOST_IMAGES
    assert pair_curves(embeddings[:500], labels[:500], "cosine").images == 500
