"""Runs that were trained elsewhere, in the pages."""

import numpy as np
import pytest
import streamlit as st

from lossviz import exchange
from tests.pages.conftest import _opened
from tests.pages.reading import payload, pinned
from tests.runs.conftest import made_run

__all__ = ["made_run"]

TABS = ("Events", "Classes", "Worst offenders", "Triplets", "Selection", "Training", "Run")


def text(at):
    """All that is written on the page."""
    return " ".join(str(each.value) for kind in ("markdown", "caption", "info") for each in at.get(kind))


@pytest.fixture
def strangers(no_runs, tmp_path):
    """Two runs of the same images: one with a gallery and pictures, one with nothing but vectors and labels."""
    chance, labels = np.random.default_rng(0), np.arange(60) % 3
    stack = np.stack([scale * np.eye(4)[labels] + chance.normal(size=(60, 4)) for scale in (0, 4)])
    split, images = np.where(np.arange(60) < 30, "train", "test"), chance.integers(0, 256, (60, 8, 8), np.uint8)
    np.savez(tmp_path / "rich.npz", embeddings=stack, labels=labels, set=split, images=images)
    np.savez(tmp_path / "poor.npz", embeddings=stack, labels=labels)
    for name in ("rich", "poor"):
        exchange.import_from(tmp_path / f"{name}.npz", named=exchange.Named(title=f"My {name} net"))
    st.cache_data.clear()
    return "rich", "poor"


@pytest.mark.parametrize("tab", TABS)
def test_explore_draws_every_tab_of_them(explore, strangers, tab):
    for run in strangers:
        at = explore(run=run, below=tab)
        assert not at.error, at.error
        (panel,) = payload(at)[0]["panels"]
        assert panel["title"] == f"My {run} net"
        (opened,) = [each for each in at.tabs if each.children]
        assert opened.label == tab
    told = text(at)
    assert ("trained elsewhere" in told) == (tab == "Run")
    assert ("how its loss went is not known" in told) == (tab == "Training")


def test_without_a_gallery_nobody_is_called_right_or_wrong(explore, strangers):
    found = {}
    for run in strangers:
        at = explore(run=run, below="Classes", view=f"1.e1.{pinned(45)}")
        (panel,) = payload(at)[0]["panels"]
        (card,) = [each.value for each in at.markdown if "image 45" in each.value]
        (table,) = [each.value for each in at.dataframe]
        found[run] = set(panel["channels"]), "taken for" in card, bool(table["Accuracy"].notna().all())
    judged = {"prediction", "correct", "confidence", "own"}
    assert judged <= found["rich"][0] and found["rich"][1:] == (True, True)
    assert not judged & found["poor"][0] and "norm" in found["poor"][0] and found["poor"][1:] == (False, False)


@pytest.mark.parametrize(
    "tab", ["Scores", "Angles", "Norms", "Pairs", "Verification", "Confusion", "History", "Selection"]
)
def test_compare_draws_them_beside_each_other(compare, strangers, tab):
    at = compare(runs=list(strangers), below=tab)
    assert not at.error, at.error
    assert [panel["title"] for panel in payload(at)[0]["panels"]] == ["My rich net", "My poor net"]
    assert "how rich and poor were trained is not known" in text(at)


def test_they_stand_in_the_table_of_runs(strangers):
    at = _opened("runs")
    assert not at.error and not at.exception


def test_a_margin_can_be_laid_on_them_and_nothing_is_trained_anew(strangers, made_run):
    for run, offered in (("rich", False), ("made", True)):
        at = _opened("lab", section="What if", **{"whatif.run": run})
        assert not at.error
        assert ("A new run from the same data, net and seed" in text(at)) == offered
