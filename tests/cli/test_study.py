"""Studies from a shell."""

import json
import re

import pytest

from lossviz.cli import main
from lossviz.cli.studies import markdown
from lossviz.jobs.rates import Rate
from lossviz.runs import Run
from lossviz.studies import Results, load
from lossviz.studies.telling import fields
from tests.studies.made import TEXT, InThisProcess, all_made, made, study

__all__ = ["all_made", "made", "study"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """The small study as a file of one's own; jobs are worked on in this process."""
    monkeypatch.setattr("lossviz.cli.studies.LocalRunner", InThisProcess)
    path = tmp_path / "small.toml"
    path.write_text(TEXT)
    return str(path)


def out(capsys, *words):
    status = main(["study", *words])
    return status, capsys.readouterr().out


def test_studies_are_listed(capsys, file, made):
    assert "default" in out(capsys)[1] and "Made for tests." not in out(capsys)[1]
    assert out(capsys, file)[0] == 0
    _, text = out(capsys)
    assert "small" in text and "Made for tests." in text
    _, text = out(capsys, "--json")
    (listed,) = [each for each in json.loads(text) if each["name"] == "small"]
    assert listed == {"name": "small", "title": "Small", "cells": 2, "note": "Made for tests."}


def test_a_study_that_is_there_is_told_without_training(capsys, file, made):
    status, text = out(capsys, file)
    assert status == 0 and text.count("finished") == 8
    results = Results.of(load(file))
    (field,) = fields(results)
    assert field.sentence in text and all(each in text for each in field.sentences)
    assert "With 2 seeds intervals are wide" in text


def test_a_study_is_trained_and_told_seed_by_seed(capsys, file, runs_home):
    status, text = out(capsys, file, "--seeds", "3")
    assert status == 0
    assert text.count("Digits, ArcFace, trial of default, seed 100: finished, kNN (k = 5) ") == 1
    assert text.count("Digits, ArcFace, trial of margin 0.") == 1
    assert len(re.findall(r"Digits, softmax, final of .*, seed 3: finished, kNN \(k = 5\) \d+", text)) == 1
    assert "Nothing can be said: one seed tells nothing of what chance does." in text
    runs = [Run(path) for path in runs_home.iterdir() if not path.name.startswith(".")]
    assert len(runs) == 6 and all(run.status.state == "finished" for run in runs)
    status, again = out(capsys, "small", "--seeds", "3")
    assert status == 0 and "[6/6]" in again, "found by its name from now on, and nothing is trained again"


def test_the_plan_trains_nothing(capsys, file, monkeypatch, runs_home):
    monkeypatch.setattr("lossviz.cli.studies.rates.measure", lambda *given: Rate(100.0, 400.0, 4.0))
    status, text = out(capsys, file, "--plan", "--at-once", "1")
    assert status == 0 and "0 of 8 trainings are done, 8 are left, one at a time." in text
    assert "About 53 s on this machine." in text
    assert "0/2" in text and "not chosen yet" in text
    _, text = out(capsys, file, "--plan", "--json")
    found = json.loads(text)
    assert (found["done"], found["total"], found["left"]) == (0, 8, 8) and found["seconds"] > 20
    assert not [path for path in runs_home.iterdir() if not path.name.startswith(".")]


def test_json_has_every_training_and_the_words(capsys, file, made):
    status, text = out(capsys, file, "--json")
    found = json.loads(text)
    assert status == 0 and (found["done"], found["total"]) == (8, 8)
    trainings = [each for cell in found["cells"] for each in cell["trainings"]]
    assert {each["run"] for each in trainings} == {path.name for path in made.iterdir() if path.name[0] != "."}
    assert all(each["scores"]["knn_accuracy"] > 0 for each in trainings)
    assert found["fields"][0]["ranks"].keys() == {"arcface", "softmax"}


def test_the_table_is_markdown_on_any_score(capsys, file, made):
    status, text = out(capsys, file, "--table", "--score", "map_at_r")
    lines = text.splitlines()
    assert status == 0 and lines[0] == "**Digits**, MAP@R"
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + 2 and {row.count("|") for row in rows} == {7}
    scores = Results.of(load(file)).cells[0].by_seed("map_at_r")
    assert f"{100 * sum(scores.values()) / 2:.1f}"[:3] in text
    (field,) = fields(Results.of(load(file)))
    assert markdown(field) != text.strip(), "another score is another table"


def test_an_unfinished_study_has_a_table_that_says_so(capsys, file, runs_home):
    status, text = out(capsys, file, "--table")
    assert status == 0 and text.count("not run") == 2 and "Nothing can be said yet: 2 of 2" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "no study called 'nothing'"),
        (["nothing.toml"], "nothing.toml cannot be read: No such file or directory"),
        (["default", "--seeds", "x"], "--seeds must be whole numbers"),
        (["default", "--plan", "--score", "knn_acuracy"], "no score called 'knn_acuracy'; did you mean 'knn_accuracy'"),
        (["default", "--at-once", "0"], "between 1 and"),
    ],
)
def test_mistakes_are_told_in_a_sentence(capsys, file, words, sentence):
    assert main(["study", *words]) == 1
    assert sentence in capsys.readouterr().err
