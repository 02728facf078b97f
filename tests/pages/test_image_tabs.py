"""Same or different, the gallery, and why: what these tabs tell is what the embeddings say."""

import io
import re
from html import unescape

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from lossviz import data, inference, runs
from lossviz.inference import Enrolled, Search
from lossviz.jobs.recording import Audience, make_run
from lossviz.metrics.nearest import _by_centroid, _by_neighbours
from lossviz.records import Choice, Config, Settings
from lossviz.ui.images import enrolling, held
from lossviz.ui.images.landing import landings
from lossviz.ui.images.why import painted
from lossviz.ui.images.words import apart, share
from lossviz.ui.pictures import picture_url
from tests.data.test_uploads import _mutated, _seeds
from tests.inference.conftest import prepare_digits_with_pairs
from tests.pages.conftest import PATIENCE

EPOCHS = 12


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """Two runs on seven digits, and one on all ten, of a data set with a verification protocol."""
    place = tmp_path_factory.mktemp("tabs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_DATA", str(place / "data"))
        prepare_digits_with_pairs()
        common = {"device": "cpu", "threads": 1, "probe": 200, "gallery": 200}
        seven = Settings(epochs=EPOCHS, dim=8, unseen_classes=0.3, **common)
        for loss in ("arcface", "triplet"):
            make_run(Config(Choice(loss), Choice("digits"), Choice("convnet"), seven), Audience(), loss, place / "runs")
        ten = Config(Choice("softmax"), Choice("digits"), Choice("mlp"), Settings(epochs=2, dim=3, **common))
        make_run(ten, Audience(), "all", place / "runs")
    return {"LOSSVIZ_RUNS": str(place / "runs"), "LOSSVIZ_DATA": str(place / "data")}


@pytest.fixture(autouse=True)
def at_home(home):
    """The runs of this file."""


def _verify(names):
    from lossviz.runs import find
    from lossviz.ui.images.verification import verification_tab

    verification_tab([find(name) for name in names])


def _gallery(names):
    from lossviz.runs import find
    from lossviz.ui.images.gallery import gallery_tab

    gallery_tab([find(name) for name in names])


def _why(names):
    from lossviz.runs import find
    from lossviz.ui.images import held
    from lossviz.ui.images.ways_in import ways_in
    from lossviz.ui.images.why import why

    ways_in(find(names[0]))
    why([find(name) for name in names], held.chosen())


def opened(tab, names, **state):
    at = AppTest.from_function(tab, default_timeout=PATIENCE, kwargs={"names": names})
    for key, value in state.items():
        at.session_state[key] = value
    return ran(at)


def ran(at):
    at.run()
    assert not at.exception, at.exception
    return at


def file_of(row):
    content = io.BytesIO()
    Image.fromarray(data.open_set("digits").images[row, 0]).save(content, "PNG")
    return content.getvalue()


def give(at, files):
    """The page after files, by name, were dropped."""
    at.file_uploader[0].set_value([(name, content, "image/png") for name, content in files.items()])
    return ran(at)


