"""Runs as panels of the embedding view: projected, coloured, aligned, with thumbnails; kept for the next look."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from lossviz import projection, runs
from lossviz.projection import Fitted, Projection
from lossviz.records import Floats, Ints
from lossviz.ui.drawn import drawn_rows, signature
from lossviz.ui.pictures import sprite
from lossviz.view import Channel, Panel

KEPT_OF = 10


@dataclass(frozen=True)
class Pictured:
    """A run as it is drawn. ``rows`` (N,) are the probes that are; ``residual`` is left after aligning it."""

    run: runs.Run
    panel: Panel
    rows: Ints
    fitted: Fitted
    residual: float | None = None

    @property
    def note(self) -> str:
        """What must be said of the picture."""
        words = [self.fitted.note]
        if len(self.rows) < len(self.run.samples["probe"].labels):
            words.append(
                f"{len(self.rows):,} of {len(self.run.samples['probe'].labels):,} points, the same of each class"
            )
        if self.residual is not None:
            words.append(f"residual after aligning {self.residual:.2f}")
        return "; ".join(word for word in words if word)


def picture(run: runs.Run, method: Projection) -> Pictured:
    """``run`` drawn by ``method``; computed once for the same files and knobs."""
    settled = method.settled(bool(run.header["loss"]["normalises"]))
    return _picture(str(run.folder), signature(run), f"{settled.key()} {settled.values()}", run, settled)


@st.cache_resource(max_entries=64, show_spinner=False)
def _picture(folder: str, files: str, named: str, _run: runs.Run, _method: Projection) -> Pictured:
    rows, epochs = drawn_rows(_run), _run.epochs()
    snapshots = [_run.snapshot(epoch) for epoch in epochs]
    embeddings = [snapshot.embeddings["probe"][rows] for snapshot in snapshots]
    fitted = _method.fit_sequence(embeddings)
    samples, loss = _run.samples["probe"], _run.header["loss"]
    panel = Panel(
        key=_run.id,
        title=str(loss["title"]),
        subtitle=_run.id,
        positions=fitted.positions,
        epochs=tuple(epochs),
        ids=samples.index[rows],
        labels=samples.labels[rows],
        class_names=_run.class_names,
        channels=_channels(_run, epochs, rows, _kept(_run, _method, embeddings, fitted)),
        prototypes=_prototypes(fitted, [snapshot.prototypes for snapshot in snapshots]),
        prototype_labels=_run.prototype_labels,
        sphere=fitted.sphere,
        sprite=sprite(_run, rows),
        data=str(_run.header["hashes"]["data"]),
    )
    return Pictured(_run, panel, rows, fitted)


def _kept(run: runs.Run, method: Projection, embeddings: Sequence[Floats], fitted: Fitted) -> Floats:
    """(E, N) per cent of the true neighbours of each point that the picture keeps; stored beside the run."""
    metric, depends = str(run.header["loss"]["metric"]), f"{method.key()} {method.values()} {KEPT_OF} {len(embeddings)}"
    what = f"kept.{hashlib.sha256(depends.encode()).hexdigest()[:8]}"

    def kept(high: Floats, low: Floats) -> dict[str, Floats]:
        return {"kept": 100 * projection.kept_neighbours(high, low, metric, KEPT_OF)}

    pairs = zip(run.epochs(), embeddings, fitted.positions, strict=True)
    return np.stack([runs.derived(run, at, what, depends, partial(kept, high, low))["kept"] for at, high, low in pairs])


def _channels(run: runs.Run, epochs: Sequence[int], rows: Ints, kept: Floats) -> tuple[Channel, ...]:
    points = [runs.points(run, epoch) for epoch in epochs]
    found = {name: np.stack([each[name][rows] for each in points]) for name in points[0]}
    right = found["prediction"] == run.samples["probe"].labels[rows]
    return (
        Channel("prediction", "Predicted class", "class", found["prediction"]),
        Channel("correct", "Correct or wrong", "binary", right),
        Channel("confidence", "Confidence", "continuous", 100 * found["confidence"], "%", 0, 100),
        Channel("own", "Angle to own prototype", "continuous", found["own"], "deg", 0),
        Channel("norm", "Norm", "continuous", found["norm"], "", 0),
        Channel("kept", f"Neighbours kept (of {KEPT_OF})", "continuous", kept, "%", 0, 100),
    )


def _prototypes(fitted: Fitted, prototypes: Sequence[Floats | None]) -> Floats | None:
    if any(each is None for each in prototypes):
        return None
    placed = [fitted.place(each, epoch).positions for epoch, each in enumerate(prototypes) if each is not None]
    return np.stack(placed)


def epoch_of(each: Pictured, epoch: int) -> int:
    """The last epoch of a run up to ``epoch``, or its first."""
    return max((known for known in each.panel.epochs if known <= epoch), default=each.panel.epochs[0])


def at(each: Pictured, epoch: int) -> int:
    """The index of ``epoch``, one of the run's own."""
    return each.panel.epochs.index(epoch)


def align(shown: Sequence[Pictured]) -> list[Pictured]:
    """All but the first turned onto the first, by rotation and reflection only, where they show the same images."""
    return [shown[0], *(_onto(shown[0], other) for other in shown[1:])] if shown else []


def _onto(fixed: Pictured, moving: Pictured) -> Pictured:
    a, b = fixed.panel, moving.panel
    common, rows_a, rows_b = np.intersect1d(a.ids, b.ids, return_indices=True)
    if a.data != b.data or len(common) < 3 or a.positions.shape[2] != b.positions.shape[2]:
        return moving
    rigid = projection.align(b.positions[-1, rows_b], a.positions[-1, rows_a])
    turned = None if b.prototypes is None else (b.prototypes @ rigid.matrix).astype(np.float32)
    panel = replace(b, positions=(b.positions @ rigid.matrix).astype(np.float32), prototypes=turned)
    return replace(moving, panel=panel, residual=rigid.residual)
