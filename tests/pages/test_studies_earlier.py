"""What the page shows for a study that runs an earlier one again: numbers, reasons, its figure, its animation."""

import re
import shutil
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from lossviz import metrics, runs
from lossviz.projection.tsne import Tsne
from lossviz.runs.drawings import writing
from lossviz.studies import shipped
from lossviz.studies.published import STUDY_2023
from lossviz.studies.published_table import VERIFICATION
from lossviz.ui.drawings import processes
from lossviz.ui.studies import picture_spots
from lossviz.view import Channel, Panel
from tests.jobs.test_processes import until
from tests.pages.conftest import PATIENCE
from tests.pages.earlier_made import DRAWN, RAN, make_2023, make_vgg8, results, tiny
from tests.view.test_payload import unpack

PAGE = str(Path(__file__).parent / "earlier_harness.py")


@pytest.fixture(scope="session")
def earlier_home(tmp_path_factory):
    """A folder of runs with what is made of both studies; made once for all workers."""
    place = tmp_path_factory.getbasetemp().parent / "earlier"
    with FileLock(f"{place}.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_RUNS", str(place / "runs"))
        patch.setenv("LOSSVIZ_DATA", str(place / "data"))
        if not (place / "done").exists():
            (place / "runs").mkdir(parents=True)
            make_2023(place / "runs")
            make_vgg8(place / "runs")
            (place / "done").touch()
    return place


@pytest.fixture
def here(earlier_home, monkeypatch, tmp_path):
    """Those runs, without the images that they were made from."""
    monkeypatch.setenv("LOSSVIZ_RUNS", str(earlier_home / "runs"))
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "no-data"))
    st.cache_resource.clear()
    return {(each.training.cell.contender, each.training.cell.ground): each for each in finals() if each.id}


def finals():
    return [each for name in ("study-2023",) for each in results(name).outcomes]


def opened(study, **parameters):
    at = AppTest.from_file(PAGE, default_timeout=PATIENCE)
    for name, value in {"study": study, **parameters}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def html(at):
    return "\n".join(each.proto.body for each in at.get("html"))


def words(text):
    return " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())


def lines(at):
    """Lines of the table by data and loss: the HTML of the line, and the titles of the reasons below it."""
    found = {}
    for data, block in re.findall(r'<div class="le-data"><b>(.*?)</b>(.*?)(?=<div class="le-data">|$)', html(at), re.S):
        for summary, below in re.findall(r"<details><summary.*?>(.*?)</summary>(.*?)</details>", block, re.S):
            name = words(re.search(r'le-name">(.*?)</div>', summary).group(1))
            found[data, name] = (summary, re.findall(r"<h4>(.*?)</h4>", below))
    return found


def views(at):
    """Header and reader of each view on the page."""
    return [unpack(each.proto.bytes) for each in at.get("bidi_component") if each.proto.bytes]


def percent(value):
    return f"{100 * value:.2f} %"


# --- the numbers


def test_what_was_published_stands_beside_what_the_runs_here_score(here):
    shown = lines(opened("study-2023"))
    assert len(shown) == 12, "nine published, and the contrastive loss on three data sets"
    for number in STUDY_2023.numbers:
        summary, _ = shown[number.data, number.title]
        assert percent(number.accuracy) in words(summary) and f"{number.loss:,.4f}" in words(summary)
    arcface, again = shown["MNIST", "ArcFace"][0], here["arcface-published", "mnist-published"]
    right = here["arcface", "mnist"]
    for value in (again.scores["head_accuracy"], again.scores["knn_accuracy"], right.scores["knn_accuracy"]):
        assert percent(value) in words(arcface)
    evidence = runs.find(here["triplet-published", "mnist-published"].id).evidence(2)
    argmax = metrics.argmax_of_embedding(evidence.probe, evidence.probe_labels)
    assert percent(argmax) in words(shown["MNIST", "Triplet"][0])
    assert words(shown["LFW", "ArcFace"][0]).count("not run") == 4, "nothing is made up for what was not run"


