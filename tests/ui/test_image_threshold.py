"""The threshold of the page "Your image" is the one that the scores have, at every FAR that can be dragged to."""

import numpy as np
import pytest
import streamlit as st

from lossviz.inference import Scores
from lossviz.ui.images import threshold
from lossviz.ui.images.threshold import LEVELS, LOWEST, Ruler, drawn

RNG = np.random.default_rng(3)
MANY = Scores(np.sort(RNG.gamma(2, 8, 800)), np.sort(RNG.normal(90, 20, 40_000).clip(1, 180)), "deg")
FEW = Scores(np.sort(RNG.gamma(2, 1, 20)), np.sort(RNG.uniform(3, 9, 50)), "")


@pytest.mark.parametrize("scores", [MANY, FEW])
def test_threshold_tar_and_far_are_those_of_the_scores_at_every_step(scores):
    ruler, told = Ruler.of(scores), 0
    for at, level in enumerate(LEVELS[1:-1], 1):
        wanted = scores.threshold(10**level)
        if wanted is not None:
            assert ruler.thresholds[at] == wanted
            told += 1
        assert ruler.tar[at] == scores.tar(ruler.thresholds[at])
        assert ruler.far[at] == scores.far(ruler.thresholds[at]) <= 10**level + 1e-12
    assert told > 20


@pytest.mark.parametrize("scores", [MANY, FEW])
def test_it_goes_from_nothing_accepted_to_everything(scores):
    ruler = Ruler.of(scores)
    assert ruler.thresholds[0] == ruler.far[0] == 0
    assert ruler.far[-1] == ruler.tar[-1] == 1
    assert ruler.thresholds[-1] == ruler.reach == max(scores.genuine[-1], scores.impostor[-1])
    for row in (ruler.thresholds, ruler.tar, ruler.far):
        assert (np.diff(row) >= 0).all()
    assert len(np.unique(ruler.thresholds)) > 30  # and it can be dragged


def test_where_there_are_too_few_comparisons_no_impostor_is_accepted():
    ruler = Ruler.of(FEW)
    seldom = np.log10(1 / len(FEW.impostor)) > LEVELS
    assert seldom.any()
    assert (ruler.far[seldom] == 0).all()
    assert (ruler.far[np.log10(2 / len(FEW.impostor)) <= LEVELS] > 0).all()


def test_between_two_steps_it_lies_on_the_straight_line():
    ruler = Ruler.of(MANY)
    at = 90
    middle = (LEVELS[at] + LEVELS[at + 1]) / 2
    assert ruler.at(middle) == pytest.approx((ruler.thresholds[at] + ruler.thresholds[at + 1]) / 2)
    assert ruler.at(-2.0) == MANY.threshold(0.01)


def test_what_is_drawn_are_shares_that_add_up_to_one():
    told = drawn(Ruler.of(MANY), MANY)
    assert sum(told["genuine"]) == pytest.approx(1, abs=1e-5)
    assert sum(told["impostor"]) == pytest.approx(1, abs=1e-5)
    assert len(told["thresholds"]) == len(told["tar"]) == len(told["far"]) == len(LEVELS)
    assert told["comparisons"] == len(MANY.impostor)


@pytest.mark.parametrize(
    ("said", "level"),
    [(None, -2.0), (-1, -1.0), (-2.345, -2.345), (-99, LOWEST), (4, 0.0), ("x", -2.0), (None, -2.0), ("nan", -2.0)],
)
def test_a_level_from_outside_is_kept_within_bounds(said, level, monkeypatch):
    monkeypatch.setattr(st, "session_state", {} if said is None else {threshold.KEY: {"heard": {"level": said}}})
    assert threshold.level() == level


@pytest.mark.parametrize(("link", "level"), [("image~level!-1.5", -1.5), ("two~level!-1.5", -2.0), ("image", -2.0)])
def test_the_address_has_the_level_until_the_page_does(link, level, monkeypatch):
    monkeypatch.setattr(st, "query_params", {"lab": link})
    monkeypatch.setattr(st, "session_state", {})
    assert threshold.level() == level
