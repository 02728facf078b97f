"""Many classes on the sphere: the cap that each loss leaves to each class, in the embedding view."""

from typing import Any

import numpy as np
import streamlit as st

from lossviz import losses
from lossviz.knobs import Value
from lossviz.ui.frame import guarded
from lossviz.ui.lab.offer import angular_losses, spoken
from lossviz.view import Panel, embedding_view

KEY = "lab_sphere_view"
FIRST = ["normface", "cosface", "arcface"]
MOST = 4


@st.fragment
@guarded
def sphere() -> None:
    """Up to four losses on one set of evenly spread class weights; the spheres turn together."""
    titles = {entry["key"]: entry["title"] for entry in angular_losses()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = st.slider("Classes C", 2, 24, 10, key="sphere.classes", bind="query-params", width=240)
        chosen = st.multiselect(
            "Losses",
            list(titles),
            default=FIRST,
            max_selections=MOST,
            format_func=titles.__getitem__,
            key="sphere.losses",
            bind="query-params",
            width=460,
        )
    if not chosen:
        st.info("Choose a loss to see which part of the sphere it leaves to each class.")
        return
    columns = st.columns(len(chosen))
    picked = []
    for column, key in zip(columns, chosen, strict=True):
        with column:
            picked.append((key, titles[key], _knobs(key)))
    panels, words = zip(*(_panel(key, title, count, values) for key, title, values in picked), strict=True)
    embedding_view(panels, key=KEY, height=560)
    for column, said in zip(st.columns(len(chosen)), words, strict=True):
        column.caption(said)


def _knobs(key: str) -> tuple[tuple[str, Value], ...]:
    """Sliders of the numbers that the loss's curve depends on, with their declared ranges."""
    cls = losses.get(key)
    used = {each["name"] for entry in angular_losses() if entry["key"] == key for each in entry["numbers"]}
    values = []
    for knob in cls.knobs():
        if knob.name not in used or knob.name == "scale" or knob.low is None or knob.high is None:
            continue
        kind = int if knob.kind is int or _whole(cls, knob.name) else float
        step = kind(1 if kind is int else knob.step or 0.01)
        label = spoken(knob) + (f" ({knob.unit})" if knob.unit else "")
        default: Any = knob.default
        name = f"sphere.{key}.{knob.name}"
        value = st.slider(
            label, kind(knob.low), kind(knob.high), kind(default), step, help=knob.help, key=name, bind="query-params"
        )
        values.append((knob.name, value))
    return tuple(values)


def _whole(cls: type[Any], name: str) -> bool:
    """Whether the loss as it is first made takes whole numbers only."""
    return any(
        each.endswith(f":{name}") for entry in angular_losses() if entry["key"] == cls.key() for each in entry["whole"]
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _panel(key: str, title: str, count: int, values: tuple[tuple[str, Value], ...]) -> tuple[Panel, str]:
    """The loss's caps as a panel, and what they say."""
    from lossviz.toy.caps import caps  # noqa: PLC0415  (imports torch)
    from lossviz.toy.cloud import spread_directions  # noqa: PLC0415

    loss: Any = losses.get(key).from_values(dict(values))
    weights = np.asarray(spread_directions(count, 3), np.float64)
    found = caps(loss.psi, weights)
    apart = np.degrees(np.arccos(np.clip((weights @ weights.T - 2 * np.eye(count)).max(), -1, 1)))
    held = len(np.unique(found.owner))
    points = np.concatenate([found.points, weights]) if held == 0 else found.points
    owner = np.arange(count) if held == 0 else found.owner
    panel = Panel(
        key=f"sphere-{key}",
        title=title,
        subtitle=", ".join(f"{name} {value:g}" for name, value in values) or "no margin",
        positions=points[None].astype(np.float32),
        epochs=(0,),
        ids=np.arange(len(points)),
        labels=owner,
        class_names=tuple(str(k) for k in range(count)),
        prototypes=weights[None].astype(np.float32),
        prototype_labels=np.arange(count),
        sphere=True,
        data=f"sphere {key} {count} {values}",
    )
    return panel, _said(held, count, found.share, float(apart))


def _said(held: int, count: int, share: float, apart: float) -> str:
    if held == 0:
        return (
            f"Nowhere: class weights are {apart:.1f}° apart, and the margin is met at no direction, not even on them."
        )
    if share > 0.999:
        return f"All of the sphere: there is no margin. Nearest class weights are {apart:.1f}° apart."
    whose = "every class has a cap" if held == count else f"{held} of {count} classes have a cap"
    return (
        f"{100 * share:.0f} % of the sphere: {whose}; the rest is margin. Nearest class weights are {apart:.1f}° apart."
    )
