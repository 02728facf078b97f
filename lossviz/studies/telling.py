"""What came of a study in words: standings, sentences on differences, and which loss for what.

No sentence says more than its interval allows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lossviz import metrics
from lossviz.knobs import Value
from lossviz.metrics.base import Output
from lossviz.studies.results import CellResult, Results
from lossviz.studies.statistics import Difference, Mean
from lossviz.studies.study import SETTING
from lossviz.words import value_in_words

COUNT = 100  # from which a whole number without a unit is a count
ENOUGH = 3  # seeds, below which an interval says little


@dataclass(frozen=True)
class Standing:
    """A contender in its field.

    ``rank`` is ``None`` where it cannot be ranked: not finished, or failed. ``knobs`` are those that were chosen, in
    words; ``seconds`` of a training, in the mean; ``runs`` the names of its finals.
    """

    contender: str
    title: str
    rank: int | None
    mean: Mean | None
    knobs: str
    seconds: float | None
    state: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One set of contenders that are compared with one another.

    ``best`` are the titles of those that no other beats. ``sentence`` says which loss is for it, as far as that can
    be said; ``sentences`` tell the difference of every pair, and ``doubts`` what must be known besides.
    """

    title: str
    score: Output
    standings: tuple[Standing, ...]
    best: tuple[str, ...]
    sentence: str
    sentences: tuple[str, ...]
    doubts: tuple[str, ...]


def fields(results: Results, score: str = "") -> tuple[Field, ...]:
    """Every set of contenders that are compared, on the score that decides or on another one."""
    return tuple(_field(results, place, score) for place in results.fields())


def with_interval(mean: Mean, output: Output) -> str:
    """``98.3 ± 0.4 %``; without the interval where there is one seed, and ``3,421`` for the same count in all seeds."""
    if not output.unit and mean.mean >= COUNT and mean.mean == round(mean.mean) and not mean.half > 0:
        return f"{mean.mean:,.0f}"
    unit = {"%": " %", "deg": "°"}.get(output.unit, "")
    return _plus_minus(mean.mean, mean.half, output) + unit


def told(difference: Difference, titles: tuple[str, str], output: Output, where: str, pairs: int) -> str:
    """The difference in a sentence; ``titles`` of its first and second, ``pairs`` how many are looked at."""
    first, second = titles
    unit = {"%": " points", "deg": "°"}.get(output.unit, "")
    much = _plus_minus(difference.mean, difference.half, output) + unit
    if difference.n < 2:
        return (
            f"{first} and {second} differ by {much} on {where} with the one seed that both have; what chance does is "
            "not known from one."
        )
    if difference.holds:
        return f"{first} beats {second} by {much} on {where}, more than seed noise ({difference.n} seeds)."
    if difference.alone:
        return (
            f"{first} is ahead of {second} by {much} on {where}; of this pair alone that would be more than seed "
            f"noise, among {pairs} pairs it may be chance."
        )
    return f"{first} and {second} cannot be told apart on {where}: they differ by {much}."


def _plus_minus(value: float, half: float, output: Output) -> str:
    factor, fine = (100.0, 2) if output.unit == "%" else (1.0, 1) if output.unit == "deg" else (1.0, 4)
    known = half == half  # noqa: PLR0124  it is not, with one seed
    digits = fine - 1 if known and factor * half >= 10.0 ** (1 - fine) else fine
    return f"{factor * value:,.{digits}f}" + (f" ± {factor * half:.{digits}f}" if known else "")


def _field(results: Results, place: tuple[str, str, str], score: str) -> Field:
    study, cells = results.study, results.rivals(*place)
    output = output_of(score or cells[0].score)
    comparison = results.comparison(*place, score=output.key)
    unlike = results.unlike(*place)
    titles = {each.cell.contender: study.contender(each.cell.contender).title for each in cells}
    fair = not unlike and not _unfinished(cells) and len(study.seeds) > 1
    standings = [
        Standing(
            contender=each.cell.contender,
            title=titles[each.cell.contender],
            rank=comparison.ranks.get(each.cell.contender) if fair else None,
            mean=comparison.means.get(each.cell.contender),
            knobs=knobs_told(each),
            seconds=each.seconds,
            state=each.state,
            runs=tuple(final.id for final in each.finals if final.id),
        )
        for each in cells
    ]
    order = {name: index for index, name in enumerate(comparison.names)}
    standings.sort(key=lambda each: (order.get(each.contender, len(order)),))
    ranked = [each for each in standings if each.rank is not None]
    where = _where(results, place)
    pairs = comparison.differences if not unlike else ()
    return Field(
        title=where,
        score=output,
        standings=tuple(standings),
        best=tuple(each.title for each in ranked if each.rank == 1),
        sentence=_advice(ranked, cells, unlike),
        sentences=tuple(
            told(each, (titles[each.first], titles[each.second]), output, where, len(pairs)) for each in pairs
        ),
        doubts=tuple(_doubts(results, cells, titles)),
    )


