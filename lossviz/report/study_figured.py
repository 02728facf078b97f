"""Figures of a study: what came of it as plain records, figures from ``figures``; for pages and reports alike."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go

from lossviz import analysis, figures, losses, runs
from lossviz.analysis.sweeps import LOSS
from lossviz.figures import Column, Curve, Rival, Spot, Tried, Try
from lossviz.figures.rivals import wrapped
from lossviz.knobs import Value
from lossviz.records import Config
from lossviz.report import study_said
from lossviz.studies import CellResult, Outcome, Results, Study
from lossviz.studies.statistics import groups, mean_of
from lossviz.studies.study import SETTING
from lossviz.studies.telling import Field, fields, output_of, tried_told, with_interval

Place = tuple[str, str, str]
"""Ground, net and protocol of a field."""
Defaults = Callable[[str], Mapping[str, Value]]
"""The knobs of a loss as they are by default, by its name."""


def declared_defaults(loss: str) -> Mapping[str, Value]:
    """As the loss's class declares them, which imports torch."""
    return {knob.name: knob.default for knob in losses.get(loss).knobs()}


def places(study: Study) -> dict[str, int]:
    """What gives each contender its colour: its loss, or itself where a protocol has one loss several times."""
    by_protocol = [[each.loss.name for each in study.contenders if each.protocol == it] for it in study.protocols]
    if any(len(set(names)) < len(names) for names in by_protocol):
        return {each.key: index for index, each in enumerate(study.contenders)}
    order = list(dict.fromkeys(each.loss.name for each in study.contenders))
    return {each.key: order.index(each.loss.name) for each in study.contenders}


def rivals_of(results: Results, place: Place, field: Field) -> list[Rival]:
    """The contenders of a field that have a mean, the best first."""
    cells = {each.cell.contender: each for each in results.rivals(*place)}
    colours = places(results.study)
    return [
        Rival(
            name=each.title,
            place=colours[each.contender],
            mean=each.mean.mean,
            low=each.mean.low,
            high=each.mean.high,
            told=with_interval(each.mean, field.score),
            seeds=cells[each.contender].by_seed(field.score.key),
            seconds=_seconds(cells[each.contender]),
            rank=each.rank,
        )
        for each in field.standings
        if each.mean
    ]


def _seconds(cell: CellResult) -> dict[int, float]:
    return {each.training.seed: each.seconds for each in cell.finals if each.seconds}


def heat_figure(results: Results, score: str = "") -> go.Figure:
    """All contenders by all fields."""
    columns = [
        Column(field.title, field.score, rivals_of(results, place, field))
        for field, place in zip(fields(results, score), results.fields(), strict=True)
    ]
    return figures.heat_map(columns, list(dict.fromkeys(each.title for each in results.study.contenders)))


def ranking_figure(results: Results, place: Place, field: Field) -> go.Figure:
    """Means in their order, with bars over those that cannot be told apart, where that can be said."""
    rivals = rivals_of(results, place, field)
    return figures.ranking(field.score, rivals, tied_groups(results, place, field))


def tied_groups(results: Results, place: Place, field: Field) -> list[tuple[str, ...]]:
    """The titles of those that cannot be told apart; nothing while the field is not finished, or no fair one."""
    ranked = {each.contender: each.title for each in field.standings if each.rank is not None}
    found = groups(results.comparison(*place, score=field.score.key)) if len(ranked) > 1 else ()
    return [tuple(ranked[name] for name in group) for group in found]


def strips_figure(results: Results, place: Place, field: Field, joined: bool = False) -> go.Figure:
    """Every seed as a dot."""
    return figures.seed_strips(field.score, rivals_of(results, place, field), joined)


def timed(results: Results, place: Place, field: Field) -> list[Rival]:
    """The contenders whose times are known."""
    return [each for each in rivals_of(results, place, field) if each.seconds]


def front_said(results: Results, place: Place, field: Field) -> list[str]:
    """Who is on the front of time and score, and who is behind whom, as far as the field is finished and fair."""
    title, beaten = results.study.contender, None
    if any(each.rank is not None for each in field.standings):
        found = results.comparison(*place, score=field.score.key).differences
        beaten = {(title(each.first).title, title(each.second).title) for each in found if each.holds}
    return study_said.front_said(timed(results, place, field), field.score, beaten)


