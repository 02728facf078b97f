"""A study's numbers as files: rankings, and every training with all of its scores."""

from collections.abc import Sequence

from lossviz.studies import Outcome, Results
from lossviz.studies.telling import Field, tried_told


def ranking_csv(told: Sequence[Field]) -> str:
    """Every loss of every field: rank, mean with its 95 % interval in the score's own unit (shares from 0 to 1)."""
    head = ("data", "score", "rank", "loss", "mean", "low", "high", "seeds", "knobs", "seconds", "state")
    rows = [
        (
            field.title,
            field.score.key,
            "" if each.rank is None else str(each.rank),
            each.title,
            *([_number(value) for value in (each.mean.mean, each.mean.low, each.mean.high)] if each.mean else [""] * 3),
            str(each.mean.n if each.mean else 0),
            each.knobs,
            _number(each.seconds),
            each.state,
        )
        for field in told
        for each in field.standings
    ]
    return _written(head, rows)


def trainings_csv(results: Results) -> str:
    """Every training that is known to be wanted, with all scores after its last epoch."""
    scores = list(dict.fromkeys(name for each in results.outcomes for name in each.scores))
    head = ("data", "net", "loss", "protocol", "kind", "seed", "knobs", "state", "run", "seconds", *scores)
    return _written(
        head,
        [(*_facts(results, each), *(_number(each.scores.get(key)) for key in scores)) for each in results.outcomes],
    )


def _facts(results: Results, each: Outcome) -> tuple[str, ...]:
    study, training = results.study, each.training
    contender = study.contender(training.cell.contender)
    return (
        study.ground(training.cell.ground).title,
        study.net(training.cell.net).title,
        contender.title,
        contender.protocol,
        "trial" if training.trial else "final",
        str(training.seed),
        tried_told(training.knobs),
        each.state,
        each.id,
        _number(each.seconds),
    )


def _number(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.6g}"  # noqa: PLR0124  only NaN is not itself


def _written(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from lossviz.report.document import Table  # noqa: PLC0415  with plotly, for a click alone
    from lossviz.report.tables import as_csv  # noqa: PLC0415

    return as_csv(Table("csv", "", tuple(head), tuple(map(tuple, rows))))
