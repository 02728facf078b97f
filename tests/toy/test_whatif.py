"""A margin laid on frozen embeddings, against plain loops in float64."""

import math

import numpy as np
import pytest

from lossviz import losses
from lossviz.toy.whatif import what_if

RNG = np.random.default_rng(5)
CLASSES = 5
PROTOTYPES = RNG.normal(size=(CLASSES, 3)).astype(np.float32)
LABELS = np.arange(60) % CLASSES
EMBEDDINGS = (PROTOTYPES[LABELS] + 0.6 * RNG.normal(size=(60, 3))).astype(np.float32)
UNIT = EMBEDDINGS.astype(float) / np.linalg.norm(EMBEDDINGS, axis=1, keepdims=True)
ROWS = PROTOTYPES.astype(float) / np.linalg.norm(PROTOTYPES, axis=1, keepdims=True)


@pytest.mark.parametrize(("margin", "scale"), [(0.0, 8.0), (0.3, 20.0), (0.6, 40.0)])
def test_values_and_violations_of_arcface(margin, scale):
    found = what_if(losses.get("arcface")(margin=margin, scale=scale), EMBEDDINGS, LABELS, PROTOTYPES)
    total, violated, wrong = 0.0, 0, 0
    for u, y in zip(UNIT, LABELS, strict=True):
        cosines = ROWS @ u
        theta = math.acos(cosines[y])
        target = math.cos(theta + margin) if theta <= math.pi - margin else cosines[y] - margin * math.sin(margin)
        others = [cosines[j] for j in range(CLASSES) if j != y]
        violated += target < max(others)
        wrong += cosines[y] < max(others)
        total += math.log(math.exp(scale * target) + sum(math.exp(scale * c) for c in others)) - scale * target
    assert found.value == pytest.approx(total / 60, rel=1e-4)
    assert found.violates.sum() == violated
    assert found.wrong.sum() == wrong


def test_a_larger_margin_is_violated_more_and_does_not_change_what_is_wrong():
    none, some, much = (
        what_if(losses.get("cosface")(margin=m), EMBEDDINGS, LABELS, PROTOTYPES) for m in (0.0, 0.2, 0.5)
    )
    assert none.violates.sum() == none.wrong.sum() < some.violates.sum() < much.violates.sum()
    np.testing.assert_array_equal(none.wrong, much.wrong)
    np.testing.assert_array_equal(none.own, much.own)


def test_the_boundary_is_arcfaces_closed_form_and_none_where_the_margin_is_too_large():
    found = what_if(losses.get("arcface")(margin=0.3), EMBEDDINGS, LABELS, PROTOTYPES)
    between = np.degrees(np.arccos((ROWS @ ROWS.T - 3 * np.eye(CLASSES)).max(1).clip(-1, 1)))
    assert found.apart == pytest.approx(between.mean(), abs=1e-3)
    assert found.boundary == pytest.approx((found.apart - math.degrees(0.3)) / 2, abs=1e-3)
    close = PROTOTYPES.copy()
    close[:] = [1, 0, 0]
    close += 0.05 * RNG.normal(size=close.shape).astype(np.float32)
    assert np.isnan(what_if(losses.get("arcface")(margin=0.5), EMBEDDINGS, LABELS, close).boundary)
