"""The section "What if": a margin laid on the frozen embeddings of a run. Nothing is trained here."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from lossviz import losses, runs
from lossviz.records import Choice, Config, Floats, Ints
from lossviz.report.shell import command
from lossviz.ui.frame import guarded, link
from lossviz.ui.lab.mount import CARDS, mount, packed
from lossviz.ui.lab.told import cards, heard, linked, linked_knobs, with_knobs
from lossviz.ui.lab.two_classes import ANGULAR
from lossviz.ui.listing import pick_run, readable
from lossviz.ui.train.address import query_of

if TYPE_CHECKING:
    from lossviz.losses._angular import AngularLoss
    from lossviz.toy.whatif import Seen

OTHERWISE = "arcface"
KEY = "lab_whatif"
MOST = 1_000_000  # cosines that travel to the browser: 5 MB


def whatif_section() -> None:
    """Choose a run, lay a loss on it."""
    run = pick_run("whatif.run")
    if run is not None and readable([run]):
        _what_if(run)


@st.fragment
@guarded
def _what_if(run: runs.Run) -> None:
    epochs = run.epochs()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epoch = int(st.select_slider("Epoch", epochs, epochs[-1], key="whatif.epoch", bind="query-params"))
        name = _pick_loss(run)
    frozen = _frozen(str(run.folder), run.signature(), epoch, run)
    if frozen is None:
        st.info("This run has neither prototypes nor a gallery for every class of its probe to measure angles to.")
        return
    loss = _told(run, name)
    data = _card(run, loss) | _angles(str(run.folder), run.signature(), epoch, frozen)
    if not data["live"]:
        data |= _answer(loss, frozen)
    data["words"] = f"The embeddings of epoch {epoch} stay as they are; angles are to {frozen[3]}.{_left_out(frozen)}"
    mount("whatif", data, KEY, (*ANGULAR, *CARDS, "whatif_math", "whatif"))
    if not run.foreign:
        _train_instead(run, loss)


def _pick_loss(run: runs.Run) -> str:
    """An angular loss with one weight a class; the run's own to begin with, where it is one."""
    names = angular_names()
    own = run.config.loss.name
    return str(
        st.selectbox(
            "Loss laid on it",
            names,
            index=names.index(own if own in names else OTHERWISE),
            format_func=lambda each: losses.get(each).title,
            key=f"whatif.loss.{run.id}",
            bind="query-params",
            help="Losses with a target-logit curve and one weight a class.",
        )
    )


def _told(run: runs.Run, name: str) -> "AngularLoss":
    """The loss with the knobs that it has in the browser, over those of the run where it is the run's own."""
    said = heard(KEY)
    values: dict[str, Any] = dict(run.config.loss.knobs) if name == run.config.loss.name else {}
    if said.get("run") == run.id:
        values |= said.get("knobs", {}).get(name, {})
    elif linked("whatif").get("run", run.id) == run.id:
        values |= linked_knobs(name, "whatif")
    made: Any = with_knobs(losses.get(name), values)
    return made


def _card(run: runs.Run, loss: "AngularLoss") -> dict[str, Any]:
    """The loss's card, which begins with the run's knobs where it is the run's own, and its curve."""
    curve = _curve(loss.key())
    data = cards([loss])
    own = run.config.loss.knobs if loss.key() == run.config.loss.name else {}
    (card,) = data["losses"]
    begun = {
        part: [{**knob, "default": own.get(knob["name"], knob["default"])} for knob in card[part]]
        for part in ("numbers", "choices")
    }
    margins = [knob["name"] for knob in card["numbers"] if knob["name"] in curve["used"] and knob["name"] != "scale"]
    return {
        **data,
        "losses": [{**card, **begun}],
        "run": run.id,
        "live": curve["live"],
        "trees": curve["trees"],
        "choices": curve["choices"],
        "margin": f"{loss.key()}.{margins[0]}" if margins else "",
    }


@st.cache_resource(show_spinner=False)
def _curve(name: str) -> dict[str, Any]:
    """The loss's expressions, and whether its value follows from them alone."""
    from lossviz.toy.angular import curve  # noqa: PLC0415  (imports torch)
    from lossviz.toy.whatif import follows_curve  # noqa: PLC0415

    cls: Any = losses.get(name)
    found = curve(cls)
    return {
        "trees": found.trees,
        "choices": [knob.name for knob in found.choices],
        "used": {knob.name for knob in found.numbers},
        "live": found.live and follows_curve(cls),
    }


