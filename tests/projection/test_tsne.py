"""Our t-SNE: its law of motion against an independent float64 sum, its quality, its steadiness, its places."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE
from sklearn.manifold import trustworthiness as sklearn_trustworthiness

from lossviz import projection
from lossviz.projection import ProjectionError
from lossviz.projection._neighbours import Nearest
from lossviz.projection._tsne_affinity import affinity, gaussian
from lossviz.projection._tsne_field import field_at
from lossviz.projection._tsne_motion import Motion, divergence
from lossviz.projection._tsne_time import Springs
from lossviz.projection._tsne_tree import Tree, in_order

TSNE_3D, TSNE_2D = (projection.get("tsne")(components=axes, metric="euclidean") for axes in (3, 2))


@pytest.fixture(scope="module")
def digits():
    noise = np.random.default_rng(0).normal(0, 1e-3, size=(500, 64))  # no two distances are the same
    return (load_digits().data[:500] / 16 + noise).astype(np.float32)


@pytest.fixture(scope="module")
def drawn(digits):
    return TSNE_3D.fit_sequence([digits[:400]])


def reference_affinity(points, perplexity):
    """p_ij (N, N) over the 3 x perplexity nearest, by plain bisection of the width."""
    apart = cdist(points.astype(float), points.astype(float), "sqeuclidean")
    given = np.zeros_like(apart)
    for i, row in enumerate(apart):
        near = [j for j in np.argsort(row, kind="stable") if j != i][: round(3 * perplexity)]
        low, high = -20.0, 20.0
        for _ in range(80):
            middle = (low + high) / 2
            weights = np.exp(-(row[near] - row[near].min()) / np.exp(middle))
            weights /= weights.sum()
            entropy = -(weights * np.log(np.maximum(weights, 1e-300))).sum()
            low, high = (low, middle) if entropy > np.log(perplexity) else (middle, high)
        given[i, near] = weights
    return (given + given.T) / (2 * len(points))


def reference_forces(p, y, axes, exaggeration=1.0):
    """The law of motion of ``_tsne_field``'s docstring, and KL, in float64 over all pairs."""
    nu = axes - 1
    power = (nu + 1) / 2
    offsets = y[:, None].astype(float) - y[None]
    pull = (1 + (offsets**2).sum(2) / nu) ** -power
    q = pull - np.diag(np.diag(pull))
    q /= q.sum()
    forces = -2 * (nu + 1) / nu * (((exaggeration * p - q) * pull)[:, :, None] * offsets).sum(1)
    some = p > 0
    return forces, (p[some] * np.log(p[some] / q[some])).sum()


def dense(given):
    matrix = np.zeros((len(given.starts) - 1,) * 2)
    for i in range(len(matrix)):
        entries = slice(given.starts[i], given.starts[i + 1])
        matrix[i, given.partners[entries]] = given.weights[entries]
    return matrix


def test_neighbours_are_those_of_all_distances(digits):
    indices, squared = Nearest(digits).of_each(12)
    apart = cdist(digits.astype(float), digits.astype(float), "sqeuclidean")
    np.fill_diagonal(apart, np.inf)
    assert np.allclose(squared, np.sort(apart, axis=1)[:, :12], atol=1e-4)
    assert np.allclose(np.take_along_axis(apart, indices, axis=1), squared, atol=1e-4)
    others, _ = Nearest(digits[:300]).of(digits[300:310], 5)
    assert (others == np.argsort(apart[300:310, :300], axis=1)[:, :5]).mean() > 0.95


def test_affinities_have_the_perplexity_asked_for(digits):
    p = dense(affinity(digits[:200], 10.0))
    assert np.allclose(p, p.T) and p.sum() == pytest.approx(1, abs=1e-5) and (np.diag(p) == 0).all()
    assert np.abs(p - reference_affinity(digits[:200], 10.0)).max() < 1e-3 * p.max()
    assert np.abs(p - reference_affinity(digits[:200], 12.0)).max() > 1e-2 * p.max(), "another perplexity is another"
    same = gaussian(np.zeros((3, 8), np.float32), 4.0)
    assert np.allclose(same, 1 / 8), "all equally near: all count alike"


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("exaggeration", [1.0, 12.0])
def test_forces_and_divergence_are_those_of_the_law_summed_over_all_pairs(digits, axes, exaggeration):
    given = affinity(digits, 20.0)
    y = np.zeros((len(digits), 3), np.float32)
    y[:, :axes] = np.random.default_rng(0).normal(0, 8, size=(len(digits), axes))
    expected, kl = reference_forces(dense(given), y, axes, exaggeration)
    size = np.abs(expected).max()
    exact = Motion(given, y, axes, theta=0.0).forces(exaggeration)
    assert np.abs(exact - expected).max() < 1e-5 * size
    assert divergence(given, y, axes) == pytest.approx(kl, rel=1e-5)
    motion = Motion(given, y, axes)
    motion._order = in_order(y)
    near = motion.forces(exaggeration)
    push = reference_forces(0 * dense(given), y, axes)[0]
    assert 0 < np.sqrt(((near - expected) ** 2).sum() / (push**2).sum()) < 0.03, "blocks change little"
    other_law, _ = reference_forces(dense(given), y, 5 - axes, exaggeration)
    assert np.abs(exact - other_law).max() > 1e-2 * size, "the other dimension's law is another"
    assert (exact[:, axes:] == 0).all(), "a picture in the plane stays in the plane"


