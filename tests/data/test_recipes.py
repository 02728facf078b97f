"""A picture from outside is prepared as the set's own were, and what looks unlike them is said."""

import numpy as np
import pytest
from PIL import Image

from lossviz import data
from lossviz.data import Seen, Touch, doubts, recipe, to_array
from lossviz.data._recipes import Counted, Fit, Ink, Window
from lossviz.data._strokes import light_ground
from tests.data.conftest import noise, real_data

__all__ = ["real_data"]

MNIST = Ink((1, 28, 28))


def on_page(pixels: np.ndarray, seed: int = 0, light: bool = True, scale: int = 8) -> Image.Image:
    """A light stroke picture as a large drawing somewhere on a page, dark on light unless told otherwise."""
    rng, side = np.random.default_rng(seed), len(pixels) * scale
    page = Image.new("L", (2 * side, side + 90), 0)
    drawing = Image.fromarray(pixels).resize((side, side), Image.Resampling.BOX)
    page.paste(drawing, (int(rng.integers(0, side)), int(rng.integers(0, 90))))
    return Image.fromarray(255 - np.asarray(page)) if light else page


def seven() -> np.ndarray:
    """A seven of MNIST's kind: 20 pixels high, in the middle by its mass."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:7, 7:21] = 255
    for row in range(7, 24):
        pixels[row, 19 - row // 2 : 22 - row // 2] = 255
    return MNIST.prepare(Image.fromarray(pixels).resize((280, 280)))[0]


def centre_of_mass(images: np.ndarray) -> np.ndarray:
    """Row and column (N, 2) of images (N, H, W), pixels counted from 0."""
    mass, places = images.sum(axis=(1, 2)), np.arange(images.shape[1])
    return np.stack([images.sum(axis=2) @ places / mass, images.sum(axis=1) @ places / mass], axis=1)


def test_a_drawing_is_fitted_and_centred_by_its_mass_whatever_its_size_place_and_polarity():
    plain = seven()
    rows, columns = np.nonzero(plain)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert np.abs(centre_of_mass(plain[None].astype(float)) - 14).max() <= 0.5
    for seed, light, scale in ((1, True, 8), (2, False, 8), (3, True, 3), (4, False, 20)):
        made = MNIST.prepare(on_page(plain, seed, light, scale))[0]
        assert np.abs(made.astype(int) - plain).mean() < 6, (seed, light, scale)
    squeezed = to_array(on_page(plain, 1), 28, 1, invert=True)[0]
    assert np.abs(squeezed.astype(int) - plain).mean() > 20, "only resizing it is another picture"


def test_shadow_and_noise_of_a_photograph_are_taken_away_and_specks_left_out():
    plain, rng = seven(), np.random.default_rng(0)
    page = np.asarray(on_page(plain, 3), float) * 0.45 + 60 + rng.normal(0, 3, on_page(plain, 3).size[::-1])
    page[2:5, 2:5] = 60
    made = MNIST.prepare(Image.fromarray(page.clip(0, 255).astype(np.uint8)))[0]
    shifted = [np.abs(np.roll(made, down, 0).astype(int) - plain).mean() for down in (-1, 0, 1)]
    assert min(shifted) < 3, "noise may turn the rounding of its middle"
    assert made.max() == 255


def test_what_is_one_of_the_sets_images_already_stays_as_it_is():
    odd = np.zeros((28, 28), np.uint8)
    odd[1:9, 1:4] = 77
    assert np.array_equal(MNIST.prepare(Image.fromarray(odd))[0], odd)
    assert not np.array_equal(MNIST.prepare(Image.fromarray(255 - odd))[0], odd), "a light one is a drawing"
    assert not np.array_equal(MNIST.prepare(Image.fromarray(odd), Touch(centre=True))[0], odd)


def test_the_controls_do_what_they_say():
    plain = seven()
    page = on_page(plain, 1)
    assert light_ground(np.asarray(page)) and not light_ground(plain)
    inverted = MNIST.prepare(page, Touch(invert=False))[0]
    assert np.abs(inverted.astype(int) - MNIST.prepare(page)[0]).mean() > 10
    whole = MNIST.prepare(page, Touch(centre=False))[0]
    assert (whole > 60).sum() < (plain > 60).sum() / 2, "the page, with a small seven on it"
    assert MNIST.prepare(page, Touch(contrast=0.5))[0].max() == 128
    halves = np.zeros((40, 80, 3), np.uint8)
    halves[:, 40:] = 200
    fit = Fit((3, 8, 8))
    for across, level in ((-1.0, 0), (1.0, 200)):
        assert (fit.prepare(Image.fromarray(halves), Touch(zoom=2.0, across=across)) == level).all()
    assert (fit.prepare(Image.fromarray(halves), Touch(zoom=2.0, across=1.0, invert=True)) == 55).all()
    spot = Image.new("L", (90, 60), 250)
    spot.paste(10, (70, 5, 80, 15))
    found = Fit((1, 26, 26)).prepare(spot, Touch(centre=True))[0]
    assert found[13, 13] == 10 and found[0, 0] == 250 and Fit((1, 26, 26)).prepare(spot)[0, 13, 13] == 250


@pytest.mark.parametrize("made", [MNIST, Counted((1, 8, 8)), Ink((1, 28, 28), box=28, by_mass=False, levels=False)])
@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 300), (3, 3), (500, 500)])
def test_any_size_and_any_blank_picture_gives_an_image(made, size):
    for level in (0, 128, 255):
        assert not made.prepare(Image.new("RGB", size, (level,) * 3)).any()
    assert made.prepare(noise(0, *size)).shape == made.shape
    assert Window((3, 64, 64), part=0.5).prepare(noise(0, *size), Touch(zoom=20.0)).shape == (3, 64, 64)


def test_a_folders_pictures_are_prepared_as_they_were_read(class_folder, data_home):
    folder = class_folder("train", {"cat": 5, "dog": 4})
    options = data.FolderOptions(size=16, fit="pad", invert=True)
    data.register_folder("pets", folder, options=options)
    images, (made, said) = data.open_set("pets"), recipe("pets", (3, 16, 16))
    assert not said and made.near == 64
    ours = {
        made.prepare(data.take(path.read_bytes(), path.name, made.near).image).tobytes()
        for path in folder.rglob("*.png")
    }
    assert ours == {image.tobytes() for image in images.images}
    assert "assumed" in recipe("gone", (3, 16, 16))[1]


def test_every_known_set_has_a_recipe_of_its_shape():
    for name in data.registry.available():
        made, said = recipe(name, data.get(name).shape[1:])
        assert not said and made.prepare(noise(1, 90, 70)).shape == data.get(name).shape[1:]


SEEN = Seen("MNIST", (0.13,), (0.31,), np.random.default_rng(0).normal(33, 10, 500))
COLOURED = Seen("LFW", (0.55, 0.43, 0.36), (0.25, 0.21, 0.2))


def said(image, made, seen, touch=data.UNTOUCHED):
    return " ".join(doubts(image, made.prepare(image, touch), made, seen))


def test_what_is_unlike_the_set_is_said_and_nothing_else():
    page = on_page(seven(), 1)
    assert said(page, MNIST, SEEN) == ""
    assert "switch invert" in said(page, MNIST, SEEN, Touch(invert=False))
    characters = Fit((1, 28, 28), dark=True, invert=True)
    assert "inverted" in said(on_page(seven(), 1, light=False), characters, SEEN)
    assert "inverted" not in said(page, characters, SEEN)
    assert "blank" in said(Image.new("L", (50, 50), 255), MNIST, SEEN)
    assert "lighter" in said(Image.fromarray(np.pad(np.full((26, 26), 255, np.uint8), 1)), MNIST, SEEN)
    red = Image.new("RGB", (200, 200), (255, 255, 255))
    red.paste((200, 0, 0), (60, 60, 140, 90))
    assert "colours are left out" in said(red, MNIST, SEEN)
    face, square = Window((3, 64, 64), part=0.512), noise(0, 250, 250)
    assert said(square, face, COLOURED) == ""
    assert "no face is looked for" in said(noise(0, 300, 260), face, COLOURED)
    assert "sees squares" in said(noise(0, 500, 200), face, COLOURED)
    assert "It is grey" in said(noise(0, 250, 250, "L"), face, COLOURED)
    assert "enlarged" in said(noise(0, 20, 20), face, COLOURED)


def test_mnist_is_what_the_recipe_makes(real_data):
    real_data("MNIST")
    images = data.open_set("mnist")
    originals = images.images[images.is_test][:400, 0]
    assert np.abs(centre_of_mass(originals.astype(float)) - 14).max() < 0.52
    inked = originals > 0
    longest = np.maximum(np.ptp(np.where(inked.any(2), np.arange(28), 14), axis=1), 0) + 1
    assert longest.max() <= 20
    made = np.stack([MNIST.prepare(on_page(each, seed))[0] for seed, each in enumerate(originals)])
    assert np.abs(made.astype(int) - originals).mean() < 4, "drawn large and dark on a page, it comes back"
    assert abs(made.mean() - originals.mean()) < 1
    assert np.abs(centre_of_mass(made.astype(float)) - 14).max() < 0.52
    other = Ink((1, 28, 28), box=28, by_mass=False)
    wrong = np.stack([other.prepare(on_page(each, seed))[0] for seed, each in enumerate(originals)])
    assert np.abs(wrong.astype(int) - originals).mean() > 25
