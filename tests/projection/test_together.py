"""Several runs in comparable pictures: turned onto the first by what they have in common, and nothing else."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from lossviz import projection
from lossviz.projection import ProjectionError, Series, fit_many

PCA, TSNE = projection.get("pca")(), projection.get("tsne")(metric="euclidean", perplexity=10)


@pytest.fixture(scope="module")
def digits():
    return (load_digits().data[:160] / 16).astype(np.float32)


def mirrored(points):
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(points.shape[1],) * 2))[0]
    return (points @ turn).astype(np.float32)


def test_the_same_embedding_turned_comes_to_lie_on_the_first(digits):
    ids = np.arange(160)
    native = projection.get("native")(normalise=False)
    points = digits[:, 20:23]
    first, second = fit_many([native] * 2, [Series([points], ids), Series([mirrored(points), 0 * points], ids)])
    assert first.residual is None and second.common == 160
    backwards = fit_many([native] * 2, [Series([points], ids), Series([0 * points, mirrored(points)], ids)])[1]
    assert backwards.residual < 1e-3 and np.allclose(backwards.fitted.positions[-1], points, atol=1e-4)
    new = np.eye(3, dtype=np.float32)
    placed = backwards.fitted.place(mirrored(np.concatenate([points, new]))[-3:], 1)
    assert np.allclose(placed.positions, new, atol=1e-4), "new points are turned as well"
    other = fit_many([native] * 2, [Series([points], ids), Series([digits[::-1, 30:33]], ids)])[1]
    assert other.residual > 0.3


def test_common_points_are_found_by_their_names(digits):
    ids = np.arange(160)
    order = np.random.default_rng(1).permutation(160)[:120]
    runs = [Series([digits], ids), Series([digits[order]], order)]
    first, second = fit_many([PCA] * 2, runs)
    assert second.common == 120 and second.residual < 0.3
    apart = np.linalg.norm(second.fitted.positions[0] - first.fitted.positions[0][order], axis=1)
    unnamed = fit_many([PCA] * 2, [runs[0], Series([digits[order]], np.arange(120))])[1].residual
    assert np.median(apart) < 0.3 * first.fitted.positions.std() and unnamed > 0.6
    strangers = fit_many([PCA] * 2, [runs[0], Series([digits], ids + 1000)])[1]
    assert strangers.common == 0 and strangers.residual is None


def test_t_sne_of_another_run_begins_from_the_first_runs_picture(digits):
    ids = np.arange(160)
    similar = digits + np.random.default_rng(0).normal(0, 0.02, size=digits.shape).astype(np.float32)
    beside = fit_many([TSNE] * 2, [Series([digits], ids), Series([similar[:150]], ids[:150])])[1]
    alone = projection.align(TSNE.fit_sequence([similar]).positions[0], TSNE.fit_sequence([digits]).positions[0])
    assert beside.residual < 0.35 and beside.common == 150
    unlike = projection.align(
        np.random.default_rng(0).permutation(beside.fitted.positions[0]), beside.fitted.positions[0]
    )
    assert alone.residual < unlike.residual and beside.residual < 0.5 * unlike.residual
    assert projection.kept_neighbours(similar[:150], beside.fitted.positions[0], "euclidean").mean() > 0.6


def test_progress_is_of_all_runs_and_shows_the_first(digits):
    heard = []
    fit_many([TSNE] * 2, [Series([digits] * 2, np.arange(160))] * 2, heard.append)
    done = [each.done for each in heard]
    assert done == sorted(done) and done[-1] == 1
    assert [each.epoch for each in heard if each.positions is not None] == [1, 0]


def test_what_does_not_belong_together_is_refused(digits):
    with pytest.raises(ProjectionError, match="1 methods cannot draw 2 runs"):
        fit_many([PCA], [Series([digits], np.arange(160))] * 2)
    with pytest.raises(ProjectionError, match="run number 0 has 160 points and names for 9"):
        fit_many([PCA], [Series([digits], np.arange(9))])
