"""How long trainings take is said from what is known of this machine, or that it is being found out."""

import os

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lossviz.jobs.rates import Rate
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice, Config, Settings
from lossviz.ui.queueing import queue
from lossviz.ui.train.estimate import UNKNOWN, Bench, spoken
from lossviz.ui.train.variation import Planned

CONFIG = Config(Choice("softmax"), Choice("digits"), Choice("mlp"), Settings(epochs=10, probe=100, gallery=100))


@pytest.fixture(autouse=True)
def afresh(monkeypatch, tmp_path):
    """No data set prepared, nothing known from other tests, and no process started."""
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "data"))
    st.cache_data.clear()
    monkeypatch.setattr("lossviz.ui.train.estimate.rates.start", lambda processes, wanted: None)


def said(*configs):
    def page():
        import streamlit as st

        from lossviz.ui.train.estimate import estimate

        estimate(st.session_state["planned"])

    at = AppTest.from_function(page, default_timeout=180)
    at.session_state["planned"] = [Planned(config, "") for config in configs]
    at.run()
    assert not at.exception, at.exception
    return " ".join(each.value for each in at.caption)


def test_seconds_are_spoken_as_roughly_as_they_are_known():
    assert [spoken(seconds) for seconds in (0.2, 7.6, 42, 89, 100, 3000, 5400, 9000, 90_000)] == [
        *("1 s", "8 s", "40 s", "90 s", "2 min", "50 min", "1 h 30 min", "2 h 30 min", "25 h"),
    ]


def test_a_measured_rate_is_turned_into_time(monkeypatch):
    monkeypatch.setattr("lossviz.ui.train.estimate.rates.measured", lambda wanted: Rate(1497.5, 200.0, 4.0))
    queue().at_once = 1
    assert "About **25 s** a run (from a measurement here)." in said(CONFIG)  # 4 + 10 * 1497.5 / 1497.5 + 11
    assert "**50 s** for all 2, one at a time" in said(CONFIG, CONFIG)
    queue().at_once = 2
    assert "**25 s** for all 2, 2 at a time" in said(CONFIG, CONFIG)


def test_runs_made_here_are_believed_before_measurements(monkeypatch, runs_home):
    monkeypatch.setattr("lossviz.ui.train.estimate.rates.measured", lambda wanted: Rate(1.0, 1.0, 4.0))
    settings = Settings(epochs=3, probe=100, gallery=100, batch_size=32)
    share = max(1, queue().most_at_once // queue().at_once)
    made = Config(Choice("arcface"), CONFIG.data, CONFIG.model, Settings(**{**settings.values(), "threads": share}))
    run = make_run(made, Audience(), "made", runs_home)
    for epoch in run.epochs():
        os.utime(run.folder / "snapshots" / f"epoch-{epoch:04d}.safetensors", (1000 + 2 * epoch,) * 2)
    assert "About **25 s** a run (from runs made here)." in said(CONFIG)  # 4 + 10 * 2
    assert "Trained on 1,438 images of 10 classes." in said(CONFIG)  # now that the set has been prepared


def test_what_is_not_known_is_being_measured(monkeypatch):
    monkeypatch.setattr("lossviz.ui.train.estimate.Bench.measure", lambda bench, wanted: True)
    assert "Measuring" in said(CONFIG)


def test_a_measurement_that_failed_is_not_tried_for_ever(monkeypatch):
    started, bench = [], Bench()
    monkeypatch.setattr("lossviz.ui.train.estimate.rates.start", lambda processes, wanted: started.append(wanted))
    monkeypatch.setattr("lossviz.ui.train.estimate._bench", lambda: bench)
    assert UNKNOWN in said(CONFIG) and UNKNOWN in said(CONFIG)
    assert len(started) == 1
