"""Runs as panels of the embedding view: projected, coloured, aligned. Pages and reports draw the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lossviz import projection, runs
from lossviz.projection import Fitted, Projection
from lossviz.records import Floats, Ints, Snapshot
from lossviz.runs import Trust
from lossviz.view import Channel, Panel, Sprite

MEANING = (
    "**Trust**: 1 where whoever is drawn near a point is near it in the embedding; 0.5 says nothing. **True neighbours "
    "kept**: of each point's 10 nearest in the embedding, how many are its 10 nearest in the picture. In brackets: the "
    "same picture with its points shuffled, which is what chance gives."
)
MEANING_OF_JITTER = (
    "**Jitter**: how far points move from epoch to epoch though their neighbours stay the same, over the radius of the "
    "picture; 0 stands still, shuffled epochs have about 1.4."
)
MEANING_OF_KL = (
    "**KL** (Kullback-Leibler divergence): what t-SNE makes as small as it can: how much of who is near whom, as t-SNE "
    "weighs it, the picture fails to show. 0 would be all of it shown. Compare it between pictures of as many "
    "points with the same perplexity only."
)


@dataclass(frozen=True)
class Pictured:
    """A run as it is drawn. ``rows`` (N,) are the probes that are.

    Where it was aligned, ``turn`` (k, k) is what its places were multiplied with, and ``residual`` what is left.
    """

    run: runs.Run
    panel: Panel
    rows: Ints
    said: str
    trust: Trust | None = None
    residual: float | None = None
    turn: Floats | None = None

    def turned(self, places: Floats) -> Floats:
        """``places`` (n, k) of the picture as it was projected, as it is drawn."""
        return places if self.turn is None else (places @ self.turn).astype(np.float32)

    def note(self, epoch: int) -> str:
        """What must be said of the picture at ``epoch``, one of its own."""
        words, probes = [self.said], len(self.run.samples["probe"].labels)
        if len(self.rows) < probes:
            words.append(f"{len(self.rows):,} of {probes:,} points, the same share of each class")
        if self.residual is not None:
            words.append(f"residual after aligning {self.residual:.2f}")
        if self.trust is not None:
            words.append(self._trusted(self.trust, epoch))
        return "; ".join(word for word in words if word)

    def _trusted(self, trust: Trust, epoch: int) -> str:
        trustworthiness, _, kept = trust.means(self.panel.epochs.index(epoch))
        if kept == 1:
            return "every neighbour kept"
        shuffled, _, chance = trust.control
        words = f"trust {trustworthiness:.2f}, {kept:.0%} of true neighbours kept"
        words += f" (points shuffled: {shuffled:.2f}, {chance:.0%})"
        if trust.divergence is not None:
            one, control = trust.divergence[self.panel.epochs.index(epoch)], trust.divergence[-1]
            words += f", KL {one:.2f} nats (points shuffled: {control:.2f})"
        return words if trust.jitter is None else f"{words}, jitter {trust.jitter.mean():.3f}"


def meaning(shown: Sequence[Pictured]) -> str | None:
    """In plain words, what the numbers in the notes mean."""
    found = [each.trust for each in shown if each.trust is not None]
    if not found:
        return None
    words = [MEANING]
    words += [MEANING_OF_JITTER] if any(trust.jitter is not None for trust in found) else []
    words += [MEANING_OF_KL] if any(trust.divergence is not None for trust in found) else []
    return "\n\n".join(words)


def fitted_picture(run: runs.Run, method: Projection, sheet: Sprite | None = None) -> Pictured:
    """``run`` drawn by a settled ``method`` that takes no time; ``sheet`` has the thumbnails of its drawn rows."""
    rows, epochs = runs.drawn_rows(run), run.epochs()
    snapshots = [run.snapshot(epoch) for epoch in epochs]
    embeddings = [snapshot.embeddings["probe"][rows] for snapshot in snapshots]
    fitted = method.fit_sequence(embeddings)
    trust = runs.trust(run, method, embeddings, fitted.positions)
    panel = make_panel(run, dict(zip(epochs, fitted.positions, strict=True)), trust, sheet)
    return Pictured(
        run, replace(panel, prototypes=placed(fitted, snapshots), sphere=fitted.sphere), rows, fitted.note, trust
    )


def kept_picture(run: runs.Run, drawing: runs.Drawing, sheet: Sprite | None = None) -> Pictured:
    """``run`` as a finished ``drawing`` of it, by a method that takes a while, has it."""
    arrays, note = drawing.read()
    positions = dict(zip(drawing.epochs, arrays["positions"], strict=True))
    trust = Trust.of(arrays)
    panel = make_panel(run, positions, trust, sheet)
    return Pictured(run, replace(panel, ruled=False), runs.drawn_rows(run), note, trust)


def make_panel(
    run: runs.Run, positions: Mapping[int, Floats], trust: Trust | None, sheet: Sprite | None = None
) -> Panel:
    """A panel of ``positions`` (N, k) by epoch, with all that points can be coloured by.

    ``trust`` is what is known of how far the picture can be trusted, if anything is; ``sheet`` has the thumbnails.
    """
    rows, epochs = runs.drawn_rows(run), sorted(positions)
    samples, loss = run.samples["probe"], run.header["loss"]
    return Panel(
        key=run.id,
        title=str(loss["title"]),
        subtitle=run.id,
        positions=np.stack([positions[epoch] for epoch in epochs]).astype(np.float32),
        epochs=tuple(epochs),
        ids=samples.index[rows],
        labels=samples.labels[rows],
        class_names=run.class_names,
        channels=_channels(run, epochs, rows, trust),
        prototype_labels=run.prototype_labels,
        sprite=sheet,
        data=str(run.header["hashes"]["data"]),
    )


def _channels(run: runs.Run, epochs: Sequence[int], rows: Ints, trust: Trust | None) -> tuple[Channel, ...]:
    points = [runs.points(run, epoch) for epoch in epochs]
    found = {name: np.stack([each[name][rows] for each in points]) for name in points[0]}
    right = found["prediction"] == run.samples["probe"].labels[rows]
    channels = [
        Channel("prediction", "Predicted class", "class", found["prediction"]),
        Channel("correct", "Correct or wrong", "binary", right),
        Channel("confidence", "Confidence", "continuous", 100 * found["confidence"], "%", 0, 100),
        Channel("own", "Angle to own prototype", "continuous", found["own"], "deg", 0),
        Channel("norm", "Norm", "continuous", found["norm"], "", 0),
    ]
    if (found["prediction"] < 0).all():  # imported without a gallery: nobody is right, and nobody is wrong
        channels = channels[3:]
    if np.isnan(found["own"]).all():
        channels = [channel for channel in channels if channel.key != "own"]
    if trust is None:
        return tuple(channels)
    return (
        *channels,
        Channel("kept", f"Neighbours kept (of {runs.KEPT_OF})", "continuous", 100 * trust.kept, "%", 0, 100),
        Channel("trust", "Trustworthiness", "continuous", trust.trustworthiness, "", 0, 1),
    )


def placed(fitted: Fitted, snapshots: Sequence[Snapshot]) -> Floats | None:
    """The prototypes (E, P, k) of all epochs in the picture; ``None`` where an epoch has none."""
    prototypes = [snapshot.prototypes for snapshot in snapshots if snapshot.prototypes is not None]
    if len(prototypes) < len(snapshots):
        return None
    return np.stack([fitted.place(each, index).positions for index, each in enumerate(prototypes)])


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
    return replace(moving, panel=panel, residual=rigid.residual, turn=rigid.matrix.astype(np.float32))
