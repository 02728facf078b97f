"""The section "Trained toy": losses trained in the background on a cloud of points, and played."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import streamlit as st

from lossviz import losses
from lossviz.toy.cloud import CloudKnobs
from lossviz.ui.frame import guarded
from lossviz.ui.knob_widgets import knob_widgets
from lossviz.ui.lab.batch import class_names, pick_losses
from lossviz.ui.lab.mount import CARDS, mount
from lossviz.ui.lab.told import cards, told_losses
from lossviz.ui.lab.two_classes import ANGULAR
from lossviz.view import Channel, Panel, Regions, embedding_view

if TYPE_CHECKING:
    from lossviz.losses.base import Loss
    from lossviz.toy.bench import Bench, Entrant, Order
    from lossviz.toy.training import Toy, ToyKnobs

KEY, KNOBS = "toy_view", "lab_toy"
MOST = 4
MOST_PANELS = 6
CELLS = 64  # of a picture of regions, along each side
POLL = 0.4  # seconds between two looks at a training
HEIGHT = 620
WHY_WARM = """
**Why the start matters.** A loss that looks at directions only, in two dimensions, lives on a circle. There classes
cannot pass through one another: whatever order they and their weights happened to lie in when it took over is frozen,
two classes that started in each other's way stay there, and a larger scale freezes them sooner. Plain softmax is not
bound to the circle: its classes move through the middle. So a *warm start* trains softmax without a bias for a part of
the steps, then turns the loss's class weights to the directions found. In three dimensions there is a way round, and
the difference nearly goes away. Try *free points*, which have no net to sort them beforehand.
"""


@dataclass(frozen=True)
class Shown:
    """A training as it is drawn."""

    loss: "Loss"
    toy: "Toy"
    panel: Panel
    accuracy: float
    words: tuple[str, ...]


def toy_section() -> None:
    """Choose, train in the background, play."""
    from lossviz.toy.bench import Entrant  # noqa: PLC0415  (imports torch)
    from lossviz.toy.training import ToyKnobs  # noqa: PLC0415

    names = pick_losses(losses.available(), ("softmax", "arcface"), "toy", MOST)
    chosen = told_losses(names, KNOBS, "toy")
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Points", icon=":material/scatter_plot:"):
            cloud = knob_widgets(CloudKnobs, "toy.cloud", {"classes": 6})
        with st.popover("Training", icon=":material/model_training:"):
            knobs = knob_widgets(ToyKnobs, "toy")
        start = st.segmented_control(
            "Start of normalised losses",
            ["Cold", "Warm", "Both"],
            default="Cold",
            required=True,
            key="toy.start",
            bind="query-params",
            help="Warm: plain softmax first, whose class directions the loss then begins from.",
        )
    entrants = [Entrant(loss, warm) for loss in chosen for warm in _starts(loss, str(start))][:MOST_PANELS]
    if not entrants:
        st.info("Choose at least one loss.", icon=":material/arrow_upward:")
        return
    order = _bench().ask(_visitor(), entrants, knobs, cloud)
    left, right = st.columns([30, 70], gap="medium")
    with right:
        with st.container():  # there in any case, so that the view keeps its place, and with it its camera
            if not order.done:
                st.fragment(_progress, run_every=POLL)(order)
        if order.done:
            st.session_state["toy_shown"] = order
        shown = st.session_state.get("toy_shown")
        if shown is not None:
            _played(shown)
    with left:
        _knobs(chosen, shown)
    with st.expander("Why the start matters", expanded=start != "Cold"):
        st.markdown(WHY_WARM)


def _knobs(chosen: "list[Loss]", shown: "Order | None") -> None:
    """The losses' cards. While a knob is dragged the view's regions follow; when it is let go, training starts anew."""
    data = cards(chosen)
    trained = cards([each.loss for each in shown.entrants])["knobs"] if shown else {}
    curves = {name: found for name in data["knobs"] if (found := _curve(name))}
    mount("toy", {**data, "view": KEY, "trained": trained, "curves": curves}, KNOBS, (*ANGULAR, *CARDS, "toy"))


@st.cache_resource(show_spinner=False)
def _curve(name: str) -> dict[str, Any] | None:
    """The expressions of the loss's curve, for the view to be fed with; ``None`` where angle and knobs are not all."""
    from lossviz.toy.angular import curve  # noqa: PLC0415  (imports torch)

    cls: Any = losses.get(name)
    if not hasattr(cls, "psi") or getattr(cls, "situation", None):
        return None
    found = curve(cls)
    margins = {knob.name for knob in found.numbers} - {"scale"}
    if not found.live or not margins:
        return None
    return {"trees": found.trees, "choices": [knob.name for knob in found.choices], "margins": sorted(margins)}


