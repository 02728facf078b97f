"""The sections "Forces" and "Pair weights": what losses do to one small batch, each point and each pair of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from lossviz import losses
from lossviz.toy.cloud import Cloud, CloudKnobs
from lossviz.ui.frame import guarded
from lossviz.ui.knob_widgets import knob_widgets
from lossviz.ui.lab.batch import batch_data, class_names, moved_cloud, pick_losses
from lossviz.ui.lab.mount import CARDS, mount
from lossviz.ui.lab.told import cards, told_losses

if TYPE_CHECKING:
    from lossviz.losses.base import Loss

MOST = 4
FORCES, EDGES = "lab_forces", "lab_edges"
BATCH = 16  # points whose pairs are weighed
PAIR_LOSSES = {
    **{"n_pair": "product", "lifted": "distance", "contrastive": "distance", "triplet": "distance"},
    **{"circle": "cosine", "multi_similarity": "cosine", "nt_xent": "cosine", "supcon": "cosine"},
}
"""Losses of pairs, and by what of a pair they are derived."""


def forces_section() -> None:
    """Minus the gradient on every point of one embedding, side by side for up to four losses."""
    _forces()


@st.fragment
@guarded
def _forces() -> None:
    names = pick_losses(losses.available(), ("softmax", "arcface", "triplet"), "forces", MOST)
    chosen = told_losses(names, FORCES, "forces")
    knobs, points = _cloud_widgets()
    name = "_".join(str(value) for value in (*knobs.values().values(), points))
    cloud, moved = moved_cloud(FORCES, name, knobs, points)
    panels = [_force_panel(loss, cloud, knobs.classes) for loss in chosen]
    data = batch_data(cloud, moved, knobs, points, name) | cards(chosen)
    if _any(panels):
        mount("forces", {**data, "panels": panels}, key=FORCES, scripts=("arrow", *CARDS, "batch", "forces"))


def _force_panel(loss: "Loss", cloud: Cloud, classes: int) -> dict[str, Any]:
    from lossviz.toy.forces import forces, told  # noqa: PLC0415  (imports torch)

    found = forces(loss, cloud.points, cloud.labels, classes)
    return {
        "key": loss.key(),
        "title": loss.title,
        "vectors": found.points.tolist(),
        "value": found.value,
        "words": told(found, cloud.labels, class_names(classes)),
        "prototypes": [] if found.prototypes is None else found.prototypes.tolist(),
        "owners": [] if found.prototype_labels is None else found.prototype_labels.tolist(),
        "sphere": bool(loss.normalises),
    }


def edges_section() -> None:
    """N-pair, lifted structure and other losses of pairs as weighted edges of one batch."""
    _edges()


@st.fragment
@guarded
def _edges() -> None:
    from lossviz.toy.edges import pair_weights  # noqa: PLC0415  (imports torch)

    names = pick_losses(list(PAIR_LOSSES), ("n_pair", "lifted"), "edges", MOST)
    chosen = told_losses(names, EDGES, "edges")
    knobs = CloudKnobs(
        classes=4, overlap=0.5, seed=int(st.number_input("Seed", 0, 9999, 1, width=160, **_kept("edges.seed")))
    )
    cloud, moved = moved_cloud(EDGES, str(knobs.seed), knobs, BATCH)
    panels = []
    for loss in chosen:
        by = PAIR_LOSSES[loss.key()]
        if loss.normalises:
            by = "cosine"
        found = pair_weights(loss, cloud.points, cloud.labels, by)
        panels.append(
            {"key": loss.key(), "title": loss.title, "by": by, "value": found.value, "weights": found.weights.tolist()}
        )
    data = batch_data(cloud, moved, knobs, BATCH, str(knobs.seed)) | cards(chosen)
    if _any(panels):
        mount("edges", {**data, "panels": panels}, key=EDGES, scripts=(*CARDS, "batch", "edges"))


def _cloud_widgets() -> tuple[CloudKnobs, int]:
    with st.popover("Points", icon=":material/scatter_plot:"):
        points = st.slider("Points", 12, 60, 30, 3, **_kept("forces.points"))
        return knob_widgets(CloudKnobs, "forces"), points


def _kept(key: str) -> dict[str, Any]:
    return {"key": key, "bind": "query-params"}


def _any(panels: Sequence[object]) -> bool:
    if not panels:
        st.info("Choose at least one loss.", icon=":material/arrow_upward:")
    return bool(panels)
