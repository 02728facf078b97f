"""Many classes: wedges on the circle, caps on the sphere, and softmax over the plane."""

from typing import Any

import streamlit as st

from lossviz import runs
from lossviz.ui.frame import guarded
from lossviz.ui.lab.mount import mount
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.two_classes import ANGULAR
from lossviz.ui.listing import listed

NO_RUN = "no run"


@st.fragment
@guarded
def many_classes() -> None:
    """Up to six losses on one ring of class weights, evenly spread or learned by a 2-D run."""
    mount("many", {"losses": angular_losses(), "learned": _learned()}, "lab_many", (*ANGULAR, "many"))


def softmax_plane() -> None:
    """Softmax with and without a bias over the plane of embeddings."""
    mount("spokes", {}, "lab_spokes")


def _learned() -> dict[str, Any] | None:
    """The class weights of a 2-D run with one a class, and the classes' names."""
    fitting = [entry.name for entry in listed().values() if not entry.problem and _has_plane(entry.name)]
    if not fitting:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Class weights of a run", [NO_RUN, *fitting], key="weights_of", bind="query-params", width=320
        )
        if name == NO_RUN:
            return None
        run = runs.find(str(name))
        epochs = run.epochs()
        epoch = st.select_slider("Epoch", epochs, value=epochs[-1], key=f"weights_at_{name}", width=320)
    prototypes = run.snapshot(int(epoch)).prototypes
    weights = [] if prototypes is None else prototypes.tolist()
    return {"names": list(run.class_names), "weights": weights} if weights else None


@st.cache_data(ttl=60, show_spinner=False)
def _has_plane(name: str) -> bool:
    run = runs.find(name)
    if run.config.settings.dim != 2:
        return False
    prototypes = run.snapshot(run.epochs()[-1]).prototypes
    return prototypes is not None and len(prototypes) == len(run.class_names)
