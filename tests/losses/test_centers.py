"""Centers that follow Eq. 4, and centers that learn."""

import pytest
import torch
from torch.nn import functional

from lossviz import losses
from tests.losses.test_promises import CLASSES, DIM, balanced_batch, build


def loop_of_equation_4(centers, x, y, alpha):
    moved = []
    for j, center in enumerate(centers):
        mine = [sample for sample, label in zip(x, y, strict=True) if label == j]
        delta = sum((center - sample for sample in mine), torch.zeros_like(center)) / (1 + len(mine))
        moved.append(center - alpha * delta)
    return torch.stack(moved)


def test_centers_follow_equation_4_over_several_batches():
    criterion = build(losses.get("center")(alpha=0.3)).train()
    expected = criterion.centers.double()
    for seed in range(4):
        x, y = balanced_batch(seed, per_class=3)
        x, y = x[: 10 + seed], y[: 10 + seed] % (CLASSES - 1)
        assert len(set(y.tolist())) < CLASSES, "one class is not in the batch"
        criterion(x, y)
        expected = loop_of_equation_4(expected, x.double(), y.tolist(), 0.3)
        torch.testing.assert_close(criterion.centers.double(), expected, rtol=1e-5, atol=1e-6)


def test_the_value_uses_the_centers_as_they_were_before_the_batch():
    criterion = build(losses.get("center")(center_weight=1.0))
    x, y = balanced_batch(0)
    before = criterion.eval()(x, y).item()
    assert criterion.train()(x, y).item() == before
    assert criterion.eval()(x, y).item() < before, "the centers have moved towards the batch"


def test_evaluation_leaves_centers_alone_and_no_gradient_reaches_them():
    criterion = build(losses.get("center")())
    x, y = balanced_batch(0)
    still = criterion.centers.clone()
    criterion.eval()(x, y)
    assert torch.equal(criterion.centers, still)
    criterion.train()(x.requires_grad_(), y).backward()
    assert not torch.equal(criterion.centers, still)
    assert [key for key, _ in criterion.named_parameters()] == ["head.weight"]
    assert not criterion.centers.requires_grad and criterion.centers.grad is None


def spread(loss):
    """Mean distance to the class mean over the mean distance between class means, after a short 2-D training."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(CLASSES).repeat(30)
    x = 2 * torch.eye(CLASSES)[y] + 0.4 * torch.randn(len(y), CLASSES, generator=generator)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        criterion = loss.criterion(CLASSES, 2)
        net = torch.nn.Sequential(torch.nn.Linear(CLASSES, 32), torch.nn.PReLU(), torch.nn.Linear(32, 2))
    optimiser = torch.optim.Adam([*net.parameters(), *criterion.parameters()], lr=0.02)
    for _ in range(150):
        optimiser.zero_grad()
        criterion(net(x), y).backward()
        optimiser.step()
    z = net(x).detach()
    means = torch.stack([z[y == j].mean(0) for j in range(CLASSES)])
    return ((z - means[y]).norm(dim=1).mean() / functional.pdist(means).mean()).item()


def test_a_heavier_center_term_makes_tighter_classes():
    loose, tight = (spread(losses.get("center")(center_weight=weight)) for weight in (0.0001, 0.3))
    assert loose > 0.15
    assert tight < 0.6 * loose


def test_a_warm_start_turns_the_softmax_head_and_leaves_the_centers():
    directions = functional.normalize(torch.randn(CLASSES, DIM, generator=torch.Generator().manual_seed(3)), dim=1)
    for name, knobs, head in [
        ("center", {}, lambda criterion: criterion.head),
        ("triplet_center", {"softmax": True}, lambda criterion: criterion.softmax.head),
    ]:
        criterion = build(losses.get(name)(**knobs))
        lengths, centers = head(criterion).weight.detach().norm(dim=1), criterion.centers.clone()
        criterion.start_from(3 * directions)
        torch.testing.assert_close(head(criterion).weight.detach(), directions * lengths[:, None])
        assert torch.equal(criterion.centers, centers)
    alone = build(losses.get("triplet_center")())
    alone.start_from(directions)
    torch.testing.assert_close(functional.normalize(alone.prototypes, dim=1), directions)


def test_triplet_center_draws_its_boundary_parallel_to_the_bisector():
    """Where half the squared distances differ by m: shifted from the middle by m over the centers' distance."""
    criterion = losses.get("triplet_center")(margin=2.0).criterion(2, 2)
    criterion.prototypes.copy_(torch.tensor([[0.0, 0.0], [4.0, 0.0]]))
    border = 4 / 2 - 2.0 / 4
    y = torch.zeros(1, dtype=torch.long)
    for height in (-3.0, 0.0, 5.0):
        assert criterion(torch.tensor([[border - 1e-3, height]]), y).item() == pytest.approx(0, abs=1e-6)
        assert criterion(torch.tensor([[border + 0.1, height]]), y).item() == pytest.approx(0.4, abs=1e-3)


def test_triplet_center_predicts_by_the_nearest_center_or_by_its_head():
    x, _ = balanced_batch(0)
    alone, joint = (build(losses.get("triplet_center")(softmax=softmax)) for softmax in (False, True))
    nearest = torch.cdist(x, alone.prototypes).argmin(1)
    assert torch.equal(alone.logits(x).argmax(1), nearest)
    assert torch.equal(joint.logits(x), joint.softmax.head(x))
    assert {key for key, _ in joint.named_parameters()} == {"centers", "softmax.head.weight"}
