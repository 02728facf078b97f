"""What is found of a study among runs, and what is said of it."""

import json
import shutil
from dataclasses import replace

import pytest

from lossviz.errors import StudyError
from lossviz.records import Choice
from lossviz.runs import Run, layout
from lossviz.studies import Cell, Results
from lossviz.studies.reading import parse
from lossviz.studies.results import Attempt
from lossviz.studies.telling import fields
from tests.studies.made import TEXT

ARC, SOFT = Cell("arcface", "digits", "mlp"), Cell("softmax", "digits", "mlp")


def run_of(home, outcome):
    return Run(home / outcome.id)


def rewrite(run, **changes):
    header = json.loads((run.folder / layout.HEADER).read_text())
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = header
        for name in way:
            inner = inner[name]
        inner[last] = value
    (run.folder / layout.HEADER).write_text(json.dumps(header))


def test_without_runs_everything_is_missing(study):
    found = Results.of(study)
    assert (found.done, found.total) == (0, 2 * 2 + 2 * 2)
    assert {outcome.state for outcome in found.outcomes} == {"missing"}
    assert [cell.state for cell in found.cells] == ["missing", "missing"]
    assert all(cell.finals == () and cell.chosen is None for cell in found.cells), "trials decide first"
    (field,) = fields(found)
    assert field.best == () and field.sentence == "Nothing can be said yet: 2 of 2 contenders are not finished."


def test_runs_are_found_by_what_they_were_asked_to_be(study, made):
    found = Results.of(study)
    assert (found.done, found.total) == (8, 8) and {cell.state for cell in found.cells} == {"finished"}
    for cell in found.cells:
        assert {each.training.seed for each in cell.finals} == {0, 1}
        scores = cell.by_seed()
        assert set(scores) == {0, 1} and all(0 < value <= 1 for value in scores.values())
        assert cell.seconds > 0 and len({each.id for each in cell.outcomes}) == 4
        for each in cell.outcomes:
            assert run_of(made, each).asked == each.training.config
    Run(made / found.outcomes[0].id).folder.rename(made / "another-name")
    rewrite(Run(made / "another-name"), id="another-name")
    assert Results.of(study).done == 8, "what it is called makes no difference"


def test_the_trials_decide_and_by_validation_images_alone(study, made):
    found = Results.of(study)
    for cell in found.cells:
        by_candidate = {each.training.candidate: each.scores[cell.score] for each in cell.trials}
        assert by_candidate[cell.chosen] == max(by_candidate.values())
        assert all(each.training.candidate == cell.chosen for each in cell.finals)
        for each in cell.outcomes:
            run = run_of(made, each)
            assert ("validation images" in run.header["note"]) is each.training.trial
    digits_tests = set(run_of(made, found.cells[0].finals[0]).samples["probe"].index.tolist())
    for cell in found.cells:
        for each in cell.trials:
            used = [samples.index.tolist() for samples in run_of(made, each).samples.values()]
            assert not digits_tests & {row for rows in used for row in rows}


def test_a_better_trial_changes_what_is_wanted(study, made):
    """The negative control: the same runs, judged otherwise, choose other knobs, whose finals are not there."""
    before = Results.of(study).cell(ARC)
    loser = next(each for each in before.trials if each.training.candidate != before.chosen)
    (kept,) = (made / loser.id / "derived").glob("scores-*.json")
    kept.write_text(json.dumps({**json.loads(kept.read_text()), before.score: 1.0}))
    after = Results.of(study).cell(ARC)
    assert after.chosen == loser.training.candidate != before.chosen
    assert {each.state for each in after.finals} == {"missing"}


@pytest.mark.parametrize(
    "change",
    [
        {"environment__lossviz": "0.0.1"},
        {"asked__settings__epochs": 2},
        {"asked__loss__knobs": {"margin": 0.51}},
        {"asked": None},
    ],
)
def test_what_was_made_otherwise_does_not_count(study, made, change):
    final = Results.of(study).cell(ARC).finals[0]
    rewrite(run_of(made, final), **change)
    found = Results.of(study)
    assert found.done == 7 and found.cell(ARC).finals[0].state == "missing"
    assert fields(found)[0].standings[-1].rank is None


