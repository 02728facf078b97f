"""A small batch whose points can be dragged: what is asked about it, and what the browser says was moved."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lossviz import losses
from lossviz.records import Floats
from lossviz.toy.cloud import Cloud, CloudKnobs, make_cloud
from lossviz.ui.lab.told import heard

REACH = np.array([1.9, 1.5], np.float32)
"""How far from the middle a point may be, across and up."""


def pick_losses(names: Sequence[str], default: Sequence[str], key: str, most: int) -> list[str]:
    """A menu of losses; their knobs are on the cards that the section's component draws."""
    titles = {name: losses.get(name).title for name in names}
    picked: list[str] = st.multiselect(
        "Losses",
        names,
        default=list(default),
        max_selections=most,
        format_func=lambda name: titles[name],
        key=key,
        bind="query-params",
    )
    return picked


def moved_cloud(key: str, name: str, knobs: CloudKnobs, points: int) -> tuple[Cloud, list[float]]:
    """The cloud of ``knobs`` in the plane, its points where the person dragged them, and what was moved.

    What was moved is flat: row, x, y, row, x, y, and so on.
    ``key`` is the component's; ``name`` tells this cloud from the one of other knobs.
    """
    cloud = make_cloud(knobs, 2, points)
    said = heard(key)
    if said.get("cloud") != name:
        return Cloud(np.clip(cloud.points, -REACH, REACH), cloud.labels), []
    return _moved(cloud, list(said.get("moved", [])))


def _moved(cloud: Cloud, moved: list[float]) -> tuple[Cloud, list[float]]:
    places: Floats = np.clip(cloud.points, -REACH, REACH)
    for start in range(0, len(moved) - 2, 3):
        row = int(moved[start])
        if 0 <= row < len(places):
            places[row] = np.clip(moved[start + 1 : start + 3], -REACH, REACH)
    return Cloud(places, cloud.labels), moved


def batch_data(cloud: Cloud, moved: list[float], knobs: CloudKnobs, points: int, name: str) -> dict[str, Any]:
    """What ``batch.js`` takes of a cloud: its points before anything was moved, and what was."""
    untouched = make_cloud(knobs, 2, points).points
    return {
        "cloud": name,
        "points": np.clip(untouched, -REACH, REACH).round(4).tolist(),
        "labels": cloud.labels.tolist(),
        "names": class_names(knobs.classes),
        "moved": moved,
    }


def class_names(count: int) -> list[str]:
    """Names of made-up classes."""
    return [f"class {letter}" for letter in "ABCDEFGHIJKL"[:count]]
