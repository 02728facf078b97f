"""What a group varies is found in its configs; means and intervals are those of the books."""

import numpy as np
import pytest
from scipy import stats

from lossviz import analysis
from lossviz.analysis import Axis
from lossviz.records import Choice, Config, Settings


def config(loss="arcface", seed=0, data="digits", model=("mlp", {}), knobs=None, **settings):
    given = {"margin": 0.5, "scale": 30.0} if loss in ("arcface", "cosface") else {}
    return Config(
        Choice(loss, given | (knobs or {})),
        Choice(data),
        Choice(*model),
        Settings.from_values({"seed": seed, **settings}),
    )


def laid_out(configs, which=0):
    return analysis.lay_out(configs, [each.loss.name for each in configs], analysis.axes(configs)[which])


@pytest.mark.parametrize("count", [2, 3, 5, 30])
def test_mean_and_interval_are_students(count):
    values = np.random.default_rng(count).normal(0.9, 0.02, count)
    mean, low, high = analysis.interval(values.tolist())
    expected = stats.t.interval(0.95, count - 1, loc=values.mean(), scale=stats.sem(values))
    assert mean == pytest.approx(values.mean(), rel=1e-12)
    assert (low, high) == pytest.approx(expected, rel=1e-9)
    assert (low, high) != pytest.approx(stats.norm.interval(0.95, values.mean(), stats.sem(values)), rel=1e-4)


def test_two_runs_have_the_interval_of_the_table():
    mean, low, high = analysis.interval([1.0, 3.0])
    assert (mean, high - mean, mean - low) == pytest.approx((2, 12.7062, 12.7062), rel=1e-5)
    assert np.isnan(analysis.interval([1.0])[1:]).all() and analysis.interval([1.0])[0] == 1


def test_a_sweep_of_margins_over_seeds_is_one_curve_of_means():
    configs = [config(knobs={"margin": margin}, seed=seed) for margin in (0.4, 0.0, 0.2) for seed in (0, 1)]
    (axis,) = analysis.axes(configs)
    assert axis == Axis("loss.margin", "margin", numeric=True)
    sweep = laid_out(configs)
    assert set(sweep.series) == {"arcface"} and sweep.along == ()
    found = analysis.points(sweep, [0.5, 0.7, 0.1, 0.3, None, 0.9])
    assert [(point.value, point.runs) for point in found] == [(0.0, (2, 3)), (0.2, (5,)), (0.4, (0, 1))]
    assert [point.mean for point in found] == pytest.approx([0.2, 0.9, 0.6])
    assert found[0].low < 0.1 and found[0].high > 0.3 and np.isnan(found[1].low)


def test_several_losses_are_several_curves_and_one_without_the_knob_has_no_place():
    configs = [config(loss, knobs={"margin": m}) for loss in ("arcface", "cosface") for m in (0.1, 0.2)]
    sweep = laid_out([*configs, config("softmax")])
    assert sweep.series == ("arcface", "arcface", "cosface", "cosface", "softmax")
    assert sweep.values == (0.1, 0.2, 0.1, 0.2, None)
    assert [point.value for point in analysis.points(sweep, [1.0] * 5)][-1] is None


def test_losses_alone_and_seeds_alone_are_told_by_word():
    losses = [config(loss, seed) for loss in ("arcface", "softmax") for seed in (0, 1, 2)]
    sweep = laid_out(losses)
    assert (sweep.axis.key, sweep.axis.numeric) == ("loss", False)
    assert [(point.value, len(point.runs)) for point in analysis.points(sweep, [1.0] * 6)] == [
        ("arcface", 3),
        ("softmax", 3),
    ]
    (alone,) = analysis.points(laid_out([config(seed=seed) for seed in range(4)]), [1.0, 2.0, 3.0, 4.0])
    assert (alone.value, alone.runs, alone.mean) == ("arcface", (0, 1, 2, 3), 2.5)


def test_a_second_knob_splits_the_curves_and_can_be_the_axis():
    grid = [config(knobs={"margin": margin, "scale": scale}) for margin in (0.1, 0.2, 0.3) for scale in (16.0, 64.0)]
    assert [axis.key for axis in analysis.axes(grid)] == ["loss.margin", "loss.scale"]
    assert set(laid_out(grid).series) == {"arcface, scale 16", "arcface, scale 64"}
    assert len(set(laid_out(grid, 1).series)) == 3


def test_what_only_follows_splits_nothing_and_is_told():
    configs = [config(dim=dim, warm_start=3 if dim == 2 else 0) for dim in (2, 3, 8)]
    assert analysis.axes(configs)[0].key == "settings.dim"
    sweep = laid_out(configs)
    assert set(sweep.series) == {"arcface"} and sweep.along == ("warm start",)
    assert sweep.axis.title == "embedding size"


def test_what_changes_no_score_is_no_axis():
    configs = [config(seed=seed, threads=seed + 1, keep_weights="all" if seed else "last") for seed in range(3)]
    assert [axis.key for axis in analysis.axes(configs)] == ["loss"]
    assert analysis.axes([*configs, config(batch_size=64)])[0].key == "settings.batch_size"


def test_words_are_an_axis_in_the_order_in_which_they_came():
    configs = [config(model=("vgg8", {})), config(model=("convnet", {})), config(model=("mlp", {"hidden": 64}))]
    assert not analysis.axes(configs)[0].numeric
    sweep = laid_out(configs)
    assert sweep.values == ("vgg8", "convnet", "mlp")
    assert [point.value for point in analysis.points(sweep, [3, 2, 1])] == ["vgg8", "convnet", "mlp"]


def test_compared_are_runs_of_one_seed_along_and_between_curves_and_seeds_of_one_place():
    configs = [config("softmax"), *(config(knobs={"margin": m}, seed=s) for m in (0.1, 0.2) for s in (0, 1))]
    sets = {frozenset(each) for each in analysis.compared(laid_out(configs))}
    assert frozenset({1, 3}) in sets and frozenset({2, 4}) in sets, "along the curve, seed by seed"
    assert frozenset({1, 2}) in sets and frozenset({3, 4}) in sets, "the seeds of one place"
    assert frozenset({0, 1}) in sets and frozenset({0, 3}) in sets, "the line across against each place"
    assert not any({1, 4} <= each or {2, 3} <= each for each in sets), "never another seed at another place"


def test_losses_side_by_side_are_compared_seed_by_seed():
    configs = [config(loss, seed) for loss in ("arcface", "softmax") for seed in (0, 1)]
    sets = {frozenset(each) for each in analysis.compared(laid_out(configs))}
    assert sets == {frozenset({0, 2}), frozenset({1, 3}), frozenset({0, 1}), frozenset({2, 3})}
