"""Images of a run's own data set to try it with: drawn is what was never seen, and rates are what is counted."""

from dataclasses import replace

import numpy as np
import pytest

from lossviz import data, inference
from lossviz.data.digits import Digits
from lossviz.errors import DataError, RunError
from lossviz.inference import Search
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice, Config, Settings
from tests.inference.conftest import images_of, prepare_digits_with_pairs


@pytest.fixture(scope="module")
def protocol_run(tmp_path_factory):
    """A run on digits with a protocol of pairs, and the folder of its data."""
    place = tmp_path_factory.mktemp("protocol")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_DATA", str(place / "data"))
        prepare_digits_with_pairs()
        settings = Settings(epochs=1, unseen_classes=0.5, probe=60, gallery=60, device="cpu", threads=1)
        run = make_run(Config(Choice("softmax"), Choice("digits"), Choice("mlp"), settings), Audience(), "p", place)
    return run, place / "data"


def test_the_classes_never_seen_are_told_with_all_their_images(unseen_run, digits_run):
    there = inference.unseen(unseen_run)
    assert sorted(there.rows) == sorted(set("0123456789") - {str(label) for label in unseen_run.train_classes})
    for name, rows in there.rows.items():
        assert (data.open_set("digits").labels[rows] == int(name)).all() and len(rows) > 150
    assert there.classes(more_than=10) == list(there.rows) and there.classes(more_than=500) == []
    assert not inference.unseen(digits_run).rows, "it was trained on all"


def test_a_class_that_the_knobs_leave_out_was_never_seen_either(digits_run, monkeypatch):
    monkeypatch.setattr(type(digits_run), "train_classes", np.arange(7))
    monkeypatch.setattr(
        Digits, "select", lambda self, images: replace(images, labels=np.where(images.labels > 8, -1, images.labels))
    )
    assert (data.open_prepared("digits").labels == -1).any()
    assert list(inference.unseen(digits_run).rows) == ["7", "8", "9"]


def test_without_the_data_set_that_is_said(digits_run, tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path))
    for ask in (inference.unseen, lambda run: inference.draw_pair(run, True, 0)):
        with pytest.raises(RunError, match="the data set 'digits' is not prepared"):
            ask(digits_run)
    monkeypatch.setitem(digits_run.header["config"]["data"], "knobs", {"gone": 1})
    assert inference.whole_set(digits_run) is None


def test_a_draw_enrols_some_and_looks_for_others(unseen_run):
    there = inference.unseen(unseen_run)
    found = inference.draw(there, there.classes(), 2, 3, seed=5, each=20)
    gallery = found.gallery
    assert (len(gallery.names), gallery.shots, len(gallery.images)) == (2, 3, 6)
    assert np.bincount(found.truth + 1).tolist() == [20, 20, 20] and len(found.queries) == len(found.names) == 60
    for name, truth in zip(found.names, found.truth, strict=True):
        assert (gallery.names[truth] if truth >= 0 else name) == name
        assert (name in gallery.names) == (truth >= 0)
    enrolled = {image.tobytes() for image in gallery.images}
    assert not enrolled & {image.tobytes() for image in found.queries}
    again, other = (inference.draw(there, there.classes(), 2, 3, seed=seed, each=20) for seed in (5, 6))
    assert np.array_equal(again.queries, found.queries) and not np.array_equal(other.queries, found.queries)
    assert (inference.draw(there, there.classes(), 3, 1, seed=0).truth >= 0).all(), "no class is left for strangers"
    for ways in (0, 4):
        with pytest.raises(DataError, match=f"{ways} classes cannot be enrolled where 3"):
            inference.draw(there, there.classes(), ways, 3, seed=0)


def test_rates_are_counted(unseen_run):
    there, here = inference.unseen(unseen_run), inference.space(unseen_run, 12)
    found = inference.draw(there, there.classes(), 2, 3, seed=0, each=40)
    search, embeddings = Search(here, found.gallery), inference.embed(unseen_run, 12, found.queries)
    threshold = search.threshold(0.1)
    told = inference.rates(search, embeddings, found.truth, threshold)
    closed, opened = search.identify(embeddings), search.identify(embeddings, threshold)
    names = np.array(found.names)
    member = np.isin(names, found.gallery.names)
    assert told.closed == np.mean([closed.name(at) == names[at] for at in np.flatnonzero(member)]) > 0.8
    assert told.found == np.mean([opened.name(at) == names[at] for at in np.flatnonzero(member)])
    assert told.taken == np.mean([opened.name(at) != "unknown" for at in np.flatnonzero(~member)]) < told.found
    swapped = np.where(found.truth >= 0, 1 - found.truth, -1)
    assert inference.rates(search, embeddings, swapped, threshold).closed < 0.2
    without = inference.rates(search, embeddings, found.truth, None)
    assert (without.closed, without.found, without.taken) == (told.closed, None, None)
    assert inference.rates(search, embeddings[member], found.truth[member], threshold).taken is None


@pytest.mark.parametrize("same", [True, False])
def test_a_pair_without_a_protocol_is_of_two_probes(digits_run, same):
    probes = {image.tobytes(): label for image, label in zip(
        images_of(digits_run.samples["probe"].index), digits_run.samples["probe"].labels, strict=True
    )}  # fmt: skip
    pairs = [inference.draw_pair(digits_run, same, seed) for seed in range(20)]
    for pair in pairs:
        assert pair.images.shape == (2, 1, 8, 8) and pair.same is same and (pair.names[0] == pair.names[1]) is same
        assert pair.images[0].tobytes() != pair.images[1].tobytes()
        assert [str(probes[image.tobytes()]) for image in pair.images] == list(pair.names)
    assert len({pair.images.tobytes() for pair in pairs}) > 15


@pytest.mark.parametrize("same", [True, False])
def test_a_pair_of_a_protocol_is_of_classes_that_were_not_trained_on(protocol_run, same, monkeypatch):
    run, home = protocol_run
    monkeypatch.setenv("LOSSVIZ_DATA", str(home))
    images = data.open_set("digits")
    listed = {images.images[row].tobytes() for row in run.samples["pairs"].index}
    trained = {str(label) for label in run.train_classes}
    drawn = [inference.draw_pair(run, same, seed) for seed in range(20)]
    assert len({pair.images.tobytes() for pair in drawn}) > 5
    for pair in drawn:
        assert (pair.names[0] == pair.names[1]) is same and not trained & set(pair.names)
        assert {image.tobytes() for image in pair.images} <= listed
