"""What every projection promises, whoever adds it."""

import subprocess
import sys

import numpy as np
import pytest

from lossviz import projection
from lossviz.projection import ProjectionError, Subject

EPOCHS, POINTS = 4, 80
DIMS = (2, 3, 16)
LABELS = np.arange(POINTS) % 4
LENGTHS, DIRECTIONS = Subject(False, "euclidean", LABELS), Subject(True, "cosine", LABELS)
OURS = ("tsne",)  # of those that are not linear, the one that is quick enough to be tried in every way


def sequence(dim, seed=0):
    """Points that wander, but for the first ten, which stand still; one is at the origin."""
    chance = np.random.default_rng(seed)
    first = chance.normal(2.0, 3.0, size=(POINTS, dim))
    moves = chance.normal(size=(EPOCHS, POINTS, dim)).cumsum(axis=0)
    moves[:, :10] = 0
    epochs = (first + moves).astype(np.float32)
    epochs[:, 5] = 0
    return list(epochs)


LINEAR = [name for name in projection.available() if projection.get(name).linear]
NONLINEAR = [name for name in projection.available() if name not in LINEAR]
CASES = [
    pytest.param(projection.get(name)().settled(subject), dim, id=f"{name}-{dim}-{subject.metric}")
    for name in LINEAR
    for dim in DIMS
    for subject in (LENGTHS, DIRECTIONS)
    if projection.get(name).fits(dim) is None
]
DRAWN = [
    pytest.param(projection.get(name)().settled(subject), dim, id=f"{name}-{dim}-{subject.metric}")
    for name in NONLINEAR
    for dim, subject in ((2, LENGTHS), (16, DIRECTIONS))
    if name in OURS or dim == 16
]


@pytest.mark.parametrize(("method", "dim"), CASES + DRAWN)
def test_positions_are_float32_finite_and_of_the_right_shape(method, dim):
    fitted = method.fit_sequence(sequence(dim))
    assert fitted.positions.dtype == np.float32
    assert fitted.positions.shape in {(EPOCHS, POINTS, axes) for axes in (2, 3)}
    assert np.isfinite(fitted.positions).all() and fitted.dim == dim
    assert fitted.note and fitted.note == fitted.note.strip()


@pytest.mark.parametrize(("method", "dim"), CASES)
def test_what_stands_still_in_the_embedding_stands_still_in_the_picture_and_what_moves_is_seen(method, dim):
    positions = method.fit_sequence(sequence(dim)).positions
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=2)
    radius = np.sqrt(positions.var(axis=1).sum(axis=1).mean())
    assert steps[:, :10].max() < 1e-5 * radius
    assert np.median(steps[:, 10:]) > 0.02 * radius, "the others were made to move"


@pytest.mark.parametrize(("method", "dim"), CASES)
def test_points_of_an_epoch_are_placed_where_they_are(method, dim):
    epochs = sequence(dim)
    fitted = method.fit_sequence(epochs)
    radius = np.abs(fitted.positions).max()
    for index, epoch in enumerate(epochs):
        placed = fitted.place(epoch[:20], index)
        assert placed.positions.dtype == placed.spread.dtype == np.float32
        assert placed.spread.shape == (20,)
        assert np.abs(placed.positions - fitted.positions[index, :20]).max() <= 1e-5 * radius
    elsewhere = fitted.place(epochs[0][10:20] + 5, 0).positions
    assert np.abs(elsewhere - fitted.positions[0, 10:20]).max() > 1e-2 * radius, "another point has another place"


@pytest.mark.parametrize(("method", "dim"), CASES + DRAWN)
def test_the_same_embeddings_give_the_same_picture(method, dim):
    first, again = method.fit_sequence(sequence(dim)), method.fit_sequence(sequence(dim))
    assert np.array_equal(first.positions, again.positions) and first.note == again.note
    other = method.fit_sequence(sequence(dim, seed=1))
    assert not np.array_equal(first.positions, other.positions)


