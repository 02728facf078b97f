"""Compare, without a browser."""

import re

import numpy as np
import pytest

from lossviz import metrics, runs
from lossviz.ui.comparison import SELECTION, TABS
from tests.pages.made import EPOCHS, WHOLE
from tests.pages.reading import payload, positions, score_rows, selected, words, written

THREE = ["softmax", "arcface", "triplet"]
OUTPUTS = {output.title: output for output in metrics.outputs()}

pytestmark = pytest.mark.usefixtures("home")


def badge(at):
    (found,) = [each.value for each in at.markdown if "-badge[" in each.value]
    return found


def panels(at):
    return [panel["key"] for panel in payload(at)[0]["panels"]]


def test_the_address_restores_runs_tab_epoch_and_switch(compare):
    at = compare(runs=["triplet", "softmax"], below="Norms", align="false", view="1.e1")
    assert at.multiselect(key="runs").value == panels(at) == ["triplet", "softmax"]
    assert at.toggle(key="align").value is False
    assert [tab.label for tab in at.tabs if tab.children] == ["Norms"]
    assert len(at.get("plotly_chart")) == 1
    usual = compare(runs=["triplet", "softmax"])
    assert usual.toggle(key="align").value is True
    assert [tab.label for tab in usual.tabs if tab.children] == ["Scores"]


def test_without_an_address_the_newest_runs_of_one_data_set_are_shown(compare):
    assert len(panels(compare())) == 2


@pytest.mark.parametrize(("asked", "shown"), [(["softmax", "nobody"], ["softmax"]), (["no-header", "flat"], ["flat"])])
def test_runs_in_the_address_that_are_not_there_are_dropped(compare, asked, shown):
    at = compare(runs=asked)
    assert at.multiselect(key="runs").value == panels(at) == shown
    assert not at.error


def test_the_same_seed_is_fair_and_another_is_not(compare):
    fair, unfair = badge(compare(runs=THREE)), badge(compare(runs=["softmax", "other-seed"]))
    assert fair.startswith(":green-badge") and "only the loss differs" in fair
    assert unfair.startswith(":red-badge") and "the seed differs" in unfair
    assert not [each for each in compare(runs=["softmax"]).markdown if "-badge[" in each.value]


def test_what_differs_is_told_run_by_run(compare):
    table = compare(runs=["softmax", "other-seed"]).dataframe[0].value
    seed = table[table["What"].str.lower() == "seed"].iloc[0]
    assert seed.iloc[0].startswith("✗")
    assert [str(seed[name]) for name in ("softmax", "other-seed")] == ["0", "1"]


@pytest.mark.parametrize("epoch", [EPOCHS, 0])
def test_the_table_holds_every_score_and_marks_the_best(compare, epoch):
    rows = score_rows(compare(runs=THREE, view=f"1.e{epoch}"))
    stored = [runs.scores(runs.find(name), epoch) for name in THREE]
    assert rows.keys() == {title for title, output in OUTPUTS.items() if any(output.key in each for each in stored)}
    for title, cells in rows.items():
        output = OUTPUTS[title]
        values = [each.get(output.key) for each in stored]
        assert [text for text, _ in cells] == [
            "-" if value is None else written(value, output.unit) for value in values
        ]
        there = [value for value in values if value is not None]
        best = {1: max, -1: min}[output.better](there) if output.better and len(there) > 1 else None
        marked = [text == written(best, output.unit) for text, _ in cells] if best is not None else [False] * 3
        assert [mark for _, mark in cells] == marked, title
    assert any(mark for cells in rows.values() for _, mark in cells)


def test_scores_follow_the_epoch(compare):
    first, last = (score_rows(compare(runs=THREE, view=f"1.e{epoch}")) for epoch in (0, EPOCHS))
    assert first["Nearest centroid"] != last["Nearest centroid"]


@pytest.mark.parametrize("tab", [name for name in TABS if name != "Scores"])
def test_every_tab_draws_its_charts_and_no_other(compare, tab):
    at = compare(runs=THREE, below=tab)
    assert not at.error
    assert [each.label for each in at.tabs if each.children] == [tab]
    assert at.get("plotly_chart")
    alone = compare(runs=["wide"], below=tab)
    assert not alone.error
    assert alone.get("plotly_chart")


def test_runs_of_other_epochs_and_dimensions_stand_side_by_side(compare):
    at = compare(runs=["flat", "longer", "arcface"])
    assert not at.error
    assert [panel["axes"] for panel in payload(at)[0]["panels"]] == [2, 3, 3]
    assert [len(panel["epochs"]) for panel in payload(at)[0]["panels"]] == [EPOCHS + 1, EPOCHS + 2, EPOCHS + 1]


def test_native_is_not_offered_above_three_dimensions_and_the_reason_told(compare):
    at = compare(runs=["wide", "arcface"])
    assert at.selectbox(key="view_of").options[0] == "PCA"
    assert [each.value for each in at.caption if "Native is not offered" in each.value and "8 dimensions" in each.value]
    low = compare(runs=["arcface"])
    assert "Native" in low.selectbox(key="view_of").options
    assert not [each for each in low.caption if "is not offered" in each.value]


