"""The queue and the trainings as they go on the Train page, without a browser."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from filelock import FileLock

from lossviz import runs
from lossviz.jobs.job import JOBS, Said, Wanted
from lossviz.records import Choice, Config, Settings
from lossviz.runs import layout
from lossviz.ui.queueing import queue
from lossviz.ui.train.live_curves import SHOWN
from lossviz.ui.train.live_picture import MOST_EPOCHS, thinned
from lossviz.ui.train.progress import ago, progress
from tests.pages.conftest import _opened
from tests.pages.made import EPOCHS
from tests.pages.reading import payload

SMALL = {"epochs": EPOCHS, "dim": 3, "limit": 300, "probe": 120, "gallery": 120, "threads": 1}


@pytest.fixture
def place(home, tmp_path, monkeypatch):
    """A folder of runs of the test's own, with three that are finished."""
    mine = tmp_path / "mine"
    for name in ("softmax", "arcface", "triplet"):
        shutil.copytree(home / name, mine / name)
    monkeypatch.setenv("LOSSVIZ_RUNS", str(mine))
    return mine


def job(place, name, loss, state="finished", group="", order=0, **settings):
    """Put a job on the disk as it is once it has come to ``state``."""
    folder = place / JOBS / name
    folder.mkdir(parents=True)
    config = Config(Choice(loss), Choice("digits"), Choice("mlp"), Settings.from_values({**SMALL, **settings}))
    created = f"2026-01-01T00:00:{order:02d}.000+00:00"
    Wanted(name, config, group, False, created, float(order)).write(folder)
    if state != "queued":
        Said(1, state, "it went wrong" if state == "failed" else "", datetime.now(UTC).isoformat()).write(folder)
    return folder


def pair(place):
    job(place, "softmax", "softmax", group="two", order=1)
    job(place, "arcface", "arcface", group="two", order=2)


def train(**parameters):
    return _opened("train", **parameters)


def told(at, key):
    """What a component of the page was given."""
    (found,) = [each for each in map(given, at.get("bidi_component")) if key in each]
    return found


def given(element):
    return json.loads(element.proto.json) if element.proto.json else {}


def panels(at):
    return [panel["key"] for panel in payload(at)[0]["panels"]]


def test_where_nothing_was_ever_queued_the_page_says_what_to_do(place):
    at = train()
    assert [each.value for each in at.info if "Nothing is queued" in each.value]
    assert not at.get("bidi_component") and not at.get("toast")


def test_jobs_of_a_group_stand_together_and_tell_what_tells_them_apart(place):
    job(place, "softmax", "softmax", group="seeds", order=1, seed=0)
    job(place, "arcface", "softmax", group="seeds", order=2, seed=1)
    job(place, "later", "triplet", "queued", order=3)
    later, group = told(train(), "rows")["rows"]
    assert group["group"] == "seeds" and group["count"] == "2 finished"
    assert [row["varies"] for row in group["jobs"]] == ["seed 0", "seed 1"] or group["jobs"][0]["varies"] == "seed 1"
    (compare,) = group["links"]
    assert compare["label"] == "Compare" and sorted(compare["query"]) == [["runs", "arcface"], ["runs", "softmax"]]
    assert (
        later["id"] == "later"
        and later["can"] == ["up", "down", "remove"]
        and "First in the queue" in later["sentence"]
    )
    assert [link["label"] for link in later["links"]] == ["Duplicate"], "there is nothing to look at yet"


def test_no_more_runs_are_compared_than_fit_and_the_link_says_so(place):
    for number in range(8):
        shutil.copytree(place / "softmax", place / f"run-{number}")
        job(place, f"run-{number}", "softmax", group="many", order=number, seed=number)
    (compare,) = told(train(), "rows")["rows"][0]["links"]
    assert compare["label"] == "Compare 6 of 8" and len(compare["query"]) == 6


def test_a_failure_is_told_with_the_logs_last_lines_and_an_end_without(place):
    folder = job(place, "softmax", "softmax", "failed")
    (folder / "log.txt").write_text("".join(f"line {number}\n" for number in range(40)))
    (job(place, "arcface", "arcface", order=1) / "log.txt").write_text("all was well\n")
    rows = {row["id"]: row for row in told(train(), "rows")["rows"]}
    assert rows["softmax"]["sentence"] == "it went wrong"
    assert rows["softmax"]["log"].splitlines() == [f"line {number}" for number in range(28, 40)]
    assert rows["arcface"]["log"] == ""


def test_fifty_jobs_are_fifty_rows(place):
    for number in range(50):
        job(place, f"job-{number}", "softmax", "queued", "" if number % 2 else "half", order=number, seed=number)
    rows = told(train(), "rows")["rows"]
    assert len(rows) == 26 and len(rows[0]["jobs"]) == 25


def test_the_newest_group_is_watched_unless_the_address_names_another(place):
    pair(place)
    job(place, "triplet", "triplet", order=3)
    assert panels(train()) == ["triplet"]
    assert sorted(panels(train(watch="two"))) == ["arcface", "softmax"]
    assert panels(train(watch="nobody")) == ["triplet"]


