"""Class directions and random views."""

import numpy as np
import pytest

from lossviz import projection
from lossviz.projection import ProjectionError, Subject
from tests.projection.test_promises import LABELS, POINTS, sequence

DIRECTIONS, TOUR = projection.get("class_directions"), projection.get("tour")
NAMES = ("cat", "dog", "owl", "bat")


def test_a_coordinate_is_the_cosine_to_the_class_mean_of_the_last_epoch():
    epochs = sequence(16)
    method = DIRECTIONS(x=3, y=0, components=2).settled(Subject(True, "cosine", LABELS, NAMES))
    fitted = method.fit_sequence(epochs)
    lengths = [np.maximum(np.linalg.norm(epoch, axis=1, keepdims=True), 1e-30) for epoch in epochs]
    units = [epoch / length for epoch, length in zip(epochs, lengths, strict=True)]
    for axis, label in ((0, 3), (1, 0)):
        mean = units[-1][label == LABELS].mean(axis=0)
        for index, unit in enumerate(units):
            assert np.allclose(fitted.positions[index, :, axis], unit @ mean / np.linalg.norm(mean), atol=1e-5)
    assert fitted.note == "likeness to the classes x bat, y cat"
    other = DIRECTIONS(x=1, y=0, components=2).settled(Subject(True, "cosine", LABELS, NAMES)).fit_sequence(epochs)
    assert np.abs(other.positions - fitted.positions).max() > 0.01, "another class is another axis"


def test_classes_left_open_are_those_that_are_not_chosen_yet():
    settled = DIRECTIONS(y=0).settled(Subject(False, "euclidean", LABELS))
    assert (settled.x, settled.y, settled.z) == (1, 0, 2)


def test_class_directions_need_classes_that_are_there():
    with pytest.raises(ProjectionError, match="need to know the points' classes"):
        DIRECTIONS().settled(Subject(False, "euclidean"))
    with pytest.raises(ProjectionError, match="need to know the points' classes"):
        DIRECTIONS().fit_sequence(sequence(16))
    with pytest.raises(ProjectionError, match="none of the points is of class 9; there are 4 classes, 0 to 3"):
        DIRECTIONS(x=9).settled(Subject(False, "euclidean", LABELS)).fit_sequence(sequence(16))
    with pytest.raises(ProjectionError, match=f"there are {POINTS} points and classes for 7"):
        DIRECTIONS().settled(Subject(False, "euclidean", LABELS[:7])).fit_sequence(sequence(16))


def test_a_random_view_has_orthonormal_axes_and_another_seed_looks_from_elsewhere():
    epochs = sequence(16)
    views = [TOUR(seed=seed, normalise=False).fit_sequence(epochs) for seed in range(40)]
    for view in views[:5]:
        assert np.allclose(view.axes.T @ view.axes, np.eye(3), atol=1e-12)
    assert np.abs(views[0].axes - views[1].axes).max() > 0.1
    shares = [float(view.note.split("holds ")[1].split(" %")[0]) for view in views]
    assert np.mean(shares) == pytest.approx(100 * 3 / 16, abs=3), "3 of 16 directions hold 3 / 16 on average"
    assert np.abs(np.mean([view.axes for view in views], axis=0)).max() < 0.35, "no direction is preferred"


def test_t_sne_is_the_same_however_many_threads_draw_it(monkeypatch):
    pictures = []
    for count in ("1", "3"):
        monkeypatch.setenv("OMP_NUM_THREADS", count)
        pictures.append(projection.get("tsne")(metric="euclidean").fit_sequence(sequence(16)).positions)
    assert np.array_equal(*pictures)
