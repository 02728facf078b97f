"""The Studies page without a browser: choosing, seeds, files, what is said of results, and going on."""

import csv
import io
import json
import shutil
from dataclasses import replace
from functools import partial
from unittest.mock import Mock

import pytest

from lossviz.jobs.forecast import Forecast
from lossviz.runs import find
from lossviz.studies import Results, load
from lossviz.studies.reading import keep, kept, parse
from lossviz.studies.telling import fields, with_interval
from lossviz.ui.queueing import queue
from lossviz.ui.studies.desk import Desk, _desk, desk
from lossviz.ui.studies.heat_table import tables_of
from lossviz.ui.studies.listed import ranking_csv, trainings_csv
from tests.pages.conftest import _opened
from tests.studies.made import TEXT, all_made

__all__ = ["all_made"]


@pytest.fixture
def small(all_made, no_runs, tmp_path):
    """The small study with all of its runs, kept under its name; the folder of runs."""
    shutil.copytree(all_made, no_runs, dirs_exist_ok=True)
    file = tmp_path / "small.toml"
    file.write_text(TEXT)
    keep(file)
    return no_runs


opened = partial(_opened, "studies")


def table(at):
    """What the browser draws the results from: cells by loss."""
    (said,) = [json.loads(each.proto.json) for each in at.get("bidi_component") if "tables" in each.proto.json]
    return {row["title"]: row["cells"] for table in said["tables"] for row in table["rows"]}


def words(at):
    """All that the page says outside of tables and components."""
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error)
    return "\n".join(each.value for kind in kinds for each in kind)


def labels(at):
    return [each.label for each in at.button]


def test_a_first_visit_opens_the_default_study_and_says_what_to_do(no_runs):
    at = opened()
    study = load("default")
    assert at.selectbox[0].value == "default" and study.title in at.selectbox[0].options
    assert "default" not in at.selectbox[0].options, "titles, not names"
    assert study.note in words(at)
    assert "Nothing of it has been trained here: 162 trainings." in words(at)
    assert "**Start** above trains the study" in words(at)
    assert "Start" in labels(at) and "Stop" not in labels(at)
    assert {cell["words"] for cells in table(at).values() for cell in cells} == {"not run"}


def test_a_finished_study_tells_what_came_of_it(small):
    at = opened(study="small")
    results = Results.of(load("small"))
    (field,) = fields(results)
    assert "All 8 trainings are done." in words(at) and "Start" not in labels(at) and "Go on" not in labels(at)
    cells = table(at)
    for cell, loss in zip(results.cells, ("ArcFace", "softmax"), strict=True):
        (shown,) = cells[loss]
        standing = next(each for each in field.standings if each.title == loss)
        assert shown["words"] == with_interval(standing.mean, field.score) and shown["note"] == ""
        assert shown["query"] == [["runs", each.id] for each in cell.finals], "a click opens its finals and no trial"
        assert shown["page"] == "compare" and all(each.id in shown["href"] for each in cell.finals)
        assert shown["best"] is (standing.rank == 1)
    means = [standing.mean for standing in field.standings]
    span = max(means[0].mean - means[1].mean, *(2 * mean.half for mean in means))
    worst = pytest.approx(1 - (means[0].mean - means[1].mean) / span, abs=1e-3)
    assert sorted(row[0]["share"] for row in cells.values()) == [worst, 1.0]
    ranking = at.dataframe[0].value
    assert list(ranking["Loss"]) == [each.title for each in field.standings]
    assert list(ranking["Rank"]) == [each.rank for each in field.standings]
    assert list(ranking["Knobs chosen"]) == [each.knobs for each in field.standings]
    assert list(at.table[0].value["Which loss"]) == [field.sentence]
    assert all(sentence in words(at) for sentence in field.sentences) and field.sentences
    assert len(at.get("plotly_chart")) == 1, "the ranking is drawn as well"
    assert [each.value for each in at.warning] == list(field.doubts) and field.doubts


def test_a_run_less_is_told_and_gone_from_what_a_click_opens(small):
    results = Results.of(load("small"))
    gone, *left = results.cells[0].finals
    shutil.rmtree(find(gone.id).folder)
    at = opened(study="small")
    assert "Stopped, 7 of 8 trainings are done." in words(at) and "Go on" in labels(at)
    (cell,) = table(at)["ArcFace"]
    assert cell["note"] == "1 of 2 seeds" and cell["state"] == "missing" and not cell["best"]
    assert cell["query"] == [["runs", each.id] for each in left]
    assert list(at.table[0].value["Which loss"]) == ["Nothing can be said yet: 1 of 2 contenders are not finished."]
    assert at.dataframe[0].value["Rank"].isna().all()


def test_another_score_is_told_of_and_kept_in_the_address(small):
    at = opened(study="small", score="map_at_r")
    results = Results.of(load("small"))
    (field,) = fields(results, "map_at_r")
    assert {row[0]["words"] for row in table(at).values()} == {
        with_interval(each.mean, field.score) for each in field.standings
    }
    at.selectbox(key="studies score").set_value("").run()
    (decides,) = fields(results)
    assert {row[0]["words"] for row in table(at).values()} == {
        with_interval(each.mean, decides.score) for each in decides.standings
    }
    assert opened(study="small", score="nonsense").selectbox(key="studies score").value == ""


