"""The Runs page without a browser."""

import json
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lossviz import runs
from lossviz.runs import Marks, mark, marks
from lossviz.words import size_in_words
from tests.browser import ROOT
from tests.pages.conftest import MAIN, PATIENCE
from tests.pages.made import EPOCHS, WHOLE

GOOD = ("softmax", "arcface", "triplet", "other-seed", "longer")


@pytest.fixture
def own(homes, no_runs):
    """Runs that a test may change: some that are whole, one that is damaged."""
    for name in (*GOOD, "no-header"):
        shutil.copytree(Path(homes["LOSSVIZ_RUNS"]) / name, no_runs / name)
    st.cache_resource.clear()
    return no_runs


def opened(selected=(), **address):
    at = AppTest.from_file(str(MAIN), default_timeout=PATIENCE)
    for name, value in address.items():
        at.query_params[name] = value
    at.session_state["runs selected"] = list(selected)
    at.switch_page("../../pages/runs.py").run()
    assert not at.exception, at.exception
    return at


def shown(at):
    """Names in the table, in order."""
    return list(at.dataframe[0].value["Run"])


def row(at, name):
    table = at.dataframe[0].value
    return table[table["Run"] == name].iloc[0]


def press(at, key):
    at.button(key=key).click().run()
    assert not at.exception, at.exception
    return at


def labelled(at, label):
    return next(each for each in at.button if each.label == label)


def said(at):
    return " ".join(each.value for each in [*at.caption, *at.info, *at.success, *at.error, *at.markdown, *at.warning])


def test_every_run_has_a_row_and_damaged_ones_their_problem(own):
    at = opened()
    assert set(shown(at)) == {*GOOD, "no-header"} and shown(at)[-1] == "no-header"
    whole = row(at, "longer")
    assert (whole["Loss"], whole["Data set"], whole["Net"]) == ("ArcFace", "digits", "mlp")
    assert (whole["Dim"], whole["Seed"], whole["Epochs"], whole["State"]) == (3, 0, str(EPOCHS + 1), "finished")
    known = runs.scores(runs.find("longer"), EPOCHS + 1)
    assert whole["Nearest centroid"] == pytest.approx(100 * known["centroid_accuracy"])
    assert whole["Size"] == runs.find("longer").size()
    assert row(at, "no-header")["State"] == "damaged"
    problems = dict(at.table[0].value.itertuples(index=False))
    assert "run.json is damaged" in problems["no-header"] and len(problems) == 1


def test_knobs_are_told_where_they_differ(own):
    header = json.loads((own / "longer" / "run.json").read_text())
    header["config"]["loss"]["knobs"]["margin"] = 0.25
    (own / "longer" / "run.json").write_text(json.dumps(header))
    at = opened()
    assert row(at, "longer")["Knobs"] == "margin 0.25" and row(at, "arcface")["Knobs"] == "margin 0.5"
    assert row(at, "triplet")["Knobs"] == ""


def test_filters_and_order_are_in_the_address(own):
    mark(runs.find("triplet"), Marks(("liked",), "odd tail", "pairs"))
    mark(runs.find("softmax"), Marks(("liked",)))
    assert set(shown(opened(**{"list.loss": ["Triplet", "Softmax"]}))) == {"triplet", "softmax"}
    assert shown(opened(**{"list.tag": ["liked"], "list.group": ["pairs"]})) == ["triplet"]
    assert shown(opened(**{"list.find": "Odd trip"})) == ["triplet"]
    assert shown(opened(**{"list.state": ["damaged"]})) == ["no-header"]
    by_name = shown(opened(**{"list.sort": "Name"}))
    assert by_name == sorted(by_name) and by_name != sorted(by_name, reverse=True)
    best = opened(**{"list.sort": "Best Nearest centroid"}).dataframe[0].value["Nearest centroid"].dropna()
    assert list(best) == sorted(best, reverse=True)


def test_where_no_run_is_like_that_all_can_be_shown_again(own):
    at = opened(**{"list.find": "nothing like it"})
    assert "No run is like that" in said(at) and not at.dataframe
    assert set(shown(press(at, "show_all"))) == {*GOOD, "no-header"}


def test_selected_runs_are_opened_on_other_pages(own):
    at = press(opened(["softmax", "arcface"]), "act_compare")
    assert set(at.multiselect(key="runs").value) <= {"softmax", "arcface"}
    at = press(opened(["longer"]), "act_explore")
    assert at.selectbox(key="run").value == "longer"
    at = press(opened(["triplet"]), "act_duplicate")
    assert [each.casefold() for each in at.multiselect(key="train.losses").value] == ["triplet"]
    assert at.number_input(key="train.limit").value == 300


