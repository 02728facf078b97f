"""The margin read out of a run's curve is the one that the loss itself finds."""

import importlib
import math

import pytest
import torch

from lossviz import losses, metrics
from lossviz.losses._angular import AngularLoss
from lossviz.training.plan import _psi

ANGULAR = [name for name in losses.available() if issubclass(losses.get(name), AngularLoss)]
APART = [5.0, 20.0, 36.5, 60.0, 90.0, 97.2, 120.0, 143.1, 179.0]


@pytest.mark.parametrize("name", ANGULAR)
def test_the_kept_curve_gives_the_boundary_that_the_loss_gives(name):
    cases = importlib.import_module(f"tests.losses.reference.{name}").CASES
    found = 0
    for loss in [losses.get(name)(), *(losses.get(name)(**knobs) for knobs in cases)]:
        curve = _psi(loss)
        assert len(curve) == 181 and all(round(value, 6) == value for value in curve)
        for apart in APART:
            truth = math.degrees(loss.boundary_theta(torch.tensor(math.radians(apart))).item())
            ours = metrics.margin_angle(curve, apart)
            assert math.isnan(ours) == math.isnan(truth), (loss, apart)
            if not math.isnan(truth):
                found += 1
                assert ours == pytest.approx(truth, abs=0.5), (loss, apart)
    assert found >= len(APART), "the comparison was one of numbers"


def test_known_margins_and_none():
    degrees = range(181)
    plain = [math.cos(math.radians(degree)) for degree in degrees]
    arc = [math.cos(math.radians(degree) + 0.5) for degree in degrees]
    assert metrics.margin_angle(plain, 80.0) == pytest.approx(40.0, abs=0.01)
    assert metrics.margin_angle(arc, 80.0) == pytest.approx(40.0 - math.degrees(0.25), abs=0.01)
    assert math.isnan(metrics.margin_angle(arc, 20.0)), "a margin of 29 degrees does not fit between weights 20 apart"


def test_only_losses_on_angles_have_a_curve():
    assert _psi(losses.get("softmax")()) is None and _psi(losses.get("triplet")()) is None
    assert _psi(losses.get("a_softmax")())[180] < -6, "the margin of 4 at the end of its annealing"
