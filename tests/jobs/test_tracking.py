"""MLflow and Weights & Biases are told of what is on the disk, and never cost a training.

The packages themselves are played by stand-ins that take what the real ones take (MLflow 3.17 with a file store and
wandb 0.31 offline were tried by hand, see docs/exchange.md).
"""

import importlib.machinery
import json
import sys
import types
from collections import defaultdict
from types import SimpleNamespace

import pytest

from lossviz import runs
from lossviz.cli import main
from lossviz.errors import TrainingError, UnknownName
from lossviz.jobs import tracking
from lossviz.jobs.job import Wanted
from lossviz.jobs.queue import Queue
from lossviz.jobs.recording import Audience, make_run, resume_run
from lossviz.jobs.tracking import Tracker, followed, log, numbers, tracker
from lossviz.runs import find
from tests.jobs.test_recording import config, prepared
from tests.jobs.test_training import at_work, queue
from tests.runs.conftest import made_run

__all__ = ["made_run", "prepared", "queue"]
QUICK = {"epochs": 2, "limit": 100}


class Listener(Tracker):
    """Writes down what it is told, and fails where it is asked to."""

    title = "Listener"
    package = "mlflow"
    settings = "It needs no setting"

    def __init__(self, fails=""):
        self.told = []
        self._fails = fails

    def _hear(self, what, *more):
        self.told.append((what, *more))
        if self._fails == what:
            raise OSError(f"no route to host at {what}.\nmore")

    def begin(self, run):
        self._hear("begin", run.id)
        return "somewhere"

    def epoch(self, epoch, numbers):
        self._hear("epoch", epoch, dict(numbers))

    def end(self, run):
        self._hear("end", run.status.state)


def test_a_training_is_told_as_it_goes():
    said, listener, seen = [], Listener(), []
    with followed(Audience(on_epoch=lambda record: seen.append(record.epoch)), listener, said.append) as audience:
        run = make_run(config(**QUICK), audience, "told")
    assert [each[:2] for each in listener.told] == [
        ("begin", "told"), ("epoch", 0), ("epoch", 1), ("epoch", 2), ("end", "finished"),
    ]  # fmt: skip
    assert said == ["Listener: somewhere"] and seen == [0, 1, 2]
    for epoch, (_, _, found) in enumerate(listener.told[1:-1]):
        record, scores = run.record(epoch), runs.scores(run, epoch)
        assert {key.removeprefix("score."): value for key, value in found.items() if key.startswith("score.")} == scores
        assert ("train_loss" in found) == (epoch > 0) and found["probe_loss"] == record.probe_loss
    assert listener.told[2][2]["lr"] == run.record(1).lr and "lr" not in listener.told[1][2]


def test_who_is_not_asked_is_not_told():
    audience = Audience()
    with followed(audience, None) as same:
        assert same is audience


def test_a_stopped_training_is_told_so_and_goes_on():
    listener = Listener()
    looks = iter(range(10_000))
    stopping = Audience(should_stop=lambda: next(looks) > 8)
    with followed(stopping, listener, print) as audience:
        run = make_run(config(epochs=6), audience, "stopped")
    assert listener.told[-1] == ("end", "stopped")
    again = Listener()
    with followed(Audience(), again, print) as audience:
        resume_run(run, audience)
    assert again.told[0] == ("begin", "stopped") and again.told[-1] == ("end", "finished")
    epochs = [each[1] for each in (*listener.told, *again.told) if each[0] == "epoch"]
    assert epochs == list(range(7))


@pytest.mark.parametrize(("fails", "told"), [("begin", 1), ("epoch", 2), ("end", 5)])
def test_what_goes_wrong_there_is_said_once_and_costs_nothing(fails, told):
    said, listener = [], Listener(fails)
    with followed(Audience(), listener, said.append) as audience:
        run = make_run(config(**QUICK), audience, "kept")
    assert run.status.state == "finished" and run.epochs() == [0, 1, 2]
    assert len(listener.told) == told
    (sentence,) = [each for each in said if "could not be told" in each]
    assert f"no route to host at {fails}. The training goes on" in sentence
    assert sentence.endswith("python -m lossviz export kept --to mlflow")