def rows(at, of):
    """The cells of the table called ``of``, row by row, as text."""
    (body,) = [each.proto.body for each in at.get("html") if f'data-of="{of}"' in each.proto.body]
    found = re.findall(r"<tr>(.*?)</tr>", body.split("<tbody>")[1], re.DOTALL)
    return [
        [unescape(re.sub(r"<br>", " ", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in found
    ]


def plain(cell):
    return re.sub(r"<[^>]*>", "", cell).strip()


def strangers(run):
    """Rows of test images of the classes that ``run`` never saw, by label."""
    digits = data.open_set("digits")
    return {
        label: np.flatnonzero((digits.labels == label) & digits.is_test)
        for label in np.setdiff1d(np.arange(10), run.train_classes).tolist()
    }


def degrees(run, files):
    first, second = inference.embed(run, EPOCHS, data.open_set("digits").images[files]).astype(float)
    return float(np.degrees(np.arccos(first @ second / np.linalg.norm(first) / np.linalg.norm(second))))


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_two_images_are_judged_by_every_run_at_the_threshold_of_its_protocol(verdict):
    images = np.concatenate(list(strangers(runs.find("arcface")).values()))[::4]
    angles = [(degrees(runs.find("arcface"), [images[0], other]), other) for other in images[1:]]
    pair = [images[0], (min(angles) if verdict == "same" else max(angles))[1]]
    at = opened(_verify, ["arcface", "triplet"])
    assert "Two images are compared here" in at.info[0].value
    give(at, {"one.png": file_of(pair[0]), "two.png": file_of(pair[1])})
    told = [[plain(cell) for cell in cells] for cells in rows(at, "verification")]
    assert [cells[0] for cells in told] == ["■ ArcFace (arcface)", "■ Triplet (triplet)"]
    for name, cells in zip(("arcface", "triplet"), told, strict=True):
        run = runs.find(name)
        here = inference.space(run, EPOCHS)
        threshold, apart_by = inference.protocol_threshold(here, "view2"), degrees(run, pair)
        assert cells[1:3] == [apart(apart_by, "deg"), apart(threshold, "deg")]
        assert cells[3] == ("same" if apart_by <= threshold else "different")
        scores = inference.protocol_scores(here, "view2")
        assert cells[4:6] == [share(scores.tar(threshold)), share(scores.far(threshold))]
    assert told[0][3] == verdict
    assert len(at.get("plotly_chart")) == 1 and "pairs of view2" in at.caption[-1].value


def test_a_stricter_far_refuses_what_a_lenient_one_accepts():
    at = opened(_verify, ["triplet"], verify_of="Two of one class")
    thresholds = []
    for rule in ("10 %", "1 %"):
        at.segmented_control(key="verify_threshold").set_value(rule)
        (cells,) = rows(ran(at), "verification")
        thresholds.append(float(plain(cells[2]).rstrip("°")))
        assert float(plain(cells[5]).split()[0]) <= float(rule.split()[0])
    assert thresholds[0] > thresholds[1]


def test_pairs_at_random_are_told_right_or_wrong_and_others_can_be_had():
    at = opened(_verify, ["arcface"], verify_of="Two of different classes")
    distances, verdicts = set(), []
    for _ in range(6):
        (cells,) = rows(at, "verification")
        distances.add(cells[1])
        verdicts.append(re.search(r'class="(right|wrong)">(same|different)', cells[3]).groups())
        at.button(key="verify_another").click()
        ran(at)
    assert len(distances) > 3 and set(verdicts) <= {("right", "different"), ("wrong", "same")}


def test_without_a_protocol_all_pairs_of_test_images_are_the_measure_and_a_run_without_weights_says_so(home, tmp_path):
    at = opened(_verify, ["all"], verify_of="Two of one class")
    assert list(at.segmented_control(key="verify_threshold").options) == ["FAR 10 %", "FAR 1 %", "FAR 0.1 %"]
    assert "pairs of test images" in at.caption[-1].value
    weights = home / "triplet" / "weights"
    weights.rename(tmp_path / "weights")
    try:
        at = opened(_verify, ["all", "triplet"], verify_of="Two of one class")
    finally:
        (tmp_path / "weights").rename(weights)
    assert "has kept no weights yet" in at.error[0].value and len(rows(at, "verification")) == 1


def test_files_of_held_out_images_give_on_the_pages_own_path_what_the_batch_gives():
    """Bytes of a file, decoder, recipe, net, neighbours: image by image, against what the scores are made from."""
    run = runs.find("all")
    evidence, told = run.evidence(2), []
    for row in run.samples["probe"].index:
        (landed,) = landings([run], held.made(file_of(int(row)), "a.png"))
        told.append((landed.landing.prediction, landed.landing.vote))
    batch = np.stack([_by_centroid(evidence.probe, evidence), _by_neighbours(evidence.probe, evidence)], axis=1)
    assert (np.array(told) == batch).mean() >= 0.998
    assert (np.roll(told, 1, axis=0) == batch).mean() < 0.3


def test_mutated_files_land_or_get_a_sentence():
    run, seeds, rng = runs.find("all"), _seeds(), np.random.default_rng(1)
    outcomes = [0, 0]
    for attempt in range(400):
        (landed,) = landings([run], held.made(_mutated(seeds[attempt % len(seeds)], rng), "a.png"))
        assert (landed.landing is None) == bool(landed.problem)
        assert landed.problem.startswith("a.png: ") or landed.pixels.shape == (1, 8, 8)
        outcomes[landed.landing is None] += 1
    assert min(outcomes) > 50


def enrolled(at):
    """Names that the list shows."""
    return [plain(each.proto.body) for each in at.get("html") if "lv-enrolled" in each.proto.body]


def enrol(at):
    """Enrol all images that were given, under their files' names."""
    at.multiselect(key="gallery_images").set_value([each.key for each in at.session_state["own_images"].shelf.images])
    next(each for each in at.button if each.label == "Enrol").click()
    return ran(at)


def test_digits_never_seen_are_enrolled_from_files_and_others_are_found():
    unseen = strangers(runs.find("arcface"))
    at = opened(_gallery, ["arcface", "triplet"])
    assert "Nobody is enrolled yet" in at.info[0].value
    give(
        at,
        {f"digit_{label}_{n}.png": file_of(row) for label, found in unseen.items() for n, row in enumerate(found[:3])},
    )
    assert enrolled(enrol(at)) == [f"digit {label}" for label in unseen]
    assert "All images that you gave are enrolled" in at.info[0].value
    give(
        at,
        {f"new {label} {n}.png": file_of(row) for label, found in unseen.items() for n, row in enumerate(found[3:9])},
    )
    at.segmented_control(key="gallery_search").set_value("Closed set")
    told = rows(ran(at), "identification")
    assert len(told) == 6 * len(unseen)
    images = data.open_set("digits").images
    gallery = Enrolled.nobody(runs.find("arcface"))
    for label, found in unseen.items():
        gallery = gallery.with_class(f"digit {label}", images[found[:3]])
    right = 0
    for run, column in ((runs.find("arcface"), 1), (runs.find("triplet"), 2)):
        found = np.concatenate([each[3:9] for each in unseen.values()])
        expected = Search(inference.space(run, EPOCHS), gallery).identify(inference.embed(run, EPOCHS, images[found]))
        names = [re.search(r"<b[^>]*>(.*?)</b>", cells[column]).group(1) for cells in told]
        assert names == [expected.name(at_row) for at_row in range(len(found))]
        right += sum(name.split()[1] == plain(cells[0]).split()[1] for name, cells in zip(names, told, strict=True))
    assert right / (2 * len(told)) > 0.7, "chance is a third"


def test_a_gallery_is_undone_thinned_saved_and_loaded():
    at = opened(_gallery, ["arcface"])
    at.button(key="try_enrol").click()
    names = enrolled(ran(at))
    assert len(names) == 3
    at.button(key="gallery_remove_1").click()
    assert enrolled(ran(at)) == [names[0], names[2]]
    kept = at.session_state[enrolling.PAST][-1].dump()
    at.button(key="gallery_empty").click()
    assert enrolled(ran(at)) == []
    for left in ([names[0], names[2]], names, []):
        at.button(key="gallery_undo").click()
        assert enrolled(ran(at)) == left
    at.file_uploader(key="gallery_file").set_value(("mine.safetensors", kept, "application/octet-stream"))
    assert enrolled(ran(at)) == [names[0], names[2]]
    at.file_uploader(key="gallery_file").set_value(("mine.safetensors", b"no gallery", "application/octet-stream"))
    assert enrolled(ran(at)) == [names[0], names[2]]
    assert "no file of an enrolled gallery" in at.error[0].value


def test_a_gallery_for_other_images_is_not_searched():
    other = Enrolled("mnist", ("7",), np.zeros((1, 1, 28, 28), np.uint8), np.zeros(1, np.int64))
    at = opened(_gallery, ["arcface"], **{enrolling.PAST: [other]})
    assert "images as mnist has them" in at.warning[0].value and enrolled(at) == []
    give(at, {"one.png": file_of(0)})
    assert "the gallery holds images of mnist" in enrol(at).error[0].value


def test_the_try_counts_what_the_runs_say_of_classes_they_never_saw():
    at = opened(_gallery, ["arcface", "triplet"])
    at.number_input(key="try_ways_3").set_value(2)
    at.number_input(key="try_shots").set_value(3)
    table = ran(at).table[0].value
    run = runs.find("triplet")
    there = inference.unseen(run)
    found = inference.draw(there, there.classes(more_than=3), 2, 3, 0, 5)
    search = Search(inference.space(run, EPOCHS), found.gallery)
    expected = inference.rates(search, inference.embed(run, EPOCHS, found.queries), found.truth, search.threshold(0.05))
    told = table[table.iloc[:, 0] == "Triplet (triplet)"].iloc[0].tolist()
    assert told[1:] == [share(expected.closed), share(expected.found), share(expected.taken)]
    assert expected.closed > 0.6
    assert [plain(cells[0]) for cells in rows(at, "trial")] == [*found.gallery.names, "strangers"]
    at.button(key="try_another").click()
    other = inference.draw(there, there.classes(more_than=3), 2, 3, 1, 5)
    assert [plain(cells[0]) for cells in rows(ran(at), "trial")] == [*other.gallery.names, "strangers"]


def test_runs_that_saw_every_class_say_how_to_train_one_that_did_not():
    at = opened(_gallery, ["all"])
    assert "This run was trained on every class of digits" in at.info[-1].value
    assert at.code[0].value == "python -m lossviz train --dataset digits --unseen-classes 0.3"


def test_without_the_images_of_the_set_it_is_told_how_to_have_them(monkeypatch, tmp_path):
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path))
    at = opened(_gallery, ["arcface"])
    assert "which are not on this machine" in at.info[-1].value and not at.error
    assert at.code[0].value == "python -m lossviz data fetch digits"


def test_why_is_drawn_once_it_is_opened_and_towards_any_class():
    digits, run = data.open_set("digits"), runs.find("arcface")
    row = int(np.flatnonzero(digits.is_test & (digits.labels == run.train_classes[0]))[0])
    at = AppTest.from_function(_why, default_timeout=PATIENCE, kwargs={"names": ["arcface", "triplet"]})
    give(ran(at), {"one.png": file_of(row)})
    assert not at.selectbox and "covered" not in said(at), "nothing is computed before"
    at.session_state["why"] = True
    assert said(ran(at)).count('title="arcface: covered, towards ') == 1, "it is now"
    here = inference.space(run, EPOCHS)
    for name in at.selectbox(key="why_towards").options[1:3]:
        at.selectbox(key="why_towards").set_value(name)
        ran(at)
        label = run.class_names.index(name)
        covered = inference.occlusion(here, digits.images[row], label)
        before, after = inference.pushed(here, digits.images[row], label, covered)
        told = next(each.value for each in at.caption if "to the centre" in each.value)
        assert re.findall(r"[\d.]+°", told) == [apart(before, "deg"), apart(after, "deg")]
        assert picture_url(painted(digits.images[row], covered)) in said(at)


def test_a_map_is_painted_where_it_is_and_in_the_colour_of_its_sign():
    pixels, found = np.full((1, 2, 2), 100, np.uint8), np.array([[1.0, -1.0], [0.0, 0.5]])
    made = painted(pixels, found).astype(int)
    grey = made[:, 1, 0]
    assert np.ptp(grey) == 0
    assert made[0, 0, 0] - made[2, 0, 0] > 100 > 100 - made[0, 0, 1] and made[2, 0, 1] - made[0, 0, 1] > 100
    assert 0 < made[0, 1, 1] - made[2, 1, 1] < made[0, 0, 0] - made[2, 0, 0]
    assert np.ptp(painted(pixels, np.zeros((2, 2)))) == 0


def said(at):
    return "".join(each.proto.body for each in at.get("html"))
