"""The expressions that travel to the browser are the losses' own psi; rings of classes reach the published values."""

import math

import numpy as np
import pytest
import torch

from lossviz import losses
from lossviz.toy import angular
from lossviz.toy.caps import caps
from lossviz.toy.ring import loss_bound, ring_loss
from lossviz.toy.tracing import Traced, Untraceable, variables

OPERATIONS = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "cos": math.cos,
    "sin": math.sin,
    "floor": math.floor,
    "clamp": lambda a, low, high: min(max(a, low), high),
    "le": lambda a, b: a <= b,
    "lt": lambda a, b: a < b,
    "where": lambda test, yes, no: yes if test else no,
}
THETAS = [0.0, 0.3, 0.9, 1.4, 2.0, 2.61, 2.7, 3.1, math.pi]


def value(tree, known):
    if isinstance(tree, list):
        return OPERATIONS[tree[0]](*(value(part, known) for part in tree[1:]))
    return known[tree] if isinstance(tree, str) else tree


def settings(curve, words):
    """A loss of every combination of words, its numbers away from their defaults, and psi's further argument."""
    picked = dict(part.split("=") for part in words.split(",") if part)
    numbers = {}
    for knob in curve.numbers:
        wanted = knob.low + 0.4 * (knob.high - knob.low)
        numbers[knob.name] = round(wanted) if f"{words}:{knob.name}" in curve.whole or knob.kind is int else wanted
    cls = losses.get(curve.key)
    own = {name: number for name, number in numbers.items() if name in {knob.name for knob in cls.knobs()}}
    more = [numbers[name] for name in numbers if name not in own]
    return cls.from_values({**picked, **own}), numbers, more


@pytest.mark.parametrize("curve", angular.curves(), ids=lambda curve: curve.key)
def test_every_expression_is_the_losss_own_curve(curve):
    assert curve.live
    for words, tree in curve.trees.items():
        loss, numbers, more = settings(curve, words)
        theta = torch.tensor(THETAS, dtype=torch.float64)
        theirs = loss.psi(theta, *(torch.tensor(part, dtype=torch.float64) for part in more)).tolist()
        ours = [value(tree, {**numbers, "theta": each}) for each in THETAS]
        assert ours == pytest.approx(theirs, abs=1e-9)
        for name in variables(tree) - {"theta"}:  # and it does depend on its knobs
            moved = [value(tree, {**numbers, name: numbers[name] * 1.2 + 0.1, "theta": each}) for each in THETAS]
            if curve.key != "magface":  # whose length is clipped, which may hide what others do
                assert moved != pytest.approx(theirs, abs=1e-3)


def test_what_counts_for_a_loss_is_read_off_the_loss():
    found = {curve.key: curve for curve in angular.curves()}
    assert {key for key, curve in found.items() if curve.free_weights} == {"softmax", "l_softmax"}
    assert found["a_softmax"].by_length == {"form=classic"}
    assert "form=classic:margin" in found["a_softmax"].whole
    assert "form=sphereface_r:margin" not in found["a_softmax"].whole
    assert [knob.name for knob in found["a_softmax"].numbers] == ["margin", "lambda_min", "scale"]  # no annealing
    assert [knob.name for knob in found["adaface"].numbers] == ["margin", "scale", "quality"]
    assert len(found["arcface"].trees) == 3


PLUGIN = '''
"""A plug-in."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from lossviz.knobs import knob
from lossviz.losses._angular import AngularCriterion, AngularLoss

@dataclass(frozen=True)
class Odd(AngularLoss):
    """A loss."""
    title: ClassVar[str] = "Odd"
    idea: ClassVar[str] = "."
    formula: ClassVar[str] = "."
    references: ClassVar = ()
    margin: float = knob(0.2, 0.0, 0.5, help="m")

    def psi(self, theta):
        PSI

    def criterion(self, num_classes, dim):
        return AngularCriterion(self, num_classes, dim, 30.0)
'''


