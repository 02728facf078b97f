"""Statistics of studies, held to scipy, to closed forms, and to what chance alone does."""

import numpy as np
import pytest
from scipy import stats

from lossviz.studies.statistics import Comparison, Difference, compare, difference_of, groups, holm, mean_of


def drawn(seed, n=5, shift=0.0):
    chance = np.random.default_rng(seed)
    easy = chance.normal(0, 0.05, n)  # a seed that is easy is so for both
    one, two = (0.9 + easy + chance.normal(0, 0.01, n) for _ in range(2))
    return dict(enumerate(one + shift)), dict(enumerate(two))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [2, 3, 8])
def test_means_and_paired_differences_are_those_of_scipy(seed, n):
    one, two = drawn(seed, n)
    found = mean_of(list(one.values()))
    expected = stats.t.interval(0.95, n - 1, np.mean(list(one.values())), stats.sem(list(one.values())))
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9) and found.n == n
    result = stats.ttest_rel(list(one.values()), list(two.values()))
    low, high = result.confidence_interval(0.95)
    difference = difference_of(("one", one), ("two", two))
    swapped = difference.first == "two"
    assert difference.p == pytest.approx(result.pvalue, rel=1e-9)
    expected = (-high, -low) if swapped else (low, high)
    assert (difference.low, difference.high) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert difference.mean >= 0 and difference.half == pytest.approx((high - low) / 2)


def test_pairing_finds_what_unpaired_scores_hide():
    """Seeds that are hard for both: unpaired, the same scores are told apart by nobody."""
    one, two = drawn(3, 8, shift=0.02)
    paired = difference_of(("one", one), ("two", two))
    assert paired.first == "one" and paired.alone
    mixed = dict(zip(two, np.roll(list(two.values()), 3), strict=True))
    assert not difference_of(("one", one), ("mixed", mixed)).alone
    assert stats.ttest_ind(list(one.values()), list(two.values())).pvalue > 0.05


def test_only_seeds_that_both_have_are_paired():
    found = difference_of(("a", {0: 0.5, 1: 0.6, 7: 0.0}), ("b", {0: 0.4, 1: 0.4, 9: 1.0}))
    assert (found.first, found.n) == ("a", 2) and found.mean == pytest.approx(0.15)
    assert difference_of(("a", {0: 0.5}), ("b", {1: 0.4})) is None


def test_one_seed_claims_nothing():
    found = difference_of(("a", {0: 0.9}), ("b", {0: 0.1}))
    assert found.mean == pytest.approx(0.8) and np.isnan(found.half) and found.p == 1.0 and not found.alone
    assert compare({"a": {0: 0.9}, "b": {0: 0.1}}).ranks == {"a": 1, "b": 1}
    assert np.isnan(mean_of([0.9]).low)


def test_smaller_may_be_better():
    scores = {"a": {0: 0.1, 1: 0.11, 2: 0.1}, "b": {0: 0.3, 1: 0.32, 2: 0.31}}
    found = compare(scores, better=-1)
    assert found.names == ("a", "b") and found.ranks == {"a": 1, "b": 2}
    assert found.difference("b", "a").first == "a" and found.difference("b", "a").mean == pytest.approx(
        0.2067, abs=1e-3
    )
    assert compare(scores).names == ("b", "a")


def test_equal_differences_of_few_images_are_no_proof():
    one, two = (dict.fromkeys(range(3), 0.98 + gap) for gap in (1 / 360, 0.0))
    assert difference_of(("one", one), ("two", two)).alone, "their own spread is 0, which would prove anything"
    rounded = difference_of(("one", one), ("two", two), step=1 / 360)
    assert not rounded.alone and rounded.half == pytest.approx(4.302653 / 360 / np.sqrt(18), rel=1e-6)
    far = dict.fromkeys(range(3), 0.98 + 10 / 360)
    assert difference_of(("far", far), ("two", two), step=1 / 360).alone


def test_equal_scores_are_equal():
    same = {0: 0.5, 1: 0.7, 2: 0.6}
    found = difference_of(("a", same), ("b", dict(same)))
    assert (found.mean, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # the worked example of many textbooks
        ([0.5], [0.5]),
        ([0.9, 0.8], [1.0, 1.0]),
        ([0.01, 0.01, 0.01], [0.03, 0.03, 0.03]),
        ([], []),
    ],
)
def test_holm(values, expected):
    assert holm(values) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(20))
