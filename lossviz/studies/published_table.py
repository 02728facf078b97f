"""An earlier study beside what came of it here: published, run again as published, corrected.

``rows``, ``verification`` and ``touched`` are what pages and reports show, ``document`` the same as Markdown. What was
not run says so; nothing is typed in by hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lossviz import metrics, runs
from lossviz.errors import StudyError
from lossviz.studies.published import ARGMAX, ORIGINALS, Explanation, Number, Original
from lossviz.studies.reading import load
from lossviz.studies.results import ARGMAX_OF_EMBEDDING, CellResult, Outcome, Results
from lossviz.studies.statistics import mean_of
from lossviz.studies.study import Cell, Study
from lossviz.studies.telling import output_of, with_interval

NOT_RUN = "not run"
NONE = "none"
NEAREST = "knn_accuracy"
VERIFICATION = ("devtest_accuracy", "devtest_roc_auc", "devtest_eer", "lfw_accuracy", "lfw_standard_error", "lfw_pairs")
VERIFICATION_SAID = (
    "Corrected protocol, people who were not trained on. DevTest has 1,000 pairs; of view 2's 6,000 those count "
    "whose people were not trained on, in ten folds. Intervals are over seeds; besides, 1,000 pairs tell an "
    "accuracy of 75 % to 2.7 points either way (95 %)."
)
HEADS = (
    "data",
    "loss",
    "published",
    "run again",
    "its 5 nearest",
    "corrected",
    "test loss published",
    "test loss run again",
)


@dataclass(frozen=True)
class Row:
    """One loss on one data set, in words: ``published`` as printed, ``again`` and ``nearest`` of the run as published.

    What was not run says so; ``none`` is what was never printed, and empty what there cannot be. ``number`` is the
    published one, ``rerun`` and ``right`` what came of the two protocols; the former two are ``None`` for a loss that
    has no published number.
    """

    data: str
    title: str
    published: str
    again: str
    nearest: str
    corrected: str
    loss_published: str
    loss_again: str
    number: Number | None
    rerun: CellResult | None
    right: CellResult

    @property
    def words(self) -> tuple[str, ...]:
        """The row of a table under :data:`HEADS`."""
        told = (self.published, self.again, self.nearest, self.corrected, self.loss_published, self.loss_again)
        return (self.data, self.title, *told)


def original_of(study: Study) -> Original | None:
    """The earlier study that ``study`` runs again: it is called so, and has all of its cells."""
    original = ORIGINALS.get(study.name)
    cells = {(cell.contender, cell.ground) for cell in study.cells}
    numbers = original.numbers if original else ()
    wanted = {key for number in numbers for key in ((number.contender, number.ground), number.corrected)}
    return original if wanted <= cells else None


def rows(results: Results) -> tuple[Row, ...]:
    """Every loss on every data set, in the study's order of data sets; those without a published number at the end.

    Raises :class:`StudyError` for a study that runs no earlier one again.
    """
    original = _original(results.study)
    found = [_row(results, number) for number in original.numbers]
    named = {number.corrected for number in original.numbers}
    for cell in results.cells:
        corrected = results.study.contender(cell.cell.contender).protocol == "corrected"
        if corrected and (cell.cell.contender, cell.cell.ground) not in named:
            found.append(_unpublished(results, cell))
    titles = [ground.title for ground in results.study.grounds]
    return tuple(sorted(found, key=lambda row: _place(row.data, titles)))


def rows_said(original: Original) -> str:
    """What the columns of :func:`rows` are; bold is ``**bold**``."""
    return (
        f"Published: {original.source}. **Run again** is the same number under the same protocol, its faults included; "
        "**its 5 nearest** is what the embeddings of that very run are worth to their 5 nearest neighbours; "
        "**corrected** is the score that decides under the corrected protocol. Means over seeds with their 95 % "
        "t-interval."
    )


def verification(results: Results) -> tuple[tuple[str, ...], ...]:
    """What else is known where pairs of faces decide, under :func:`verification_heads`; nothing where none do."""
    cells = [cell for cell in results.cells if cell.score == VERIFICATION[0]]
    title = results.study.contender
    return tuple((title(cell.cell.contender).title, *(_told(cell, score) for score in VERIFICATION)) for cell in cells)


def verification_heads() -> tuple[str, ...]:
    """What stands above :func:`verification`."""
    return ("loss", *(output_of(score).title for score in VERIFICATION))


def touched(original: Original, explanation: Explanation) -> str:
    """Whose published numbers the explanation is about, in words."""
    titles = {(number.contender, number.ground): f"{number.title} on {number.data}" for number in original.numbers}
    found = [titles[key] for key in explanation.touches if key in titles]
    return "all" if len(found) == len(titles) > 1 else ", ".join(found)


def document(results: Results) -> str:
    """The whole document as Markdown; raises :class:`StudyError` for a study that runs no earlier one again."""
    study, original = results.study, _original(results.study)
    parts = [
        f"<!-- Written by `python -m lossviz study {study.name} --table`; do not edit. -->",
        f"# {original.title}",
        study.note,
        "## The numbers",
        *_came_of(results, "## Faces: same person or not?"),
        *_on_parts(original),
        "## Why they differ",
        *_explanations(original),
        "## What the run as published does not share with the original",
        _listed(original.not_the_same),
        "## Behind it",
        *_behind(results),
    ]
    return "\n\n".join(parts) + "\n"


def _came_of(results: Results, faces_heading: str) -> Iterator[str]:
    """The tables of numbers."""
    yield rows_said(_original(results.study))
    yield markdown_table(HEADS, [row.words for row in rows(results)])
    faces = verification(results)
    if faces:
        yield faces_heading
        yield VERIFICATION_SAID
        yield markdown_table(verification_heads(), faces)


def _on_parts(original: Original) -> Iterator[str]:
    """What came of the study that runs the same on parts of the data."""
    if not original.parts:
        return
    results = Results.of(load(original.parts))
    yield "## On parts of the data"
    yield results.study.note
    yield from _came_of(results, "### Faces on parts of the data")
    yield "What this does not share with the original:"
    yield _listed(_original(results.study).not_the_same)
    yield from _behind(results)


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"* {sentence}" for sentence in sentences)


def _original(study: Study) -> Original:
    original = original_of(study)
    if original is None:
        known = ", ".join(ORIGINALS)
        raise StudyError(f"'{study.name}' is no study with published numbers to stand beside; there is: {known}")
    return original


def _place(data: str, titles: Sequence[str]) -> int:
    return next(place for place, title in enumerate(titles) if title.startswith(data))


def _row(results: Results, number: Number) -> Row:
    again, right = _find(results, number.contender, number.ground), _find(results, *number.corrected)
    return Row(
        data=number.data,
        title=number.title,
        published=_printed(number),
        again=_measured(again, number),
        nearest=_told(again, NEAREST),
        corrected=_told(right, right.score, named=True),
        loss_published=NONE if number.loss is None else f"{number.loss:,.4f}",
        loss_again=_loss(again),
        number=number,
        rerun=again,
        right=right,
    )


def _unpublished(results: Results, cell: CellResult) -> Row:
    study = results.study
    named = {number.corrected[1]: number.data for number in _original(study).numbers}
    data = named[cell.cell.ground]
    title, corrected = study.contender(cell.cell.contender).title, _told(cell, cell.score, named=True)
    return Row(data, title, NONE, "", "", corrected, "", "", None, None, cell)


def _printed(number: Number) -> str:
    if number.accuracy is None:
        return NONE
    return f"{100 * number.accuracy:.2f} %" + (f" ({ARGMAX})" if number.measure == ARGMAX else "")


def _measured(cell: CellResult, number: Number) -> str:
    if number.measure != ARGMAX:
        return _told(cell, number.measure)
    values = [argmax(each) for each in _finished(cell)]
    return _mean(values, cell, output_of(NEAREST)) if values else _state(cell)


def argmax(outcome: Outcome) -> float:
    """The accuracy of the largest number of the embedding, which was published for one."""
    if ARGMAX_OF_EMBEDDING in outcome.measures:
        return outcome.measures[ARGMAX_OF_EMBEDDING]
    evidence = runs.find(outcome.id).evidence(outcome.training.config.settings.epochs)
    return metrics.argmax_of_embedding(evidence.probe, evidence.probe_labels)


def _loss(cell: CellResult) -> str:
    values = [each.measures["probe_loss"] for each in _finished(cell) if "probe_loss" in each.measures]
    return _mean(values, cell, metrics.Output("probe_loss", "Loss", "")) if values else _state(cell)


def _told(cell: CellResult, score: str, named: bool = False) -> str:
    values = list(cell.by_seed(score).values())
    output = output_of(score)
    if not values:
        return _state(cell)
    return _mean(values, cell, output) + (f" ({output.title})" if named else "")


def _mean(values: Sequence[float], cell: CellResult, output: metrics.Output) -> str:
    short = f", {len(values)} of {cell.wanted} seeds" if len(values) < cell.wanted else ""
    return with_interval(mean_of(values), output) + short


def _state(cell: CellResult) -> str:
    return NOT_RUN if cell.state in ("missing", "queued", "stopped") else cell.state


def _finished(cell: CellResult) -> list[Outcome]:
    return [each for each in cell.finals if each.state == "finished"]


def _find(results: Results, contender: str, ground: str) -> CellResult:
    return results.cell(Cell(contender, ground, results.study.nets[0].key))


def _explanations(original: Original) -> Iterator[str]:
    for each in original.explanations:
        whom = touched(original, each)
        yield f"### {each.title}\n\n*Touches {whom}.*\n\n{each.done} {each.follows}\n\n**Instead:** {each.instead}"


def _behind(results: Results) -> Iterator[str]:
    finished = [each for cell in results.cells for each in _finished(cell)]
    command = f"`python -m lossviz study {results.study.name}`"
    if len(finished) == results.total:
        yield f"All {results.total} trainings of the study are finished."
    else:
        yield (
            f"{len(finished)} of the study's {results.total} trainings are finished. {command} makes those that are "
            "missing, and goes on where it stopped."
        )
    if finished:
        yield markdown_table(
            ("run", "loss", "data", "seed", "made with"),
            [
                [
                    each.id,
                    each.training.cell.contender,
                    each.training.cell.ground,
                    str(each.training.seed),
                    _made_with(each),
                ]
                for each in finished
            ],
        )


def _made_with(outcome: Outcome) -> str:
    environment = outcome.environment
    libraries = environment.get("libraries")
    torch = libraries.get("torch", "?") if isinstance(libraries, dict) else "?"
    return f"lossviz {environment.get('lossviz')}, torch {torch}, {environment.get('gpu') or environment.get('system')}"


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; a bar in a cell is kept from ending it."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