def test_a_training_that_fails_is_told_so():
    listener = Listener()

    def broken(record):
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"), followed(Audience(on_epoch=broken), listener, print) as audience:
        make_run(config(**QUICK), audience, "failed")
    assert listener.told[-1] == ("end", "failed")


def test_a_finished_run_is_told_of_as_one_that_trains(made_run):
    listener = Listener()
    assert log(made_run, listener) == "somewhere"
    assert [each[:2] for each in listener.told] == [
        ("begin", "made"), ("epoch", 0), ("epoch", 1), ("epoch", 2), ("end", "finished"),
    ]  # fmt: skip
    assert listener.told[2][2] == numbers(made_run, made_run.record(1))
    with pytest.raises(TrainingError, match=r"Listener could not be told of run 'made': no route.*It needs no setting"):
        log(made_run, Listener("epoch"))


def test_a_job_tells_whom_its_submission_names(queue, monkeypatch):
    listener = Listener()
    monkeypatch.setattr("lossviz.jobs.training.tracker", lambda name: {"mlflow": listener}[name])
    queue.submit([config(**QUICK)], names=["a"], log="mlflow")
    assert at_work(queue, "a").state == "finished"
    assert [each[0] for each in listener.told] == ["begin", "epoch", "epoch", "epoch", "end"]
    queue.submit([config(**QUICK)], names=["b"])
    assert at_work(queue, "b").state == "finished" and len(listener.told) == 5


def test_jobs_from_before_there_were_trackers_are_read(queue: Queue):
    queue.submit([config()], names=["a"], log="wandb")
    folder = queue.job("a").folder
    assert Wanted.read(folder).log == "wandb"
    values = json.loads((folder / "job.json").read_text())
    del values["log"]
    (folder / "job.json").write_text(json.dumps(values))
    assert Wanted.read(folder).log == ""


def test_a_package_that_is_not_there_is_told_before_anything_begins(monkeypatch, capsys):
    monkeypatch.setattr(tracking, "find_spec", lambda name: None)
    for words in (["train", "--log", "wandb"], ["train", "--log", "wandb", "--detach"]):
        assert main(words) == 1
        assert "wandb is not installed on this machine; install it with: pip install wandb" in capsys.readouterr().err
    assert runs.list_runs() == []
    with pytest.raises(UnknownName, match="no tracker called 'mlflo'; did you mean 'mlflow'"):
        tracker("mlflo")


def module(monkeypatch, name, **content):
    """A stand-in for an installed package, and the part of lossviz that uses it imported anew."""
    made = types.ModuleType(name)
    made.__spec__ = importlib.machinery.ModuleSpec(name, None)
    made.__dict__.update(content)
    monkeypatch.setitem(sys.modules, name, made)
    monkeypatch.delitem(sys.modules, f"lossviz.jobs._{name}", raising=False)