def test_in_the_plane_the_law_is_the_gradient_of_the_divergence(digits):
    given = affinity(digits[:60], 8.0)
    p, y = dense(given), np.random.default_rng(1).normal(0, 3, size=(60, 2))
    forces, kl = reference_forces(p, y, 2)
    for point, axis in ((0, 0), (17, 1), (59, 0)):
        moved = y.copy()
        moved[point, axis] += 1e-6
        assert (kl - reference_forces(p, moved, 2)[1]) / 1e-6 == pytest.approx(forces[point, axis], abs=1e-6)


@pytest.mark.parametrize("axes", [2, 3])
def test_it_is_as_good_as_scikit_learns(digits, axes):
    method = TSNE_3D if axes == 3 else TSNE_2D
    ours = method.fit_sequence([digits]).positions[0]
    theirs = TSNE(n_components=axes, perplexity=30, max_iter=1000, random_state=0, init="pca").fit_transform(digits)
    p = reference_affinity(digits, 30.0)
    ours_kl, their_kl, worst = (
        reference_forces(p, y, axes)[1] for y in (ours, theirs, np.random.default_rng(0).permutation(ours))
    )
    assert ours_kl <= 1.01 * their_kl and their_kl < 0.5 * worst
    trust, reference = (sklearn_trustworthiness(digits, y, n_neighbors=12) for y in (ours, theirs))
    assert trust > reference - 0.002


def test_another_seed_is_another_picture_and_more_steps_lower_the_divergence(digits):
    few, many = (TSNE_3D.from_values(TSNE_3D.values() | {"iterations": n}) for n in (50, 400))
    seeds = [TSNE_3D.from_values(few.values() | {"seed": seed}).fit_sequence([digits[:200]]) for seed in (0, 1)]
    assert not np.allclose(seeds[0].positions, seeds[1].positions, atol=0.1)
    assert many.fit_sequence([digits[:200]]).divergence(0) < seeds[0].divergence(0)


def test_springs_find_the_balance_of_forces():
    chance = np.random.default_rng(0)
    places, stiffness = chance.normal(size=(5, 3, 2)), chance.uniform(0, 4, size=(4, 3))
    balance = places.copy()
    Springs(stiffness).pull(balance)
    stretch = stiffness[:, :, None] * np.diff(balance, axis=0)
    force = places - balance
    force[:-1] += stretch
    force[1:] -= stretch
    assert np.abs(force).max() < 1e-12 and np.abs(places - balance).max() > 0.1
    loose = places.copy()
    Springs(0 * stiffness).pull(loose)
    assert np.array_equal(loose, places)


def test_epochs_that_are_the_same_stand_still_and_a_class_that_moves_is_seen(digits):
    points = digits[:300]
    radius = np.sqrt(((TSNE_3D.fit_sequence([points]).positions[0]) ** 2).sum(1).mean())
    still = TSNE_3D.fit_sequence([points] * 3).positions
    assert np.linalg.norm(np.diff(still, axis=0), axis=2).mean() < 0.01 * radius
    moved = points.copy()
    moved[:30] = points[150:180] + np.random.default_rng(0).normal(0, 0.01, size=(30, 64))
    steps = np.linalg.norm(np.diff(TSNE_3D.fit_sequence([points, moved]).positions, axis=0)[0], axis=1)
    assert np.median(steps[:30]) > 5 * np.median(steps[30:]), "thirty points became others' neighbours"


