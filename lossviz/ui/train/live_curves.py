"""Losses and scores of runs that are being made, as they come."""

import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from lossviz import figures, metrics, runs
from lossviz.records import EpochRecord
from lossviz.ui.lab import mount
from lossviz.view.sources import source, style

FAMILY = "nearest"
SHOWN = ("centroid_accuracy", "knn_accuracy")
"""Scores that every loss has, and that are quick enough to be computed at every epoch of every run."""
PATIENCE = 0.4  # seconds of scoring at one look; what is left is scored at the next
SCRIPTS = ("make", "theme", "address", "export", "figure", "curves")

Scores = Mapping[str, float]
Points = Sequence[tuple[int, float]]
"""Epochs with values."""


def live_curves(shown: Sequence[runs.Run], labels: Sequence[str]) -> bool:
    """Draw the curves of ``shown``, one colour a run, called by ``labels``.

    Returns whether scores are still to come of epochs that are there.
    """
    histories = [_history(str(run.folder), run.signature(), run) for run in shown]
    scores, missing = _scores(shown)
    panels = [*_losses(shown, histories), *_scored(shown, scores)]
    drawn = [
        {"label": label, "colour": colour, "dash": dash}
        for label, colour, dash in zip(labels, figures.RUN_COLORS, _dashes(), strict=False)
    ]
    _component()(key="live_curves", data={"runs": drawn, "panels": panels}, height="content")
    return missing


def _losses(shown: Sequence[runs.Run], histories: Sequence[Sequence[EpochRecord]]) -> list[dict[str, Any]]:
    """A panel for each loss: values of different losses are not compared."""
    titles = list(dict.fromkeys(str(run.header["loss"]["title"]) for run in shown))
    panels = []
    for title in titles:
        lines = [
            (index, [(record.epoch, record.train_loss) for record in history if record.train_loss is not None])
            for index, (run, history) in enumerate(zip(shown, histories, strict=True))
            if run.header["loss"]["title"] == title
        ]
        panels.append(_panel(f"Loss: {title}", "", 0, lines))
    return panels


def _scored(shown: Sequence[runs.Run], scores: Sequence[Mapping[int, Scores]]) -> list[dict[str, Any]]:
    panels = []
    for output in (each for each in metrics.get(FAMILY).outputs if each.key in SHOWN):
        factor = 100 if output.unit == "%" else 1
        lines = [
            (index, [(epoch, factor * now[output.key]) for epoch, now in sorted(found.items()) if output.key in now])
            for index, found in enumerate(scores)
        ]
        if any(points for _, points in lines):
            panels.append(_panel(output.title, output.unit, output.better, lines))
    return panels


def _panel(title: str, unit: str, better: int, lines: Sequence[tuple[int, Points]]) -> dict[str, Any]:
    """``lines`` are a run's place among those shown, and its points."""
    drawn = [
        {"run": index, "epochs": [epoch for epoch, _ in points], "values": [_short(value) for _, value in points]}
        for index, points in lines
        if points
    ]
    return {"title": title, "unit": unit, "better": better, "lines": drawn}


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _scores(shown: Sequence[runs.Run]) -> tuple[list[dict[int, Scores]], bool]:
    """The scores of every run by epoch, the latest epochs first where time runs out; whether some are missing."""
    end, missing = time.monotonic() + PATIENCE, False
    found: list[dict[int, Scores]] = [{} for _ in shown]
    known = _known()
    tasks = [(age, run, epoch) for run in shown for age, epoch in enumerate(reversed(run.epochs()))]
    places = {run.id: found[index] for index, run in enumerate(shown)}
    for _, run, epoch in sorted(tasks, key=lambda task: task[0]):
        key = (str(run.folder), str(run.header["created"]), epoch)
        if key not in known and time.monotonic() < end:
            known[key] = _nearest(run, epoch)
        if key in known:
            places[run.id][epoch] = known[key]
        else:
            missing = True
    return found, missing


@st.cache_resource(show_spinner=False)
def _known() -> dict[tuple[str, str, int], Scores]:
    """Scores that this server has seen, by run and epoch."""
    return {}


def _nearest(run: runs.Run, epoch: int) -> Scores:
    family = metrics.get(FAMILY)

    def compute() -> dict[str, Any]:
        return {name: np.array(value) for name, value in family().compute(run.evidence(epoch)).items()}

    if runs.is_scored(run, epoch):
        return runs.scores(run, epoch)
    kept = runs.derived(run, epoch, f"live.{FAMILY}", f"{FAMILY}={family.version}", compute)
    return {name: float(value) for name, value in kept.items()}


@st.cache_resource(max_entries=24, show_spinner=False)
def _history(folder: str, files: str, _run: runs.Run) -> list[EpochRecord]:
    return _run.history()


def _dashes() -> list[str]:
    """Dashes of lines as SVG writes them, in the order in which figures give them to runs."""
    return [DASHES[name] for name in figures.DASHES]


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lossviz_live_curves",
        html='<div class="lab-root"></div>',
        css=style(mount.HERE / "lab.css") + STYLE,
        js="\n".join([source("kept"), *((mount.HERE / "js" / f"{name}.js").read_text() for name in SCRIPTS)]),
    )


DASHES = {
    "solid": "",
    "dash": "9 5",
    "dot": "2 4",
    "dashdot": "9 4 2 4",
    "longdash": "14 6",
    "longdashdot": "14 5 2 5",
}
STYLE = """
.lab-root { grid-template-columns: minmax(0, 1fr); gap: 6px; }
.lc-names { display: flex; flex-wrap: wrap; gap: 2px 16px; }
.lc-name { display: inline-flex; gap: 6px; align-items: center; }
.lc-figures { display: flex; flex-wrap: wrap; gap: 6px 18px; }
"""
