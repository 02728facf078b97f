"""The charts of a study's report, with what can be read from them."""

from collections.abc import Iterator

from lossviz import figures
from lossviz.report import study_figured, study_said
from lossviz.report.document import Block, Chart, Words
from lossviz.report.study_figured import Place
from lossviz.studies import Results
from lossviz.studies.telling import Field, output_of

PANELS = 10  # of knobs in one chart: more would be small on a page


def overview_chart(results: Results) -> Chart:
    """All contenders by all fields."""
    figure = study_figured.heat_figure(results)
    return Chart("heat-map", "Every loss on every data set", figure, study_said.HEAT_SAID)


def score_charts(results: Results, place: Place, field: Field, key: str) -> Iterator[Block]:
    """The ranking, and every seed; nothing where no training has the score."""
    rivals = study_figured.rivals_of(results, place, field)
    if rivals:
        groups = study_figured.tied_groups(results, place, field)
        ranking = figures.ranking(field.score, rivals, groups)
        yield Chart(f"ranking-{key}", f"Ranking on {field.title}", ranking, study_said.ties_said(groups, field))
        strips = figures.seed_strips(field.score, rivals, joined=True)
        said = f"{study_said.STRIPS_SAID} {study_said.JOINED_SAID}"
        yield Chart(f"seeds-{key}", f"{field.score.title} over seeds", strips, said)


def time_charts(results: Results, place: Place, field: Field, key: str) -> Iterator[Block]:
    """Time against score, where times are known."""
    rivals = study_figured.timed(results, place, field)
    if rivals:
        said = " ".join(study_said.times_said(results, place, rivals))
        yield Chart(f"time-{key}", f"{field.score.title} and time", figures.pareto(field.score, rivals), said)
        yield from (Words(each, "item") for each in study_figured.front_said(results, place, field))


def knob_charts(results: Results, place: Place, field: Field, key: str) -> Iterator[Block]:
    """The score against knobs, as far as any were tried or vary."""
    sweep = study_figured.sweep_figure(results, place, field)
    if sweep is not None:
        yield Chart(f"sweep-{key}", "What the contenders vary", sweep, study_said.SWEEP_SAID)
    panels = study_figured.tried(results, place)
    title = f"{output_of(results.rivals(*place)[0].score).title} against the knobs that were tried"
    charts = -(-len(panels) // PANELS)
    for index in range(charts):
        some = panels[index * len(panels) // charts : (index + 1) * len(panels) // charts]
        figure = study_figured.trials_figure(results, place, some)
        number = f"-{index + 1}" if charts > 1 else ""
        yield Chart(f"knobs-{key}{number}", title, figure, study_said.trials_said(some))