def test_what_does_not_fit_the_selection_is_off_and_more_than_six_are_said(own):
    off = {each.key for each in opened().button if each.disabled}
    assert {"act_compare", "act_explore", "act_duplicate", "act_delete"} <= off
    two = {each.key for each in opened(["softmax", "arcface"]).button if each.disabled}
    assert "act_compare" not in two and "act_explore" in two
    for name in ("a", "b", "c"):
        shutil.copytree(own / "softmax", own / name)
    at = opened([*GOOD, "a", "b"])
    assert at.button(key="act_compare").disabled
    assert "7 selected" in said(at) and "Compare takes up to 6" in said(at)
    assert at.button(key="act_compare").disabled != opened([*GOOD, "a"]).button(key="act_compare").disabled


def test_a_selection_stays_with_its_runs_when_others_come(own):
    at = opened(["triplet"])
    shutil.copytree(own / "softmax", own / "aaa-newest")
    header = json.loads((own / "aaa-newest" / "run.json").read_text())
    (own / "aaa-newest" / "run.json").write_text(json.dumps({**header, "created": "2999-01-01T00:00:00+00:00"}))
    at.run()
    assert shown(at)[0] == "aaa-newest"
    press(at, "act_delete")
    assert {run.id for run in runs.list_runs()} == {*GOOD, "no-header", "aaa-newest"} - {"triplet"}


def test_tags_are_put_on_and_taken_off_several_runs(own):
    at = opened(["softmax", "arcface"])
    at.multiselect(key="add_tags").set_value(["new"])
    labelled(at, "Save").click().run()
    assert marks(runs.find("softmax")).tags == marks(runs.find("arcface")).tags == ("new",)
    assert marks(runs.find("triplet")).tags == ()
    at = opened(["softmax"])
    at.multiselect(key="remove_tags").set_value(["new"])
    labelled(at, "Save").click().run()
    assert marks(runs.find("softmax")).tags == () and marks(runs.find("arcface")).tags == ("new",)


def test_a_group_opens_as_comparison_and_as_curve(own):
    mark(runs.find("longer"), Marks((), "", "three"))
    mark(runs.find("triplet"), Marks((), "", "other"))
    at = opened(["arcface", "other-seed", "softmax"])
    at.selectbox(key="put_into_group").set_value("three")
    labelled(at, "Put").click().run()
    assert not at.exception and len(runs.groups(runs.list_runs())["three"]) == 4
    mark(runs.find("longer"), Marks())
    at = opened(**{"list.group_shown": "three"})
    assert at.get("page_link") and at.get("plotly_chart")
    spec = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert {trace["name"] for trace in spec["data"]} == {"ArcFace", "Softmax"}
    table = at.dataframe[-1].value.set_index("Curve")
    known = [runs.scores(runs.find(name), EPOCHS)["centroid_accuracy"] for name in ("arcface", "other-seed")]
    assert table.loc["ArcFace", "Mean"] == pytest.approx(100 * sum(known) / 2)
    assert table.loc["ArcFace", "Runs"] == 2 and table["95 % from"].isna().to_dict()["Softmax"]
    labelled(opened(["arcface"]), "Take out of their groups").click().run()
    assert [run.id for run in runs.groups(runs.list_runs())["three"]].count("arcface") == 0


def test_a_large_group_is_drawn_when_it_is_chosen_and_not_before(own, monkeypatch):
    for name in GOOD:
        mark(runs.find(name), Marks((), "", "many"))
    assert opened().get("plotly_chart")
    monkeypatch.setattr("lossviz.ui.runs.groups.UNASKED", 4)
    assert not opened().get("plotly_chart")
    assert opened(**{"list.group_shown": "many"}).get("plotly_chart")


def test_a_curve_of_runs_that_are_not_comparable_says_so(own):
    fair = opened(["arcface", "other-seed"])
    assert "Fair" in said(fair) and "Not a fair" not in said(fair)
    header = json.loads((own / "softmax" / "run.json").read_text())
    header["hashes"]["data"] = "f" * 64
    (own / "softmax" / "run.json").write_text(json.dumps(header))
    assert "Not a fair comparison: the data set" in said(opened(["arcface", "softmax"]))


def test_a_note_and_a_name_are_written(own):
    at = opened(["softmax"])
    at.text_area(key="note_softmax").set_value("look again")
    next(each for each in at.button if each.label == "Save" and "note" in each.key).click().run()
    assert marks(runs.find("softmax")).note == "look again"
    at = opened(["softmax"])
    at.text_input(key="rename_softmax").set_value("plain")
    labelled(at, "Rename").click().run()
    assert "plain" in shown(at) and "softmax" not in shown(at)
    assert marks(runs.find("plain")).note == "look again"


