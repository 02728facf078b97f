"""Figures of several runs at one epoch and over all epochs: arrays from the runs, figures from ``figures``."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from lossviz import analysis, figures, metrics, runs
from lossviz.analysis import PairCurves
from lossviz.report.pictured import Pictured, epoch_of

History = Mapping[int, Mapping[str, float]]
"""The scores of every epoch of a run."""
Paired = tuple[Pictured, PairCurves]

CURVES = (
    "centroid_accuracy", "knn_accuracy", "map_at_r", "angle_w_ec", "angle_intra", "angle_inter", "nc1",
    "nc2_equinorm", "nc2_equiangularity", "nc2_max_angle",
)  # fmt: skip
ANGLES_SAID = (
    "Angles are to the class weights, proxies or centers of the loss; where it has none, to the class centroids of "
    "the training images. The line marks where the loss's own decision boundary lies between two weights that are "
    "as far apart as this run's are on average: an image to its right still costs the loss a margin."
)


def name(each: Pictured) -> str:
    """What a run is called in a legend."""
    return f"{each.panel.title} ({each.run.id})"


def angle_figures(shown: Sequence[Pictured], epoch: int, histories: Sequence[History]) -> tuple[go.Figure, go.Figure]:
    """Angles to the own and to the nearest other prototype, and the gap between them."""
    points = [(name(each), runs.points(each.run, epoch_of(each, epoch))) for each in shown]
    told = [(title, found["own"], found["other"]) for title, found in points]
    ends = [boundary(each, epoch, history) for each, history in zip(shown, histories, strict=True)]
    own, gap = ([None if end is None else end[which] for end in ends] for which in (0, 1))
    return figures.angles(told, own), figures.gaps(told, gap)


def boundary(each: Pictured, epoch: int, history: History) -> tuple[float, float] | None:
    """Own angle and gap at the loss's decision boundary, for weights as far apart as this run's, in degrees."""
    psi = each.run.header["loss"].get("psi")
    apart = history[epoch_of(each, epoch)].get("angle_w_inter")
    if psi is None or apart is None:
        return None
    theta = metrics.margin_angle(psi, apart)
    return (theta, apart - 2 * theta) if np.isfinite(theta) else None


def norm_figure(shown: Sequence[Pictured], epoch: int, highest: float) -> go.Figure:
    """Lengths of the embeddings, on one axis that ends at ``highest``."""
    norms = [(name(each), runs.points(each.run, epoch_of(each, epoch))["norm"]) for each in shown]
    return figures.norms(norms, highest)


def norms_said(shown: Sequence[Pictured]) -> str:
    """What must be said of lengths where losses do not look at them; empty where all do."""
    blind = [each.panel.title for each in shown if each.run.header["loss"]["normalises"]]
    return f"{', '.join(blind)}: the loss looks at directions only, so that lengths are left to drift." if blind else ""


def pair_figure(shown: Sequence[Pictured], there: Sequence[Paired]) -> go.Figure:
    """Angles within and between classes, over all pairs of probes, of the runs that have pairs."""
    series = [(name(each), found.within, found.between) for each, found in there]
    return figures.pair_angles(series, there[0][1].edges, colours(shown, [each for each, _ in there]))


def verification_figures(
    shown: Sequence[Pictured], there: Sequence[Paired], eers: Sequence[float | None]
) -> tuple[go.Figure, go.Figure]:
    """The ROC, and FaceNet's VAL and FAR over the distance."""
    chosen = colours(shown, [each for each, _ in there])
    rates = [(name(each), found.val, found.val_far) for each, found in there]
    roc = figures.roc([(name(each), found.far, found.tar) for each, found in there], eers, chosen)
    return roc, figures.val_far(rates, there[0][1].distance, chosen)


def confusion_figure(shown: Sequence[Pictured], epoch: int) -> tuple[go.Figure, bool]:
    """Which classes the nearest centroid takes for which, and whether runs with other classes were left out."""
    classes = len(shown[0].panel.class_names)
    alike = [each for each in shown if len(each.panel.class_names) == classes]
    counts = []
    for each in alike:
        labels = each.run.samples["probe"].labels
        predicted = runs.points(each.run, epoch_of(each, epoch))["prediction"]
        counts.append((name(each), analysis.confusion_counts(labels, predicted, classes)))
    return figures.confusion(counts, shown[0].panel.class_names, colours(shown, alike)), len(alike) < len(shown)


def history_figure(
    shown: Sequence[Pictured], epoch: int | None, histories: Sequence[History], wanted: Sequence[str] = CURVES
) -> go.Figure:
    """Scores over the epochs: accuracy, angles, neural collapse."""
    panels = []
    for output in metrics.outputs():
        if output.key in wanted and any(output.key in last for history in histories for last in history.values()):
            lines = [
                (name(each), list(history), [history[at].get(output.key, np.nan) for at in history])
                for each, history in zip(shown, histories, strict=True)
            ]
            panels.append((output, lines))
    return figures.histories(panels, epoch)


def colours(shown: Sequence[Pictured], some: Sequence[Pictured]) -> list[str]:
    """The colours of ``some`` of the runs: those that they have in every chart."""
    keys = [each.run.id for each in shown]
    return [figures.RUN_COLORS[keys.index(each.run.id)] for each in some]
