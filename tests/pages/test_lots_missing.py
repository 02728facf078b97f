"""Your image on a machine that has no images of the chosen runs: digits are a click away, and what to fetch is said."""

import json
import shutil

import pytest

from lossviz import runs
from lossviz.ui.images import held, samples
from lossviz.ui.images.in_view import VIEW

SHIPPED = ("digits-softmax", "digits-arcface")


@pytest.fixture
def fresh(home, runs_home, monkeypatch):
    """A run of MNIST without its images, and two runs of digits that have theirs, as on a fresh checkout."""
    monkeypatch.setenv("LOSSVIZ_RUNS", str(runs_home))
    for name in (*SHIPPED, "mine"):
        shutil.copytree(home / "arcface", runs_home / name)
        header = json.loads((runs_home / name / "run.json").read_text())
        header["id"] = name
        if name == "mine":
            header["config"]["data"] = {"name": "mnist", "knobs": {}}
            (runs_home / name / "thumbnails.png").unlink(missing_ok=True)
        (runs_home / name / "run.json").write_text(json.dumps(header))
    samples._lots.cache_clear()
    yield runs_home
    samples._lots.cache_clear()


def ordered(view, at):
    return at.session_state[f"{view}_order"]


def captions(at):
    return " ".join(each.value for each in at.caption)


def keys(at):
    return {each.key for each in at.button}


def test_digits_are_one_click_away(fresh, image):
    at = image(runs=["mine"])
    assert "image_lot_0" not in keys(at), "a button that could only refuse"
    assert "The test images of mnist are not on this machine" in captions(at)
    assert "`python -m lossviz data fetch mnist` fetches them, 12 MB" in captions(at)
    at.button(key="image_lot_digits").click().run()
    assert not at.exception and not at.error
    assert at.multiselect(key="runs").value == list(SHIPPED)
    assert "image_lot_0" in keys(at) and "image_lot_digits" not in keys(at)
    assert "not on this machine" not in captions(at)
    (one,) = at.session_state[held.KEY].shelf.images
    assert one.name.startswith("digits ")
    assert ordered(VIEW, at).epoch == runs.find(SHIPPED[0]).epochs()[-1], "the view goes where the image stands"


def test_without_shipped_runs_of_digits_only_what_to_fetch_is_said(fresh, image):
    for name in SHIPPED:
        shutil.rmtree(fresh / name)
    at = image(runs=["mine"])
    assert not {key for key in keys(at) if str(key).startswith(("image_lot", "image_test"))}
    assert "data fetch mnist" in captions(at)


def test_where_the_images_are_there_nothing_is_said(fresh, image):
    at = image(runs=[SHIPPED[0]])
    assert "image_lot_0" in keys(at) and "not on this machine" not in captions(at)


def test_a_folder_of_ones_own_is_added_again(fresh):
    header = json.loads((fresh / "mine" / "run.json").read_text())
    header["config"]["data"]["name"] = "holiday"
    (fresh / "mine" / "run.json").write_text(json.dumps(header))
    assert samples.how_to_have(runs.find("mine")).endswith("`python -m lossviz data add holiday FOLDER`.")