@pytest.mark.parametrize(
    ("name", "words"),
    [("triplet", "already is a run or a job called 'triplet'"), ("a b", "cannot be called 'a b'")],
)
def test_a_name_that_cannot_be_is_refused_in_words(own, name, words):
    at = opened(["softmax"])
    at.text_input(key="rename_softmax").set_value(name)
    labelled(at, "Rename").click().run()
    assert not at.exception and words in at.error[0].value
    assert "softmax" in shown(at)
    assert not press(at, "trouble_away").error


def test_delete_can_be_undone_from_the_page(own):
    at = press(opened(["softmax", "no-header"]), "act_delete")
    assert not {"softmax", "no-header"} & set(shown(at)) and "Deleted 2" in said(at)
    press(at, "undo")
    assert set(shown(at)) == {*GOOD, "no-header"} and not at.success
    assert runs.deleted() == []


def test_what_is_deleted_is_listed_restored_and_emptied(own):
    size = runs.find("softmax").size()
    for name in ("softmax", "arcface"):
        runs.delete(runs.find(name))
    at = opened(**{"list.below": "Deleted"})
    assert set(at.table[-1].value["Run"]) == {"softmax", "arcface"}
    key = next(each.key for each in runs.deleted() if each.run.id == "softmax")
    at.multiselect(key="deleted_chosen").set_value([key]).run()
    press(at, "restore")
    assert runs.find("softmax").size() == size and [each.run.id for each in runs.deleted()] == ["arcface"]
    at = opened(**{"list.below": "Deleted"})
    press(at, "empty")
    assert runs.deleted() == [] and "Nothing is deleted" in said(at)


def test_space_is_told_and_freed_for_the_selected_runs_only(own):
    before = {name: runs.sizes(runs.find(name)) for name in ("softmax", "arcface")}
    at = opened(["softmax"], **{"list.below": "Disk space"})
    assert f"Computed values: {size_in_words(before['softmax'].derived)}" in said(at)
    assert at.button(key="free_state").disabled is not None
    press(at, "free_derived")
    assert runs.sizes(runs.find("softmax")).derived == 0
    assert runs.sizes(runs.find("arcface")) == before["arcface"]


def test_freeing_the_state_says_what_is_lost_and_does_it(own):
    folder = own / "softmax"
    status = json.loads((folder / "status.json").read_text())
    (folder / "status.json").write_text(json.dumps({**status, "state": "stopped", "resumable": True}))
    (folder / "state.safetensors").write_bytes(b"x" * 5000)
    at = opened(**{"list.below": "Disk space"})
    assert "cannot go on" in said(at) and "5.0 kB" in labelled(at, "Free 5.0 kB for good").label
    press(at, "free_state")
    assert not (folder / "state.safetensors").exists() and not runs.find("softmax").status.resumable


def test_missing_scores_are_computed_when_asked_for_and_not_before(own):
    shutil.rmtree(own / "softmax" / "derived")
    at = opened()
    assert labelled(at, "Compute the missing scores (1)") and not (own / "softmax" / "derived").exists()
    assert row(at, "softmax").isna()["Nearest centroid"]
    press(at, "act_scores")
    assert row(at, "softmax")["Nearest centroid"] > 0
    assert not [each for each in at.button if "missing scores" in each.label]


def test_a_newcomer_is_told_what_to_do(no_runs):
    st.cache_resource.clear()
    at = opened()
    assert "There is no run" in said(at) and str(no_runs) in said(at) and not at.dataframe
    assert at.button(key="first_training")
    shutil.copytree(ROOT / "checkpoints" / "digits-softmax", no_runs.parent / "checkpoints" / "digits-softmax")
    at = opened(["digits-softmax"])
    assert shown(at) == ["digits-softmax"] and "came with lossviz" in said(at)
    assert row(at, "digits-softmax")["State"] == "shipped"
    assert at.button(key="act_delete").disabled, "shipped runs stay"


def test_a_page_of_damaged_runs_has_no_traceback(no_runs):
    st.cache_resource.clear()
    for name, text in (("empty", None), ("list", "[]"), ("cut", '{"format": 1')):
        (no_runs / name).mkdir()
        if text:
            (no_runs / name / "run.json").write_text(text)
    for below in ("Groups and curves", "Disk space", "Deleted"):
        at = opened(["empty", "list", "cut"], **{"list.below": below})
        assert set(shown(at)) == {"empty", "list", "cut"} and not at.error
    assert set(WHOLE) - set(shown(at)) == set(WHOLE)
