"""Pairs, similarity plane and unified view: drawn values equal the criteria's; handles move by mouse and keyboard."""

import numpy as np
import pytest
import torch

from lossviz import losses
from lossviz.toy import pairs, similarity_plane
from lossviz.ui.lab.pairs import SCRIPTS
from lossviz.ui.lab.spans import span
from tests.lab.still import Still

CIRCLE = {"circle": span(losses.get("circle"), "margin"), "gamma": span(losses.get("circle"), "gamma")}
PAIRS = {name: span(losses.get(name), "margin") for name in ("contrastive", "triplet")}


@pytest.fixture
def shown(page, tmp_path):
    kinds = {"pairs": (SCRIPTS, PAIRS), "plane": (("plane_math", "plane"), CIRCLE)}
    kinds["unified"] = (("plane_math", "unified"), CIRCLE)
    return lambda name, dark=False: Still(page, tmp_path, *kinds[name], dark=dark)


def column(rows, name):
    return np.array([row[name] for row in rows])


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_what_the_browser_draws_of_pairs_is_what_the_criteria_compute(shown):
    section, grid = shown("pairs"), np.linspace(0.02, 3.98, 67)
    for form in ("squared", "hinge"):
        for same in (True, False):
            theirs = pairs.contrastive_curve(grid, same=same, margin=1.3, form=form)
            ours = section.call("contrastive", grid.tolist(), {"same": same, "margin": 1.3, "form": form})
            close(column(ours, "loss"), theirs.loss)
            close(column(ours, "force"), theirs.force)
    for squared in (True, False):
        theirs = pairs.triplet_curve(grid, to_positive=0.8, margin=0.45, squared=squared)
        ours = section.call("triplet", grid.tolist(), {"toPositive": 0.8, "margin": 0.45, "squared": squared})
        close(column(ours, "loss"), theirs.loss)
        close(column(ours, "force"), theirs.force)


@pytest.mark.parametrize("squared", [True, False])
def test_the_arrows_of_a_triplet_are_the_criterions_gradient(shown, squared):
    places = [[0.1, -0.2], [0.6, 0.5], [-0.7, 0.35]]
    loss = losses.get("triplet")(margin=0.5, squared=squared, normalise=False, mining="all")
    x = torch.tensor(places, dtype=torch.float64, requires_grad=True)
    one = tuple(torch.tensor([i]) for i in range(3))
    loss.criterion(2, 2).library_loss(x, torch.tensor([0, 0, 1]), one).backward()
    ours = shown("pairs").call("forces", places, {"margin": 0.5, "squared": squared})
    close(np.array(ours), -x.grad.numpy())
    assert np.abs(ours).max() > 0.5


def test_a_loose_point_falls_to_rest_where_the_springs_cancel_and_not_before(shown):
    section = shown("pairs")
    dragged = section.take("springs", "loose", -60, 80)
    assert dragged["spring"]["sum"] != pytest.approx([0, 0], abs=0.05)
    section.page.mouse.up()
    rest = section.until("!s.springing && Math.hypot(...s.spring.sum) < 3e-3")
    assert np.hypot(*rest["spring"]["sum"]) < 3e-3
    assert len([each for each in rest["spring"]["each"] if abs(each["force"]) > 0.01]) >= 3


def test_a_point_outside_the_margin_is_left_alone_and_inside_is_pushed_to_it(shown):
    section = shown("pairs")
    section.page.locator("[data-choice='scene=repel']").click()
    section.page.locator("[data-does=reset]").click()
    section.page.locator("[data-does=release]").click()
    rest = section.until("!s.springing && Math.abs(s.spring.each[0].distance - 2) < 0.01")
    assert rest["spring"]["each"][0]["distance"] == pytest.approx(2, abs=0.01)
    for _ in range(3):
        section.handle("springs", "loose").press("Shift+ArrowRight")
    beyond = section.until("Math.abs(s.state.springX) > 2.5")
    assert beyond["spring"]["each"][0]["force"] == 0


def test_dragging_the_negative_outwards_goes_from_hard_over_semi_hard_to_easy(shown):
    section = shown("pairs")
    handle = section.handle("rings", "n")
    section.drag("rings", "n", 40, 0)
    assert section.look()["triplet"]["kind"] == "hard"
    seen = []
    handle.focus()
    for _ in range(60):
        section.page.keyboard.press("ArrowLeft")
        seen.append(section.look()["triplet"])
    kinds = list(dict.fromkeys(each["kind"] for each in seen))
    assert kinds == ["hard", "semi-hard", "easy"]
    for each in seen:
        assert (each["loss"] == 0) == (each["kind"] == "easy")
    first_easy = next(each for each in seen if each["kind"] == "easy")
    assert first_easy["toNegative"] ** 2 == pytest.approx(first_easy["toPositive"] ** 2 + 0.2, abs=0.06)


