"""What the losses of the softmax family do, against pytorch-metric-learning, closed forms and published tables."""

import copy
import math
from itertools import pairwise

import pytest
import torch
from pytorch_metric_learning import losses as library
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

from lossviz import losses
from lossviz.errors import KnobError
from lossviz.losses._angular import AngularLoss
from tests.losses.test_promises import CLASSES, DIM, balanced_batch, build, trained_logits

ANGULAR = [name for name in losses.available() if issubclass(losses.get(name), AngularLoss)]


def on_ring(classes):
    """Unit vectors at equal steps around the circle, the best that a 2-D head can do."""
    angles = torch.arange(classes) * 2 * math.pi / classes
    return torch.stack([angles.cos(), angles.sin()], 1)


def at(*degrees):
    radians = torch.tensor(degrees).deg2rad()
    return torch.stack([radians.cos(), radians.sin()], 1)


# --- the same numbers as pytorch-metric-learning ---------------------------------------------------------------------

SAME_AS_LIBRARY = [
    ("arcface", {}, library.ArcFaceLoss, {"margin": math.degrees(0.5), "scale": 30}),
    ("arcface", {"margin": 1.0, "scale": 8.0}, library.ArcFaceLoss, {"margin": math.degrees(1.0), "scale": 8}),
    ("cosface", {}, library.CosFaceLoss, {"margin": 0.35, "scale": 30}),
    ("normface", {"scale": 20.0}, library.NormalizedSoftmaxLoss, {"temperature": 0.05}),
    ("l_softmax", {"margin": 2, "lambda_min": 0.0}, library.LargeMarginSoftmaxLoss, {"margin": 2}),
    ("l_softmax", {"margin": 4, "lambda_min": 0.0}, library.LargeMarginSoftmaxLoss, {"margin": 4}),
    ("a_softmax", {"margin": 3.0, "lambda_min": 0.0}, library.SphereFaceLoss, {"margin": 3}),
    ("a_softmax", {"margin": 4.0, "lambda_min": 0.0}, library.SphereFaceLoss, {"margin": 4}),
    ("subcenter_arcface", {}, library.SubCenterArcFaceLoss, {"margin": math.degrees(0.5), "scale": 30}),
]


@pytest.mark.parametrize(("name", "knobs", "theirs", "arguments"), SAME_AS_LIBRARY)
def test_value_and_gradients_equal_those_of_pytorch_metric_learning(name, knobs, theirs, arguments):
    for seed in range(5):
        ours = build(losses.get(name)(**knobs), seed)
        ours.set_progress(1.0)
        theirs_at_work = theirs(num_classes=CLASSES, embedding_size=DIM, **arguments)
        theirs_at_work.W.data = ours.prototypes.T.clone()
        x, y = balanced_batch(seed, per_class=4)
        mine, other = x.clone().requires_grad_(), x.clone().requires_grad_()
        value, expected = ours(mine, y), theirs_at_work(other, y)
        value.backward()
        expected.backward()
        assert value.item() == pytest.approx(expected.item(), rel=1e-5)
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(weight_gradient(ours), theirs_at_work.W.grad.T, rtol=1e-3, atol=1e-4)


def weight_gradient(criterion):
    """``(P, dim)`` gradient of the prototypes, whichever way round they are stored."""
    (stored,) = criterion.parameters()
    return stored.grad if stored.shape == criterion.prototypes.shape else stored.grad.T


def test_angles_that_the_cosine_cannot_tell_from_zero_are_exact():
    ours, y = losses.get("arcface")().criterion(2, 2), torch.zeros(4, dtype=torch.long)
    theirs = library.ArcFaceLoss(num_classes=2, embedding_size=2, margin=math.degrees(0.5), scale=30)
    ours.prototypes.copy_(at(30.0, 120.0))
    theirs.W.data = ours.prototypes.T.clone()
    theta = torch.tensor([1e-5, 3e-5, 1e-4, 2e-4], dtype=torch.float64)
    direction = math.radians(30) + theta
    x = torch.stack([direction.cos(), direction.sin()], 1).float()
    exact = torch.cos(theta + 0.5)
    errors = [(trained_logits(loss, x, y)[:, 0].double() / 30 - exact).abs().max() for loss in (ours, theirs)]
    assert errors[0] < 3e-7
    assert errors[1] > 3e-5


