"""Learning-rate schedules against torch's own."""

import math

import pytest
import torch

from lossviz.training.schedule import factor


def torch_rates(build, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = build(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def test_cosine_equals_torch():
    theirs = torch_rates(lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50), 50)
    assert [factor("cosine", step / 50) for step in range(50)] == pytest.approx(theirs, abs=1e-9)


def test_onecycle_equals_torch_up_to_its_rounding_of_the_turning_point():
    steps = 1001
    theirs = torch_rates(
        lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=steps), steps
    )
    ours = [factor("onecycle", step / (steps - 1)) for step in range(steps)]
    assert ours == pytest.approx(theirs, abs=5e-3)
    assert ours[0] == pytest.approx(1 / 25)
    assert max(ours) == pytest.approx(1.0, abs=1e-4)
    assert ours[-1] < 1e-3


def test_constant_is_constant():
    assert {factor("constant", done / 10) for done in range(11)} == {1.0}
    assert not math.isclose(factor("cosine", 0.5), 1.0)
