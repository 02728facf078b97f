"""t-SNE by scikit-learn and UMAP by umap-learn, kept together over epochs."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE

from lossviz import projection
from lossviz.projection import ProjectionError, Series, fit_many, jitter, kept_neighbours

METHODS = {
    "sklearn_tsne": projection.get("sklearn_tsne")(metric="euclidean", perplexity=15, iterations=1000),
    "umap_learn": projection.get("umap_learn")(metric="euclidean"),
}


@pytest.fixture(scope="module")
def epochs():
    """Three epochs of 150 digits, of which the first 20 become others' neighbours after the second."""
    points = (load_digits().data[:150] / 16).astype(np.float32)
    moved = points.copy()
    moved[:20] = points[100:120] + np.float32(0.01)
    return [points, points, moved]


@pytest.fixture(scope="module", params=METHODS)
def drawn(request, epochs):
    heard = []
    return METHODS[request.param], METHODS[request.param].fit_sequence(epochs, heard.append), heard


def test_neighbours_are_kept_and_those_of_shuffled_points_are_not(epochs, drawn):
    _, fitted, _ = drawn
    for epoch, picture in zip(epochs, fitted.positions, strict=True):
        assert kept_neighbours(epoch, picture, "euclidean").mean() > 0.5
        assert kept_neighbours(epoch, projection.control(picture), "euclidean").mean() < 0.12


def test_what_stays_among_its_neighbours_stays_put_and_what_moves_is_seen(epochs, drawn):
    _, fitted, _ = drawn
    still, moving = jitter(epochs, fitted.positions, "euclidean")
    assert still < 0.25 and moving < 0.5
    steps = np.linalg.norm(np.diff(fitted.positions, axis=0), axis=2)
    assert np.median(steps[1, :20]) > 2 * np.median(steps[0, :20])
    alone = np.stack(
        [projection.get("tsne")(metric="euclidean", seed=s).fit_sequence([epochs[0]]).positions[0] for s in (0, 1)]
    )
    assert jitter(epochs[:2], alone * [[[-1, 1, 1]], [[1, 1, 1]]], "euclidean")[0] > 1.5 * still, "alone they jump"


def test_the_last_epoch_is_seen_first_and_the_work_can_be_stopped(epochs, drawn):
    method, _, heard = drawn
    assert [each.epoch for each in heard if each.positions is not None] == [2, 1, 0]
    done = [each.done for each in heard]
    assert done == sorted(done) and done[0] == 0 and done[-1] == pytest.approx(1)

    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        method.fit_sequence(epochs, stop)


def test_a_new_point_stands_amid_its_neighbours_with_a_spread_and_places_survive_keeping(epochs, drawn):
    method, fitted, _ = drawn
    new = (load_digits().data[150:180] / 16).astype(np.float32)
    placed = fitted.place(new, 0)
    near = np.argsort(np.linalg.norm(new[:, None] - epochs[0], axis=2), axis=1)[:, :10]
    assert np.allclose(placed.positions, np.median(fitted.positions[0][near], axis=1), atol=1e-4)
    apart = np.linalg.norm(fitted.positions[0][near] - placed.positions[:, None], axis=2)
    assert np.allclose(placed.spread, np.median(apart, axis=1), atol=1e-4) and (placed.spread > 0).all()
    again = method.restored(epochs, fitted.positions, fitted.note).place(new, 0)
    assert np.array_equal(again.positions, placed.positions)
    assert (fitted.place(epochs[0][:5], 0).spread == 0).all(), "who is in the picture stands there"


def test_only_t_sne_has_a_divergence_and_shuffled_points_a_larger_one(drawn):
    method, fitted, _ = drawn
    if method.key() == "umap_learn":
        assert fitted.divergence(0) is None
        return
    shuffled = replace(fitted, positions=projection.control(fitted.positions))
    assert 0 < fitted.divergence(2) < 0.6 * shuffled.divergence(2)


def test_another_run_begins_from_the_first_runs_picture(epochs, drawn):
    method, _, _ = drawn
    ids = np.arange(150)
    beside = fit_many([method] * 2, [Series(epochs[:1], ids), Series([epochs[0] + np.float32(0.001)], ids)])[1]
    shuffled = projection.align(np.random.default_rng(0).permutation(beside.fitted.positions[0]), drawn[1].positions[0])
    assert beside.residual < 0.75 * shuffled.residual


def test_alone_the_last_epoch_is_the_librarys_own_fit(epochs):
    fitted = METHODS["sklearn_tsne"].fit_sequence([epochs[0]])
    theirs = TSNE(n_components=3, perplexity=15, max_iter=1000, random_state=0, init="pca").fit_transform(epochs[0])
    assert np.allclose(fitted.positions[0], theirs - theirs.mean(axis=0), atol=1e-3)


def test_too_few_points_are_refused_in_a_sentence(epochs):
    for name, count, message in [
        ("sklearn_tsne", 15, "a perplexity of 15 needs more than 15 points, there are 15"),
        ("umap_learn", 15, "15 neighbours need at least 16 points, there are 15"),
        ("umap_learn", 1, "needs at least 7 points, there is 1"),
    ]:
        with pytest.raises(ProjectionError, match=message):
            METHODS[name].fit_sequence([epochs[0][:count]])