@pytest.mark.parametrize("name", ["arcface", "cosface", "normface", "subcenter_arcface"])
def test_class_weights_are_drawn_as_those_of_other_angular_losses_are(name):
    knobs = {"sub_centers": 1} if name == "subcenter_arcface" else {}
    criterion = build(losses.get(name)(**knobs))
    assert torch.equal(criterion.prototypes, build(losses.get("combined_margin")()).prototypes)
    x, y = balanced_batch(0)
    x.requires_grad_()
    criterion(x, y), criterion.logits(x)
    assert torch.equal(copy.deepcopy(criterion).prototypes, criterion.prototypes), "nothing of a batch is left in it"


def test_weston_watkins_is_torchs_multi_margin_and_crammer_singer_is_its_worst_rival():
    logits = torch.tensor([[2.0, 1.5, 1.8, -9.0]])
    y = torch.tensor([0])
    hinge = losses.get("hinge")
    assert hinge(form="weston_watkins").penalty(logits, y).item() == pytest.approx((0.5 + 0.8) / 4)
    assert hinge().penalty(logits, y).item() == pytest.approx(0.8)
    assert hinge(margin=0.2).penalty(logits, y).item() == 0, "a lead of the margin or more costs nothing"


# --- decision boundaries ---------------------------------------------------------------------------------------------

APART = torch.tensor([30.0, 60.0, 90.0, 120.0, 170.0]).deg2rad().double()


@pytest.mark.parametrize(
    ("name", "knobs", "closed_form"),
    [
        ("normface", {}, lambda apart: apart / 2),
        ("a_softmax", {"margin": 1.0}, lambda apart: apart / 2),
        ("a_softmax", {"margin": 2.0, "lambda_min": 0.0}, lambda apart: apart / 3),
        ("a_softmax", {"margin": 4.0, "lambda_min": 0.0}, lambda apart: apart / 5),
        ("a_softmax", {"margin": 1.7, "form": "sphereface_r"}, lambda apart: apart / 2.7),
        ("l_softmax", {"margin": 3, "lambda_min": 0.0}, lambda apart: apart / 4),
        ("arcface", {"margin": 0.4}, lambda apart: (apart - 0.4) / 2),
        ("subcenter_arcface", {"margin": 0.4}, lambda apart: (apart - 0.4) / 2),
        ("cosface", {"margin": 0.1}, lambda apart: apart / 2 - torch.asin(0.1 / (2 * torch.sin(apart / 2)))),
        ("adaface", {"margin": 0.1}, lambda apart: apart / 2 - torch.asin(0.1 / (2 * torch.sin(apart / 2)))),
    ],
)
def test_boundaries_found_from_psi_equal_their_closed_forms(name, knobs, closed_form):
    torch.testing.assert_close(losses.get(name)(**knobs).boundary_theta(APART), closed_form(APART), atol=1e-9, rtol=0)


def test_the_boundary_of_the_combined_margin_is_where_its_two_sides_meet():
    loss = losses.get("combined_margin")(m1=0.9, m2=0.4, m3=0.15)
    theta = loss.boundary_theta(APART[1:])
    torch.testing.assert_close(torch.cos(0.9 * theta + 0.4) - 0.15, torch.cos(APART[1:] - theta), atol=1e-9, rtol=0)


def test_a_margin_that_cannot_be_met_has_no_boundary():
    def exists(name, apart, **knobs):
        return not losses.get(name)(**knobs).boundary_theta(torch.tensor(apart)).isnan().item()

    for classes, largest in [(5, 0.6910), (8, 0.2929), (10, 0.1910), (20, 0.0489)]:  # CosFace, Eq. 7 in two dimensions
        neighbour = 2 * math.pi / classes
        assert exists("cosface", neighbour, margin=largest - 1e-4)
        assert not exists("cosface", neighbour, margin=largest + 2e-4)
    assert exists("arcface", 0.51) and not exists("arcface", 0.49)
    least = math.acos(math.cos(0.4) - 0.15)
    assert exists("combined_margin", least + 1e-6) and not exists("combined_margin", least - 1e-6)


