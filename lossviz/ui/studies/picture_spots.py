"""The places of a study's figure: loss by data set, with what is drawn there or why nothing is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lossviz import runs
from lossviz.projection.tsne import Tsne
from lossviz.report.study_pictures import panel_of
from lossviz.studies import CellResult, Results, shipped
from lossviz.studies.published_table import NOT_RUN
from lossviz.ui.drawings import Coming, look
from lossviz.ui.pictured import Pictured
from lossviz.view import Channel, Panel

METHOD = Tsne(components=3)
FEW = 12
"""People or classes that have a colour and a name of their own where there are more."""


@dataclass(frozen=True)
class Spot:
    """A loss on a data set. ``panel`` is its picture after the last epoch, ``None`` where there is none; ``words`` say
    how far it can be trusted, or why there is none. ``coming`` is a drawing of a run that is here, not finished."""

    title: str
    words: str
    panel: Panel | None = None
    coming: Coming | None = None


@dataclass(frozen=True)
class Line:
    """The losses on one data set."""

    ground: str
    title: str
    spots: tuple[Spot, ...]


def lines(results: Results, protocol: str) -> tuple[Line, ...]:
    """The figure of one protocol: data sets by losses, in the study's order."""
    study = results.study
    cells = [cell for cell in results.cells if study.contender(cell.cell.contender).protocol == protocol]
    grounds = dict.fromkeys(cell.cell.ground for cell in cells)
    there = {run.id: run for run in runs.found_runs()}
    return tuple(
        Line(
            key,
            study.ground(key).title,
            tuple(_spot(results, cell, there) for cell in cells if cell.cell.ground == key),
        )
        for key in grounds
    )


def _spot(results: Results, cell: CellResult, there: Mapping[str, runs.Run]) -> Spot:
    """What there is of a cell: a kept drawing of one of its runs, else a shipped one, else one that can be made."""
    title = results.study.contender(cell.cell.contender).title
    finished = [each for each in cell.finals if each.state == "finished"]
    found = [(each, look(there[each.id], METHOD)) for each in finished if each.here and each.id in there]
    for outcome, seen in found:
        if isinstance(seen, Pictured):
            return _drawn(title, seen, f"seed {outcome.training.seed}", _trusted(seen))
    for outcome in finished:
        sent = shipped.picture(results.study.name, outcome.id)
        if sent is not None:
            panel = panel_of(sent, title, f"epoch {sent.epoch}, {sent.run}", cell.cell.ground)
            return Spot(title, _sent_words(sent), with_few_classes(panel))
    for outcome, seen in found:
        if isinstance(seen, Coming):
            return _coming(title, seen, f"seed {outcome.training.seed}")
    return Spot(title, "its run is elsewhere, and no picture of it came with the program" if finished else NOT_RUN)


def _coming(title: str, seen: Coming, seed: str) -> Spot:
    words = {"missing": "not drawn yet", "waiting": "waits to be drawn", "running": "being drawn"}
    said = words.get(seen.status.state, f"{seen.status.state}: {seen.status.doing}")
    if seen.sketch is None:
        return Spot(title, said, None, seen)
    return replace(_drawn(title, seen.sketch, seed, said), coming=seen)


def _drawn(title: str, seen: Pictured, seed: str, words: str) -> Spot:
    panel = with_few_classes(last_epoch(seen.panel))
    return Spot(title, words, replace(panel, title=title, subtitle=f"{seed}, {seen.run.id}"))


def _trusted(seen: Pictured) -> str:
    if seen.trust is None:
        return seen.said
    trustworthiness, _, kept = seen.trust.means(len(seen.panel.epochs) - 1)
    shuffled, _, chance = seen.trust.control
    return quality_in_words(trustworthiness, kept, shuffled, chance)


def quality_in_words(trust: float, kept: float, shuffled: float | None = None, chance: float | None = None) -> str:
    """How far a picture can be trusted, beside what chance gives where that is known."""
    words = f"trust {trust:.2f}, {kept:.0%} of true neighbours kept"
    return words if shuffled is None or chance is None else f"{words} (points shuffled: {shuffled:.2f}, {chance:.0%})"


def _sent_words(sent: shipped.Picture) -> str:
    words = [quality_in_words(sent.quality["trustworthiness"], sent.quality["kept"])]
    if len(sent.positions) < sent.probes:
        words.append(f"the {len(sent.positions):,} points of the most frequent classes, of {sent.probes:,}")
    return "; ".join(words)


def last_epoch(panel: Panel) -> Panel:
    """``panel`` as it stands after its last epoch, without a way there."""
    return replace(
        panel,
        positions=panel.positions[-1:],
        epochs=panel.epochs[-1:],
        prototypes=None,
        channels=tuple(
            replace(each, values=each.values[-1:] if each.values.ndim > 1 else each.values) for each in panel.channels
        ),
    )


def with_few_classes(panel: Panel) -> Panel:
    """``panel`` with names and colours for the :data:`FEW` classes that most points are of, where there are more.

    All points stay; those of the other classes have none.
    """
    if len(panel.class_names) <= 2 * FEW:
        return panel
    counts = np.bincount(panel.labels[panel.labels >= 0], minlength=len(panel.class_names))
    kept = np.sort(np.argsort(-counts, kind="stable")[:FEW])
    place = np.full(len(panel.class_names) + 1, -1)  # the last stands for -1, which stays
    place[kept] = np.arange(len(kept))

    def channel(each: Channel) -> Channel:
        return replace(each, values=place[each.values.astype(np.int64)]) if each.kind == "class" else each

    labels: NDArray[np.int64] = place[panel.labels]
    names = tuple(panel.class_names[index] for index in kept)
    return replace(panel, labels=labels, class_names=names, channels=tuple(map(channel, panel.channels)))