def test_published_numbers_that_are_not_what_they_were_called_are_struck_out_and_no_others(here):
    shown = lines(opened("study-2023"))
    struck = {key: re.findall(r"<s>([^<]*)</s>", summary) for key, (summary, _) in shown.items()}
    assert {key for key, found in struck.items() if not found} == {
        *(("MNIST", "ArcFace"), ("CIFAR-10", "ArcFace")),
        *((data, "Contrastive") for data in ("MNIST", "CIFAR-10", "LFW")),
    }
    assert struck["LFW", "ArcFace"] == ["48.41 %", "32.8566"], "of images that were trained on"
    assert struck["MNIST", "Triplet"] == ["20.03 %", "0.0500"] and struck["MNIST", '"CosFace"'][0] == "99.35 %"


def test_every_share_that_is_known_has_its_mark_on_the_scale(here):
    shown = lines(opened("study-2023"))

    def marks(data, loss):
        found = re.findall(r'le-mark (\w+)" style="left:([\d.]+)%', shown[data, loss][0])
        return {kind: float(place) / 100 for kind, place in found}

    again, right = here["arcface-published", "mnist-published"].scores, here["arcface", "mnist"].scores
    wanted = {"published": 0.9939, "again": again["head_accuracy"], "nearest": again["knn_accuracy"]}
    assert marks("MNIST", "ArcFace") == pytest.approx({**wanted, "corrected": right["knn_accuracy"]}, abs=1e-4)
    assert marks("LFW", "ArcFace") == {"published": 0.4841} and marks("LFW", "Contrastive") == {}


def test_a_line_opens_on_the_differences_that_touch_it_and_on_no_others(here):
    shown = lines(opened("study-2023"))
    for number in STUDY_2023.numbers:
        touching = [each.title for each in STUDY_2023.explanations if (number.contender, number.ground) in each.touches]
        told = [unescape(title) for title in shown[number.data, number.title][1]]
        assert told == touching
    assert 0 < len(shown["MNIST", "ArcFace"][1]) < len(shown["LFW", '"CosFace"'][1]) < len(STUDY_2023.explanations)
    assert shown["MNIST", "Contrastive"][1] == []


def test_below_the_table_all_differences_are_told_with_what_is_done_instead(here):
    told = words(html(opened("study-2023")))
    for each in STUDY_2023.explanations:
        assert each.instead in told and each.done in told


def test_another_score_replaces_the_one_that_decides_where_it_was_measured(here):
    right = here["arcface", "mnist"].scores
    told = words(lines(opened("study-2023", score="recall_at_1"))["MNIST", "ArcFace"][0])
    assert f"{percent(right['recall_at_1'])} Recall@1" in told and "kNN (k = 5)" not in told
    assert words(lines(opened("study-2023"))["MNIST", "ArcFace"][0]).count("kNN (k = 5)") == 1


def test_what_was_not_run_is_told_with_the_command_that_runs_it(here):
    at = opened("study-2023")
    assert [each.value for each in at.code] == ["python -m lossviz study study-2023"]
    said = " ".join(each.value for each in at.caption)
    assert f"{len(RAN)} of 21 trainings are finished" in said and "200 images" in said
    finished = opened("vgg8")
    assert not finished.code and "4 of 4 trainings are finished" in " ".join(each.value for each in finished.caption)


def test_where_nothing_was_printed_there_is_no_column_for_it(here):
    at = opened("vgg8")
    shown = lines(at)
    assert set(shown) == {("MNIST", "Softmax"), ("MNIST", "ArcFace")}
    assert "le-published" not in "".join(summary for summary, _ in shown.values())
    assert "le-published" in lines(opened("study-2023"))["MNIST", "ArcFace"][0]


def test_a_study_of_parts_says_of_what_parts_and_names_the_whole(here):
    at = opened("study-2023-small")
    told = words(html(at))
    again, right = (tiny("study-2023-small").ground(key).title for key in ("mnist-published", "mnist"))
    assert f"as published: {again} corrected: {right}" in told and len({again, right, "MNIST"}) == 3
    assert ("CIFAR-10", "Contrastive") in lines(at), "a copy of a data set stands with the data set"
    assert [each.value for each in at.code] == [
        "python -m lossviz study study-2023-small",
        "python -m lossviz study study-2023",
    ]
    links = " ".join(each.value for each in at.markdown)
    assert "studies?study=study-2023&part=earlier" in links and "study=study-2023-small" not in links
    whole = " ".join(each.value for each in opened("study-2023").markdown)
    assert "studies?study=study-2023-small&part=earlier" in whole


