"""Trustworthiness, continuity, neighbours kept and jitter, against scikit-learn and slow loops, with controls."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from lossviz.projection import ProjectionError, control, jitter, kept_neighbours, quality


@pytest.fixture(scope="module")
def pair():
    """An embedding (N, 8) and a picture (N, 3) that keeps some of it."""
    chance = np.random.default_rng(0)
    high = chance.normal(size=(240, 8)).astype(np.float32)
    return high, (high[:, :3] + 0.3 * chance.normal(size=(240, 3))).astype(np.float32)


def slow_trust(high, low, k):
    """(N,) by the formula of Venna & Kaski, point by point; its mean is the trustworthiness."""
    n = len(high)
    far, drawn = cdist(high.astype(float), high.astype(float)), cdist(low.astype(float), low.astype(float))
    points = []
    for i in range(n):
        order = [j for j in np.argsort(far[i]) if j != i]
        seen = [j for j in np.argsort(drawn[i]) if j != i][:k]
        points.append(1 - 2 / (k * (2 * n - 3 * k - 1)) * sum(max(0, order.index(j) + 1 - k) for j in seen))
    return np.array(points)


@pytest.mark.parametrize("k", [1, 5, 12])
def test_trustworthiness_and_continuity_are_those_of_the_formula_point_by_point(pair, k):
    high, low = pair
    found = quality(high, low, "euclidean", k)
    assert found.trustworthiness.dtype == found.continuity.dtype == found.kept.dtype == np.float32
    assert np.abs(found.trustworthiness - slow_trust(high, low, k)).max() < 1e-5
    assert np.abs(found.continuity - slow_trust(low, high, k)).max() < 1e-5
    assert found.means()["trustworthiness"] == pytest.approx(trustworthiness(high, low, n_neighbors=k), abs=1e-6)
    assert found.means()["continuity"] == pytest.approx(trustworthiness(low, high, n_neighbors=k), abs=1e-6)
    assert np.abs(found.trustworthiness - found.continuity).max() > 0.01, "the two are not the same"


def test_by_the_cosine_lengths_do_not_count(pair):
    high, low = pair
    longer = high * np.random.default_rng(1).uniform(0.1, 10, size=(len(high), 1)).astype(np.float32)
    one, other = quality(high, low, "cosine"), quality(longer, low, "cosine")
    assert np.allclose(one.trustworthiness, other.trustworthiness, atol=1e-6)
    assert quality(longer, low, "euclidean").means()["kept"] < one.means()["kept"] - 0.03
    reference = trustworthiness(high, low, n_neighbors=12, metric="cosine")
    assert one.means()["trustworthiness"] == pytest.approx(reference, abs=1e-6)


def test_neighbours_kept_are_counted_as_elsewhere(pair):
    assert np.array_equal(quality(*pair, "cosine").kept, kept_neighbours(*pair, "cosine"))


def test_a_faithful_picture_scores_one_and_its_control_what_chance_gives(pair):
    high, _ = pair
    low = high[:, :3]
    same = quality(low, 5 * low, "euclidean").means()
    assert same == pytest.approx({"trustworthiness": 1, "continuity": 1, "kept": 1})
    chance = quality(low, control(5 * low), "euclidean").means()
    assert chance["trustworthiness"] == pytest.approx(0.5, abs=0.06) == chance["continuity"]
    assert chance["kept"] == pytest.approx(10 / 239, abs=0.02)


def test_the_control_is_the_same_picture_with_other_points_in_its_places():
    positions = np.random.default_rng(0).normal(size=(3, 50, 2)).astype(np.float32)
    shuffled = control(positions)
    assert not np.array_equal(shuffled, positions)
    assert np.array_equal(np.sort(shuffled, axis=1), np.sort(positions, axis=1))
    order = [int(np.flatnonzero((positions[0] == row).all(axis=1))[0]) for row in shuffled[0]]
    assert np.array_equal(shuffled[2], positions[2][order]), "all epochs alike"


def test_few_points_and_what_does_not_belong_together(pair):
    high, low = pair
    assert quality(high[:1], low[:1], "cosine").means()["trustworthiness"] == 1
    assert np.isfinite(list(quality(high[:6], low[:6], "cosine").means().values())).all()
    flat = quality(high, 0 * low, "euclidean").means()
    assert flat["kept"] == pytest.approx(10 / 239) and flat["trustworthiness"] < 0.7
    with pytest.raises(ProjectionError, match="the picture has 9 points, the embedding 240"):
        quality(high, low[:9], "cosine")
    with pytest.raises(ProjectionError, match="one of cosine, euclidean, got 'dot'"):
        quality(high, low, "dot")
    with pytest.raises(ProjectionError, match="do not make"):
        jitter([high], np.stack([low, low]), "cosine")


def slow_jitter(epochs, positions):
    found = []
    for before, after, here, there in zip(epochs, epochs[1:], positions, positions[1:], strict=False):
        near = [np.argsort(cdist(e, e) + 1e9 * np.eye(len(e)), axis=1)[:, :15] for e in (before, after)]
        same = np.array([len({*a} & {*b}) / 15 for a, b in zip(*near, strict=True)])
        radius = np.mean([np.sqrt(((y - y.mean(0)) ** 2).sum(1).mean()) for y in (here, there)])
        found.append(np.linalg.norm(there - here, axis=1)[same >= np.quantile(same, 0.75)].mean() / radius)
    return found


def test_jitter_is_what_the_definition_says_and_shuffled_epochs_jump():
    chance = np.random.default_rng(0)
    high = [load_digits().data[:200].astype(np.float32) + chance.normal(0, 1, size=(200, 64)) for _ in range(3)]
    high = [each.astype(np.float32) for each in high]
    picture = np.stack([each[:, 20:23] for each in high]) - 5
    found = jitter(high, picture, "euclidean")
    assert found.shape == (2,) and np.allclose(found, slow_jitter(high, picture), atol=1e-4)
    still = np.stack([picture[0]] * 3)
    assert (jitter(high, still, "euclidean") == 0).all()
    jumping = np.stack([chance.permutation(each) for each in picture])
    assert jitter(high, jumping, "euclidean").min() > 1 > 3 * found.max()