def test_a_longer_rival_weight_moves_the_boundary_of_l_softmax():
    loss = losses.get("l_softmax")(margin=2, lambda_min=0.0)
    found = [loss.boundary_theta(torch.tensor(math.pi / 2), ratio).rad2deg().item() for ratio in (0.5, 1.0, 2.0)]
    assert found == pytest.approx([36.4, 30.0, 21.5], abs=0.05)


@pytest.mark.parametrize("name", ANGULAR)
def test_the_trained_logits_change_sides_where_the_boundary_is_drawn(name):
    loss = losses.get(name)()
    apart = torch.tensor(2.0)
    theta = loss.boundary_theta(apart).item()
    length = {"adaface": 20.0, "magface": 10.5}.get(name, 1.0)  # the states that psi alone stands for
    criterion = loss.criterion(2, 2).eval()
    criterion.set_progress(1.0)
    if name == "curricularface":
        criterion.t.fill_(1.0)  # with t = 0 a rival just ahead counts less than it is
    own, rival = at(0.0), at(math.degrees(2.0))
    criterion.prototypes.copy_(torch.cat([own, rival])[criterion.prototype_labels])
    x = length * at(math.degrees(theta - 0.01), math.degrees(theta + 0.01))
    inside, outside = trained_logits(criterion, x, torch.zeros(2, dtype=torch.long)).diff(dim=1)[:, 0]
    assert inside < 0 < outside


# --- what can be reached ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "knobs", "classes", "expected"),
    [
        ("normface", {"scale": 10.0}, 8, 0.1017),
        ("normface", {"scale": 30.0}, 10, 0.006476),
        ("cosface", {"margin": 0.1, "scale": 16.0}, 8, 0.08741),
        ("cosface", {"margin": 0.35, "scale": 10.0}, 10, 2.387),
        ("cosface", {"margin": 0.35, "scale": 64.0}, 10, 10.87),
        ("arcface", {"margin": 0.3, "scale": 10.0}, 8, 0.1546),
        ("arcface", {"margin": 0.5, "scale": 30.0}, 10, 0.2277),
    ],
)
def test_the_least_loss_of_classes_spread_evenly_on_the_circle(name, knobs, classes, expected):
    criterion = losses.get(name)(**knobs).criterion(classes, 2)
    criterion.prototypes.copy_(on_ring(classes))
    assert criterion(on_ring(classes), torch.arange(classes)).item() == pytest.approx(expected, rel=1e-3)


