"""Native, PCA, alignment and neighbours kept, against references and with what must not pass."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from lossviz import projection
from lossviz.projection import ProjectionError, align, kept_neighbours
from tests.projection.test_promises import DIRECTIONS, LENGTHS, sequence

NATIVE, PCA_MAP = projection.get("native"), projection.get("pca")


def shape_of(points):
    return np.linalg.norm(points[:, None] - points, axis=2)


def test_native_is_the_embedding_and_on_the_sphere_its_directions():
    epochs = sequence(3)
    raw, round_ = NATIVE(normalise=False).fit_sequence(epochs), NATIVE(normalise=True).fit_sequence(epochs)
    assert np.array_equal(raw.positions, np.stack(epochs)) and not raw.sphere
    lengths = np.linalg.norm(round_.positions, axis=2)
    assert round_.sphere and np.abs(np.delete(lengths, 5, axis=1) - 1).max() < 1e-6
    assert (round_.positions[:, 5] == 0).all(), "a zero embedding has no direction and stays at the origin"
    long = 7 * np.array([[0.6, 0.0, 0.8]], np.float32)
    assert np.allclose(round_.place(long, 0).positions, [[0.6, 0.0, 0.8]])
    assert np.allclose(raw.place(long, 0).positions, long)


def test_left_open_it_follows_the_loss_and_a_decision_stays():
    assert NATIVE().settled(DIRECTIONS).normalise is True and NATIVE().settled(LENGTHS).normalise is False
    assert NATIVE(normalise=False).settled(DIRECTIONS).normalise is False
    assert PCA_MAP().settled(DIRECTIONS).fit_sequence(sequence(16)).note.endswith("of directions only")


@pytest.mark.parametrize("components", [2, 3])
@pytest.mark.parametrize("normalise", [False, True])
def test_pca_is_that_of_scikit_learn_over_all_epochs_together(components, normalise):
    epochs = sequence(16)
    seen = np.stack(epochs).astype(np.float64)
    if normalise:
        seen /= np.maximum(np.linalg.norm(seen, axis=2, keepdims=True), 1e-300)
    reference = PCA(components).fit(seen.reshape(-1, 16))
    ours = PCA_MAP(components=components, normalise=normalise).fit_sequence(epochs)
    theirs = reference.transform(seen.reshape(-1, 16)).reshape(ours.positions.shape)
    signs = np.sign((ours.positions * theirs).sum(axis=(0, 1)))
    assert np.abs(ours.positions - signs * theirs).max() < 1e-4
    assert f"explains {100 * reference.explained_variance_ratio_.sum():.0f} %" in ours.note
    alone = PCA(components).fit_transform(seen[0])
    assert np.abs(np.abs(ours.positions[0]) - np.abs(alone)).max() > 0.1, "one epoch alone has other axes"


def test_the_largest_loading_of_every_axis_is_positive():
    for seed in range(5):
        axes = PCA_MAP().fit_sequence(sequence(16, seed)).axes
        assert (axes[np.abs(axes).argmax(axis=0), range(3)] > 0).all()


def test_pca_of_a_flat_embedding_is_flat_and_says_what_it_explains():
    fitted = PCA_MAP().fit_sequence(sequence(2))
    assert fitted.positions.shape[2] == 2 and fitted.note.startswith("explains 100 %")
    line = np.outer(np.arange(20), [1, 2, 2]).astype(np.float32)
    assert np.allclose(np.ptp(PCA_MAP().fit_sequence([line]).positions[0], axis=0), [57, 0, 0], atol=1e-4)


@pytest.mark.parametrize("dim", [2, 3])
def test_alignment_undoes_a_turn_or_a_mirror_and_nothing_else(dim):
    chance = np.random.default_rng(dim)
    fixed = chance.normal(size=(50, dim)).astype(np.float32)
    turn = np.linalg.qr(chance.normal(size=(dim, dim)))[0]
    for matrix in (turn, turn * np.r_[-1, np.ones(dim - 1)]):
        moving = (fixed @ matrix.T).astype(np.float32)
        rigid = align(moving, fixed)
        assert np.allclose(moving @ rigid.matrix, fixed, atol=1e-5) and rigid.residual < 1e-6
        assert np.allclose(rigid.matrix @ rigid.matrix.T, np.eye(dim), atol=1e-12)
    assert np.allclose(rigid.matrix, orthogonal_procrustes(moving.astype(float), fixed.astype(float))[0], atol=1e-6)
    bigger, shifted = align(3 * fixed, fixed), align(fixed + 4, fixed)
    assert np.allclose(shape_of(3 * fixed @ bigger.matrix), 3 * shape_of(fixed), atol=1e-4), "no scaling"
    assert bigger.residual < 1e-6, "size is no part of what is told"
    assert shifted.residual > 0.3, "but what turning cannot undo is"


def test_the_residual_is_zero_for_the_same_and_near_one_for_pictures_with_nothing_in_common():
    chance = np.random.default_rng(0)
    a, b = (chance.normal(size=(20_000, 3)).astype(np.float32) for _ in range(2))
    assert align(a, a).residual < 1e-6
    assert 0.95 < align(a, b).residual <= 1
    assert align(a, b).residual == pytest.approx(align(b, a).residual)
    assert align(0 * a, 0 * a).residual == 0
    with pytest.raises(ProjectionError, match=r"the same points can be aligned, got \(20000, 3\) and \(20000, 2\)"):
        align(a, b[:, :2])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("k", [1, 10, 30])
def test_neighbours_kept_are_those_that_scikit_learn_finds_on_both_sides(metric, k):
    chance = np.random.default_rng(0)
    high = chance.normal(size=(700, 8)).astype(np.float32)
    low = high[:, :3] + 0.1 * chance.normal(size=(700, 3)).astype(np.float32)

    def sets(points, metric):
        return NearestNeighbors(n_neighbors=k, metric=metric).fit(points).kneighbors(return_distance=False)

    true, seen = sets(high.astype(float), metric), sets(low.astype(float), "euclidean")
    expected = [len({*a} & {*b}) / k for a, b in zip(true, seen, strict=True)]
    kept = kept_neighbours(high, low, metric, k)
    assert kept.dtype == np.float32 and np.allclose(kept, expected)
    assert kept_neighbours(high, np.roll(low, 1, axis=0), metric, k).mean() < kept.mean() / 2, "other points' places"


def test_a_faithful_picture_keeps_all_and_a_collapsed_one_no_more_than_chance():
    epochs = sequence(3)
    native = NATIVE(normalise=True).fit_sequence(epochs).positions[0]
    assert (kept_neighbours(epochs[0], native, "cosine") == 1).all()
    others = len(native) - 1
    assert np.allclose(kept_neighbours(epochs[0], 0 * native, "cosine", 10), 10 / others)
    assert np.allclose(kept_neighbours(0 * native, native, "euclidean", 10), 10 / others)
    assert (kept_neighbours(0 * native, 0 * native, "cosine") == 1).all(), "nothing to tell apart, nothing told apart"
    assert (kept_neighbours(native[:4], native[:4], "cosine", 10) == 1).all(), "k is at most N - 1"
    assert kept_neighbours(native[:1], native[:1], "cosine").tolist() == [1]


def test_neighbours_equally_far_are_all_neighbours_whatever_rounding_says():
    grid = np.stack(np.meshgrid(*[np.arange(6)] * 3), axis=-1).reshape(-1, 3).astype(np.float32)
    turned = grid @ np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    assert (kept_neighbours(grid, turned, "euclidean", 2) == 1).all()
    assert kept_neighbours(grid, turned * [1, 1, 3], "euclidean", 2).min() < 1


def test_nonsense_is_refused_in_a_sentence():
    points = np.zeros((5, 3), np.float32)
    with pytest.raises(ProjectionError, match="the picture has 4 points, the embedding 5"):
        kept_neighbours(points, points[:4], "cosine")
    with pytest.raises(ProjectionError, match="one of cosine, euclidean, got 'manhattan'"):
        kept_neighbours(points, points, "manhattan")
    with pytest.raises(ProjectionError, match="k must be at least 1, got 0"):
        kept_neighbours(points, points, "cosine", 0)