@st.cache_resource(max_entries=16, show_spinner=False)
def _angles(folder: str, files: str, epoch: int, _frozen: tuple[Floats, Ints, Floats, str]) -> dict[str, Any]:
    """What the browser computes with."""
    found = _seen(_frozen)
    return {
        "theta": packed(found.theta),
        "cosines": packed(found.cosines),
        "labels": _part(_frozen)[1].tolist(),
        "apart": found.apart,
    }


def _seen(frozen: tuple[Floats, Ints, Floats, str]) -> "Seen":
    from lossviz.toy.whatif import seen  # noqa: PLC0415  (imports torch)

    return seen(*_part(frozen))


def _part(frozen: tuple[Floats, Ints, Floats, str]) -> tuple[Floats, Ints, Floats]:
    """As many of the embeddings, evenly picked, as can travel."""
    embeddings, labels, directions, _ = frozen
    every = -(-len(labels) * len(directions) // MOST)
    return np.ascontiguousarray(embeddings[::every]), labels[::every], directions


def _left_out(frozen: tuple[Floats, Ints, Floats, str]) -> str:
    shown, there = len(_part(frozen)[1]), len(frozen[1])
    return "" if shown == there else f" Of {there} images {shown} are taken, evenly picked: there are many classes."


def _answer(loss: "AngularLoss", frozen: tuple[Floats, Ints, Floats, str]) -> dict[str, Any]:
    """What the criterion says, for losses whose value the browser cannot compute."""
    from lossviz.toy.whatif import what_if  # noqa: PLC0415  (imports torch)

    found = what_if(loss, *_part(frozen))
    told = {"value": found.value, "violates": int(found.violates.sum()), "wrong": int(found.wrong.sum())}
    boundary = None if np.isnan(found.boundary) else found.boundary
    return {"answer": {**told, "boundary": boundary}, "targets": packed(found.target)}


@st.cache_resource(show_spinner="Reading the losses…")
def angular_names() -> list[str]:
    """Losses of directions that have a target-logit curve and one weight a class."""
    from lossviz.losses._angular import AngularLoss  # noqa: PLC0415  (imports torch)
    from lossviz.toy.forces import fresh_criterion  # noqa: PLC0415

    found = []
    for name in losses.available():
        loss = losses.get(name)()
        if isinstance(loss, AngularLoss) and loss.normalises:
            prototypes = fresh_criterion(loss, 3, 2).prototypes
            if prototypes is not None and len(prototypes) == 3:
                found.append(name)
    return found


@st.cache_resource(max_entries=32, show_spinner=False)
def _frozen(folder: str, files: str, epoch: int, _run: runs.Run) -> tuple[Floats, Ints, Floats, str] | None:
    """Embeddings, labels 0 to C-1, one direction a class, and what the directions are."""
    evidence = _run.evidence(epoch)
    labels, known = evidence.probe_labels, evidence.prototype_labels
    classes = np.unique(labels)
    numbered = np.searchsorted(classes, labels)
    if evidence.prototypes is not None and known is not None and sorted(known) == sorted(classes):
        directions = np.ascontiguousarray(evidence.prototypes[np.argsort(known)])
        return evidence.probe, numbered, directions, "the run's own prototypes"
    if not np.isin(classes, evidence.gallery_labels).all():
        return None
    unit = evidence.gallery / np.maximum(np.linalg.norm(evidence.gallery, axis=1, keepdims=True), 1e-12)
    means = np.stack([unit[evidence.gallery_labels == each].mean(0) for each in classes])
    return evidence.probe, numbered, means, "the mean directions of the gallery's classes"


def _train_instead(run: runs.Run, loss: "AngularLoss") -> None:
    """The other thing that could be meant: a new training with these knobs."""
    config = retrained(run, loss)
    words = "A new run from the same data, net and seed, in which the embeddings follow the loss"
    with st.container(horizontal=True, vertical_alignment="center"):
        link("train", "Train with these knobs", query_of(config))
        with st.popover("From a shell", icon=":material/terminal:"):
            st.caption(f"{words}:")
            st.code(command(config), language="sh")
        st.caption(f"{words}.")


def retrained(run: runs.Run, loss: "AngularLoss") -> Config:
    """What trains ``loss`` as ``run`` was trained."""
    return replace(run.config, loss=Choice(loss.key(), loss.values()))