def _starts(loss: "Loss", asked: str) -> tuple[bool, ...]:
    """With a warm start or without, or both, where there is anything to start warm."""
    if asked == "Cold" or not can_warm(loss):
        return (False,)
    return (True,) if asked == "Warm" else (False, True)


def can_warm(loss: "Loss") -> bool:
    """Whether there is anything that a warm start could turn: class weights of a normalised loss."""
    from lossviz.toy.forces import fresh_criterion  # noqa: PLC0415  (imports torch)

    return bool(loss.normalises) and fresh_criterion(loss, 3, 2).prototypes is not None


@st.cache_resource(show_spinner=False)
def _bench() -> "Bench":
    from lossviz.toy.bench import Bench  # noqa: PLC0415  (imports torch)

    return Bench()


def _visitor() -> str:
    return str(st.session_state.setdefault("toy_visitor", uuid4().hex))


def _progress(order: "Order") -> None:
    if order.done:
        st.rerun()
    names = ", ".join(each.loss.title for each in order.entrants)
    st.progress(order.fraction, f"Training {names} for {order.knobs.steps} steps each")


@st.fragment
@guarded
def _played(order: "Order") -> None:
    shown = [
        drawn(entrant, toy, order.knobs, order.cloud)
        for entrant, toy in zip(order.entrants, order.results(), strict=True)
    ]
    state = embedding_view([each.panel for each in shown], key=KEY, height=HEIGHT if len(shown) < 4 else 760)
    st.caption(_explained(shown))
    _regions(shown, state.epoch, order.cloud)
    for column, each in zip(st.columns(len(shown)), shown, strict=True):
        with column:
            _told(each, state.epoch)


def _explained(shown: list[Shown]) -> str:
    """What the view shows of these trainings, and what it cannot."""
    words = [
        "The view's epochs are steps of the optimiser. Normalised losses are drawn on the unit circle or sphere that "
        "they see; class weights of the others are lengthened alike until they reach as far as the points."
    ]
    painted = [each for each in shown if each.panel.regions]
    if painted:
        words.append(
            "Painted in a class's colour: its own places for sure. Grey: the margin, where a class wins but not once "
            "its margin is taken off."
        )
    if any(each.toy.frames.shape[2] == 3 and not each.loss.normalises for each in painted):
        words.append(
            "A loss that does not normalise divides all of space. It is painted on the sphere through the outermost "
            "points; without a bias the regions are cones with their tips at the origin, so nothing is left out."
        )
    bare = [each.panel.title for each in shown if not each.panel.regions]
    if bare:
        words.append(
            f"No regions for {', '.join(bare)}: there are no class weights that alone decide whose a place is."
        )
    return " ".join(words)


def _regions(shown: list[Shown], step: int, cloud: CloudKnobs) -> None:
    """The plane divided among the classes at ``step``, for the losses whose class weights decide that alone."""
    from lossviz.toy.regions import has_regions  # noqa: PLC0415  (imports torch)

    there = [each for each in shown if each.toy.frames.shape[2] == 2 and has_regions(each.loss, cloud.classes)]
    if not there:
        return
    panels = [_divided(each, step, cloud.classes) for each in there]
    labels = there[0].toy.labels.tolist()
    data = {"panels": panels, "step": step, "labels": labels, "cells": CELLS}
    mount("regions", data, key="lab_regions", scripts=("arrow", "regions"))


