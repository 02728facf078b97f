"""A study's figures in its report: which are there, what is said of them, and that they are drawn without a browser."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex

from lossviz import figures, metrics
from lossviz.figures import RUN_COLORS, Column, Rival, Tried, Try
from lossviz.report import study_figured, study_said
from lossviz.report.charts import chart, draw
from lossviz.report.document import Chart
from lossviz.report.make import document_of
from lossviz.report.of_runs import Asked
from lossviz.runs import Run, delete
from lossviz.studies import Results, load
from lossviz.studies.published import VGG8
from lossviz.studies.published_table import HEADS, rows, touched
from lossviz.studies.reading import parse
from lossviz.studies.telling import fields

OUTPUT = next(output for output in metrics.outputs() if output.key == "knn_accuracy")
PLACE = ("digits", "mlp", "")
NAN = float("nan")


def rival(name, place, *scores, seconds=()):
    mean = float(np.mean(scores))
    return Rival(
        name, place, mean, mean - 0.1, mean + 0.1, f"{mean:.1f}", dict(enumerate(scores)), dict(enumerate(seconds)), 1
    )


RIVALS = [
    rival("A", 0, 0.5, 0.6, 0.7, 0.8, 0.9, seconds=(1.0, 2.0, 3.0)),
    rival("B", 1, 0.4, 0.4, 0.5, 0.5, 0.6, seconds=(4.0, 5.0, 6.0)),
]
TRIES = [
    Try(0.1, 0.5, 0.4, 0.6, "margin 0.1", [0.4, 0.6], default=True),
    Try(0.2, 0.7, 0.6, 0.8, "margin 0.2", [0.7], True),
]
ALL = {
    "heat map": lambda: figures.heat_map([Column("Digits", OUTPUT, RIVALS)], ["A", "B", "C"]),
    "strips": lambda: figures.seed_strips(OUTPUT, RIVALS, joined=True),
    "ranking": lambda: figures.ranking(OUTPUT, RIVALS, [("A", "B")]),
    "pareto": lambda: figures.pareto(OUTPUT, RIVALS),
    "trials": lambda: figures.trials(OUTPUT, [Tried(name, 0, "knob", TRIES, name == "A") for name in "AB"]),
}  # fmt: skip


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_every_figure_is_drawn_without_a_browser(make):
    assert chart(make(), "png", dpi=50).startswith(b"\x89PNG") and b"<svg" in chart(make(), "svg")


def test_boxes_lie_in_their_rows_over_their_quartiles():
    (axes,) = draw(ALL["strips"]()).axes
    boxes = [patch.get_path().get_extents() for patch in axes.patches]
    assert [(box.x0, box.x1) for box in boxes] == [pytest.approx((60, 80)), pytest.approx((40, 50))]
    assert [round((box.y0 + box.y1) / 2) for box in boxes] == [0, 1]
    assert [to_hex(patch.get_edgecolor()) for patch in axes.patches] == list(RUN_COLORS[:2])


def test_ranges_reach_to_both_sides_as_far_as_they_are():
    (axes,) = draw(ALL["pareto"]()).axes
    bars = [segment for lines in axes.collections for segment in getattr(lines, "get_segments", list)()]
    across = [(bar[0][0], bar[-1][0]) for bar in bars if bar[0][1] == bar[-1][1]]
    assert sorted(across) == [(1, 3), (4, 6)]


def test_the_front_goes_up_where_the_next_is_reached():
    slower = rival("C", 2, 0.9, 0.9, seconds=(8.0,))
    (axes,) = draw(figures.pareto(OUTPUT, [*RIVALS, slower])).axes
    (front,) = (line for line in axes.lines if line.get_drawstyle() == "steps-post")
    assert list(front.get_xdata()) == [2, 8, 8] and list(front.get_ydata()) == pytest.approx([70, 90, 90])


def test_symbols_are_kept_point_by_point():
    axes = draw(ALL["trials"]()).axes[0]
    marks = [each for each in axes.collections if isinstance(each, PathCollection) and len(each.get_offsets())]
    hollow = {tuple(each.get_offsets()[0]): len(each.get_facecolors()) == 0 for each in marks[:2]}
    assert hollow == {(0.1, 50.0): True, (0.2, 70.0): False}


def test_the_best_of_a_heat_map_are_bold():
    (axes,) = draw(ALL["heat map"]()).axes
    assert {text.get_text(): text.get_weight() for text in axes.texts} == {
        "★ 0.7": "bold", "★ 0.5": "bold", "-": "normal",
    }  # fmt: skip


# --- of a study


def charts_of(document):
    return {block.key: block for block in document.blocks() if isinstance(block, Chart)}


def test_the_report_has_a_figure_of_all_and_of_every_field(study, made):
    results = Results.of(study)
    document = document_of(results, Asked())
    found = charts_of(document)
    names = ("ranking", "seeds", "time", "knobs")
    assert list(found) == ["heat-map", *(f"{name}-digits-mlp" for name in names)]
    (field,) = fields(results)
    dots = {
        trace.name: trace for trace in found["seeds-digits-mlp"].figure.data if len(trace.x or ()) == 2 and trace.text
    }
    for cell in results.cells:
        title = study.contender(cell.cell.contender).title
        assert sorted(dots[title].x) == pytest.approx(sorted(100 * score for score in cell.by_seed().values()))
    assert found["ranking-digits-mlp"].note == study_said.ties_said(
        study_figured.tied_groups(results, PLACE, field), field
    )


def test_a_study_without_a_run_has_no_figure_of_seeds(study, runs_home):
    assert list(charts_of(document_of(Results.of(study), Asked()))) == ["heat-map"]


def test_trials_show_every_setting_where_it_was_tried_and_what_was_chosen(study, made):
    results = Results.of(study)
    margin, rate = study_figured.tried(results, PLACE)
    assert (margin.name, margin.knob, margin.alone) == ("ArcFace", "margin", True) and rate.knob == "lr"
    trials = results.cells[0].trials
    assert [each.at for each in margin.tries] == [0.5, trials[1].training.knobs["margin"]], (
        "the default is the loss's own"
    )
    assert [each.score for each in margin.tries] == [each.scores["knn_accuracy"] for each in trials]
    assert [each.chosen for each in margin.tries] == [index == results.cells[0].chosen for index in range(2)]
    assert rate.tries[0].at not in (None, rate.tries[1].at), "what the program chose is read from the run"


def test_contenders_of_one_loss_make_a_curve_and_those_of_two_none(study, made):
    results = Results.of(study)
    (field,) = fields(results)
    assert study_figured.sweep_figure(results, PLACE, field) is None
    text = 'seeds = [0, 1]\n[settings]\nepochs = 1\n[[data]]\nname = "digits"\n[[model]]\nname = "mlp"\n'
    for margin in (0.2, 0.4):
        text += f'[[contender]]\nloss = "arcface"\nkey = "arcface-{margin}"\nknobs = {{ margin = {margin} }}\n'
    swept = Results.of(parse(text, "swept"))
    cells = tuple(finished(cell, swept.study, index) for index, cell in enumerate(swept.cells))
    swept = Results(swept.study, cells)
    (field,) = fields(swept)
    curve, dots = study_figured.sweep_figure(swept, swept.fields()[0], field).data
    assert list(curve.x) == [0.2, 0.4] and list(curve.y) == pytest.approx([55, 65]) and len(dots.x) == 4


def finished(cell, study, index):
    """The cell as if its finals had come with the program: 50 and 60 % for the first, 10 more for the next."""
    finals = [replace(each, state="finished", here=False, scores={cell.score: 0.5 + 0.1 * seed + 0.1 * index})
              for seed, each in enumerate(cell.finals)]  # fmt: skip
    return replace(cell, finals=tuple(finals))


def test_a_loss_has_one_colour_in_a_study_and_contenders_of_one_loss_have_one_each(study):
    assert study_figured.places(study) == {"arcface": 0, "softmax": 1}
    both = study_figured.places(load("study-2023"))
    assert both["arcface"] == both["arcface-published"] != both["cosface"] == both["cosface-published"]
    text = '[[data]]\nname = "digits"\n' + "".join(
        f'[[contender]]\nloss = "arcface"\nkey = "{key}"\n' for key in ("one", "two")
    )
    assert study_figured.places(parse(text, "swept")) == {"one": 0, "two": 1}


# --- words


def test_who_is_behind_is_said_with_what_the_seeds_allow():
    scores = {"A": (0.90, 0.91, 0.92), "B": (0.50, 0.51, 0.52), "C": (0.9, 0.5, 0.8)}
    shown = [rival(name, at, *found, seconds=(1.0 + at,)) for at, (name, found) in enumerate(scores.items())]
    front = "On the front: A. Whoever is quicker than one of these has a worse mean."
    assert study_said.front_said(shown, OUTPUT, {("A", "B")}) == [
        front,
        "B is behind A, and in score beaten by A by more than seed noise.",
        "C is behind A, but in score it cannot be told from A.",
    ]
    assert study_said.front_said(shown, OUTPUT, None) == [
        front,
        *(f"{name} is behind A; whether in score by more than seed noise cannot be said." for name in "BC"),
    ]


def test_of_an_unfinished_field_it_is_not_said_who_beats_whom(study, made):
    def said():
        results = Results.of(study, with_shipped=False)
        cells = (results.cells[0], with_times(results.cells[1], 1e6, 0.0))  # slow, and never right
        return " ".join(study_figured.front_said(Results(study, cells), PLACE, fields(Results(study, cells))[0]))

    assert "cannot be said" not in said() and "softmax is behind ArcFace" in said()
    delete(Run(made / Results.of(study).cells[0].finals[0].id))
    assert "cannot be said" in said()


def with_times(cell, seconds, score):
    finals = [replace(each, seconds=seconds, scores={cell.score: score}) for each in cell.finals]
    return replace(cell, finals=tuple(finals))


def test_times_that_differ_from_seed_to_seed_are_said_to(study):
    results = Results.of(study)
    calm = [rival("A", 0, 0.5, 0.5, seconds=(10.0, 11.0))]
    busy = [*calm, rival("B", 1, 0.5, 0.5, seconds=(10.0, 31.0))]
    assert len(study_said.times_said(results, PLACE, calm)) == 1
    assert "slowest of B took 3.1 times as long" in study_said.times_said(results, PLACE, busy)[1]


def test_what_is_said_of_trials_is_true_of_them():
    alone = Tried("A", 0, "margin", [Try(0.1, 0.5, NAN, NAN, "", [0.5])], alone=True)
    along = Tried("A", 0, "margin", TRIES, alone=False)
    assert study_said.ALONG_SAID not in study_said.trials_said([alone])
    assert study_said.ONE_SEED_SAID in study_said.trials_said([alone])
    assert study_said.ALONG_SAID in study_said.trials_said([alone, along])
    assert study_said.ONE_SEED_SAID not in study_said.trials_said([alone, along])


# --- beside an earlier study


def test_an_earlier_study_is_in_the_report_with_its_explanations(study, runs_home):
    results = Results.of(load("vgg8"))
    document = document_of(results, Asked())
    (table,) = (table for table in document.tables if table.key == "published")
    assert [head.lower() for head in table.head] == list(HEADS)
    assert table.rows == tuple(row.words for row in rows(results))
    said = " ".join(block.text for block in document.blocks() if hasattr(block, "text"))
    for each in VGG8.explanations:
        assert each.title in said and each.instead in said and touched(VGG8, each) in said
    assert not [table for table in document_of(Results.of(study), Asked()).tables if table.key == "published"]
