"""Which knobs are tried: a fixed list, the default first, spread evenly."""

import numpy as np
import pytest
from scipy.stats import kstest

from lossviz.errors import StudyError
from lossviz.studies.tuning import Range, candidates

MARGIN = {"margin": Range(0.1, 0.7)}


def test_the_list_begins_with_the_default_and_is_the_same_every_time():
    first = candidates({**MARGIN, "scale": Range(8.0, 64.0, log=True)}, 6, 0)
    assert first[0] == {} and len(first) == 6
    assert all(0.1 <= each["margin"] <= 0.7 and 8 <= each["scale"] <= 64 for each in first[1:])
    assert first == candidates({**MARGIN, "scale": Range(8.0, 64.0, log=True)}, 6, 0)
    assert first != candidates({**MARGIN, "scale": Range(8.0, 64.0, log=True)}, 6, 1)
    assert first[:4] == candidates({**MARGIN, "scale": Range(8.0, 64.0, log=True)}, 4, 0), "a longer list begins alike"


def test_the_list_is_written_down():
    """It must not change with a version of anything: a study that goes on later would begin anew."""
    drawn = candidates({"a": Range(0.0, 1.0), "b": Range(1.0, 100.0, log=True), "c": Range(1, 9)}, 4, 7)
    assert drawn == (
        {},
        {"a": 0.975, "b": 58.8, "c": 3},
        {"a": 0.794, "b": 12.9, "c": 8},
        {"a": 0.613, "b": 2.84, "c": 3},
    )


def test_the_values_fill_the_range_more_evenly_than_chance():
    values = [each["margin"] for each in candidates({"margin": Range(0.0, 1.0)}, 33, 0)[1:]]
    chance = [kstest(np.random.default_rng(seed).random(32), "uniform").statistic for seed in range(200)]
    assert kstest(values, "uniform").statistic < np.quantile(chance, 0.02)


def test_a_logarithmic_range_is_even_in_its_orders_of_magnitude():
    log, plain = ([each["x"] for each in candidates({"x": Range(1.0, 1e4, log=on)}, 41, 0)[1:]] for on in (True, False))
    assert sum(value < 100 for value in log) in range(18, 23) and sum(value < 100 for value in plain) <= 1


def test_whole_ends_give_whole_numbers_up_to_both_ends():
    drawn = [each["k"] for each in candidates({"k": Range(2, 5)}, 5, 0)[1:]]
    assert sorted(drawn) == [2, 3, 4, 5] and all(isinstance(value, int) for value in drawn)


def test_a_list_ends_where_there_is_nothing_new_to_try():
    drawn = candidates({"form": Range(values=("lecun", "hadsell"))}, 9, 0)
    assert sorted(each.get("form", "") for each in drawn) == ["", "hadsell", "lecun"]
    assert candidates({}, 5, 0) == ({},)


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        ({"low": 0.5, "high": 0.5}, "must end above where it begins, got 0.5 to 0.5"),
        ({"low": 0.0, "high": 1.0, "log": True}, "logarithmic range must begin above 0, got 0.0"),
    ],
)
def test_a_range_that_is_none(ends, sentence):
    with pytest.raises(StudyError, match=sentence):
        Range(**ends)