def _divided(each: Shown, step: int, classes: int) -> dict[str, Any]:
    from lossviz.toy.regions import regions  # noqa: PLC0415  (imports torch)

    toy, drawn_as = each.toy, each.panel.prototypes
    frame = max((i for i, known in enumerate(toy.steps) if known <= step), default=0)
    points = toy.frames[frame]
    reach = 1.15 * float(max(np.quantile(np.linalg.norm(points, axis=1), 0.98), 1e-3))
    assert toy.prototypes is not None and toy.prototype_labels is not None and drawn_as is not None
    found = regions(each.loss, toy.prototypes[frame], classes, reach, CELLS)
    longest = float(np.linalg.norm(drawn_as[frame], axis=1).max())
    return {
        "key": each.panel.key,
        "title": each.panel.title,
        "reach": reach,
        "winner": found.winner.ravel().tolist(),
        "confident": found.confident.ravel().astype(int).tolist(),
        "margin": not bool(found.confident.all()),
        "points": points.round(4).tolist(),
        "prototypes": (drawn_as[frame] * (0.8 * reach / max(longest, 1e-12))).round(4).tolist(),
        "owners": toy.prototype_labels.tolist(),
    }


def _told(each: Shown, step: int) -> None:
    """What is to be said of one training, and its loss at the step where the slider rests."""
    done = min(step, len(each.toy.losses))
    value = f"{each.toy.losses[done - 1]:.3f}" if done else "not trained yet"
    warming = " of the warm start's softmax" if 0 < done <= each.toy.warm else ""
    st.markdown(f"**{each.panel.title}** · {100 * each.accuracy:.0f} % nearest to their own class at the end")
    st.caption(f"Loss at step {done}{warming}: {value}")
    for sentence in each.words:
        st.warning(sentence, icon=":material/report:")
    if not each.words:
        st.caption("Nothing went wrong.")


def drawn(entrant: "Entrant", toy: "Toy", knobs: "ToyKnobs", cloud: CloudKnobs) -> Shown:
    """A training as a panel of the embedding view; its steps are the epochs."""
    from lossviz.toy.diagnosis import diagnose, told_of_points  # noqa: PLC0415  (imports torch)
    from lossviz.toy.regions import rule_of  # noqa: PLC0415

    loss, found = entrant.loss, diagnose(entrant.loss, toy, knobs, cloud)
    frames, prototypes = toy.frames, toy.prototypes
    if loss.normalises:
        frames, prototypes = _unit(frames), None if prototypes is None else _unit(prototypes)
    elif prototypes is not None and loss.family != "centers":
        prototypes = _drawn_out(prototypes, frames)
    each = [told_of_points(loss, toy, frame) for frame in range(len(toy.steps))]
    predicted = np.stack([told["prediction"] for told in each])
    rule = rule_of(loss, toy, cloud.classes)
    title = loss.title + (" (warm)" if entrant.warm else "")
    panel = Panel(
        key=f"{loss.key()}{'-warm' if entrant.warm else ''}",
        title=title,
        subtitle=f"{100 * found.accuracy:.0f} % right"
        + (f" · unit {'sphere' if frames.shape[2] == 3 else 'circle'}" if loss.normalises else ""),
        positions=frames,
        epochs=toy.steps,
        ids=np.arange(len(toy.labels)),
        labels=toy.labels,
        class_names=tuple(class_names(cloud.classes)),
        channels=(
            Channel("correct", "Nearest to own class", "binary", predicted == toy.labels),
            Channel("own", "Angle to own prototype", "continuous", np.stack([told["own"] for told in each]), "deg", 0),
        ),
        prototypes=prototypes,
        prototype_labels=toy.prototype_labels,
        sphere=bool(loss.normalises),
        data=f"{cloud.values()} {knobs.points} {knobs.dim}",
        regions=Regions(rule.by, rule.curves) if rule else None,
    )
    return Shown(loss, toy, panel, found.accuracy, found.words)


def _drawn_out(weights: Any, frames: Any) -> Any:
    """Class weights, all lengthened alike until they reach as far as the embedding: short ones could not be seen."""
    reach, length = np.median(np.linalg.norm(frames[-1], axis=1)), np.linalg.norm(weights[-1], axis=1).mean()
    return (weights * (reach / max(length, 1e-12))).astype(np.float32)


def _unit(rows: Any) -> Any:
    lengths: Any = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)
