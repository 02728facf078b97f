"""Charts of several runs at one epoch, and of all epochs: arrays from the runs, figures from ``figures``."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from lossviz import analysis, runs
from lossviz.analysis import PairCurves
from lossviz.records import Floats
from lossviz.report import figured
from lossviz.ui.pictured import Pictured, epoch_of
from lossviz.ui.score_table import score_history


def angle_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Angles to the own and to the nearest other prototype, and the gap between them."""
    angles, gaps = figured.angle_figures(shown, epoch, [score_history(each.run) for each in shown])
    chart(angles, "angles")
    chart(gaps, "gaps")
    st.caption(figured.ANGLES_SAID)


def norm_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Lengths of the embeddings, on one axis for all epochs."""
    highest = max(float(np.quantile(_norms(each), 0.999)) for each in shown)
    chart(figured.norm_figure(shown, epoch, highest), "norms")
    if said := figured.norms_said(shown):
        st.caption(said)


def pair_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Angles within and between classes, over all pairs of probes."""
    there = _paired(shown, epoch)
    if not there:
        st.info("There are no two classes with two images each to make pairs of.")
        return
    chart(figured.pair_figure(shown, there), "pairs")


def verification_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """The ROC, and FaceNet's VAL and FAR over the distance."""
    there = _paired(shown, epoch)
    if not there:
        st.info("There are no two classes with two images each to verify.")
        return
    eers = [score_history(each.run)[epoch_of(each, epoch)].get("eer") for each, _ in there]
    roc, rates = figured.verification_figures(shown, there, eers)
    left, right = st.columns(2)
    with left:
        chart(roc, "roc")
    with right:
        chart(rates, "val_far")


def confusion_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Which classes the nearest centroid takes for which."""
    figure, left_out = figured.confusion_figure(shown, epoch)
    chart(figure, "confusion")
    if left_out:
        st.caption("Runs with other classes than the first are left out.")


def history_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Scores over the epochs: accuracy, angles, neural collapse."""
    chart(figured.history_figure(shown, epoch, [score_history(each.run) for each in shown]), "histories")


def chart(figure: object, key: str, alt: str | None = None) -> None:
    """A plotly figure in the page's theme, with a modest toolbar; ``alt`` says it to those who do not see it."""
    st.plotly_chart(
        figure, key=f"chart_{key}", alt=alt,
        config={"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d"]},
    )  # fmt: skip


@st.cache_resource(max_entries=64, show_spinner=False)
def _all_norms(folder: str, files: str, _run: runs.Run) -> Floats:
    return np.concatenate([runs.points(_run, epoch)["norm"] for epoch in _run.epochs()])


def _norms(each: Pictured) -> Floats:
    return _all_norms(str(each.run.folder), each.run.signature(), each.run)


@st.cache_resource(max_entries=256, show_spinner=False)
def _kept_curves(folder: str, files: str, epoch: int, _run: runs.Run) -> PairCurves | None:
    samples = _run.samples["probe"]
    return analysis.pair_curves(_run.snapshot(epoch).embeddings["probe"], samples.labels, _run.header["loss"]["metric"])


def _paired(shown: Sequence[Pictured], epoch: int) -> list[tuple[Pictured, PairCurves]]:
    """The curves of every run that has pairs of both kinds."""
    curves = [
        (each, _kept_curves(str(each.run.folder), each.run.signature(), epoch_of(each, epoch), each.run))
        for each in shown
    ]
    return [(each, found) for each, found in curves if found is not None]
