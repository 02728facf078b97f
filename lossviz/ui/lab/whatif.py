"""The section "What if": a margin laid on the frozen embeddings of a run. Nothing is trained here."""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from lossviz import figures, losses, runs
from lossviz.records import Floats, Ints
from lossviz.ui.charts import chart
from lossviz.ui.frame import guarded
from lossviz.ui.knob_widgets import knob_widgets
from lossviz.ui.listing import pick_run, readable

if TYPE_CHECKING:
    from lossviz.losses._angular import AngularLoss
    from lossviz.toy.whatif import WhatIf

OTHERWISE = "arcface"


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
        epoch = st.select_slider("Epoch", epochs, epochs[-1], key="whatif.epoch", bind="query-params")
        loss = _pick_loss(run)
    frozen = _frozen(str(run.folder), run.signature(), int(epoch), run)
    if frozen is None:
        st.info("This run has neither prototypes nor a gallery for every class of its probe to measure angles to.")
        return
    from lossviz.toy.whatif import what_if  # noqa: PLC0415  (imports torch)

    embeddings, labels, directions, source = frozen
    found = what_if(loss, embeddings, labels, directions)
    left, right = st.columns([3, 7], gap="medium")
    with left:
        _numbers(found, source, int(epoch))
    with right:
        margin = None if np.isnan(found.boundary) else found.boundary
        gap = None if margin is None else found.apart - 2 * margin
        chart(figures.angles([(loss.title, found.own, found.other)], [margin]), "whatif_angles")
        chart(figures.gaps([(loss.title, found.own, found.other)], [gap]), "whatif_gaps")
    _train_instead(run, loss)


def _pick_loss(run: runs.Run) -> "AngularLoss":
    """An angular loss with one weight a class, and its knobs; the run's own to begin with, where it is one."""
    names = angular_names()
    own = run.config.loss.name
    name = st.selectbox(
        "Loss laid on it",
        names,
        index=names.index(own if own in names else OTHERWISE),
        format_func=lambda each: losses.get(each).title,
        key=f"whatif.loss.{run.id}",
        help="Losses with a target-logit curve and one weight a class.",
    )
    cls: Any = losses.get(str(name))
    defaults: Mapping[str, Any] = run.config.loss.knobs if name == own else {}
    made: AngularLoss = knob_widgets(cls, f"whatif.{run.id}.{name}", defaults)
    return made


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


def _numbers(found: "WhatIf", source: str, epoch: int) -> None:
    """What the loss says of the embeddings as they lie."""
    st.markdown("#### Nothing is trained here")
    st.caption(f"The embeddings of epoch {epoch} stay as they are; angles are to {source}.")
    st.metric("Loss on the frozen embeddings", f"{found.value:.4f}")
    st.metric(
        "Violate the margin",
        f"{100 * found.violates.mean():.1f} %",
        help="Images for which another class's logit beats their own once the margin is taken off it.",
    )
    st.metric("Wrong even without a margin", f"{100 * found.wrong.mean():.1f} %")
    if np.isnan(found.boundary):
        st.warning(
            f"The nearest class is on average {found.apart:.1f}° away: this margin leaves a class nothing, not even "
            "its own prototype, so there is no boundary to draw.",
            icon=":material/report:",
        )
    else:
        st.metric(
            "Boundary at",
            f"{found.boundary:.2f}°",
            help=f"From a class's prototype towards another {found.apart:.1f}° away, the mean distance to the nearest.",
        )


def _train_instead(run: runs.Run, loss: "AngularLoss") -> None:
    """The other thing that could be meant: a new training with these knobs."""
    with st.expander("Train with these knobs instead", icon=":material/model_training:"):
        st.caption("A new run from the same data, net and seed, in which the embeddings follow the loss. From a shell:")
        st.code(command(run, loss), language="sh")


def command(run: runs.Run, loss: "AngularLoss") -> str:
    """The command that trains ``loss`` as ``run`` was trained."""
    config, settings = run.config, run.config.settings
    words = ["--dataset", config.data.name, "--model", config.model.name, "--loss", loss.key()]
    for knob, value in loss.values().items():
        words += [f"--{knob.replace('_', '-')}", str(value)]
    for knob in ("dim", "epochs", "seed", "limit"):
        value = getattr(settings, knob)
        if value is not None:
            words += [f"--{knob}", str(value)]
    return "python -m lossviz train " + " ".join(shlex.quote(word) for word in words)