@pytest.mark.parametrize("kind", similarity_plane.KINDS)
def test_surfaces_equal_the_criteria_over_a_grid(shown, kind):
    axis = np.linspace(0.02, 0.98, 9)
    n, p = (grid.ravel().copy() for grid in np.meshgrid(axis, axis))
    theirs = similarity_plane.surface(kind, n, p, margin=0.35, gamma=48.0)
    knobs = {"margin": 0.35, "gamma": 48}
    ours = shown("plane").call("surface", kind, np.stack([n, p], 1).tolist(), {**knobs, "detached": True})
    close(column(ours, "loss"), theirs.loss)
    close(column(ours, "byNegative"), theirs.by_negative)
    close(column(ours, "byPositive"), theirs.by_positive)


def test_circle_without_detaching_equals_differences_of_the_criterions_value(shown):
    axis = np.linspace(0.03, 0.97, 7)
    n, p = (grid.ravel().copy() for grid in np.meshgrid(axis, axis))
    theirs = similarity_plane.without_detaching(n, p, margin=0.25, gamma=32.0)
    knobs = {"margin": 0.25, "gamma": 32, "detached": False}
    ours = shown("plane").call("surface", "circle", np.stack([n, p], 1).tolist(), knobs)
    close(column(ours, "byNegative"), theirs.by_negative)
    close(column(ours, "byPositive"), theirs.by_positive)


def test_the_drawn_boundaries_are_where_the_criteria_balance(shown):
    section = shown("plane")
    for kind in ("am_softmax", "circle"):
        n, p = (np.array(part) for part in section.call("boundary", kind, 0.4))
        inside = (n > 0) & (n < 1) & (p > 0) & (p < 1)
        assert inside.sum() > 20
        found = similarity_plane.surface(kind, n[inside], p[inside], margin=0.4, gamma=80.0).loss
        np.testing.assert_allclose(found, np.log(2), rtol=1e-6)


def test_the_point_of_the_plane_moves_by_mouse_and_by_keys_and_reads_both_gradients(shown):
    section = shown("plane")
    before = section.look()
    after = section.drag("circle-byPositive", "point", -80, -30)
    moved = section.until("s.state.sn < 0.7")
    assert moved["state"]["sp"] > before["state"]["sp"]
    assert after["state"]["sn"] == pytest.approx(moved["state"]["sn"], abs=0.2)
    section.handle("circle-byPositive", "point").press("ArrowDown")
    lower = section.until(f"s.state.sp < {moved['state']['sp']}")
    theirs = similarity_plane.surface(
        "circle", np.array([lower["state"]["sn"]]), np.array([lower["state"]["sp"]]), margin=0.4, gamma=80.0
    )
    assert lower["here"]["circle"]["byNegative"] == pytest.approx(theirs.by_negative[0], rel=1e-5)


def test_the_unified_view_equals_python_and_tends_to_the_hardest_pair(shown):
    section, rng = shown("unified"), np.random.default_rng(1)
    for count in (1, 4):
        n, p = rng.uniform(-0.9, 0.9, 5), rng.uniform(-0.9, 0.9, count)
        for name, theirs in (("unified", similarity_plane.unified), ("circle", similarity_plane.circle)):
            x, y = torch.from_numpy(n).requires_grad_(), torch.from_numpy(p).requires_grad_()
            value = theirs(x, y, margin=0.25, gamma=24.0)
            value.backward()
            ours = section.call(name, n.tolist(), p.tolist(), {"margin": 0.25, "gamma": 24})
            assert ours["loss"] == pytest.approx(value.item(), rel=1e-5)
            close(ours["negatives"], x.grad.numpy())
            close(ours["positives"], y.grad.numpy())
    section.page.locator("[data-typed=gamma]").fill("256")
    section.page.locator("[data-typed=gamma]").press("Enter")
    assert "all but the hinge" in section.until("s.state.gamma === 256")["words"]
    section.page.locator("[data-typed=K]").fill("1")
    section.page.locator("[data-typed=K]").press("Enter")
    assert "AM-softmax with 6 classes" in section.until("s.state.K === 1")["words"]


def test_a_similarity_can_be_dragged_and_the_others_stay(shown):
    section = shown("unified")
    before = section.look()["state"]
    section.drag("unified", "p2", -90, 0)
    after = section.until(f"s.state.positives[2] < {before['positives'][2] - 0.1}")["state"]
    assert after["positives"][:2] == before["positives"][:2]
    assert after["negatives"] == before["negatives"]