def test_normface_cannot_fall_below_its_bound_and_reaches_it_on_the_simplex():
    classes, scale = 4, 3.0
    bound = math.log(1 + (classes - 1) * math.exp(-classes / (classes - 1) * scale))  # Wang et al. 2017, Prop. 2
    simplex = torch.tensor([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    criterion = losses.get("normface")(scale=scale).criterion(classes, 3)
    y = torch.arange(classes)
    assert criterion(criterion.prototypes, y).item() > bound + 1e-3
    criterion.prototypes.copy_(simplex)
    assert criterion(5 * simplex, y).item() == pytest.approx(bound, rel=1e-5)


def test_logits_without_the_margin_are_inner_products_in_each_losss_own_lengths():
    x, _ = balanced_batch(0)
    unit = functional.normalize(x, dim=1)
    for name in ("softmax", "l_softmax", "a_softmax", "cosface"):
        criterion = build(losses.get(name)())
        rows = criterion.prototypes
        directions = functional.normalize(rows, dim=1)
        expected = {"a_softmax": x @ directions.T, "cosface": 30 * unit @ directions.T}.get(name, x @ rows.T)
        torch.testing.assert_close(criterion.logits(x), expected)


def test_only_un_normalised_losses_gain_from_longer_embeddings():
    x, y = at(10.0, 100.0), torch.arange(2)
    for name, gains in [("softmax", True), ("l_softmax", True), ("a_softmax", True), ("normface", False)]:
        criterion = losses.get(name)().criterion(2, 2)
        criterion.prototypes.copy_(at(0.0, 90.0))
        assert (criterion(3 * x, y) < criterion(x, y) - 1e-3).item() is gains, name


# --- ArcFace past pi -------------------------------------------------------------------------------------------------


def test_three_behaviours_once_angle_plus_margin_passes_pi():
    def psi(past, theta):
        return losses.get("arcface")(margin=0.5, past_pi=past).psi(torch.tensor(theta, dtype=torch.float64)).item()

    edge = math.pi - 0.5
    assert psi("fallback", edge - 1e-9) == pytest.approx(-1)
    assert psi("fallback", edge + 1e-9) == pytest.approx(-1.117, abs=5e-4)
    assert psi("fallback", math.pi) < psi("fallback", edge + 1e-9), "keeps falling"
    assert psi("plain", math.pi) > psi("plain", edge), "rises again"
    assert psi("easy", math.pi / 2 + 1e-9) - psi("easy", math.pi / 2 - 1e-9) == pytest.approx(0.479, abs=5e-4)
    assert psi("easy", 2.0) == pytest.approx(math.cos(2.0))
    assert psi("easy", 1.0) == psi("plain", 1.0) == psi("fallback", 1.0)


# --- annealing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["l_softmax", "a_softmax"])
def test_lambda_falls_geometrically_over_its_part_of_the_run_and_stays(name):
    loss = losses.get(name)(lambda_start=100.0, lambda_min=0.1, anneal=0.7)
    falling = [loss.lambda_at(progress / 100) for progress in range(71)]
    assert falling[0] == pytest.approx(100)
    assert falling[35] == pytest.approx(math.sqrt(100 * 0.1))
    assert falling[70] == pytest.approx(0.1) and loss.lambda_at(1.0) == pytest.approx(0.1)
    ratios = [after / before for before, after in pairwise(falling)]
    assert max(ratios) - min(ratios) < 1e-9
    assert losses.get(name)(anneal=0.0).lambda_at(0.0) == pytest.approx(0.1)
    to_zero = losses.get(name)(lambda_min=0.0)
    assert 0 < to_zero.lambda_at(0.69) < 0.02 and to_zero.lambda_at(0.7) == 0


@pytest.mark.parametrize("name", ["l_softmax", "a_softmax"])
def test_training_starts_as_plain_softmax_and_ends_with_psi(name):
    loss = losses.get(name)(margin=4)
    criterion = build(loss)
    x, y = balanced_batch(0)
    plain = functional.cross_entropy(criterion.logits(x), y)
    at_start = criterion(x, y)
    criterion.set_progress(1.0)
    at_end = criterion(x, y)
    assert abs(at_start - plain) < 0.05 * plain
    assert at_end > 2 * plain
    theta = torch.linspace(0, math.pi, 50)
    torch.testing.assert_close(criterion.curve(theta, x[:1].expand(50, DIM)), loss.psi(theta))


def head_accuracy_on_digits(loss, seed):
    """Of a small net with a 2-D embedding after 600 steps."""
    digits = load_digits()
    pixels, y = torch.tensor(digits.data).float() / 16, torch.tensor(digits.target)
    order = torch.randperm(len(y), generator=torch.Generator().manual_seed(0))
    train, test = order[:1280], order[1280:]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.PReLU(), nn.Linear(128, 2))
        criterion = loss.criterion(10, 2)
        optimiser = torch.optim.Adam([*net.parameters(), *criterion.parameters()], lr=0.01)
        for step in range(600):
            batch = train[torch.randint(len(train), (64,))]
            criterion.set_progress(step / 600)
            optimiser.zero_grad()
            criterion(net(pixels[batch]), y[batch]).backward()
            optimiser.step()
    return (criterion.logits(net.eval()(pixels[test])).argmax(1) == y[test]).float().mean().item()


def test_l_softmax_learns_digits_in_two_dimensions_better_with_its_annealing():
    def mean(**knobs):
        return sum(head_accuracy_on_digits(losses.get("l_softmax")(margin=4, **knobs), seed) for seed in range(3)) / 3

    cold, annealed = mean(anneal=0.0), mean()
    assert annealed > 0.86
    assert cold < annealed - 0.03


def test_margins_that_a_form_cannot_take_are_refused_in_a_sentence():
    with pytest.raises(KnobError, match=r"LSoftmax.margin must be a whole number between 1 and 4, got 1.5"):
        losses.get("l_softmax")(margin=1.5)
    with pytest.raises(KnobError, match=r"ASoftmax.margin must be a whole number in the classic form, got 1.35; "):
        losses.get("a_softmax")(margin=1.35)
    real = losses.get("a_softmax")(margin=1.35, form="sphereface_r")
    assert real.margin == 1.35
    assert real.normalises and not losses.get("a_softmax")().normalises and not losses.get("a_softmax").normalises
    said = r"MagFace.low_length must be between 0.1 and 4.9 while high_length is 5.0, got 10.0"
    with pytest.raises(KnobError, match=said):
        losses.get("magface")(low_length=10.0, high_length=5.0)
    with pytest.raises(KnobError, match=r"MagFace.low_margin must be between 0.0 and 0.8 rad while high_margin is 0.8"):
        losses.get("magface")(low_margin=0.9)


@pytest.mark.parametrize("margin", [1.0, 1.35, 1.7, 2.0, 3.0, 4.0])
def test_the_multiplied_angle_falls_without_a_jump(margin):
    curve = losses.get("a_softmax")(margin=margin, form="sphereface_r").psi
    theta = torch.linspace(0, math.pi, 4001, dtype=torch.float64)
    steps = curve(theta).diff()
    assert steps.max() <= 1e-12 and steps.min() > -margin * (math.pi / 4000) * 1.01
    assert curve(theta[-1:]).item() < -0.999
    if margin == int(margin):
        assert curve(theta[-1:]).item() == pytest.approx(1 - 2 * margin)


# --- margins that look at more than the angle ------------------------------------------------------------------------


def test_adaface_is_arcface_for_bad_images_cosface_for_average_ones_and_the_reverse_for_good_ones():
    theta = torch.linspace(0, 2.7, 40)
    psi = losses.get("adaface")(margin=0.4).psi
    torch.testing.assert_close(psi(theta, -1.0), torch.cos(theta + 0.4))
    torch.testing.assert_close(psi(theta, 0.0), torch.cos(theta) - 0.4)
    torch.testing.assert_close(psi(theta, 1.0), torch.cos((theta - 0.4).clamp(min=0)) - 0.8)


def test_adaface_tracks_lengths_in_training_only():
    criterion = losses.get("adaface")(t_alpha=0.1).criterion(CLASSES, DIM)
    batches = [factor * balanced_batch(seed)[0] for seed, factor in enumerate((1.0, 4.0, 0.5))]
    y = balanced_batch(0)[1]
    criterion.eval()(batches[0], y)
    assert (criterion.mean.item(), criterion.std.item()) == (20, 100)
    criterion.train()(batches[0][:1], y[:1])
    assert (criterion.mean.item(), criterion.std.item()) == (20, 100), "one sample has no deviation"
    mean = std = None
    for batch in batches:
        criterion(batch, y)
        norms = [math.sqrt(sum(v * v for v in row)) for row in batch.tolist()]
        average = sum(norms) / len(norms)
        deviation = math.sqrt(sum((norm - average) ** 2 for norm in norms) / (len(norms) - 1))
        mean = average if mean is None else 0.9 * mean + 0.1 * average
        std = deviation if std is None else 0.9 * std + 0.1 * deviation
        assert criterion.mean.item() == pytest.approx(mean, rel=1e-5)
        assert criterion.std.item() == pytest.approx(std, rel=1e-5)


def test_lengths_get_a_gradient_from_magface_and_none_from_adaface():
    x, y = balanced_batch(0)
    for name, learns in [("adaface", False), ("magface", True)]:
        batch = x.clone().requires_grad_()
        build(losses.get(name)())(batch, y).backward()
        along = (batch.grad * x).sum(1).abs() / x.norm(dim=1)
        assert (along.max().item() > 1e-3) is learns, name


def test_magface_lengthens_easy_embeddings_and_shortens_hard_ones():
    def pull_on_length(degrees, **knobs):
        criterion = losses.get("magface")(**knobs).criterion(4, 2)
        criterion.prototypes.copy_(at(0.0, 90.0, 180.0, 270.0))
        x = (5 * at(degrees)).requires_grad_()
        criterion(x, torch.tensor([0])).backward()
        return (x.grad @ x.detach().T).item()

    assert pull_on_length(2.0) < -1e-3, "gradient descent lengthens it"
    assert pull_on_length(80.0) > 1e-3
    assert pull_on_length(2.0, length_weight=0.0) >= 0, "without the reward nothing lengthens"


def test_magface_margin_and_reward_between_and_outside_the_two_lengths():
    loss = losses.get("magface")(low_length=10.0, high_length=110.0)
    lengths = torch.tensor([1.0, 10.0, 60.0, 110.0, 500.0])
    torch.testing.assert_close(loss.margin(lengths), torch.tensor([0.45, 0.45, 0.625, 0.8, 0.8]))
    reward = loss.reward(lengths)
    torch.testing.assert_close(reward[3], torch.tensor(2 / 110))
    assert reward[0] == reward[1] > reward[2] > reward[3] == reward[4]


def test_curricularface_turns_to_hard_rivals_as_its_mean_grows():
    criterion = losses.get("curricularface")(rate=0.5).criterion(2, 2)
    criterion.prototypes.copy_(at(0.0, 40.0))
    hard, easy = at(20.0), 3 * at(-140.0)
    y = torch.tensor([0])
    values = {}
    for t in (0.0, 0.9):
        criterion.eval().t.fill_(t)
        values[t] = (criterion(hard, y).item(), criterion.penalised_logits(easy, y)[0, 1].item())
    assert values[0.9][0] > values[0.0][0] + 1
    assert values[0.9][1] == values[0.0][1] == pytest.approx(-30), "an easy rival keeps its cosine"
    assert criterion.t.item() == pytest.approx(0.9), "evaluation leaves the mean alone"
    criterion.train()(hard, y)
    assert criterion.t.item() == pytest.approx(0.5 * 0.9 + 0.5 * math.cos(math.radians(20)))


def test_only_the_nearest_sub_center_counts_and_learns():
    criterion = losses.get("subcenter_arcface")(sub_centers=3).criterion(2, 2)
    criterion.prototypes.copy_(at(0.0, 80.0, 160.0, 95.0, 280.0, 310.0))
    x = at(85.0)
    assert criterion.logits(x)[0, 0].item() == pytest.approx(30 * math.cos(math.radians(5)))
    criterion(x, torch.tensor([0])).backward()
    assert (weight_gradient(criterion).norm(dim=1) > 0).tolist() == [False, True, False, True, False, False]
    assert criterion.prototype_labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_warm_start_keeps_the_sub_centers_apart():
    criterion = build(losses.get("subcenter_arcface")(), dim=32)
    directions = functional.normalize(torch.randn(CLASSES, 32, generator=torch.Generator().manual_seed(1)), dim=1)
    lengths = criterion.prototypes.norm(dim=1)
    criterion.start_from(directions)
    unit = functional.normalize(criterion.prototypes, dim=1)
    assert ((unit * directions.repeat_interleave(3, 0)).sum(1) > 0.95).all()
    between = torch.stack([functional.pdist(unit[3 * j : 3 * j + 3]) for j in range(CLASSES)])
    assert between.min() > 0.05
    torch.testing.assert_close(criterion.prototypes.norm(dim=1), lengths)


def test_a_bias_changes_the_metric_and_moves_the_boundary_of_softmax():
    with_bias, without = losses.get("softmax")(bias=True), losses.get("softmax")()
    assert (with_bias.metric, without.metric) == ("euclidean", "cosine")
    criterion = with_bias.criterion(2, 2)
    criterion.prototypes.copy_(at(0.0, 90.0))
    criterion.head.bias.data = torch.tensor([0.0, 0.5])
    assert criterion.logits(torch.zeros(1, 2)).tolist() == [[0.0, 0.5]]
    assert [key for key, _ in without.criterion(2, 2).named_parameters()] == ["head.weight"]
