"""Training and recording together, through kills and stops, in processes of their own."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lossviz.errors import Diverged, RunError, Stopped
from lossviz.jobs.recording import Audience, make_run, resume_run
from lossviz.records import Choice, Config, Settings
from lossviz.runs import Run, find

ROOT = Path(__file__).parent.parent.parent
SMALL = Settings(epochs=6, dim=3, probe=100, gallery=100, batch_size=32)


@pytest.fixture(autouse=True)
def prepared(tmp_path_factory, monkeypatch):
    """One prepared copy of digits for the whole module."""
    home = tmp_path_factory.getbasetemp() / "prepared-digits"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("LOSSVIZ_DATA", str(home))


def config(**settings):
    values = {**SMALL.values(), **settings}
    return Config(Choice("arcface"), Choice("digits"), Choice("convnet"), Settings.from_values(values))


def final(run):
    snapshot = run.snapshot(run.config.settings.epochs)
    return snapshot.embeddings["probe"], snapshot.record.batch_order


def command(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "lossviz", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def start(name, epochs):
    sizes = ["--batch-size", "32", "--probe", "100", "--gallery", "100", "--threads", "1"]
    return command("train", "--name", name, "--epochs", str(epochs), *sizes)


def wait_for(condition, seconds=300):
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def kill_while_it_trains(process, folder, chance):
    """SIGKILL at a random moment after the run exists and, on a second visit, after it has gone on."""
    before = (folder / "status.json").stat().st_mtime_ns if folder.exists() else 0
    wait_for(lambda: (folder / "status.json").exists() and (folder / "status.json").stat().st_mtime_ns > before)
    snapshots = folder / "snapshots"
    far = len(list(snapshots.glob("epoch-*"))) + chance.randint(0, 4)  # in epochs: what a machine does in a time varies
    wait_for(lambda: len(list(snapshots.glob("epoch-*"))) >= far)
    time.sleep(chance.uniform(0.0, 0.05))
    process.kill()
    process.communicate()


def test_killed_again_and_again_it_ends_where_an_undisturbed_run_does(runs_home):
    whole = make_run(config(threads=1, epochs=40), Audience(), "whole")
    chance = random.Random(0)
    folder = runs_home / "killed"
    for visit in range(4):
        kill_while_it_trains(command("resume", "killed") if visit else start("killed", 40), folder, chance)
        run = Run(folder)
        assert run.problem() is None
        assert run.status.state == "interrupted", "all four kills must hit a run under way"
        assert [record.epoch for record in run.history()] == run.epochs()
    run = resume_run(find("killed"), Audience())
    assert run.status.state == "finished" and run.epochs() == list(range(41))
    assert np.array_equal(final(run)[0], final(whole)[0])
    assert final(run)[1] == final(whole)[1]
    assert not (run.folder / "state.safetensors").exists()


def test_ctrl_c_keeps_finished_epochs_and_says_how_to_go_on(runs_home):
    process = start("stopped", 900)
    wait_for((runs_home / "stopped" / "snapshots" / "epoch-0001.safetensors").exists)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 130
    assert "python -m lossviz resume stopped" in output and "Traceback" not in output
    run = find("stopped")
    assert run.status.state == "stopped"
    assert run.epochs()[-1] == run.status.epoch >= 1


def test_stopped_while_the_data_are_prepared_there_is_no_run(runs_home):
    with pytest.raises(Stopped, match="stopped while the training was being prepared"):
        make_run(config(), Audience(should_stop=lambda: True), "never")
    assert not (runs_home / "never").exists()
    begun = []
    run = make_run(config(), Audience(lambda run, plan: begun.append(run), should_stop=lambda: bool(begun)), "soon")
    assert run.status.state == "stopped" and run.epochs() == [], "stopped while epoch 0 is embedded"
    whole = make_run(config(), Audience(), "whole")
    assert np.array_equal(final(resume_run(find("soon"), Audience()))[0], final(whole)[0])


def test_what_cannot_be_resumed_says_why(runs_home):
    run = make_run(config(epochs=1), Audience(), "done")
    with pytest.raises(RunError, match="'done' is finished: there is nothing to resume"):
        resume_run(run, Audience())
    far = {**SMALL.values(), "optimizer": "sgd", "lr": 10.0, "momentum": 0.999, "prototype_lr": 100.0, "epochs": 60}
    with pytest.raises(Diverged):
        make_run(replace(config(), loss=Choice("softmax"), settings=Settings.from_values(far)), Audience(), "wild")
    wild = find("wild")
    assert wild.status.state == "failed" and "diverged" in wild.status.message
    assert wild.epochs()[0] == 0
    with pytest.raises(RunError, match="'wild' cannot be resumed: the training diverged"):
        resume_run(wild, Audience())


def test_a_run_is_not_resumed_on_other_data(runs_home):
    heard: list[int] = []
    audience = Audience(on_epoch=lambda record: heard.append(record.epoch), should_stop=lambda: bool(heard))
    run = make_run(config(), audience, "moved")
    assert run.status.state == "stopped" and run.epochs() == [0]
    header = run.folder / "run.json"
    digest = run.header["hashes"]["data"]
    header.write_text(header.read_text().replace(digest, "0" * 64))
    with pytest.raises(RunError, match="the data set has changed since it began"):
        resume_run(find("moved"), Audience())
    assert find("moved").status.state == "stopped", "refusing changes nothing"
    header.write_text(header.read_text().replace("0" * 64, digest))
    assert resume_run(find("moved"), Audience()).status.state == "finished"


def test_the_audience_hears_of_start_batches_and_epochs(runs_home):
    heard = []
    audience = Audience(
        on_start=lambda run, plan: heard.append(("start", run.status.state)),
        on_batch=lambda progress: heard.append((progress.doing, progress.epoch)),
        on_epoch=lambda record: heard.append(("epoch", record.epoch)),
    )
    make_run(config(epochs=1, limit=100), audience, "heard")
    assert heard == [
        ("start", "running"), *[("embedding", 0)] * 2, ("epoch", 0),
        *[("training", 1)] * 3, *[("embedding", 1)] * 2, ("epoch", 1),
    ]  # fmt: skip
