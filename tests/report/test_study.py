"""The report of a study says what the study's results say, and no more."""

import pytest

from lossviz.errors import ReportError
from lossviz.report.document import Embedding
from lossviz.report.make import document_bytes, document_of, report_bytes
from lossviz.report.of_runs import Asked
from lossviz.runs import Run, delete
from lossviz.studies import Results
from lossviz.studies.telling import fields, with_interval


def words(document):
    return " ".join(block.text for block in document.blocks() if hasattr(block, "text"))


def test_standings_sentences_and_trials_are_the_studys(study, made):
    results = Results.of(study)
    document, (field,) = document_of(results, Asked()), fields(results)
    found = {table.key: table for table in document.tables}
    standings = found["standings-digits-mlp"].rows
    assert [row[0] for row in standings] == [each.title for each in field.standings]
    assert [row[2] for row in standings] == [with_interval(each.mean, field.score) for each in field.standings]
    assert field.sentence in words(document) and all(sentence in words(document) for sentence in field.sentences)
    trials = found["trials-digits-mlp"].rows
    assert len(trials) == 4 and sorted(row[0] for row in trials if row[4]) == ["ArcFace", "softmax"]
    assert len(found["differences-digits-mlp"].rows) == 1
    (embedding,) = (block for block in document.blocks() if isinstance(block, Embedding))
    assert {each.run.config.settings.seed for each in embedding.shown} == {0} and len(embedding.shown) == 2
    assert "is not finished" not in words(document)
    assert document_bytes(document, "html").startswith(b"<!doctype html>")


def test_what_is_missing_is_said(study, made):
    final = Results.of(study).cells[0].finals[0]
    delete(Run(made / final.id))
    said = words(document_of(Results.of(study), Asked()))
    assert "The study is not finished" in said and "ArcFace on Digits: 1 missing." in said


def test_a_study_is_not_filmed(study, made):
    with pytest.raises(ReportError, match="a film shows the epochs of runs"):
        report_bytes(Results.of(study), "gif")