def test_seeds_are_typed_and_bad_ones_told(small):
    at = opened(study="small")
    assert "--seeds" not in at.code[0].value
    at.text_input(key="studies seeds small").set_value("0-3").run()
    assert "8 of 12** trainings" in words(at) or "8 of 12 trainings are done" in words(at)
    assert at.code[0].value == "python -m lossviz study small --seeds 0-3"
    at.text_input(key="studies seeds small").set_value("0-x").run()
    assert 'Seeds must be whole numbers, as "0-2" or "0, 1, 5"' in at.error[0].value
    assert "All 8 trainings are done." in words(at), "the study's own seeds count then"
    assert "8 of 12" in words(opened(study="small", seeds="0-3"))


def test_a_study_that_is_not_there_is_told(no_runs):
    at = opened(study="nonsense")
    assert "There is no study called “nonsense” here" in words(at) and at.selectbox[0].value == "default"


BAD = {
    "broken.toml": (b"title = ", "Broken.toml is no TOML"),
    "odd.toml": (TEXT.replace('"arcface"', '"arcfase"').encode(), "Odd.toml: no loss called 'arcfase'"),
    "default.toml": (TEXT.encode(), "A study that came with lossviz is called 'default'"),
    "binary.toml": (b"\xff\xfe\x00", "Binary.toml is no text"),
    "small.toml": (TEXT.replace("Small", "Smaller").encode(), "There is another study called 'small' here"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_opened_is_told_in_a_sentence(small, name):
    content, said = BAD[name]
    at = opened(study="small")
    at.file_uploader[0].upload(name, content, "application/toml")
    at.button(key="FormSubmitter:studies open-Open").click().run()
    assert not at.exception, at.exception
    assert said in at.error[0].value and at.error[0].value.endswith(".")
    assert set(kept()) == {"small"} and load("small").title == "Small"


def test_a_file_is_opened_kept_and_shown(small, tmp_path):
    at = opened(study="small")
    at.file_uploader[0].upload("mine.toml", TEXT.replace("Small", "Mine").encode(), "application/toml")
    at.button(key="FormSubmitter:studies open-Open").click().run()
    assert not at.exception and not at.error, at.exception
    assert at.selectbox[0].value == "mine" and load("mine").title == "Mine"
    assert at.query_params["study"] == "mine"
    path = tmp_path / "other.toml"
    path.write_text(TEXT.replace("Small", "Other"))
    at = opened()
    at.text_input(key="studies path").set_value(str(path))
    at.button(key="FormSubmitter:studies open-Open").click().run()
    assert at.selectbox[0].value == "other" and not at.error
    at.text_input(key="studies path").set_value(str(tmp_path / "absent.toml"))
    at.button(key="FormSubmitter:studies open-Open").click().run()
    assert "cannot be read: No such file" in at.error[0].value


def test_a_kept_file_that_is_spoilt_is_told_and_others_can_be_chosen(small):
    kept()["small"].write_text("title = ")
    at = opened(study="small")
    assert "This study cannot be read" in at.error[0].value
    at.selectbox[0].set_value("default").run()
    assert not at.exception and not at.error and load("default").note in words(at)


def test_data_that_are_not_here_are_told_with_the_command_that_adds_them(no_runs, tmp_path):
    file = tmp_path / "far.toml"
    file.write_text(TEXT.replace('name = "digits"', 'name = "faraway"'))
    keep(file)
    at = opened(study="far")
    (warning,) = at.warning
    assert "Digits is left out" in warning.value and "python -m lossviz data add NAME FOLDER" in warning.value
    assert not opened().query_params.get("cell")


def test_what_must_be_downloaded_is_told_before_anything_is_trained(small, monkeypatch):
    said = "To be downloaded, by the first training that needs it: Digits of old (11 MB)."
    away = {"digits": Mock(state="to download", title="Digits of old", download_mb=11.2)}
    assert said not in words(opened(study="small", seeds="0-3"))
    monkeypatch.setattr("lossviz.ui.studies.running.statuses", lambda: away)
    assert said in words(opened(study="small", seeds="0-3"))
    assert said not in words(opened(study="small")), "nothing is left to train"


def shipped_only(results):
    """The same results as they were if only their numbers had come with the program."""
    cells = [
        replace(
            cell,
            trials=tuple(replace(each, here=False) for each in cell.trials),
            finals=tuple(replace(each, here=False) for each in cell.finals),
        )
        for cell in results.cells
    ]
    return replace(results, cells=tuple(cells))


def test_numbers_without_runs_are_shown_below_and_can_be_trained_here(small, monkeypatch):
    results = shipped_only(Results.of(load("small")))
    asked = []
    monkeypatch.setattr(Desk, "look", lambda desk, study: results)
    monkeypatch.setattr(Desk, "start", lambda desk, study, with_shipped: asked.append((study.name, with_shipped)))
    at = opened(study="small")
    assert "All 8 trainings are done; all came with lossviz as numbers." in words(at)
    (cell,) = table(at)["ArcFace"]
    assert cell["page"] == "studies" and ["cell", "arcface~digits~mlp"] in cell["query"]
    assert "Its runs are not on this machine" not in words(at)
    at = opened(study="small", cell="arcface~digits~mlp")
    assert "Its runs are not on this machine" in words(at) and table(at)["ArcFace"][0]["open"]
    finals, trials = at.dataframe[0].value, at.dataframe[1].value
    assert list(finals["Seed"]) == [0, 1] and list(finals["Run"]) == [each.id for each in results.cells[0].finals]
    assert list(trials[""]).count("chosen") == 1 and len(trials) == 2
    assert queue().jobs() == []
    at.button(key="studies cell train").click().run()
    wanted = {each.training.config.settings.seed for each in results.cells[0].finals}
    assert {job.config.settings.seed for job in queue().jobs()} == wanted and len(queue().jobs()) == 2
    assert at.button(key="studies cell train").disabled, "a second click trains nothing more"
    at.button(key="studies own").click().run()
    assert asked == [("small", False)]
    at.button(key="studies cell close").click().run()
    assert "Its runs are not on this machine" not in words(at)


def test_protocols_have_tables_of_their_own():
    text = TEXT.replace('title = "ArcFace"', 'title = "ArcFace"\nprotocol = "published"')
    results = Results.of(parse(text, "two"))
    tables = tables_of(results, fields(results), lambda page: f"./{page}")
    assert [(each["title"], [row["title"] for row in each["rows"]]) for each in tables] == [
        ("Published", ["ArcFace"]),
        ("", ["softmax"]),
    ]


def test_files_have_every_number(small):
    results = Results.of(load("small"))
    told = fields(results)
    rows = list(csv.DictReader(io.StringIO(ranking_csv(told))))
    for row, standing in zip(rows, told[0].standings, strict=True):
        assert row["loss"] == standing.title and float(row["mean"]) == pytest.approx(standing.mean.mean, rel=1e-5)
        assert row["rank"] == ("" if standing.rank is None else str(standing.rank))
    rows = list(csv.DictReader(io.StringIO(trainings_csv(results))))
    assert len(rows) == 8 and [row["kind"] for row in rows].count("final") == 4
    for row, outcome in zip(rows, results.outcomes, strict=True):
        assert row["run"] == outcome.id and int(row["seed"]) == outcome.training.seed
        assert float(row["knn_accuracy"]) == pytest.approx(outcome.scores["knn_accuracy"], rel=1e-5)


def test_what_is_not_known_of_the_time_is_measured_when_asked_for(small, monkeypatch):
    file, started = small / "rate", []
    wanted = Mock(file=file)
    guess = Forecast(4, None, ("how fast this machine trains such a net was not measured",), 0, 0.0)
    told = Forecast(4, 100.0, (), 4, 100.0)
    place = "lossviz.ui.studies.time_left"
    monkeypatch.setattr(f"{place}.forecast", lambda results, queue: told if file.exists() else guess)
    monkeypatch.setattr(f"{place}.to_measure", lambda results, queue: () if file.exists() else (wanted,))
    monkeypatch.setattr(f"{place}.rates.measured", lambda each: True if file.exists() else None)
    monkeypatch.setattr(f"{place}.Bench.measure", lambda bench, each: started.append(each) or True)
    at = opened(study="small", seeds="0-3")
    assert "How long the rest takes is not known: how fast" in words(at) and not started
    at.button(key="studies measure").click().run()
    assert not at.exception, at.exception
    assert "Measuring how fast this machine trains, 1 of 1 …" in words(at) and wanted in started
    file.touch()
    at.run()
    assert "About **2 min** left on this machine" in words(at) and "Measure" not in labels(at)


def test_two_tabs_that_press_start_train_one_study(small, monkeypatch):
    started = []

    class Fake:
        def __init__(self, study, queue, before, with_shipped):
            started.append((study, with_shipped))
            self.study, self.results, self.problem, self.active, self.stopping = study, before, "", True, False

        def stop(self):
            self.stopping = True

    monkeypatch.setattr("lossviz.ui.studies.desk.Driven", Fake)
    assert not {"Go on", "Train it here"} & set(labels(opened(study="small"))), "nothing is left to train"
    gone = Results.of(load("small")).cells[0].finals[0]
    shutil.rmtree(find(gone.id).folder)
    _desk.cache_clear()
    one, other = opened(study="small"), opened(study="small")
    for at in (one, other):
        at.button(key="studies start").click().run()
        assert not at.exception, at.exception
    assert started == [(load("small"), True)]
    assert "Stop" in labels(one) and "Go on" not in labels(other)
    elsewhere = opened(study="small", seeds="0-3")
    assert "being trained in another form" in words(elsewhere) and elsewhere.button(key="studies stop").disabled
    other.button(key="studies stop").click().run()
    assert desk().driven("small").stopping and "Stopping; **7 of 8** trainings" in words(other)
    one.run()
    assert one.button(key="studies stop").disabled
