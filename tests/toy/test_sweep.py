"""Sweeps: what is trained, what is measured, what is refused, and that what is shipped is what comes out."""

from dataclasses import replace

import numpy as np
import pytest

from lossviz import losses
from lossviz.errors import KnobError
from lossviz.toy import sweep as room
from lossviz.toy.bench import Bench, SweepJob
from lossviz.toy.kept_sweeps import kept_sweep, provenance
from lossviz.toy.sweep import Sweep, SweepKnobs, angles_between_pairs, digits_for, run_sweep
from lossviz.ui.lab.presets import PRESETS
from lossviz.ui.lab.sweep import described

SHORT = SweepKnobs(steps=60, seeds=2, dim=2)
COSFACE = losses.get("cosface")()


def swept(**more):
    settings = {"loss": COSFACE, "over": "margin", "values": (0.0, 0.3), "knobs": SHORT, **more}
    return Sweep(**settings)


def test_every_value_and_every_loss_beside_is_trained_with_every_seed():
    found = run_sweep(swept(beside=(losses.get("triplet")(),)))
    assert [(each.name, each.at) for each in found] == [("Triplet", None), ("margin 0", 0.0), ("margin 0.3", 0.3)]
    for each in found:
        assert len(each.known) == len(each.unseen) == 2
        assert 0 < min(each.known) <= max(each.known) <= 1
        assert each.features.shape == (len(digits_for("0-6").held_out[1]), 2)
        assert each.similarities.shape == (240, 2)
    assert any(each.known[0] != each.known[1] for each in found)
    assert found[0].prototypes is None
    assert found[1].prototypes.shape == (7, 2)
    assert np.abs(found[1].features - found[2].features).max() > 0.01


def test_the_same_sweep_comes_out_the_same_and_a_longer_training_scores_higher():
    one, two = (run_sweep(swept(values=(0.2,))) for _ in range(2))
    assert one[0].known == two[0].known
    np.testing.assert_array_equal(one[0].features, two[0].features)
    longer = run_sweep(swept(values=(0.2,), knobs=replace(SHORT, steps=400)))
    assert np.mean(longer[0].known) > np.mean(one[0].known)


def test_untrained_digits_are_in_no_training_and_trained_ones_in_no_pair():
    digits = digits_for("0-6")
    assert sorted(set(digits.train[1])) == sorted(set(digits.held_out[1])) == list(range(7))
    assert sorted(set(digits.unseen[1])) == [7, 8, 9]
    assert len(digits.train[0]) + len(digits.held_out[0]) + len(digits.unseen[0]) == 1797
    assert digits_for("4 and 9").names == ("4", "9")
    first, second, same = room._pairs(digits.unseen[1])
    assert same.mean() == 0.5
    assert (first != second).all()
    assert ((digits.unseen[1][first] == digits.unseen[1][second]) == same).all()


def test_angles_between_pairs_are_counted_by_hand():
    features = np.array([[1, 0], [2, 0], [0, 1], [-3, 0]], np.float32)
    same, other = angles_between_pairs(features, np.array([0, 0, 1, 1]))
    assert same.sum() == 2 and other.sum() == 4
    assert same[0] == 1 and same[45] == 1  # 0 and 90 degrees
    assert other[45] == 2 and other[89] == 2


def test_the_width_of_the_net_can_be_swept():
    found = run_sweep(swept(over="hidden", values=(4, 64), knobs=replace(SHORT, seeds=3, steps=200)))
    assert np.mean(found[1].known) > np.mean(found[0].known)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": (0.0, 1.7)}, "between 0.0 and"),
        ({"values": ()}, "1 to 8 values"),
        ({"values": tuple(np.linspace(0, 0.5, 9))}, "1 to 8 values"),
        ({"values": (0.1, 0.1)}, "each value once"),
        ({"over": "hidden", "values": (2,)}, "between 4 and 128"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_what_is_allowed(change, said):
    with pytest.raises(KnobError, match=said):
        swept(**change)


def test_a_sweep_is_made_in_the_background_told_of_and_kept():
    bench = Bench()
    job = bench.take("me", SweepJob(swept()))
    assert bench.known(SweepJob(swept(values=(0.1,)))) is None
    assert len(job.results()) == 2
    assert job.fraction == 1
    assert bench.known(SweepJob(swept())) is job


SHIPPED = [preset for preset in PRESETS if preset.section == "sweep"]


@pytest.mark.parametrize("preset", SHIPPED, ids=lambda preset: preset.name)
def test_every_preset_that_is_a_sweep_is_shipped_whole(preset):
    sweep = described(preset.widgets)
    found = kept_sweep(sweep)
    assert [each.name for each in found] == [entry.name for entry in sweep.entries()]
    assert all(len(each.known) == sweep.knobs.seeds for each in found)
    assert all((each.features is not None) == (sweep.knobs.dim <= 3) for each in found)
    assert "torch" in provenance()


def test_a_fault_on_purpose_makes_another_sweep_and_its_absence_none():
    right, wrong = (Sweep(losses.get("cosface")(margin_in_degrees=fault), "scale", (16.0,)) for fault in (False, True))
    assert "margin_in_degrees" not in right.told()
    assert right.told() != wrong.told()


def test_what_is_shipped_is_what_comes_out_here():
    """The first setting of one of them; other machines round differently, so a few of 360 images may change sides."""
    sweep = described(next(each for each in SHIPPED if each.name == "CosFace Fig. 4, trained").widgets)
    one = replace(sweep, values=(sweep.values[-1],), beside=())
    kept = next(each for each in kept_sweep(sweep) if each.at == sweep.values[-1])
    made = run_sweep(one)[0]
    assert made.known[0] == pytest.approx(kept.known[0], abs=0.05)
    other = next(each for each in kept_sweep(sweep) if each.at == sweep.values[0])
    apart = np.abs(made.same - kept.same).sum() / made.same.sum()
    assert apart < np.abs(made.same - other.same).sum() / made.same.sum()
