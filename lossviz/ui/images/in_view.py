"""The held images in the linked view: where they stand in each picture, how sure that is, and what is accepted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossviz import inference
from lossviz.errors import LossvizError
from lossviz.inference import Placed
from lossviz.projection import Fitted, Projection
from lossviz.records import Floats
from lossviz.ui.drawings import fitted
from lossviz.ui.images.held import Held
from lossviz.ui.images.landing import Landed, embedded, way
from lossviz.ui.images.prepared import prepared
from lossviz.ui.images.results import ruler_of
from lossviz.ui.images.words import apart, share
from lossviz.ui.pictured import Pictured
from lossviz.ui.pictures import picture_url
from lossviz.view import Areas, Guest

NATIVE = "native"
HALF_TURN = 180.0  # degrees

VIEW = "image_view"
"""The key of the view."""


@dataclass(frozen=True)
class Stands:
    """How the chosen image stands in one picture: at which ``epochs``; ``placed`` once the picture is finished."""

    landed: Landed
    epochs: tuple[int, ...] = ()
    placed: Placed | None = None

    def took(self) -> str:
        """What it took, by which weights, and how large the halo is."""
        run, placed = self.landed.run, self.placed
        if placed is None:
            return f"**{run.id}**: once its picture is finished"
        halo = "" if placed.exact else f", halo {placed.spread[-1]:.2g}"
        net = f"{self.landed.milliseconds:.0f} ms in the net and among its neighbours"
        return f"**{run.id}**: {net}, {placed.milliseconds:.1f} ms in the picture, {self._weights()}{halo}"

    def _weights(self) -> str:
        kept = len(self.landed.run.weight_epochs())
        if kept == 1:
            return f"weights of epoch {self.landed.epoch}"
        some = f"all {kept}" if len(self.epochs) == kept else f"{len(self.epochs)} of the {kept}"
        return f"its way over {some} epochs that have weights"


def placement(said: Sequence[Stands]) -> str:
    """How the image was placed: each method named once, then what it took under each run."""
    methods = dict.fromkeys(each.placed.how for each in said if each.placed is not None)
    took = " · ".join(each.took() for each in said if not each.landed.problem)
    if not methods:
        return took
    lines = "lines lead to its 10 nearest among the test images that are drawn"
    return f"How it was placed: {'; '.join(methods)}; {lines}.  \n{took}"


def guests(
    each: Pictured, landed: Landed, images: Sequence[Held], chosen: Held | None, method: Projection, beside: int
) -> tuple[list[Guest], Stands]:
    """All held ``images`` in the picture of one run, and how the ``chosen`` one stands there.

    ``beside`` is how many runs are shown.
    """
    drawn = fitted(each.run, method)
    if drawn is None or landed.epoch not in each.panel.epochs or landed.problem:
        return [], Stands(landed)
    others = [held for held in images if chosen is None or held.key != chosen.key]
    found = _others(each, landed, others, drawn)
    if chosen is None or landed.landing is None:
        return found, Stands(landed)
    guest, stands = _chosen(each, landed, chosen, drawn, beside)
    return [*found, guest], stands


def areas(each: Pictured, landed: Landed, method: Projection, level: float) -> Areas | None:
    """What the threshold accepts, where the picture is the embedding itself, so that it can be drawn without a lie."""
    drawn = fitted(each.run, method)
    if method.key() != NATIVE or drawn is None or landed.problem or landed.epoch not in each.panel.epochs:
        return None
    here, degrees = landed.here, landed.here.metric == "cosine"
    if drawn.sphere and not degrees:
        return None  # a ball about a centre is no cap once all lengths are 1
    centres, labels, radius = inference.regions(here, ruler_of(here).at(level))
    directed = centres.any(axis=1) if degrees else np.ones(len(centres), bool)
    radius = min(radius, HALF_TURN) if degrees else radius
    turned = each.turned(centres[directed])
    return Areas(each.panel.key, turned, labels[directed], radius, degrees, landed.epoch)


def _chosen(each: Pictured, landed: Landed, held: Held, drawn: Fitted, beside: int) -> tuple[Guest, Stands]:
    found, run = landed.landing, each.run
    assert found is not None and landed.pixels is not None
    known = run.epochs()
    epochs, embeddings = way(run, landed.pixels, beside)
    placed = [
        inference.place(drawn, row[None], known.index(epoch)) for epoch, row in zip(epochs, embeddings, strict=True)
    ]
    near = inference.nearest_probes(run, landed.epoch, found.embedding)
    facts = (
        ("taken for", run.class_names[found.prediction]),
        ("sure", share(found.confidence)),
        ("to its centre", apart(found.to_class(found.prediction), found.unit)),
        ("placed", "exactly" if placed[-1].exact else f"within {placed[-1].spread[0]:.2g} or so"),
        ("weights of epoch", ", ".join(map(str, epochs))),
    )
    guest = Guest(
        panel=each.panel.key,
        key=held.key,
        title=held.name,
        positions=each.turned(np.concatenate([one.positions for one in placed])),
        epochs=epochs,
        spread=np.concatenate([one.spread for one in placed]),
        picture=picture_url(landed.pixels),
        facts=facts,
        neighbours=tuple(near.images.tolist()),
    )
    return guest, Stands(landed, epochs, placed[-1])


def _others(each: Pictured, landed: Landed, images: Sequence[Held], drawn: Fitted) -> list[Guest]:
    """Guests that are not chosen, at the last epoch alone."""
    seen = {held: pixels for held in images if (pixels := _pixels(each, held)) is not None}
    if not seen:
        return []
    run, epoch = each.run, landed.epoch
    embeddings: Floats = embedded(run, epoch, list(seen.values()))
    placed = inference.place(drawn, embeddings, run.epochs().index(epoch))
    labels, _ = landed.here.predicted(embeddings)
    rows = zip(seen.items(), each.turned(placed.positions), placed.spread, labels, strict=True)
    return [
        Guest(
            panel=each.panel.key,
            key=held.key,
            title=held.name,
            positions=place[None],
            epochs=(epoch,),
            spread=spread[None],
            picture=picture_url(pixels),
            facts=(("taken for", run.class_names[label]), ("weights of epoch", str(epoch))),
            chosen=False,
        )
        for (held, pixels), place, spread, label in rows
    ]


def _pixels(each: Pictured, held: Held) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None":
    """What the net sees of ``held``; an image that it cannot take says why once it is chosen."""
    try:
        return prepared(each.run, held).pixels
    except LossvizError:
        return None