def test_what_waits_for_its_turn_is_not_watched_before_it_begins(place):
    pair(place)
    job(place, "waiting", "triplet", "queued", order=9)
    assert sorted(panels(train())) == ["arcface", "softmax"]
    chosen = train(watch="waiting")
    assert not [each for each in chosen.get("bidi_component") if each.proto.bytes]
    assert [each for each in chosen.info if "The first picture comes" in each.value]


def test_scores_are_the_stored_ones_and_losses_of_two_kinds_are_never_on_one_axis(place):
    pair(place)
    found = told(train(), "panels")
    labels = [run["label"] for run in found["runs"]]
    drawn = {panel["title"]: panel["lines"] for panel in found["panels"]}
    losses = [title for title in drawn if title.startswith("Loss: ")]
    assert len(losses) == 2 and all(len(drawn[title]) == 1 for title in losses)
    assert len({run["colour"] for run in found["runs"]}) == len(set(labels)) == 2
    order = panels(train())
    for output in [each for each in SHOWN if each == "knn_accuracy"]:
        for line in drawn["kNN (k = 5)"]:
            run = runs.find(order[line["run"]])
            assert line["epochs"] == run.epochs()
            stored = [100 * runs.scores(run, epoch)[output] for epoch in run.epochs()]
            assert np.allclose(line["values"], stored, rtol=1e-4)


def test_scores_that_are_not_stored_are_the_same_ones(place):
    shutil.rmtree(place / "softmax" / "derived")
    job(place, "softmax", "softmax")
    at = train()
    while told(at, "panels")["panels"][-1]["lines"][0]["epochs"] != list(range(EPOCHS + 1)):
        at.run()
    (line,) = told(at, "panels")["panels"][-1]["lines"]
    assert not runs.is_scored(runs.find("softmax"), EPOCHS)
    for epoch, value in zip(line["epochs"], line["values"], strict=True):
        assert abs(value - 100 * runs.scores(runs.find("softmax"), epoch)["knn_accuracy"]) < 0.01


def test_an_epoch_that_comes_is_drawn_at_the_next_look(place):
    grown, folder = place / "softmax", job(place, "softmax", "softmax", "running")
    last = layout.epoch_file(grown / layout.SNAPSHOTS, EPOCHS)
    last.rename(place / "kept")
    (grown / layout.STATUS).write_text(json.dumps({"state": "running", "epoch": EPOCHS - 1, "updated": ""}))
    with FileLock(grown / layout.LOCK), FileLock(folder / "lock"):
        at = train()
        assert payload(at)[0]["panels"][0]["epochs"] == list(range(EPOCHS))
        (place / "kept").rename(last)
        assert payload(at.run())[0]["panels"][0]["epochs"] == list(range(EPOCHS + 1))
        assert told(at, "rows")["rows"][0]["can"] == ["stop"]


def test_each_end_is_told_once_and_those_before_the_visit_are_not(place):
    job(place, "softmax", "softmax")
    at = train()
    assert not at.get("toast"), "it ended before this visitor came"
    job(place, "arcface", "arcface", "failed", order=1)
    assert [each.value for each in at.run().toast] == ["**ArcFace, digits**: it went wrong"]
    assert not at.run().toast
    other = _opened("compare", runs=["softmax"])
    job(place, "triplet", "triplet", "stopped", order=2)
    assert ["Stopped" in each.value for each in other.run().toast] == [True], "on other pages as well"


def test_how_far_a_job_is(place):
    job(place, "softmax", "softmax", epochs=10)
    (one,) = queue().jobs()
    assert progress(one).share == 1.0
    live = {"doing": "training", "epoch": 3, "epochs": 10, "batch": 5, "batches": 10, "images": 500}
    going = replace(one, state="running", epoch=2, live={**live, "images_per_second": 1000.0, "loss": 0.5}, run=None)
    far = progress(going)
    assert (
        far.share == pytest.approx(0.25) and far.left == pytest.approx(7.5) and (far.speed, far.loss) == (1000.0, 0.5)
    )
    embedding = replace(going, live={**going.live, "doing": "embedding"})
    assert progress(embedding).share == pytest.approx(0.3)
    assert progress(replace(going, state="stopping")).left is None
    preparing = replace(going, epoch=-1, live={"doing": "downloading", "share": 0.4})
    assert progress(preparing).share == 0.4 and progress(preparing).left is None
    between = replace(going, live={"doing": "recording", "epoch": 2, "epochs": 10})
    assert progress(between).share == pytest.approx(0.2)


def test_how_long_ago_in_words():
    assert ago("") == "" and ago(datetime.now(UTC).isoformat()) == "just now"
    assert ago((datetime.now(UTC) - timedelta(minutes=90)).isoformat()) == "2 h ago"


def test_a_long_run_is_thinned_in_steps_that_stay_and_never_loses_its_last_epoch():
    assert thinned(range(5)) == [0, 1, 2, 3, 4]
    for count in range(1, 500):
        kept = thinned(range(count))
        assert len(kept) <= MOST_EPOCHS and kept[0] == 0 and kept[-1] == count - 1
    assert set(thinned(range(101))) - {100} <= set(thinned(range(102)))