@pytest.mark.parametrize(("method", "dim"), CASES)
def test_a_collapsed_or_single_embedding_is_drawn_without_numbers_that_are_not_finite(method, dim):
    for epochs in ([np.zeros((5, dim), np.float32)], [np.full((5, dim), 0.3, np.float32)], [np.ones((1, dim), "f4")]):
        own = type(method)().settled(Subject(method.normalise, "cosine", LABELS[: len(epochs[0])]))
        fitted = own.fit_sequence(epochs)
        assert np.isfinite(fitted.positions).all() and np.isfinite(fitted.place(epochs[0], 0).positions).all()


@pytest.mark.parametrize(("method", "dim"), CASES + DRAWN)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(method, dim):
    good = sequence(dim)
    broken = good[1].copy()
    broken[3, 1] = np.nan
    for epochs, message in [
        ([], "there are no embeddings"),
        ([good[0][:0]], "there are no embeddings"),
        ([good[0], broken], "epoch number 1 are not finite"),
        ([good[0], good[1][:9]], "number 1 has"),
    ]:
        with pytest.raises(ProjectionError, match=message):
            method.fit_sequence(epochs)
    fitted = method.fit_sequence(good)
    for new, epoch, message in [
        (good[0], EPOCHS, "epoch index must be from 0 to 3, got 4"),
        (good[0], -1, "got -1"),
        (good[0][:, :1], 0, f"must have shape \\(count, {dim}\\)"),
        (broken, 0, "not finite"),
    ]:
        with pytest.raises(ProjectionError, match=message):
            fitted.place(new, epoch)


@pytest.mark.parametrize("name", projection.available())
def test_where_a_method_does_not_apply_it_says_why_and_does_not_fit(name):
    method = projection.get(name)
    assert any(method.fits(dim) is None for dim in (*DIMS, 64, 512))
    for dim in (1, *DIMS):
        reason = method.fits(dim)
        assert reason is None or str(dim) in reason
        if reason is not None:
            with pytest.raises(ProjectionError, match=reason):
                method().fit_sequence([np.ones((9, dim), np.float32)])


@pytest.mark.parametrize("name", projection.available())
def test_everything_a_menu_needs_is_declared(name):
    method = projection.get(name)
    assert method.title and method.says.endswith(".") and method.cannot.endswith(".")
    assert isinstance(method.linear, bool)
    assert all(declared.help.endswith(".") for declared in method.knobs())
    for subject, other in ((LENGTHS, DIRECTIONS), (DIRECTIONS, LENGTHS)):
        settled = method().settled(subject)
        assert all(value is not None for value in settled.values().values()), "nothing is left open"
        assert settled.settled(other) == settled, "what is decided stays"


PLUGIN = """
from dataclasses import dataclass, replace

import numpy as np

from lossviz.projection._linear import Linear
from lossviz.projection.base import Projection


@dataclass(frozen=True)
class First(Projection):
    title, says, cannot, linear = "First", "The first two axes.", "The others.", True

    def _fit(self, epochs, watch):
        dim = epochs[0].shape[1]
        return Linear.of(epochs, np.zeros(dim), np.eye(dim, 2), False, "two axes")
"""


def test_a_projection_added_as_one_new_file_is_there(tmp_path, monkeypatch):
    assert "first" not in projection.available()
    (tmp_path / "projection").mkdir()
    (tmp_path / "projection" / "first.py").write_text(PLUGIN)
    monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path))
    assert "first" in projection.available()
    epochs = sequence(16)
    assert np.array_equal(projection.get("first")().fit_sequence(epochs).positions[2], epochs[2][:, :2])


def test_drawing_imports_no_heavy_library():
    code = (
        "import sys, numpy; from lossviz import projection; x = [numpy.eye(4, 3, dtype='f4')]\n"
        "for name in ('native', 'pca'): projection.get(name)().fit_sequence(x)\n"
        "projection.kept_neighbours(x[0], x[0], 'cosine'); projection.align(x[0], x[0])\n"
        "[projection.get(name).knobs() for name in projection.available()]\n"
        "heavy = ('torch', 'sklearn', 'scipy', 'umap', 'numba', 'pandas')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