def test_holm_lies_between_nothing_and_bonferroni_and_keeps_the_order(seed):
    values = np.random.default_rng(seed).random(12) ** 3
    adjusted = np.array(holm(list(values)))
    assert (adjusted >= values).all() and (adjusted <= np.minimum(1, 12 * values) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(values)]) >= 0).all()


def test_among_many_equals_chance_names_a_winner_as_rarely_as_promised():
    """Contenders that differ in nothing: with Holm somebody is called better in about 5 % of all studies at most.

    The negative control is the same without it.
    """
    chance = np.random.default_rng(5)
    with_holm = without = 0
    for _ in range(300):
        scores = {name: dict(enumerate(chance.normal(0.9, 0.01, 4))) for name in "abcdef"}
        found = compare(scores)
        with_holm += any(each.holds for each in found.differences)
        without += any(each.alone for each in found.differences)
    assert with_holm / 300 < 0.09 and without / 300 > 0.25


def test_ranks_count_who_is_better_and_ties_share():
    base = np.array([0.90, 0.93, 0.91, 0.92, 0.94])
    noise = np.array([0.002, -0.001, 0.001, -0.002, 0.0])
    scores = {
        "best": dict(enumerate(base)),
        "as good": dict(enumerate(base + noise - 0.0005)),
        "behind": dict(enumerate(base - 0.1 + noise[::-1])),
        "nothing": {},
    }
    found = compare(scores)
    assert found.names == ("best", "as good", "behind")
    assert found.ranks == {"best": 1, "as good": 1, "behind": 3}
    assert len(found.differences) == 3 and not found.difference("best", "as good").holds


def test_a_tie_need_not_be_transitive():
    """``a`` beats ``c`` though neither can be told from ``b``: ``b`` shares the first rank."""
    differences = compare(
        {
            "a": {0: 0.90, 1: 0.91, 2: 0.90, 3: 0.91},
            "b": {0: 0.95, 1: 0.80, 2: 0.97, 3: 0.83},
            "c": {0: 0.86, 1: 0.87, 2: 0.86, 3: 0.88},
        }
    )
    assert differences.ranks == {"a": 1, "b": 1, "c": 2}


def test_a_pair_that_would_hold_alone_may_not_hold_among_many():
    found = Difference("a", "b", 3, 0.1, 0.01, 0.19, 0.03, 0.3)
    assert found.alone and not found.holds


def apart(names, *pairs):
    """A comparison in which just ``pairs`` can be told apart."""
    told = [Difference(one, two, 5, 1.0, 0.5, 1.5, 0.001, 0.01 if (one, two) in pairs else 0.5)
            for place, one in enumerate(names) for two in names[place + 1 :]]  # fmt: skip
    return Comparison(tuple(names), {}, tuple(told), {})


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ((), (("A", "B", "C"),)),
        ((("A", "C"),), (("A", "B"), ("B", "C"))),  # B is told from neither
        ((("A", "B"),), (("A", "C"), ("B", "C"))),  # a group may pass over one between its members
        ((("A", "B"), ("A", "C")), (("B", "C"),)),  # who is told from all is in none
        ((("A", "B"), ("A", "C"), ("B", "C")), ()),
    ],
)
def test_groups_are_all_largest_sets_of_which_no_two_can_be_told_apart(pairs, found):
    assert groups(apart("ABC", *pairs)) == found


def test_no_group_holds_a_pair_that_can_be_told_apart_and_every_other_pair_is_in_one():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        names = "ABCDEFG"
        every = [(one, two) for place, one in enumerate(names) for two in names[place + 1 :]]
        told = [pair for pair in every if rng.random() < 0.5]
        found = [set(group) for group in groups(apart(names, *told))]
        for pair in every:
            assert any(set(pair) <= group for group in found) is (pair not in told)
        assert not [one for one in found for other in found if one < other], "no group is part of another"


def test_groups_follow_from_scores_by_seed():
    better = {seed: 0.9 + 0.001 * seed for seed in range(5)}
    noisy = {seed: 0.88 + 0.04 * (-1) ** seed for seed in range(5)}
    worse = {seed: 0.85 + 0.001 * seed for seed in range(5)}
    assert groups(compare({"A": better, "B": noisy, "C": worse})) == (("A", "B"), ("B", "C"))
    assert groups(compare({"A": better, "C": worse})) == ()
