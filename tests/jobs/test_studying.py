"""A study through the queue: what is missing is trained, what is there is not, what stopped goes on."""

import itertools
import shutil

import pytest

from lossviz.errors import RunError
from lossviz.jobs.forecast import forecast
from lossviz.jobs.job import Said
from lossviz.jobs.processes import StopAsked
from lossviz.jobs.queue import Queue
from lossviz.jobs.rates import Rate
from lossviz.jobs.recording import Audience, make_run
from lossviz.jobs.studying import Studying
from lossviz.runs import Run, find, list_runs, marks
from lossviz.studies import Results
from lossviz.studies.reading import parse
from tests.studies.made import TEXT, InThisProcess, all_made, made, study

__all__ = ["all_made", "made", "study"]


@pytest.fixture
def runner():
    return InThisProcess()


@pytest.fixture
def queue(runs_home, runner):
    return Queue(runs_home, runner)


def finish(studying):
    *_, last = studying.run(pause=0.0)
    return last


def test_a_study_is_trained_trials_first_and_once(study, queue, runner):
    results = finish(Studying(study, queue))
    assert results.done == results.total == 8 and len(runner.worked) == 8
    validated = [wanted.config.settings.validation > 0 for wanted in runner.worked]
    assert validated == sorted(validated, reverse=True), "finals wait for what the trials say"
    groups = {outcome.id: marks(find(outcome.id)).group for outcome in results.outcomes}
    for outcome in results.outcomes:
        assert groups[outcome.id] == ("small trials" if outcome.training.trial else "small")
    assert finish(Studying(study, queue)).done == 8
    assert len(runner.worked) == 8, "nothing is trained again"
    shutil.rmtree(find(results.cells[0].finals[0].id).folder)
    assert finish(Studying(study, queue)).done == 8 and len(runner.worked) == 9, "what was deleted is"


def test_what_somebody_else_trained_is_taken(study, made, runner):
    shutil.rmtree(made / Results.of(study).cells[1].finals[1].id)
    assert finish(Studying(study, Queue(made, runner))).done == 8
    assert [wanted.config.loss.name for wanted in runner.worked] == ["softmax"]


def test_more_seeds_train_what_is_new(study, made, runner):
    finish(Studying(study.with_seeds([0, 1, 2]), Queue(made, runner)))
    assert sorted((each.config.loss.name, each.config.settings.seed) for each in runner.worked) == [
        ("arcface", 2),
        ("softmax", 2),
    ]


def stopped_run(config):
    """A run that stopped after its first snapshot."""
    counted = itertools.count()
    return make_run(config, Audience(should_stop=lambda: next(counted) > 6))


def test_what_was_interrupted_goes_on_under_its_name(study, made, runner):
    """With its job on the list it is given another turn; without one the run itself is taken up again."""
    final = Results.of(study).cells[0].finals[0]
    whole = Run(made / final.id).snapshot(1)
    shutil.rmtree(made / final.id)
    run = stopped_run(final.training.config)
    assert run.status.state == "stopped" and run.epochs() == [0]
    queue = Queue(made, runner)
    assert Studying(study, queue).look().cells[0].finals[0].state == "stopped"
    results = finish(Studying(study, queue))
    assert results.done == 8 and results.cells[0].finals[0].id == run.id
    assert [wanted.id for wanted in runner.worked] == [run.id]
    assert (run.snapshot(1).embeddings["probe"] == whole.embeddings["probe"]).all(), "to the same result"
    assert marks(run).group == "small"


def test_a_run_is_adopted_once_and_only_if_it_is_there(study, made, runner):
    queue, config = Queue(made, runner), study.final(study.cells[0], 0).config
    with pytest.raises(RunError, match=r"no run called 'nobody' in .* that could go on"):
        queue.adopt("nobody", config)
    run = stopped_run(config)
    queue.adopt(run.id, config)
    with pytest.raises(RunError, match=f"already is a job called '{run.id}'"):
        queue.adopt(run.id, config)


def test_a_stop_stops_what_waits_and_the_next_call_goes_on(study, queue, runner):
    asked = iter([False, True])
    *_, results = Studying(study, queue).run(lambda: next(asked, True), pause=0.0)
    assert results.done < 8 and {job.state for job in queue.jobs()} <= {"stopped", "finished"}
    assert any(outcome.state == "stopped" for outcome in results.outcomes)
    runner.asked = StopAsked()
    assert finish(Studying(study, queue)).done == 8


def test_what_failed_holds_up_nothing_and_is_tried_again_at_the_next_call(study, queue, runner, monkeypatch):
    work = runner.start

    def fail(folder, threads, detach):
        if len(runner.worked) == 3:
            wanted = runner.worked[0].__class__.read(folder)
            runner.worked.append(wanted)
            Said(wanted.turn, "failed", "no memory", "2026-01-01").write(folder)
        else:
            work(folder, threads, detach)

    monkeypatch.setattr(runner, "start", fail)
    results = finish(Studying(study, queue))
    assert [outcome.message for outcome in results.outcomes if outcome.state == "failed"] == ["no memory"]
    assert results.done == 7
    assert finish(Studying(study, queue)).done == 8


def test_data_that_are_not_there_hold_up_nothing(made, runner):
    text = TEXT + '\n[[data]]\nname = "digitz"\ntitle = "Others"\n'
    studying = Studying(parse(text, "small"), Queue(made, runner))
    results = finish(studying)
    assert (results.done, results.total) == (8, 16) and runner.worked == []
    assert studying.absent() == ["Others is left out: no data set called 'digitz'; did you mean 'digits'?"]


def test_the_forecast_counts_what_is_left_and_says_what_is_not_known(study, made, runner, monkeypatch, tmp_path):
    queue = Queue(made, runner)
    queue.at_once = 2
    assert (forecast(Studying(study, queue).look(), queue).trainings, forecast(Results.of(study), queue).seconds) == (
        0,
        0,
    )
    for run in list_runs():
        shutil.rmtree(run.folder)
    results = Studying(study, queue).look()
    found = forecast(results, queue)
    assert found.seconds is None and found.unknown == ("how fast this machine trains such a net was not measured",)
    rate = Rate(training=100.0, embedding=400.0, start=4.0)
    found = forecast(results, queue, lambda wanted: rate)
    trial, final = 4 + 160 / 100 + 2 * 140 / 400, 4 + 200 / 100 + 2 * 200 / 400
    assert found.trainings == 8 and found.seconds == pytest.approx((4 * trial + 4 * final) / 2, rel=0.02)
    queue.at_once = 1
    assert forecast(results, queue, lambda wanted: rate).seconds == pytest.approx(2 * found.seconds)
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "nothing"))
    assert forecast(results, queue, lambda wanted: rate).unknown == ("'digits' is not prepared on this machine yet",)