# --- the figure


def test_the_figure_has_the_kept_drawings_and_says_of_the_other_places_why_they_are_empty(here):
    at = opened("study-2023")
    ((header, array),) = views(at)
    assert header["parameter"] == "view-mnist-published"
    assert [panel["title"] for panel in header["panels"]] == ["ArcFace", "Triplet"]
    for panel, key in zip(header["panels"], DRAWN, strict=True):
        run = runs.find(here[key].id)
        method = Tsne(components=3).settled(runs.subject_of(run))
        arrays, _ = runs.drawing_of(run, method).read()
        assert (panel["epochs"], panel["count"], panel["axes"]) == ([2], 120, 3)
        drawn = array(panel["positions"]).reshape(3, 120).T * panel["scale"] / 32767
        assert np.allclose(drawn, arrays["positions"][-1], atol=panel["scale"] / 30000)
        assert not np.allclose(drawn, arrays["positions"][0], atol=panel["scale"] / 30)
        trust = arrays["trustworthiness"][-1].mean()
        assert f"trust {trust:.2f}" in words(html(at))
    empties = re.findall(r'<div class="le-empty"><b>(.*?)</b><span>(.*?)</span>', html(at))
    assert empties[0] == ("CosFace with 28.6 off the cosine", "not drawn yet")
    assert empties[1] == ("ArcFace", "not drawn yet")
    assert [why for _, why in empties[2:]] == ["not run"] * 5


def test_the_button_has_those_drawn_whose_runs_are_here_and_no_others(here, monkeypatch):
    asked = []
    monkeypatch.setattr("lossviz.jobs.drawing.start", lambda processes, drawing: asked.append(drawing.run.id))
    at = opened("study-2023")
    assert not asked, "nothing is drawn before somebody asks"
    at.button(key="study_pictures_draw").click().run()
    left = [key for key in RAN if key not in DRAWN and key[0].endswith("-published")]
    assert asked == [here[key].id for key in left]


@pytest.fixture
def own(here, earlier_home, runs_home, monkeypatch):
    """A copy of those runs, to draw in."""
    shutil.rmtree(runs_home)
    shutil.copytree(earlier_home / "runs", runs_home)
    monkeypatch.setenv("LOSSVIZ_RUNS", str(runs_home))
    st.cache_resource.clear()
    yield here
    processes().close()


def test_what_is_asked_for_is_watched_while_it_comes_and_then_there(own):
    at = opened("study-2023")
    assert sum(len(header["panels"]) for header, _ in views(at)) == len(DRAWN)
    at.button(key="study_pictures_draw").click().run()
    wanted = [key for key in RAN if key[0].endswith("-published")]

    def finished():
        assert not at.run().exception
        return not at.get("progress") and sum(len(header["panels"]) for header, _ in views(at)) == len(wanted)

    assert until(finished), html(at)
    assert [header["parameter"] for header, _ in views(at)] == ["view-mnist-published", "view-cifar10-published"]
    assert "study_pictures_draw" not in [each.key for each in at.button]
    assert "not drawn yet" not in html(at)


def test_a_picture_on_its_way_has_its_sketch_and_can_be_stopped_and_one_whose_process_ended_says_so(own):
    run = runs.find(own["cosface-published", "mnist-published"].id)
    drawing = runs.drawing_of(run, Tsne(components=3).settled(runs.subject_of(run)))
    places = np.random.default_rng(0).normal(size=(120, 3)).astype(np.float32)
    with writing(drawing) as writer:
        writer.tell("running", 0.5, "drawing epoch number 3")
        writer.sketch(2, places)
        at = opened("study-2023")
        assert "drawing epoch number 3" in at.get("progress")[0].proto.text
        assert "study_pictures_stop" in [each.key for each in at.button]
        ((header, array),) = views(at)
        panel = header["panels"][1]
        assert panel["title"] == "CosFace with 28.6 off the cosine" and panel["epochs"] == [2]
        drawn = array(panel["positions"]).reshape(3, 120).T * panel["scale"] / 32767
        assert np.allclose(drawn, places, atol=5e-3)
        assert "being drawn" in words(html(at))
    at.run()
    assert "study_pictures_stop" not in [each.key for each in at.button]
    assert "stopped: its process ended without a word" in words(html(at)) and at.button(key="study_pictures_draw")


