"""Where the held images land: prepared and embedded once for each run, the chosen one looked at closely."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import streamlit as st

from lossviz import inference
from lossviz.data._recipes import Pixels
from lossviz.errors import LossvizError
from lossviz.inference import Landing, Space
from lossviz.records import Floats
from lossviz.runs import Run
from lossviz.ui.images.held import Held
from lossviz.ui.images.prepared import prepared

KEY = "embedded_images"
MOST_NETS = 24
"""How many nets of all runs together a way over the epochs takes: as many as are kept in memory."""
MOST_KEPT = 6000
"""Embeddings that a session keeps: of a hundred images under six runs each, and then some."""


@dataclass(frozen=True)
class Landed:
    """The chosen image in ``run`` at ``epoch``, the last whose weights are kept.

    ``pixels`` (C, H, W) is what the net sees, ``said`` are the doubts about it; ``milliseconds`` is what its way
    through the net and to its neighbours took. ``problem`` is why it could not land, and then the rest is missing.
    """

    run: Run
    epoch: int = -1
    pixels: Pixels | None = None
    landing: Landing | None = None
    said: tuple[str, ...] = ()
    milliseconds: float = 0.0
    problem: str = ""

    @property
    def here(self) -> Space:
        """What it landed in."""
        return inference.space(self.run, self.epoch)


def landings(chosen: Sequence[Run], held: Held | None) -> list[Landed]:
    """``held`` in every one of the runs; only their spaces where there is none."""
    return [_landed(run, held) for run in chosen]


def embedded(run: Run, epoch: int, images: Sequence[Pixels]) -> Floats:
    """Embeddings (N, d) of prepared ``images`` (C, H, W); what was asked for before is kept with the session."""
    return np.stack([found for found, _ in _timed(run, epoch, images)])


def way(run: Run, pixels: Pixels, beside: int) -> tuple[tuple[int, ...], Floats]:
    """The epochs (E',) whose weights are kept, and the embeddings (E', d) of one image there.

    Where that were more nets than are kept in memory for ``beside`` runs at once, some of them with the last.
    """
    known = [epoch for epoch in run.weight_epochs() if epoch in run.epochs()]
    count = min(len(known), max(1, MOST_NETS // beside))
    picked = np.unique(np.linspace(len(known) - 1, 0, count).round().astype(int))
    epochs = tuple(known[at] for at in picked)
    return epochs, np.concatenate([embedded(run, epoch, [pixels]) for epoch in epochs])


def _landed(run: Run, held: Held | None) -> Landed:
    try:
        epoch = inference.last_epoch(run)
        inference.space(run, epoch)
        if held is None:
            return Landed(run, epoch)
        made = prepared(run, held)
        embedding, took = _timed(run, epoch, [made.pixels])[0]
        began = time.perf_counter()
        landing = inference.land(run, epoch, embedding)
        took += 1000 * (time.perf_counter() - began)
    except LossvizError as error:
        return Landed(run, problem=str(error))
    return Landed(run, epoch, made.pixels, landing, tuple(made.said), took)


def _timed(run: Run, epoch: int, images: Sequence[Pixels]) -> list[tuple[Floats, float]]:
    """Embeddings (d,), and the milliseconds that each took when it was made; the oldest are let go of."""
    kept: dict[str, tuple[Floats, float]] = st.session_state.setdefault(KEY, {})
    where = f"{run.folder} {epoch} {run.weights_file(epoch).stat().st_mtime_ns}"
    names = [f"{where} {sha256(pixels.tobytes()).hexdigest()}" for pixels in images]
    missing = {name: pixels for name, pixels in zip(names, images, strict=True) if name not in kept}
    if missing:
        began = time.perf_counter()
        found = inference.embed(run, epoch, np.stack(list(missing.values())))
        took = 1000 * (time.perf_counter() - began) / len(missing)
        kept.update({name: (row, took) for name, row in zip(missing, found, strict=True)})
    found_all = [kept[name] for name in names]
    for name in list(kept)[: max(0, len(kept) - MOST_KEPT)]:
        del kept[name]
    return found_all