@pytest.mark.parametrize(
    ("psi", "live"),
    [
        ("return torch.cos(theta) - self.margin", True),
        ("return torch.sort(torch.cos(theta) - self.margin)[0].flip(0)", False),
    ],
)
def test_a_plug_in_is_live_where_its_curve_can_be_traced_and_a_table_where_not(tmp_path, monkeypatch, psi, live):
    (tmp_path / "losses").mkdir()
    (tmp_path / "losses" / "odd.py").write_text(PLUGIN.replace("PSI", psi))
    monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path))
    made = angular.curve(losses.get("odd"))
    assert made.live is live
    assert (made.trees[""][0] == "table") is not live
    if not live:
        values = made.trees[""][1]
        assert values[len(values) // 2] == pytest.approx(math.cos(math.pi / 2) - 0.2, abs=1e-9)


def test_a_symbol_refuses_what_an_expression_cannot_say():
    symbol = Traced("x")
    for wrong in (lambda: bool(symbol > 1), lambda: float(symbol), lambda: torch.sort(symbol)):
        with pytest.raises(Untraceable):
            wrong()
    assert (torch.cos(symbol + 1) * 2).tree == ["mul", ["cos", ["add", "x", 1.0]], 2.0]


@pytest.mark.parametrize(
    ("count", "scale", "key", "margin", "expected"),
    [
        (8, 10, "normface", None, 0.1017),
        (8, 16, "cosface", 0.2, 0.3732),
        (8, 64, "arcface", 0.5, 3.653e-05),
        (10, 30, "cosface", 0.35, 5.468),
        (10, 30, "arcface", 0.5, 0.2277),
        (10, 64, "cosface", 0.35, 10.87),
        (10, 16, "arcface", 0.3, 0.1761),
    ],
)
def test_the_lowest_loss_on_a_ring_is_the_published_one(count, scale, key, margin, expected):
    loss = losses.get(key)(**({} if margin is None else {"margin": margin}))
    target = loss.psi(torch.zeros(1, dtype=torch.float64)).numpy()
    assert ring_loss(target, scale, count, target * 0)[0] == pytest.approx(expected, rel=6e-4)


def test_the_bound_is_normfaces_and_no_ring_goes_below_it():
    for count in (2, 10, 40):  # the best that there is: weights in a simplex, whose cosines are -1 / (C - 1)
        rivals = (count - 1) * math.exp(-5 / (count - 1))
        assert loss_bound(count, 5) == pytest.approx(-math.log(math.exp(5) / (math.exp(5) + rivals)))
    at_weight = torch.ones(1, dtype=torch.float64).numpy()
    for count in (2, 3, 10):
        for scale in (1.0, 8.0, 30.0):
            reached = ring_loss(at_weight, scale, count, at_weight * 0)[0]
            assert reached >= loss_bound(count, scale) - 1e-12
    assert ring_loss(at_weight, 8.0, 2, at_weight * 0)[0] == pytest.approx(loss_bound(2, 8.0))


@pytest.mark.parametrize(("key", "margin"), [("arcface", 0.5), ("cosface", 0.35)])
def test_caps_end_where_the_closed_form_says(key, margin):
    weights = np.eye(3)[:2]  # two class weights at a right angle: the cap's edge towards the other is a boundary
    found = caps(losses.get(key)(margin=margin).psi, weights, 40_000)
    mine = found.points[found.owner == 0]
    near = mine[np.abs(mine[:, 2]) < 0.02]  # in the plane of the two weights
    turned = np.arctan2(near[:, 1], near[:, 0])
    edges = {"arcface": (math.pi / 2 - margin) / 2, "cosface": math.pi / 4 - math.asin(margin / 2**0.5)}
    assert turned.max() == pytest.approx(edges[key], abs=0.03)
    assert caps(losses.get("normface")().psi, weights).share == 1
    assert caps(losses.get("cosface")(margin=1.0).psi, np.eye(3)).share < 0.2