def test_a_new_point_stands_with_its_neighbours_and_says_how_sure_it_is(digits, drawn):
    new = digits[400:]
    placed = drawn.place(new, 0)
    joined = np.concatenate([drawn.positions[0], placed.positions])
    kept = projection.kept_neighbours(digits, joined, "euclidean")
    assert kept[400:].mean() > kept[:400].mean() - 0.15
    elsewhere = np.concatenate([drawn.positions[0], np.roll(placed.positions, 37, axis=0)])
    assert projection.kept_neighbours(digits, elsewhere, "euclidean")[400:].mean() < 0.2, "others' places will not do"
    far = drawn.place(np.random.default_rng(0).uniform(size=(50, 64)).astype(np.float32), 0)
    assert np.median(placed.spread) < 0.7 * np.median(far.spread), "noise has its neighbours all over the picture"
    one_by_one = np.concatenate([drawn.place(new[i : i + 1], 0).positions for i in range(3)])
    assert np.allclose(one_by_one, placed.positions[:3], atol=1e-3), "a point is placed alone"


def test_points_of_the_picture_are_placed_where_they_are(digits, drawn):
    placed = drawn.place(digits[:20], 0)
    assert np.array_equal(placed.positions, drawn.positions[0, :20]) and (placed.spread == 0).all()
    assert (drawn.place(digits[:20] + np.float32(1e-3), 0).spread > 0).all(), "nearly the same is not the same"


def test_the_field_at_a_place_is_that_of_all_points(drawn):
    y, x = drawn.positions[0], np.array([[1, 2, 3]], np.float32)
    force, total = field_at(x, Tree.over(y, in_order(y), 2), 0.0, 2)
    offsets = x.astype(float) - y
    pull = (1 + (offsets**2).sum(1) / 2) ** -1.5
    assert total[0] == pytest.approx(pull.sum(), rel=1e-5)
    assert np.allclose(force[0], (pull[:, None] ** 2 * offsets).sum(0) / pull.sum(), rtol=1e-4)


def test_progress_rises_shows_the_last_epoch_first_and_whoever_watches_can_stop_it(digits):
    heard = []
    points = digits[:100]
    fitted = TSNE_3D.fit_sequence([points, points + 0.01, points], heard.append)
    done = [each.done for each in heard]
    assert done == sorted(done) and 0 < done[0] < 0.1 and done[-1] == 1
    assert [each.epoch for each in heard if each.epoch is not None] == [2, 1, 0]
    assert all(each.positions.shape == fitted.positions[0].shape for each in heard if each.epoch is not None)

    def impatient(progress):
        if progress.done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TSNE_3D.fit_sequence([points], impatient)


def test_a_kept_picture_is_restored_with_its_places(digits, drawn):
    again = TSNE_3D.restored([digits[:400]], drawn.positions, drawn.note)
    new = digits[400:410]
    assert again.note == drawn.note and again.divergence(0) == drawn.divergence(0)
    assert np.array_equal(again.place(new, 0).positions, drawn.place(new, 0).positions)


def test_what_has_no_neighbourhoods_is_refused_in_a_sentence(digits):
    for points, message in [
        (digits[:40], "a perplexity of 30 needs at least 61 points, there are 40: choose a perplexity of at most 19"),
        (digits[:1], "needs at least 7 points, there is 1"),
        (np.ones((80, 5), np.float32), "all embeddings of epoch number 0 are the same"),
        (digits[:80, :1], "the embedding has 1 dimension"),
    ]:
        with pytest.raises(ProjectionError, match=message):
            TSNE_3D.fit_sequence([points])
    assert TSNE_3D.fit_sequence([digits[:80, 20:22]]).positions.shape == (1, 80, 2), "no axes are invented"
    doubled = np.concatenate([digits[:40], digits[:40]])
    assert np.isfinite(TSNE_3D.fit_sequence([doubled]).positions).all()


def test_the_cosine_looks_at_directions_only(digits):
    points, lengths = digits[:100], np.random.default_rng(0).uniform(1, 9, size=(100, 1)).astype(np.float32)
    cosine, plain = (projection.get("tsne")(metric=metric) for metric in ("cosine", "euclidean"))
    same = [cosine.fit_sequence([each]).positions for each in (points, points * lengths)]
    kept = projection.kept_neighbours(same[0][0], same[1][0], "euclidean").mean()
    other = projection.kept_neighbours(same[0][0], plain.fit_sequence([points * lengths]).positions[0], "euclidean")
    assert kept > 0.8 and other.mean() < 0.5
    placed = [cosine.fit_sequence([points[:90]]).place(size * points[90:], 0).positions for size in (1, 7)]
    same = np.isclose(*placed, atol=1e-2).all(axis=1).mean()
    assert same >= 0.7, "a point that could stand in either of two places may be tipped over by rounding"
