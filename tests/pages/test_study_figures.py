"""The sections of the Studies page that draw: knobs, seeds, time against score; what they show and what they say."""

import json
import shutil
from functools import partial

import pytest

from lossviz.jobs.recording import Audience, make_run
from lossviz.report import study_figured, study_said
from lossviz.runs import scores
from lossviz.studies import Results, load
from lossviz.studies.reading import keep
from lossviz.studies.telling import fields, with_interval
from tests.pages.conftest import _opened
from tests.studies.made import TEXT, all_made

__all__ = ["all_made"]


@pytest.fixture
def small(all_made, no_runs, tmp_path):
    """The small study with all of its runs, kept under its name, and another one of which nothing was run."""
    shutil.copytree(all_made, no_runs, dirs_exist_ok=True)
    kept_as(tmp_path, "small", TEXT)
    return no_runs


def kept_as(folder, name, text):
    file = folder / f"{name}.toml"
    file.write_text(text)
    keep(file)


opened = partial(_opened, "studies")


def drawn(at):
    """The traces of the figures, by what stands for each figure to those who do not see it."""
    return [(each.proto.alt, json.loads(each.proto.spec)["data"]) for each in at.get("plotly_chart")]


def words(at):
    kinds = (at.markdown, at.caption, at.info, at.warning)
    return "\n".join(each.value for kind in kinds for each in kind)


def told(results):
    (field,) = fields(results)
    return results.fields()[0], field


def test_every_seed_is_drawn_and_can_be_joined_and_saved(small):
    at = opened(study="small", part="seeds")
    results = Results.of(load("small"))
    _, field = told(results)
    ((alt, traces),) = drawn(at)
    for each, cell in zip(field.standings, results.cells, strict=False):
        assert f"{each.title} {with_interval(each.mean, field.score)}" in alt
        assert results.study.contender(cell.cell.contender).title in {trace.get("name") for trace in traces}
    assert not [trace for trace in traces if trace.get("mode") == "lines"] and study_said.STRIPS_SAID in words(at)
    assert study_said.JOINED_SAID not in words(at)
    table = at.dataframe[0].value
    seeds = {(row["Loss"], row["Seed"]): row["kNN (k = 5) (%)"] for _, row in table.iterrows()}
    for cell in results.cells:
        for seed, value in cell.by_seed().items():
            assert seeds[results.study.contender(cell.cell.contender).title, seed] == pytest.approx(100 * value)
    at.toggle(key="joined").set_value(True).run()
    ((_, traces),) = drawn(at)
    assert len([trace for trace in traces if trace.get("mode") == "lines"]) == 2, "one for each seed"
    assert study_said.JOINED_SAID in words(at)


def test_time_says_who_is_behind_whom(small):
    at = opened(study="small", part="time")
    results = Results.of(load("small"))
    place, field = told(results)
    sentences = study_figured.front_said(results, place, field)
    ((alt, traces),) = drawn(at)
    assert sentences and all(sentence in words(at) and sentence in alt for sentence in sentences)
    assert {"front", "ArcFace", "softmax"} <= {trace["name"] for trace in traces}
    rivals = study_figured.timed(results, place, field)
    assert list(at.dataframe[0].value["Loss"]) == [each.name for each in rivals]
    assert list(at.dataframe[0].value["Mean time (s)"]) == pytest.approx(
        [sum(each.seconds.values()) / 2 for each in rivals]
    )


def test_knobs_show_the_trials_and_never_the_tests(small):
    at = opened(study="small", part="knobs")
    results = Results.of(load("small"))
    ((alt, _),) = drawn(at)
    assert "on validation images" in alt and study_said.TRIALS_SAID in words(at)
    table = at.dataframe[0].value
    trials = [each for cell in results.cells for each in cell.trials]
    assert list(table["kNN (k = 5) (%) on validation images"]) == pytest.approx(
        [100 * each.scores["knn_accuracy"] for each in trials]
    )
    assert list(table["Chosen"] == "chosen") == [
        each.training.candidate == cell.chosen for cell in results.cells for each in cell.trials
    ]


def test_another_score_is_drawn_where_it_is_asked_for(small):
    ((alt, _),) = drawn(opened(study="small", part="seeds", score="map_at_r"))
    assert alt.startswith("MAP@R") and not drawn(opened(study="small", part="seeds"))[0][0].startswith("MAP@R")
    at = opened(study="small", part="knobs", score="map_at_r")
    assert drawn(at)[0][0].startswith("MAP@R") and "Chosen by kNN (k = 5)." in words(at)


def test_the_field_is_chosen_and_kept_in_the_address(small, tmp_path):
    both = TEXT + '\n[[data]]\nkey = "more"\nname = "digits"\ntitle = "More digits"\nsettings = { limit = 100 }\n'
    kept_as(tmp_path, "both", both)
    at = opened(study="both", part="seeds")
    menu = next(each for each in at.selectbox if each.label == "Data set")
    assert menu.options == ["Digits", "More digits"] and len(drawn(at)) == 1
    menu.set_value("more,mlp").run()
    assert at.query_params["field"] == "more,mlp" and not drawn(at)
    assert "No training that is judged on More digits" in words(at)
    at = opened(study="both", part="seeds", field="more,mlp")
    assert next(each for each in at.selectbox if each.label == "Data set").value == "more,mlp"
    at = opened(study="both", part="seeds", field="nothing of the kind")
    assert next(each for each in at.selectbox if each.label == "Data set").value == "digits,mlp" and drawn(at)


@pytest.mark.parametrize("part", ["knobs", "seeds", "time"])
def test_where_nothing_was_run_it_is_said_what_to_do(part, no_runs, tmp_path):
    kept_as(tmp_path, "empty", TEXT)
    at = opened(study="empty", part=part)
    assert not drawn(at) and "`python -m lossviz study empty`" in words(at)


def test_a_study_that_tries_nothing_has_no_section_of_knobs(no_runs, tmp_path):
    def sections(name):
        return next(each.options for each in opened(study=name).get("button_group") if "Seeds" in each.options)

    kept_as(tmp_path, "plain", '[[contender]]\nloss = "arcface"\n[[data]]\nname = "digits"\n')
    kept_as(tmp_path, "trying", TEXT)
    assert "Knobs" not in sections("plain") and "Knobs" in sections("trying")


def test_contenders_of_one_loss_are_drawn_over_the_knob_in_which_they_differ(no_runs, tmp_path):
    swept = TEXT.replace("trials = { count = 2, seeds = [100], validation = 0.2 }", "").replace("[0, 1]", "[0]")
    swept = swept[: swept.index("[[contender]]")] + swept[swept.index("[[data]]") :]
    for margin in (0.1, 0.4):
        swept += f'\n[[contender]]\nloss = "arcface"\nkey = "m{margin}"\nknobs = {{ margin = {margin} }}\n'
    kept_as(tmp_path, "swept", swept)
    study = load("swept")
    empty = opened(study="swept", part="knobs")
    assert not drawn(empty) and "This study tries no knobs" in words(empty)
    ran = [make_run(study.final(cell, 0).config, Audience()) for cell in study.cells]
    at = opened(study="swept", part="knobs")
    ((alt, (curve, *_)),) = drawn(at)
    assert "against what the contenders vary" in alt and study_said.SWEEP_SAID in words(at)
    wanted = [100 * scores(run, 1)["knn_accuracy"] for run in ran]
    assert list(at.dataframe[0].value["kNN (k = 5) (%)"]) == pytest.approx(sorted(wanted, reverse=True))
    assert curve["name"] == "ArcFace"