def test_aligning_turns_and_mirrors_and_does_nothing_else(compare):
    pair = ["arcface", "triplet"]
    turned, plain = compare(runs=pair), compare(runs=pair, align="false")
    assert np.array_equal(positions(turned, 0), positions(plain, 0))
    before, after = (positions(at, 1).reshape(-1, 3) for at in (plain, turned))
    matrix, *_ = np.linalg.lstsq(before, after, rcond=None)
    assert np.abs(matrix.T @ matrix - np.eye(3)).max() < 1e-3
    assert np.abs(matrix - np.eye(3)).max() > 0.05
    assert np.abs(before @ matrix - after).max() < 2e-4
    assert np.abs(before - after).max() > 0.05


def test_aligning_takes_prototypes_along(compare):
    pair = ["softmax", "arcface"]
    turned, plain = compare(runs=pair), compare(runs=pair, align="false")
    matrix, *_ = np.linalg.lstsq(positions(plain, 1).reshape(-1, 3), positions(turned, 1).reshape(-1, 3), rcond=None)
    before, after = (positions(at, 1, "prototypes") for at in (plain, turned))
    assert np.abs(before @ matrix - after).max() < 1e-3
    assert np.abs(before - after).max() > 0.05


def test_the_residual_is_told_where_pictures_were_aligned(compare):
    told = [
        [each.value for each in compare(runs=["arcface", "triplet"], align=align).caption if "residual" in each.value]
        for align in ("true", "false")
    ]
    assert [len(each) for each in told] == [1, 0]
    assert re.search(r"\*\*triplet\*\*: [^·]*residual after aligning \d\.\d\d", told[0][0])


def test_a_selection_is_shown_kept_shown_again_and_forgotten(compare):
    samples = runs.find("softmax").samples["probe"]
    some = samples.index[samples.labels == 7][:5].tolist() + samples.index[samples.labels == 1][:2].tolist()
    at = compare(runs=["softmax", "arcface"], below=SELECTION, view="1." + selected(some))
    assert [each.value for each in at.markdown if "selected:" in each.value] == ["7 selected: **7** 5, **1** 2"]
    next(each for each in at.text_input if each.label == "Keep this selection as").set_value("sevens")
    at.button(key="FormSubmitter:save_selection-Save").click().run()
    data = runs.find("softmax").header["hashes"]["data"]
    try:
        assert sorted(runs.selections.load("sevens", data)) == sorted(some)
        fresh = compare(runs=["softmax"], below=SELECTION)
        assert [each.value for each in fresh.info if "Nothing is selected" in each.value]
        assert fresh.selectbox(key="kept_selection").value == "sevens"
        next(button for button in fresh.button if button.label == "Show").click().run()
        assert words(fresh)["command"]["selected"] == sorted(some)
        next(button for button in fresh.button if button.label == "Forget").click().run()
        assert not fresh.exception
        assert not [box for box in fresh.selectbox if box.key == "kept_selection"]
        assert runs.selections.names(data) == []
    finally:
        for name in runs.selections.names(data):
            runs.selections.delete(name, data)


def test_a_selection_without_a_name_is_refused_in_words(compare):
    some = runs.find("softmax").samples["probe"].index[:3]
    at = compare(runs=["softmax"], below=SELECTION, view="1." + selected(some))
    at.button(key="FormSubmitter:save_selection-Save").click().run()
    assert "1 to 60 printable characters" in at.error[0].value
    assert not at.exception


def test_runs_that_cannot_be_shown_are_listed_with_their_problems(compare):
    at = compare(runs=["softmax"])
    assert set(at.multiselect(key="runs").options) == {*WHOLE, "cut-at-the-end", "cut-midway"}
    problems = dict(at.table[0].value.itertuples(index=False))
    assert problems.keys() == {"half-written", "no-header"}
    assert "no snapshot yet" in problems["half-written"]
    assert "run.json is damaged" in problems["no-header"]


@pytest.mark.parametrize(("name", "file"), [("cut-at-the-end", "epoch-0003"), ("cut-midway", "epoch-0001")])
def test_a_damaged_snapshot_is_named_and_the_other_runs_are_shown(compare, name, file):
    at = compare(runs=["softmax", name, "arcface"])
    assert panels(at) == ["softmax", "arcface"]
    (told,) = [each.value for each in [*at.warning, *at.error]]
    assert name in told and file in told and "damaged" in told
    assert score_rows(at)


def test_with_no_run_chosen_the_page_says_so(compare):
    at = compare(runs=["softmax"])
    at.multiselect(key="runs").set_value([]).run()
    assert not at.exception
    assert not at.get("bidi_component")
    assert "Choose" in at.info[0].value
    assert at.table  # what cannot be shown stays listed
