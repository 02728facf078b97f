"""The target logit over the angle, with the angles of a run underneath."""

from typing import Any

import numpy as np
import streamlit as st

from lossviz import runs
from lossviz.ui.frame import guarded
from lossviz.ui.lab.mount import mount
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.two_classes import ANGULAR
from lossviz.ui.listing import listed

NO_RUN = "no run"
MOST = 8  # curves in one picture


@st.fragment
@guarded
def target_logit() -> None:
    """Curves of up to eight losses; a run's angles are chosen above them."""
    histogram = _histogram()
    mount(
        "target", {"losses": angular_losses(), "histogram": histogram, "most": MOST}, "lab_target", (*ANGULAR, "target")
    )


def _histogram() -> dict[str, Any] | None:
    """Angles in degrees of the chosen run's probe to their own prototype, at the chosen epoch."""
    names = [entry.name for entry in listed().values() if not entry.problem]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Angles of a run", [NO_RUN, *names], filter_mode="contains", key="angles_of", bind="query-params", width=320
        )
        if name == NO_RUN:
            return None
        run = runs.find(str(name))
        epochs = run.epochs()
        epoch = st.select_slider("Epoch", epochs, value=epochs[-1], key=f"angles_at_{name}", width=320)
    own = runs.points(run, int(epoch))["own"]
    return {"title": f"{name}, epoch {epoch}", "degrees": np.round(own[np.isfinite(own)], 2).tolist()}
