"""Many classes on the sphere: the cap that each loss leaves to each class, in the embedding view."""

from functools import cache

import numpy as np
import streamlit as st

from lossviz.records import Floats
from lossviz.ui.frame import guarded
from lossviz.ui.lab.mount import mount, packed
from lossviz.ui.lab.offer import angular_losses
from lossviz.ui.lab.two_classes import ANGULAR
from lossviz.view import Panel, Regions, embedding_view

KEY, VIEW = "lab_sphere", "lab_sphere_view"
COUNTS = range(2, 25)
HEIGHT = 560
STEPS = 1441  # of the curve that the view paints with, from 0 to pi


@st.fragment
@guarded
def sphere() -> None:
    """Up to six losses on one set of evenly spread class weights; the spheres turn together.

    The section's component computes the curves while knobs are dragged and feeds them to the view, which paints.
    """
    from lossviz.toy.caps import lattice  # noqa: PLC0415  (imports torch)

    left, right = st.columns([32, 68], gap="medium")
    with left:
        data = {
            "losses": angular_losses(),
            "weights": {str(count): _weights(count).tolist() for count in COUNTS},
            "lattice": packed(lattice(LATTICE)),
            "view": VIEW,
            "height": HEIGHT,
            "steps": STEPS,
        }
        mount("sphere", data, KEY, (*ANGULAR, "sphere_math", "sphere"))
    with right:
        embedding_view([_bare()], key=VIEW, height=HEIGHT)


LATTICE = 6000
"""Points of the sphere over which shares are counted."""


@cache
def _weights(count: int) -> Floats:
    from lossviz.toy.cloud import spread_directions  # noqa: PLC0415  (imports torch)

    return spread_directions(count, 3)


def _bare() -> Panel:
    """What the view shows until it is fed: ten class weights and no margin."""
    weights, names = _weights(10), tuple(str(k) for k in range(10))
    return Panel(
        key="sphere-0",
        title="Class weights",
        subtitle="no margin",
        positions=weights[None],
        epochs=(0,),
        ids=np.arange(10),
        labels=np.arange(10),
        class_names=names,
        prototypes=weights[None],
        prototype_labels=np.arange(10),
        sphere=True,
        data="sphere",
        regions=Regions(),
    )
