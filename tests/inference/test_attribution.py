"""What moved an embedding towards its class lies where the ink is."""

import numpy as np
import pytest

from lossviz import inference
from lossviz.errors import RunError
from tests.inference.conftest import images_of


@pytest.fixture
def looked_at(digits_run):
    """The space, and probes that are taken for what they are."""
    here = inference.space(digits_run, 4)
    right = np.flatnonzero(here.predicted(here.evidence.probe)[0] == here.evidence.probe_labels)[:25]
    return here, images_of(digits_run.samples["probe"].index[right]), here.evidence.probe_labels[right]


def test_covering_what_the_map_calls_important_costs_more_than_covering_the_rest(looked_at):
    here, images, labels = looked_at
    lost = {"most": [], "least": []}
    for pixels, label in zip(images, labels, strict=True):
        heat = inference.occlusion(here, pixels, int(label))
        assert heat.shape == (8, 8) and np.isfinite(heat).all()
        order = np.argsort(heat.ravel())
        for which, places in (("most", order[-16:]), ("least", order[:16])):
            covered = pixels.copy().reshape(1, -1)
            covered[0, places] = round(255 * float(inference.net(here.run, 4).mean))
            embedding = inference.embed(here.run, 4, covered.reshape(1, 1, 8, 8))[0]
            lost[which].append(inference.land(here.run, 4, embedding).to_class(int(label)))
    assert np.median(lost["most"]) > 2 * np.median(lost["least"])


def test_one_covered_place_is_what_embedding_it_by_hand_gives(looked_at):
    here, images, labels = looked_at
    heat = inference.occlusion(here, images[0], int(labels[0]), patch=8)
    blank = np.full((1, 1, 8, 8), round(255 * float(inference.net(here.run, 4).mean)), np.uint8)
    pair = inference.embed(here.run, 4, np.concatenate([images[:1], blank]))
    centre = here.centroids[0][here.centroids[1] == labels[0]]
    unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in (pair, centre)]
    similar = -((unit[0] - unit[1]) ** 2).sum(axis=1)
    assert np.allclose(heat, similar[0] - similar[1], atol=1e-4)
    for patch in (0, 9):
        with pytest.raises(RunError, match="1 to 8 pixels"):
            inference.occlusion(here, images[0], int(labels[0]), patch=patch)


def test_the_gradient_is_that_of_the_similarity(looked_at):
    here, images, labels = looked_at
    pixels, label = images[1], int(labels[1])
    slopes = inference.gradient(here, pixels, label) / (pixels[0] - 255 * float(inference.net(here.run, 4).mean))
    centre = here.centroids[0][here.centroids[1] == label]
    centre = centre / np.linalg.norm(centre)
    row, column = np.unravel_index(np.abs(slopes).argmax(), (8, 8))
    step = -8 if pixels[0, row, column] > 127 else 8
    moved = pixels.copy()
    moved[0, row, column] = int(pixels[0, row, column]) + step
    pair = inference.embed(here.run, 4, np.stack([pixels, moved])).astype(float)
    pair /= np.linalg.norm(pair, axis=1, keepdims=True)
    similar = -((pair - centre) ** 2).sum(axis=1)
    assert (similar[1] - similar[0]) / step == pytest.approx(slopes[row, column], rel=0.35)
    with pytest.raises(RunError, match="has no class 77"):
        inference.gradient(here, pixels, 77)


def test_without_what_counts_most_the_class_is_farther(looked_at):
    here, images, labels = looked_at
    pixels, label = images[0], int(labels[0])
    before, after = inference.pushed(here, pixels, label, inference.occlusion(here, pixels, label))
    embedding = inference.embed(here.run, 4, pixels[None])[0]
    assert before == pytest.approx(inference.land(here.run, 4, embedding).to_class(label), abs=0.01)
    assert after > 1.2 * before
    assert inference.pushed(here, pixels, label, np.zeros((8, 8))) == (before, before)
