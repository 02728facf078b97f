"""Runs that are being made, as panels of the embedding view: an epoch more every time one comes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from lossviz import projection, runs
from lossviz.projection import Projection
from lossviz.records import Floats
from lossviz.ui.pictured import Pictured, make_panel, placed, settled

MOST_EPOCHS = 32  # shown of a run that is being made; all of them are in Compare
DRAWN = "live_drawn"


def live_picture(run: runs.Run, method: Projection) -> Pictured:
    """``run`` by a linear ``method``, without the measurements of trust, which would have to be made at every epoch.

    A method that is fitted to what there is may turn as epochs come. So each picture is turned, as a whole, onto the
    one that this visitor saw last.
    """
    method = settled(run, method)
    name = f"{run.folder} {run.header['created']} {method.key()} {method.values()}"
    found = _picture(name, run.signature(), run, method)
    seen: dict[str, tuple[Pictured, Pictured]] = st.session_state.setdefault(DRAWN, {})
    if name not in seen or seen[name][0] is not found:
        seen[name] = found, _turned(found, seen[name][1]) if name in seen else found
    return seen[name][1]


def thinned(epochs: Sequence[int]) -> list[int]:
    """At most ``MOST_EPOCHS`` of ``epochs``: evenly spaced in steps that are powers of two, and the last."""
    step = 1
    while -(-len(epochs) // step) >= MOST_EPOCHS:
        step *= 2
    kept = [epoch for index, epoch in enumerate(epochs) if index % step == 0]
    return kept if kept[-1] == epochs[-1] else [*kept, epochs[-1]]


@st.cache_resource(max_entries=24, show_spinner=False)
def _picture(name: str, files: str, _run: runs.Run, _method: Projection) -> Pictured:
    rows, epochs = runs.drawn_rows(_run), thinned(_run.epochs())
    snapshots = [_run.snapshot(epoch) for epoch in epochs]
    fitted = _method.fit_sequence([snapshot.embeddings["probe"][rows] for snapshot in snapshots])
    panel = make_panel(_run, dict(zip(epochs, fitted.positions, strict=True)), None)
    said = (
        fitted.note
        if len(epochs) == len(_run.epochs())
        else f"{fitted.note}; {len(epochs)} epochs of {len(_run.epochs())}"
    )
    return Pictured(_run, replace(panel, prototypes=placed(fitted, snapshots), sphere=fitted.sphere), rows, said)


def _turned(new: Pictured, before: Pictured) -> Pictured:
    """``new`` turned onto ``before`` at the last epoch that both have."""
    common = sorted(set(new.panel.epochs) & set(before.panel.epochs))
    if not common or new.panel.positions.shape[1:] != before.panel.positions.shape[1:]:
        return new
    here, there = (each.panel.positions[each.panel.epochs.index(common[-1])] for each in (new, before))
    if np.array_equal(here, there):
        return new
    matrix = projection.align(here, there).matrix
    prototypes = None if new.panel.prototypes is None else _by(new.panel.prototypes, matrix)
    return replace(new, panel=replace(new.panel, positions=_by(new.panel.positions, matrix), prototypes=prototypes))


def _by(points: Floats, matrix: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Floats:
    turned: Floats = (points @ matrix).astype(np.float32)
    return turned