def output_of(key: str) -> Output:
    """What is known of a score by its key."""
    return next((each for each in metrics.outputs() if each.key == key), Output(key, key, ""))


def knobs_told(cell: CellResult) -> str:
    """What was chosen, in words."""
    return "not chosen yet" if cell.chosen is None else tried_told(cell.knobs)


def tried_told(knobs: Mapping[str, Value]) -> str:
    """What is tried, in words: ``margin 0.3, scale 16``, or ``default``."""
    listed = [f"{name.removeprefix(SETTING)} {value_in_words(value)}" for name, value in knobs.items()]
    return ", ".join(listed) or "default"


def _where(results: Results, place: tuple[str, str, str]) -> str:
    ground, net, protocol = place
    words = results.study.ground(ground).title
    if len(results.study.nets) > 1:
        words += f" with {results.study.net(net).title}"
    return f"{words} ({protocol})" if protocol else words


def _unfinished(cells: Sequence[CellResult]) -> list[CellResult]:
    return [each for each in cells if not each.failed and each.state != "finished"]


def _advice(ranked: Sequence[Standing], cells: Sequence[CellResult], unlike: Sequence[int]) -> str:
    """Which loss for this, claiming no more than the intervals allow."""
    silent = _silent(ranked, cells, unlike)
    if silent:
        return silent
    best = [each.title for each in ranked if each.rank == 1]
    others = [each.title for each in ranked if each.rank != 1]
    if not others:
        return f"None can be told from the others; {best[0]} has the best mean."
    if len(best) == 1:
        return f"{best[0]}: beats {'every other' if len(others) > 1 else others[0]} by more than seed noise."
    return f"{_listed(best)} are beaten by none; {_listed(others)} by at least one of them, by more than seed noise."


def _silent(ranked: Sequence[Standing], cells: Sequence[CellResult], unlike: Sequence[int]) -> str:
    """Why nothing can be said, or nothing."""
    if unlike:
        seeds = ", ".join(map(str, unlike))
        return f"Nothing can be said: the trainings of seed {seeds} did not begin alike on the same images."
    left = _unfinished(cells)
    if left:
        return f"Nothing can be said yet: {len(left)} of {len(cells)} contenders are not finished."
    if max(each.wanted for each in cells) < 2:
        return "Nothing can be said: one seed tells nothing of what chance does."
    if len(ranked) < 2:
        return "Nothing can be compared: fewer than two contenders came to an end."
    return ""


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _doubts(results: Results, cells: Sequence[CellResult], titles: dict[str, str]) -> Iterator[str]:
    for cell in cells:
        name = titles[cell.cell.contender]
        for each in cell.failed:
            yield f"{name} is not ranked: with seed {each.training.seed} its training failed ({each.message})."
        tried = {each.training.candidate for each in cell.trials}
        if results.study.trials is not None and len(tried) < results.study.trials.count:
            yield f"{name} has only {max(len(tried), 1)} settings of its knobs to try."
        lost = {each.training.candidate for each in cell.trials if each.state == "failed"}
        if lost:
            yield f"{name}: {len(lost)} of its {len(tried)} settings failed in the trials and were not chosen."
        for note in sorted({note for each in cell.finals for note in each.notes}):
            yield f"{name}: {note}."
    seeds = len(results.study.seeds)
    if 1 < seeds < ENOUGH:
        yield f"With {seeds} seeds intervals are wide: few differences can be told from noise."
    libraries = {str(each.environment.get("libraries")) for cell in cells for each in cell.finals if each.environment}
    if len(libraries) > 1:
        yield "Its runs were made with different versions of the libraries, which changes rounding."