class Client:
    """``mlflow.MlflowClient`` as far as it is used; all clients have one store, as those of one server do."""

    tracking_uri = "memory"
    stored: dict = {}  # noqa: RUF012  emptied by the fixture

    def get_experiment_by_name(self, name):
        return SimpleNamespace(experiment_id=name) if name in self.stored else None

    def create_experiment(self, name):
        self.stored[name] = {}
        return name

    def search_runs(self, experiments, filter_string, max_results):
        (experiment,) = experiments
        wanted = dict(part.removeprefix("tags.`").split("` = ") for part in filter_string.split(" and "))
        same = {key: value.strip("'") for key, value in wanted.items()}.items()
        found = [each for each in self.stored[experiment].values() if same <= each["tags"].items()]
        return [SimpleNamespace(info=SimpleNamespace(run_id=each["id"])) for each in found[:max_results]]

    def create_run(self, experiment, run_name, tags):
        made = {"id": str(len(self.stored[experiment])), "tags": dict(tags), "name": run_name}
        made |= {"metrics": defaultdict(dict), "params": {}, "artifacts": [], "status": "RUNNING"}
        self.stored[experiment][made["id"]] = made
        return SimpleNamespace(info=SimpleNamespace(run_id=made["id"]))

    def _run(self, run_id):
        return next(runs[run_id] for runs in self.stored.values() if run_id in runs)

    def update_run(self, run_id, status):
        self._run(run_id)["status"] = status

    def log_batch(self, run_id, metrics=(), params=(), tags=()):
        assert len(params) <= 100 and len(tags) <= 100 and len(metrics) <= 1000
        for key, value, _, step in metrics:
            self._run(run_id)["metrics"][key][step] = value
        for key, value in params:
            assert self._run(run_id)["params"].setdefault(key, value) == value, "MLflow refuses another value"
        self._run(run_id)["tags"].update(tags)

    def log_artifact(self, run_id, path):
        self._run(run_id)["artifacts"].append(path.rpartition("/")[2])

    def set_terminated(self, run_id, status):
        self._run(run_id)["status"] = status


@pytest.fixture
def mlflow(monkeypatch):
    """What a stand-in for MLflow has stored."""
    monkeypatch.setattr(Client, "stored", {})
    module(monkeypatch, "mlflow")

    def entity(*values):
        return values

    module(monkeypatch, "mlflow.entities", Metric=entity, Param=entity, RunTag=entity)
    module(monkeypatch, "mlflow.tracking", MlflowClient=Client)
    return Client.stored


def test_mlflow_gets_config_scores_by_epoch_and_facts(mlflow, made_run, capsys):
    assert main(["export", "made", "--to", "mlflow"]) == 0
    assert "made: run 0 of experiment lossviz at memory" in capsys.readouterr().out
    (kept,) = mlflow["lossviz"].values()
    assert kept["name"] == "made" and kept["status"] == "FINISHED" and kept["artifacts"] == ["run.json"]
    assert kept["params"]["loss"] == "arcface" and kept["params"]["loss.margin"] == "0.5" and "lr" not in kept["params"]
    assert kept["tags"]["lossviz.hash.data"] == "b" * 64 and kept["tags"]["lossviz.note"] == "made by hand"
    scores = {epoch: runs.scores(made_run, epoch)["angle_intra"] for epoch in range(3)}
    assert kept["metrics"]["score.angle_intra"] == scores


def test_mlflow_goes_on_with_the_run_that_it_knows(mlflow, made_run, monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    log(made_run, tracker("mlflow"))
    log(made_run, tracker("mlflow"))
    assert len(mlflow["mine"]) == 1
    header = json.loads((made_run.folder / "run.json").read_text())
    (made_run.folder / "run.json").write_text(json.dumps(header | {"created": "2020-01-01T00:00:00+00:00"}))
    log(find("made"), tracker("mlflow"))
    assert len(mlflow["mine"]) == 2, "another run of the same name is another run"


def test_weights_and_biases_gets_the_same_run_again_under_one_id(made_run, monkeypatch):
    begun, history, ended = [], [], []

    class Handle:
        url = None
        dir = "wandb/offline"

        def log(self, values, step):
            history.append((step, values))

        def finish(self, exit_code):
            ended.append(exit_code)

    def init(**asked):
        begun.append(asked)
        return Handle()

    module(monkeypatch, "wandb", init=init, Settings=dict)
    assert log(made_run, tracker("wandb")) == "wandb/offline"
    log(made_run, tracker("wandb"))
    first, second = begun
    assert first["id"] == second["id"] and first["resume"] == "allow" and first["name"] == "made"
    assert first["project"] == "lossviz" and first["config"]["loss.margin"] == 0.5
    assert [step for step, _ in history] == [0, 1, 2, 0, 1, 2] and ended == [0, 0]
    assert history[1][1] == numbers(made_run, made_run.record(1))