def test_damaged_runs_are_passed_over(study, made):
    final = Results.of(study).cell(ARC).finals[0]
    (made / final.id / layout.HEADER).write_text("{")
    (made / "no-run").mkdir()
    assert Results.of(study).done == 7


def test_a_finished_run_whose_snapshot_is_damaged_is_told_as_failed(study, made):
    final = Results.of(study).cell(ARC).finals[0]
    file = run_of(made, final).snapshot_file(1)
    file.write_bytes(file.read_bytes()[:100])
    outcome = Results.of(study).cell(ARC).finals[0]
    assert outcome.state == "failed" and outcome.id == final.id and str(file) in outcome.message


def test_of_several_attempts_the_one_that_came_farthest_counts(study, made):
    final = Results.of(study).cell(ARC).finals[0]
    waiting = Attempt(final.training.config, "queued", "again")
    assert Results.of(study, [waiting]).cell(ARC).finals[0].id == final.id
    shutil.rmtree(made / final.id)
    for state in ("queued", "running", "stopped", "failed"):
        cell = Results.of(study, [Attempt(final.training.config, state, "again", "why")]).cell(ARC)
        assert (cell.finals[0].state, cell.finals[0].id, cell.finals[0].message) == (state, "again", "why")
        assert cell.state == state


def test_what_was_read_before_is_not_read_again(study, made, monkeypatch):
    before = Results.of(study)
    monkeypatch.setattr("lossviz.studies.results.scores", lambda run, epoch: pytest.fail("read again"))
    assert Results.of(study, before=before) == before
    with pytest.raises(pytest.fail.Exception):
        Results.of(study)


def test_trainings_that_did_not_begin_alike_are_not_compared(study, made):
    found = Results.of(study)
    assert found.unlike("digits", "mlp") == ()
    rewrite(run_of(made, found.cell(ARC).finals[1]), hashes__initial_weights="other")
    found = Results.of(study)
    assert found.unlike("digits", "mlp") == (1,)
    (field,) = fields(found)
    assert field.sentence == ("Nothing can be said: the trainings of seed 1 did not begin alike on the same images.")
    assert field.sentences == () and field.best == ()


def test_a_contender_that_failed_is_not_ranked(study, made):
    final = Results.of(study).cell(ARC).finals[0]
    rewrite(run_of(made, final), asked=None)
    failed = Attempt(final.training.config, "failed", "diverged", "the training diverged")
    (field,) = fields(Results.of(study, [failed]))
    ranks = {each.title: each.rank for each in field.standings}
    assert ranks == {"ArcFace": None, "softmax": 1}
    assert "ArcFace is not ranked: with seed 0 its training failed (the training diverged)." in field.doubts
    assert field.sentence == "Nothing can be compared: fewer than two contenders came to an end."


def test_a_score_that_trials_cannot_have_is_refused(made):
    study = parse(TEXT.replace('title = "Digits"', 'title = "Digits"\nscore = "open_set_auroc"'), "small")
    with pytest.raises(StudyError, match="'open_set_auroc' does not apply to validation images"):
        Results.of(study)


def test_other_protocols_are_other_fields(made):
    text = TEXT.replace('title = "softmax"', 'title = "softmax"\nprotocol = "as published"')
    found = Results.of(parse(text, "small"))
    assert found.fields() == (("digits", "mlp", ""), ("digits", "mlp", "as published"))
    assert [field.title for field in fields(found)] == ["Digits", "Digits (as published)"]
    assert all(not field.sentences for field in fields(found))


def test_scores_on_the_page_of_another_machine_need_the_same_config(study, made):
    """A config that differs in the machine alone is the same run; one that differs in anything else is not."""
    other = replace(study, settings={**study.settings, "threads": 2, "keep_weights": "all"})
    assert Results.of(other).done == 8
    assert Results.of(replace(study, settings={**study.settings, "lr": 0.01})).done < 4
    assert Results.of(replace(study, nets=(replace(study.nets[0], model=Choice("convnet")),))).done == 0
