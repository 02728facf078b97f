"""Where an image lands is what the run's scores say of a batch."""

import io

import numpy as np
import pytest
from PIL import Image

from lossviz import data, inference, metrics
from lossviz.errors import RunError
from lossviz.inference.spaces import Calibration
from lossviz.metrics.nearest import _by_centroid, _by_neighbours
from lossviz.runs import Run
from tests.inference.conftest import SHIPPED, images_of


def error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """The expected calibration error (Guo et al. 2017)."""
    bin_of = np.clip((confidence * bins).astype(int), 0, bins - 1)
    gaps = [abs((confidence - right)[bin_of == each].sum()) for each in range(bins)]
    return float(sum(gaps) / len(right))


def test_neighbours_predictions_and_bars_are_those_of_the_batch(digits_run):
    evidence = digits_run.evidence(4)
    by_centroid, by_neighbours = _by_centroid(evidence.probe, evidence), _by_neighbours(evidence.probe, evidence)
    told = metrics.points(evidence)
    unit = evidence.gallery / np.linalg.norm(evidence.gallery, axis=1, keepdims=True)
    for row in range(0, 300, 7):
        landing = inference.land(digits_run, 4, evidence.probe[row], k=6)
        assert (landing.prediction, landing.vote) == (by_centroid[row], by_neighbours[row])
        assert landing.prediction == told["prediction"][row]
        cosines = unit @ (evidence.probe[row] / np.linalg.norm(evidence.probe[row]))
        assert set(landing.near.rows) == set(np.argsort(-cosines)[:6])
        angles = np.degrees(np.arccos(np.clip(cosines[landing.near.rows], -1, 1)))
        assert (
            np.allclose(landing.near.distances, angles, atol=0.1) and (np.diff(landing.near.distances) >= -1e-6).all()
        )
        assert (landing.near.images == digits_run.samples["gallery"].index[landing.near.rows]).all()
        own = landing.prototypes.distances[landing.prototypes.labels == evidence.probe_labels[row]]
        assert own[0] == pytest.approx(told["own"][row], abs=0.01)
        assert len(landing.centroids.labels) == 10 and landing.unit == "deg"
        assert landing.to_class(landing.prediction) == landing.centroids.distances.min()


@pytest.mark.parametrize("name", ["digits-arcface", "digits-softmax", "digits-triplet"])
def test_files_of_all_held_out_images_give_the_predictions_of_the_batch(name):
    """Bytes of a PNG, the decoder, the recipe, the net, the neighbours: image by image, against the batch."""
    run = Run(SHIPPED / name)
    epoch, (recipe, _) = inference.last_epoch(run), inference.recipe_of(run)
    evidence, alike = run.evidence(epoch), []
    for row, pixels in enumerate(images_of(run.samples["probe"].index)):
        content = io.BytesIO()
        Image.fromarray(pixels[0]).save(content, "PNG")
        made = recipe.prepare(data.take(content.getvalue(), "a.png", recipe.near).image)
        landing = inference.land(run, epoch, inference.embed(run, epoch, made[None])[0])
        alike.append((landing.prediction, landing.vote))
        assert np.array_equal(made, pixels), row
    batch = np.stack([_by_centroid(evidence.probe, evidence), _by_neighbours(evidence.probe, evidence)], axis=1)
    assert (np.array(alike) == batch).mean() >= 0.998
    assert (np.roll(np.array(alike), 1, axis=0) == batch).mean() < 0.3


def test_confidence_is_how_often_such_predictions_are_right():
    """Half of the probes tell how often; the other half is held against it. The stored one is too sure."""
    ours, stored = [], []
    for folder in sorted(SHIPPED.glob("mnist-*")):
        run = Run(folder)
        here = inference.space(run, run.epochs()[-1])
        predicted, gaps = here.predicted(here.evidence.probe)
        right = predicted == here.evidence.probe_labels
        for seed in range(3):
            half = np.random.default_rng(seed).permutation(len(right)) < len(right) // 2
            chances = Calibration.of(gaps[half], right[half]).chance(gaps[~half])
            ours.append(error(chances, right[~half]))
            stored.append(error(metrics.points(here.evidence)["confidence"][~half].astype(float), right[~half]))
    assert np.mean(ours) < 0.017 < np.mean(stored)


def test_nothing_is_certain_and_more_of_a_lead_is_never_less_sure():
    chance = np.random.default_rng(0)
    gaps = chance.random(400)
    fit = Calibration.of(gaps, chance.random(400) < gaps)
    told = fit.chance(np.linspace(-1, 2, 50))
    assert (np.diff(told) >= 0).all() and 0 < told[0] < 0.3 and 0.7 < told[-1] < 1
    assert Calibration.of(gaps, np.ones(400, bool)).chance(np.array([0.5]))[0] == pytest.approx(401 / 402)


def test_what_is_unlike_all_probes_is_strange(digits_run):
    here = inference.space(digits_run, 4)
    common = [inference.land(digits_run, 4, each).strange for each in here.evidence.probe]
    assert np.mean(common) <= 0.01
    centres = here.centroids[0] / np.linalg.norm(here.centroids[0], axis=1, keepdims=True)
    directions = np.random.default_rng(0).normal(size=(20000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    astray = directions[(directions @ centres.T).max(axis=1).argmin()].astype(np.float32)
    assert inference.land(digits_run, 4, astray).strangeness > 0.9


def test_the_margin_is_drawn_where_the_loss_has_one(digits_run):
    here = inference.space(digits_run, 4)
    weights = here.evidence.prototypes / np.linalg.norm(here.evidence.prototypes, axis=1, keepdims=True)
    apart = np.degrees(np.arccos(np.sort(weights @ weights.T, axis=1)[:, -2]))
    for label in range(10):
        margin = here.margin(label)
        assert margin is None or 0 < margin < apart[label] / 2, "with a margin, less than half way to the next class"
    assert inference.space(Run(SHIPPED / "digits-triplet"), 60).margin(3) is None


def test_bad_embeddings_are_refused(digits_run):
    for bad in (np.zeros(4, np.float32), np.full(3, np.nan, np.float32)):
        with pytest.raises(RunError, match="3 finite numbers"):
            inference.land(digits_run, 4, bad)
    with pytest.raises(RunError, match="at least 1, got 0"):
        inference.land(digits_run, 4, np.ones(3, np.float32), k=0)
    assert len(inference.land(digits_run, 4, np.ones(3, np.float32), k=10_000).near.rows) == 300