def tried(results: Results, place: Place, score: str = "", defaults: Defaults = declared_defaults) -> list[Tried]:
    """Each knob that was tried of each contender of a field, with the trials that have a score."""
    colours, found = places(results.study), []
    for cell in results.rivals(*place):
        contender = results.study.contender(cell.cell.contender)
        settings = _settings(cell, score or cell.score)
        for name, reach in contender.tune.items():
            tries = [_try(cell, outcomes, score or cell.score, name, defaults) for outcomes in settings]
            if tries:
                title = contender.title, colours[contender.key]
                found.append(Tried(*title, knob_title(name), tries, alone=len(contender.tune) == 1, log=reach.log))
    return found


def knob_title(name: str) -> str:
    """A knob or setting in words."""
    return name.removeprefix(SETTING).replace("_", " ")


def _settings(cell: CellResult, score: str) -> list[list[Outcome]]:
    """The finished trials of each setting of the knobs."""
    found: dict[int, list[Outcome]] = {}
    for each in cell.trials:
        if score in each.scores:
            found.setdefault(each.training.candidate, []).append(each)
    return list(found.values())


def _try(cell: CellResult, outcomes: Sequence[Outcome], score: str, name: str, defaults: Defaults) -> Try:
    first, values = outcomes[0], [each.scores[score] for each in outcomes]
    mean = mean_of(values)
    at = value_of(first, name, defaults)
    return Try(
        at=at if at is None or isinstance(at, str) else ("on" if at else "off") if isinstance(at, bool) else float(at),
        score=mean.mean,
        low=mean.low,
        high=mean.high,
        told=tried_told(first.training.knobs),
        seeds=values,
        chosen=cell.chosen == first.training.candidate,
        default=first.training.candidate == 0,
    )


def value_of(outcome: Outcome, name: str, defaults: Defaults) -> Value:
    """What a tuned knob or setting was in a training; ``None`` where the program chose it and its run is not here."""
    if name in outcome.training.knobs:
        return outcome.training.knobs[name]
    config = outcome.training.config
    known = _value_in(config, name)
    if known is None and outcome.here and outcome.state == "finished":
        known = _value_in(runs.find(outcome.id).config, name)
    if known is None and not name.startswith(SETTING):
        known = defaults(config.loss.name).get(name)
    return known


def _value_in(config: Config, name: str) -> Value:
    if name.startswith(SETTING):
        return config.settings.values()[name.removeprefix(SETTING)]
    return config.loss.knobs.get(name)


def sweep_figure(results: Results, place: Place, field: Field) -> go.Figure | None:
    """The finals against the knob in which contenders of one loss differ; ``None`` where no two do."""
    cells = [cell for cell in results.rivals(*place) if cell.by_seed(field.score.key)]
    there = [(cell, each) for cell in cells for each in cell.finals if field.score.key in each.scores]
    configs = [_settled(each) for _, each in there]
    axis = analysis.axes(configs)[0] if configs else None
    if axis is None or axis.key == LOSS:
        return None
    sweep = analysis.lay_out(configs, [_title(each) for _, each in there], axis)
    found = analysis.points(sweep, [each.scores[field.score.key] for _, each in there])
    names = [f"{results.study.contender(cell.cell.contender).title}, seed {each.training.seed}" for cell, each in there]
    by_series: dict[str, list[Spot]] = {}
    for point in found:
        members = [(wrapped(names[index], 60), value) for index, value in zip(point.runs, point.scores, strict=True)]
        at = "" if point.value is None else float(point.value) if axis.numeric else str(point.value)
        by_series.setdefault(point.series, []).append(Spot(at, point.mean, point.low, point.high, members))
    return figures.knob_curve(field.score, axis.title, [Curve(name, spots) for name, spots in by_series.items()])


def _title(outcome: Outcome) -> str:
    """The loss's own title, or its name where the run is not here to tell."""
    return str(runs.find(outcome.id).header["loss"]["title"]) if outcome.here else outcome.training.config.loss.name


def _settled(outcome: Outcome) -> Config:
    """With what the program chose, where that is known."""
    return runs.find(outcome.id).config if outcome.here else outcome.training.config


def trials_figure(results: Results, place: Place, panels: Sequence[Tried], score: str = "") -> go.Figure:
    """``panels``, of :func:`tried`, on the score that decides or another one."""
    return figures.trials(output_of(score or results.rivals(*place)[0].score), panels)
