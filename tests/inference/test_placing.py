"""Places in a picture: exact where they can be, next to their true neighbours where not."""

import numpy as np
import pytest

from lossviz import inference, projection
from lossviz.inference.placing import DESCENT, EXACT, MEDIAN
from lossviz.jobs.drawing import draw, drawing_of, subject_of
from lossviz.runs import Run
from tests.inference.conftest import SHIPPED, images_of

NEAR = 10


@pytest.fixture
def run() -> Run:
    """A shipped run with a picture of every probe."""
    return Run(SHIPPED / "digits-triplet")


@pytest.mark.parametrize("name", ["native", "pca"])
def test_linear_pictures_place_a_probe_where_it_is_drawn(run, name):
    method = projection.get(name)().settled(subject_of(run))
    fitted, last = inference.fitted_to(run, method), len(run.epochs()) - 1
    probe = inference.embed(run, 60, images_of(run.samples["probe"].index))
    placed = inference.place(fitted, probe, last)
    assert placed.exact and placed.how == EXACT
    assert np.allclose(placed.positions, fitted.positions[last], atol=1e-3)
    assert not np.allclose(placed.positions[::-1], fitted.positions[last], atol=1e-1)


def kept(probe, picture, places):
    """Of each new point's 10 nearest in the embedding (metric: Euclidean), the share that is nearest in the picture."""

    def near(points, others):
        return np.argsort(((points[:, None] - others) ** 2).sum(axis=2), axis=1)[:, :NEAR]

    true, seen = near(probe[1], probe[0]), near(places, picture)
    return np.mean([len(set(a) & set(b)) / NEAR for a, b in zip(true, seen, strict=True)])


@pytest.mark.parametrize(("name", "least", "how"), [("tsne", 0.5, DESCENT), ("umap_learn", 0.4, MEDIAN)])
def test_new_points_of_drawn_pictures_keep_their_neighbours(run, name, least, how):
    """Every fourth probe is left out of the fit, and placed; held-in points are the measure.

    UMAP is given t-SNE's picture, since fitting its own takes a minute; ``benchmarks/landing.py`` has its own.
    """
    method = projection.get("tsne")().settled(subject_of(run))
    probe = run.evidence(60).probe / np.linalg.norm(run.evidence(60).probe, axis=1, keepdims=True)
    probe = probe if method.metric == "cosine" else run.evidence(60).probe
    out = np.arange(len(probe)) % 4 == 0
    fitted = method.fit_sequence([probe[~out]])
    if name == "umap_learn":
        other = projection.get(name)().settled(subject_of(run))
        fitted = other.restored([probe[~out]], fitted.positions, "")
    placed = inference.place(fitted, probe[out], 0)
    recall = kept((probe[~out], probe[out]), fitted.positions[0], placed.positions)
    held_in = projection.kept_neighbours(probe[~out], fitted.positions[0], method.metric, NEAR).mean()
    assert placed.how == how and not placed.exact and (placed.spread >= 0).all() and placed.spread.max() > 0
    assert recall > least and recall > 0.8 * held_in
    shuffled = np.random.default_rng(0).permutation(placed.positions)
    assert kept((probe[~out], probe[out]), fitted.positions[0], shuffled) < 0.3


def test_a_kept_drawing_places_points_as_it_did_when_it_was_made(digits_run):
    method = projection.get("tsne")(perplexity=10.0, iterations=50).settled(subject_of(digits_run))
    draw(digits_run, "tsne", method.values(), lambda: False)
    fitted = inference.fitted_to(digits_run, method, drawing_of(digits_run, method))
    probe = digits_run.snapshot(4).embeddings["probe"]
    placed = inference.place(fitted, probe[:5], 4)
    assert np.allclose(placed.positions, fitted.positions[4][:5]) and placed.exact, "who is drawn stays there"
    assert not inference.place(fitted, probe[:5] + probe[5:10], 4).exact
