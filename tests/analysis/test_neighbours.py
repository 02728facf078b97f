"""True neighbours, those in a picture, and who of them is false."""

import numpy as np
import pytest

from lossviz.analysis import neighbours, picture_neighbours, seen

PLANE = np.array([[1, 0], [3, 0.3], [1, 0.5], [0.2, 1], [-1, 0], [0, 0]], dtype=np.float32)


def test_the_cosine_sees_directions_and_gives_angles():
    found = neighbours(PLANE[:5], 0, "cosine", 3)
    assert found.rows.tolist() == [1, 2, 3] and found.unit == "deg"
    assert found.distances == pytest.approx(np.degrees(np.arctan2([0.3, 0.5, 1], [3, 1, 0.2])), abs=1e-5)
    assert found.cosines == pytest.approx(np.cos(np.radians(found.distances)))


def test_euclidean_sees_lengths():
    found = neighbours(PLANE[:5], 0, "euclidean", 3)
    assert found.rows.tolist() == [2, 3, 4] and found.unit == "" and found.cosines is None
    assert found.distances == pytest.approx([0.5, np.hypot(0.8, 1), 2], abs=1e-6)


def test_an_image_is_never_its_own_neighbour_even_among_twins():
    twins = np.ones((4, 3), dtype=np.float32)
    for index in range(4):
        assert index not in neighbours(twins, index, "euclidean", 2).rows
        assert sorted(neighbours(twins, index, "euclidean", 9).rows) == [row for row in range(4) if row != index]


def test_small_angles_are_exact_and_zero_vectors_have_none():
    close = np.array([[1, 0], [1, 1e-5], [0, 0]], dtype=np.float32)
    found = neighbours(close, 0, "cosine", 2)
    assert found.distances[0] == pytest.approx(np.degrees(1e-5), rel=1e-4)
    assert found.rows.tolist() == [1, 2] and np.isnan(found.distances[1])


def test_a_single_image_has_no_neighbours():
    assert len(neighbours(PLANE[:1], 0, "cosine", 5).rows) == 0


def test_a_picture_that_tears_neighbours_apart_is_found_out():
    rng = np.random.default_rng(0)
    embeddings = rng.normal(size=(60, 8)).astype(np.float32)
    true = neighbours(embeddings, 7, "euclidean", 10).rows
    whole = seen(true, picture_neighbours(embeddings, 7, 10))
    assert whole.kept.tolist() == true.tolist() and len(whole.false) == len(whole.missed) == 0
    torn = seen(true, picture_neighbours(embeddings[:, :2], 7, 10))
    assert 0 < len(torn.false) == len(torn.missed)
    assert set(torn.kept) | set(torn.missed) == set(true) and not set(torn.false) & set(true)