def test_the_other_protocol_is_one_click_away_and_in_the_address(here):
    at = opened("study-2023", protocol="corrected")
    assert not views(at)
    empties = re.findall(r'<div class="le-empty"><b>(.*?)</b><span>(.*?)</span>', html(at))
    assert len(empties) == 12 and ("Contrastive", "not run") in empties
    at.button_group(key="studies pictures protocol").set_value("published").run()
    assert len(views(at)) == 1


def test_a_shipped_picture_stands_in_for_a_run_that_is_elsewhere(here, runs_home, monkeypatch):
    """The numbers and a picture came with the program, the run did not."""
    outcome = here["arcface", "mnist"]
    monkeypatch.setenv("LOSSVIZ_RUNS", str(runs_home))
    assert lines(opened("study-2023"))["MNIST", "ArcFace"][0].count("not run") == 4
    places = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    labels, names = np.arange(40) % 4, ("a", "b", "c", "d")
    picture = shipped.Picture(
        outcome.id, places, labels, np.arange(40), names, "t-SNE", 2, {"trustworthiness": 0.9, "kept": 0.5}, 120
    )
    fields = {name: getattr(outcome, name) for name in ("id", "scores", "measures", "start", "probes", "notes")}
    kept = shipped.Kept(**fields, seconds=1.0, environment={})
    shipped.checkpoints_dir().mkdir(exist_ok=True)
    shipped.write("study-2023", {outcome.id: kept}, {outcome.id: outcome.training.config}, [picture])
    at = opened("study-2023", protocol="corrected")
    ((header, array),) = views(at)
    (panel,) = header["panels"]
    assert header["classes"] == list(names) and (panel["title"], panel["count"]) == ("ArcFace", 40)
    drawn = array(panel["positions"]).reshape(3, 40).T * panel["scale"] / 32767
    assert np.allclose(drawn, places, atol=5e-3)
    told = words(html(at))
    assert "trust 0.90, 50% of true neighbours kept; the 40 points of the most frequent classes, of 120" in told
    assert percent(outcome.scores["knn_accuracy"]) in words(lines(at)["MNIST", "ArcFace"][0])
    assert "1 of them elsewhere" in " ".join(each.value for each in at.caption)
    assert "study_pictures_draw" not in [each.key for each in at.button], "what is elsewhere cannot be drawn here"


def panel_of(classes, counts):
    labels = np.repeat(np.arange(classes), counts)
    channels = (
        Channel("prediction", "Predicted class", "class", np.roll(labels, 1)[None]),
        Channel("norm", "Norm", "continuous", np.arange(len(labels), dtype=float)[None]),
    )
    places = np.random.default_rng(0).normal(size=(1, len(labels), 3)).astype(np.float32)
    names = tuple(f"person {index}" for index in range(classes))
    return Panel("one", "", "", places, (1,), np.arange(len(labels)), labels, names, channels)


def test_of_many_people_those_with_most_images_are_named_and_all_points_stay():
    counts = np.ones(60, int)
    counts[[50, 3, 17]] = (9, 8, 7)
    panel = panel_of(60, counts)
    few = picture_spots.with_few_classes(panel)
    assert len(few.class_names) == picture_spots.FEW and {"person 3", "person 17", "person 50"} <= set(few.class_names)
    assert (few.positions == panel.positions).all() and (few.labels == -1).sum() == len(panel.labels) - 9 - 8 - 7 - 9
    for before, after in ((panel.labels, few.labels), (panel.channels[0].values[0], few.channels[0].values[0])):
        for was, now in zip(before, after, strict=True):
            name = panel.class_names[was]
            assert few.class_names[now] == name if now >= 0 else name not in few.class_names
    assert (few.channels[1].values == panel.channels[1].values).all()
    ordinary = panel_of(10, np.full(10, 5))
    assert picture_spots.with_few_classes(ordinary) is ordinary


# --- the animation


