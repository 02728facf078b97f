"""Charts of several runs at one epoch, and of all epochs: arrays from the runs, figures from ``figures``."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from lossviz import analysis, figures, metrics, runs
from lossviz.analysis import PairCurves
from lossviz.records import Floats
from lossviz.ui.pictured import Pictured, epoch_of
from lossviz.ui.score_table import score_history

CURVES = (
    "centroid_accuracy", "knn_accuracy", "map_at_r", "angle_w_ec", "angle_intra", "angle_inter", "nc1",
    "nc2_equinorm", "nc2_equiangularity", "nc2_max_angle",
)  # fmt: skip


def angle_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Angles to the own and to the nearest other prototype, and the gap between them."""
    points = [(name(each), runs.points(each.run, epoch_of(each, epoch))) for each in shown]
    angles = [(title, found["own"], found["other"]) for title, found in points]
    boundaries = [_boundary(each, epoch) for each in shown]
    chart(figures.angles(angles, [None if found is None else found[0] for found in boundaries]), "angles")
    chart(figures.gaps(angles, [None if found is None else found[1] for found in boundaries]), "gaps")
    st.caption(
        "Angles are to the class weights, proxies or centers of the loss; where it has none, to the class centroids of "
        "the training images. The line marks where the loss's own decision boundary lies between two weights that are "
        "as far apart as this run's are on average: an image to its right still costs the loss a margin."
    )


def norm_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Lengths of the embeddings, on one axis for all epochs."""
    norms = [(name(each), runs.points(each.run, epoch_of(each, epoch))["norm"]) for each in shown]
    highest = max(float(np.quantile(_norms(each), 0.999)) for each in shown)
    chart(figures.norms(norms, highest), "norms")
    blind = [each.panel.title for each in shown if each.run.header["loss"]["normalises"]]
    if blind:
        st.caption(f"{', '.join(blind)}: the loss looks at directions only, so that lengths are left to drift.")


def pair_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Angles within and between classes, over all pairs of probes."""
    there = _paired(shown, epoch)
    if not there:
        st.info("There are no two classes with two images each to make pairs of.")
        return
    series = [(name(each), found.within, found.between) for each, found in there]
    chart(figures.pair_angles(series, there[0][1].edges, _colors(shown, [each for each, _ in there])), "pairs")


def verification_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """The ROC, and FaceNet's VAL and FAR over the distance."""
    there = _paired(shown, epoch)
    if not there:
        st.info("There are no two classes with two images each to verify.")
        return
    eers = [score_history(each.run)[epoch_of(each, epoch)].get("eer") for each, _ in there]
    colors = _colors(shown, [each for each, _ in there])
    left, right = st.columns(2)
    with left:
        chart(figures.roc([(name(each), found.far, found.tar) for each, found in there], eers, colors), "roc")
    with right:
        rates = [(name(each), found.val, found.val_far) for each, found in there]
        chart(figures.val_far(rates, there[0][1].distance, colors), "val_far")


def confusion_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Which classes the nearest centroid takes for which."""
    classes = len(shown[0].panel.class_names)
    alike = [each for each in shown if len(each.panel.class_names) == classes]
    counts = []
    for each in alike:
        labels = each.run.samples["probe"].labels
        predicted = runs.points(each.run, epoch_of(each, epoch))["prediction"]
        counts.append((name(each), analysis.confusion_counts(labels, predicted, classes)))
    chart(figures.confusion(counts, shown[0].panel.class_names, _colors(shown, alike)), "confusion")
    if len(alike) < len(shown):
        st.caption("Runs with other classes than the first are left out.")


def history_charts(shown: Sequence[Pictured], epoch: int) -> None:
    """Scores over the epochs: accuracy, angles, neural collapse."""
    histories = [score_history(each.run) for each in shown]
    panels = []
    for output in metrics.outputs():
        if output.key in CURVES and any(output.key in last for history in histories for last in history.values()):
            lines = [
                (name(each), list(history), [history[at].get(output.key, np.nan) for at in history])
                for each, history in zip(shown, histories, strict=True)
            ]
            panels.append((output, lines))
    chart(figures.histories(panels, epoch), "histories")


def chart(figure: object, key: str) -> None:
    """A plotly figure in the page's theme, with a modest toolbar."""
    st.plotly_chart(
        figure, key=f"chart_{key}", config={"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d"]}
    )


def name(each: Pictured) -> str:
    """What a run is called in a legend."""
    return f"{each.panel.title} ({each.run.id})"


def _boundary(each: Pictured, epoch: int) -> tuple[float, float] | None:
    """Own angle and gap at the loss's decision boundary, for weights as far apart as this run's, in degrees."""
    psi = each.run.header["loss"].get("psi")
    apart = score_history(each.run)[epoch_of(each, epoch)].get("angle_w_inter")
    if psi is None or apart is None:
        return None
    theta = metrics.margin_angle(psi, apart)
    return (theta, apart - 2 * theta) if np.isfinite(theta) else None


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


def _colors(shown: Sequence[Pictured], some: Sequence[Pictured]) -> list[str]:
    """The colours of ``some`` of the runs: those that they have in every chart."""
    keys = [each.run.id for each in shown]
    return [figures.RUN_COLORS[keys.index(each.run.id)] for each in some]
