"""A report of 1 to 6 runs: what they are, their embeddings, scores, events, settings, and what was not run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from lossviz import __version__, analysis, figures, projection, runs
from lossviz.analysis import Fairness, PairCurves
from lossviz.errors import ReportError
from lossviz.projection import Projection
from lossviz.report import facts, figured
from lossviz.report.document import Block, Chart, Document, Embedding, Section, Strip, Words
from lossviz.report.figured import History
from lossviz.report.pictured import Pictured, align, fitted_picture, kept_picture, meaning
from lossviz.report.shell import command

MOST_RUNS = 6
FLAT = (2, 3)  # dimensions that are drawn as they are
Told = Callable[[float, str], None]
"""Called with how much is done, from 0 to 1, and what is being done."""


@dataclass(frozen=True)
class Asked:
    """What is wanted of a report. ``method`` draws the embeddings, where it is not left to the program.

    ``epoch`` is the one that scores are told of: the last one where it is ``None``.
    """

    title: str = ""
    method: Projection | None = None
    epoch: int | None = None


def of_runs(chosen: Sequence[runs.Run], asked: Asked, told: Told) -> Document:
    """The report; raises :class:`ReportError` for too few or many runs, one without an epoch, or an undrawn picture."""
    shown = pictured(chosen, asked.method, lambda done, doing: told(0.5 * done, doing))
    if asked.epoch is not None and asked.epoch not in {epoch for each in shown for epoch in each.panel.epochs}:
        raise ReportError(
            f"no run has an epoch {asked.epoch}; the last one is {max(e.panel.epochs[-1] for e in shown)}"
        )
    histories = []
    for index, each in enumerate(shown):
        told(0.5 + 0.3 * index / len(shown), f"scoring {each.run.id}")
        histories.append({epoch: runs.scores(each.run, epoch) for epoch in each.run.epochs()})
    told(0.8, "drawing figures")
    judged = facts.fairness_of(shown)
    sections = [
        _summary(shown, histories, judged, asked.epoch),
        _embeddings(shown),
        _scores(shown, histories, asked.epoch),
        _geometry(shown, histories, asked.epoch),
        _pairs(shown, histories, asked.epoch),
        _mistakes(shown, asked.epoch),
        _course(shown),
        _settings(shown, judged),
        Section("not-run", "What was not run", tuple(facts.not_run(shown, histories))),
    ]
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, lossviz {__version__}"
    told(1.0, "told")
    return Document(asked.title or title_of(shown), _subtitle(shown), made, tuple(s for s in sections if s.blocks))


def pictured(chosen: Sequence[runs.Run], method: Projection | None, told: Told) -> list[Pictured]:
    """The runs as they are drawn, turned onto the first."""
    if not 1 <= len(chosen) <= MOST_RUNS:
        raise ReportError(f"a report is of 1 to {MOST_RUNS} runs, got {len(chosen)}")
    shown = []
    for index, run in enumerate(chosen):
        told(index / len(chosen), f"reading {run.id}")
        if not run.epochs():
            raise ReportError(f"run '{run.id}' has no epoch yet, so there is nothing to tell of it")
        shown.append(_pictured(run, method))
    return align(shown)


def _pictured(run: runs.Run, method: Projection | None) -> Pictured:
    if method is None:
        method = projection.get("native" if run.config.settings.dim in FLAT else "pca")()
    method = method.settled(runs.subject_of(run))
    if method.linear:
        return fitted_picture(run, method)
    drawing = runs.drawing_of(run, method)
    if drawing.status.state != "finished":
        raise ReportError(f"{method.title} of run '{run.id}' is not drawn yet; draw it first, or take native or pca")
    return kept_picture(run, drawing)


def title_of(shown: Sequence[Pictured]) -> str:
    """``ArcFace, Softmax and Triplet on mnist``."""
    losses, data = dict.fromkeys(each.panel.title for each in shown), {each.run.config.data.name for each in shown}
    *most, last = losses
    named = f"{', '.join(most)} and {last}" if most else last
    return f"{named} on {', '.join(sorted(data))}"


def _subtitle(shown: Sequence[Pictured]) -> str:
    return f"{len(shown)} run{'s' * (len(shown) > 1)}: {', '.join(each.run.id for each in shown)}"


def _summary(shown: Sequence[Pictured], histories: Sequence[History], judged: Fairness, epoch: int | None) -> Section:
    blocks: list[Block] = []
    if len(shown) > 1:
        blocks.append(Words(judged.verdict, "plain" if judged.fair else "warning"))
    blocks += [Words(note) for note in judged.notes]
    notes = dict.fromkeys(str(each.run.header["note"]) for each in shown if each.run.header.get("note"))
    blocks += [Words(note, "warning") for note in notes]
    blocks.append(facts.glance(shown, histories, epoch))
    if len(shown) > 1 and facts.one_seed(shown):
        blocks.append(Words(facts.ONE_SEED.partition(". ")[2], "small"))
    return Section("summary", "In short", tuple(blocks))


def _embeddings(shown: Sequence[Pictured]) -> Section:
    notes = " ".join(f"**{each.run.id}**: {each.note(each.panel.epochs[-1])}." for each in shown)
    blocks: list[Block] = [Embedding("embedding", "Embeddings after the last epoch", shown, notes)]
    blocks += [
        Strip(f"epochs-{each.run.id}", f"{each.panel.title} ({each.run.id}), epoch by epoch", each)
        for each in shown
        if len(each.panel.epochs) > 1
    ]
    blocks += [Words(words, "small") for words in (meaning(shown) or "").split("\n\n") if words]
    return Section("embeddings", "Embeddings", tuple(blocks))


def _scores(shown: Sequence[Pictured], histories: Sequence[History], epoch: int | None) -> Section:
    blocks: list[Block] = [facts.score_table(shown, histories, epoch)]
    if any(len(history) > 1 for history in histories):
        figure = figured.history_figure(shown, epoch, histories)
        blocks.append(Chart("history", "Scores over the epochs", figure))
    return Section("scores", "Scores", (*blocks, facts.meanings(histories)))


def _geometry(shown: Sequence[Pictured], histories: Sequence[History], epoch: int | None) -> Section:
    at = max(each.panel.epochs[-1] for each in shown) if epoch is None else epoch
    angles, gaps = figured.angle_figures(shown, at, histories)
    lengths = np.concatenate([runs.points(each.run, facts.ended(each, epoch))["norm"] for each in shown])
    norms = figured.norm_figure(shown, at, float(np.quantile(lengths, 0.999)))
    return Section(
        "geometry",
        "Angles and lengths",
        (
            Chart("angles", "Angles to the own and to the nearest other prototype", angles, figured.ANGLES_SAID),
            Chart("gaps", "The margin that images really have", gaps),
            Chart("norms", "Lengths of the embeddings", norms, figured.norms_said(shown)),
        ),
    )


def _pairs(shown: Sequence[Pictured], histories: Sequence[History], epoch: int | None) -> Section:
    there = [(each, found) for each in shown if (found := _curves(each, facts.ended(each, epoch))) is not None]
    blocks: list[Block] = []
    if there:
        scores = [history[facts.ended(each, epoch)] for each, history in zip(shown, histories, strict=True)]
        kept = [
            score.get("eer") for each, score in zip(shown, scores, strict=True) if each in [one for one, _ in there]
        ]
        roc, rates = figured.verification_figures(shown, there, kept)
        blocks.append(Chart("pairs", "Angles between two images", figured.pair_figure(shown, there)))
        blocks.append(Chart("roc", "Verification: same class or not", roc))
        blocks.append(Chart("val-far", "Validation rate and false accept rate over the distance", rates))
    return Section("pairs", "Pairs and verification", tuple(blocks))


def _curves(each: Pictured, epoch: int) -> PairCurves | None:
    embeddings, metric = each.run.snapshot(epoch).embeddings["probe"], str(each.run.header["loss"]["metric"])
    return analysis.pair_curves(embeddings, each.run.samples["probe"].labels, metric)


def _mistakes(shown: Sequence[Pictured], epoch: int | None) -> Section:
    at = max(each.panel.epochs[-1] for each in shown) if epoch is None else epoch
    figure, left_out = figured.confusion_figure(shown, at)
    note = "Runs with other classes than the first are left out." if left_out else ""
    chart = Chart("confusion", "Which class is taken for which, by the nearest centroid", figure, note)
    return Section("mistakes", "Mistakes", (chart, *facts.class_tables(shown, epoch)))


def _course(shown: Sequence[Pictured]) -> Section:
    blocks: list[Block] = []
    for each in shown:
        records = each.run.history()
        blocks.append(Words(f"**{each.panel.title}** ({each.run.id})"))
        blocks += facts.events_of(each)
        if len(records) > 1:
            figure = figures.training_curves(records)
            blocks.append(Chart(f"training-{each.run.id}", f"Training of {each.run.id}", figure))
        blocks += [Words(f"Epoch {record.epoch}: {note}", "warning") for record in records for note in record.notes]
    return Section("course", "What happened in training", tuple(blocks))


def _settings(shown: Sequence[Pictured], judged: Fairness) -> Section:
    blocks: list[Block] = []
    if len(shown) > 1:
        blocks.append(facts.fairness_table(judged, shown))
    blocks += [facts.config_table(shown), facts.origin_table(shown)]
    made = [each.run for each in shown if not each.run.foreign]
    if made:
        blocks.append(Words("Made again from a shell by"))
        blocks += [Words(command(run.config), "code") for run in made]
    return Section("settings", "Settings and origin", tuple(blocks))