def test_the_four_runs_play_together_as_directions_and_as_they_are(here):
    at = opened("vgg8")
    ((header, array),) = views(at)
    titles = [panel["title"] for panel in header["panels"]]
    assert titles == ["Softmax, faulty loop", "ArcFace, faulty loop", "Softmax", "ArcFace"]
    assert all(panel["epochs"] == [0, 1, 2] and panel["sphere"] for panel in header["panels"])
    names = [panel["key"] for panel in header["panels"]]
    (link,) = [each.value for each in at.markdown if "side by side" in each.value]
    assert link.endswith("compare?" + "&".join(f"runs={name}" for name in names) + ")")
    assert not at.info

    at.button_group(key="studies earlier drawn").set_value("embedding").run()
    ((header, array),) = views(at)
    assert not any(panel["sphere"] for panel in header["panels"])
    panel = header["panels"][0]
    places = array(panel["positions"]).reshape(3, 3, 120).swapaxes(1, 2) * panel["scale"] / 32767
    stored = runs.find(names[0]).snapshot(2).embeddings["probe"]
    assert np.allclose(places[2], stored, atol=panel["scale"] / 30000)
    assert np.linalg.norm(stored, axis=1).std() > 0.01, "directions would have hidden this"


def test_what_of_the_animation_is_not_here_is_told(here, runs_home, earlier_home, monkeypatch):
    kept = next(earlier_home.joinpath("runs").glob("vgg8-arcface-published*"))
    monkeypatch.setenv("LOSSVIZ_RUNS", str(runs_home))
    (runs_home / kept.name).symlink_to(kept)
    at = opened("vgg8")
    assert [each.value for each in at.info] == [
        "Not on this machine: Softmax, faulty loop (published), Softmax (corrected), ArcFace (corrected)."
    ]
    ((header, _),) = views(at)
    assert [panel["key"] for panel in header["panels"]] == [kept.name]


# --- on the page


def test_the_page_offers_it_for_the_presets_that_run_something_again_and_for_no_other(no_runs):
    def offered(study, **more):
        at = AppTest.from_file(str(Path(PAGE).parents[2] / "lossviz" / "ui" / "main.py"), default_timeout=PATIENCE)
        for name, value in {"study": study, **more}.items():
            at.query_params[name] = value
        at.switch_page("../../pages/studies.py").run()
        assert not at.exception, at.exception
        return at

    at = offered("study-2023", part="earlier")
    assert len(lines(at)) == 12 and all("not run" in words(summary) for summary, _ in lines(at).values())
    told = words(html(at))
    assert all(title in told for title in (output.title for output in metrics.outputs() if output.key in VERIFICATION))
    assert not lines(offered("study-2023")), "the section is not the one that opens"
    assert not lines(offered("default", part="earlier"))


# --- in a browser


def test_the_figure_turns_and_its_pictures_together(page, earlier_home, tmp_path):
    from tests.browser import serve
    from tests.view.conftest import Driver

    environment = {"LOSSVIZ_RUNS": str(earlier_home / "runs"), "LOSSVIZ_DATA": str(tmp_path / "data")}
    with serve(Path(PAGE), tmp_path / "log", **environment) as address:
        page.goto(f"{address}/?study=study-2023")
        view = Driver(page, address)
        view.root = page.locator(".lv-root")
        view.root.wait_for()
        view.until(lambda state: len(state["panels"]) == 2 and state["renders"] > 1)
        view.root.scroll_into_view_if_needed()
        home = [camera["turn"] for camera in view.look()["cameras"]]
        view.root.locator(".lv-overlay").focus()
        page.keyboard.press("5")
        turned = view.until(lambda state: state["cameras"][0]["turn"] != home[0])
        assert turned["linked"] and turned["cameras"][0]["turn"] == turned["cameras"][1]["turn"]
        page.wait_for_url(re.compile(r"[?&]view-mnist-published=1\.v"))
        line = page.locator(".le summary").nth(1)
        reason = page.locator(".le details").nth(1).get_by_text("CosFace got ArcFace's margin")
        assert not reason.is_visible()
        line.click()
        reason.wait_for()
        assert not page.locator(".le details").nth(2).get_by_text("judged by the argmax").is_visible()
        page.goto("about:blank")
    assert "Traceback" not in (tmp_path / "log").read_text()
