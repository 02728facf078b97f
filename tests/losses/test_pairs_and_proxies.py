"""What sets the losses on pairs and proxies apart, each with the case in which it must not show."""

import math
from itertools import product

import pytest
import torch
from pytorch_metric_learning import distances, regularizers
from pytorch_metric_learning import losses as library
from torch.nn import functional

from lossviz import losses
from lossviz.losses.base import Batch, Family
from lossviz.losses.n_pair import n_pair_tuples


def make(name, classes=6, dim=4, **knobs):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return losses.get(name)(**knobs).criterion(classes, dim)


def batch(classes=6, per_class=4, dim=4, seed=0):
    labels = torch.arange(classes).repeat(per_class)
    return torch.randn(len(labels), dim, generator=torch.Generator().manual_seed(seed)), labels


def on_circle(*degrees):
    angle = torch.tensor(degrees) * math.pi / 180
    return torch.stack([angle.cos(), angle.sin()], 1)


def gradient(criterion, x, y):
    x = x.clone().requires_grad_()
    value = criterion(x, y)
    value.backward()
    return value.item(), x.grad


# --- contrastive and siamese


def pair(distance, equal):
    return torch.tensor([[0.0, 0.0], [distance, 0.0]]), torch.tensor([0, 0 if equal else 1])


@pytest.mark.parametrize("margin", [1.0, 2.0])
def test_contrastive_is_the_same_for_both_kinds_of_pair_at_half_the_margin_only(margin):
    criterion = make("contrastive", dim=2, margin=margin)
    values = {
        d: [criterion(*pair(d, equal)).item() for equal in (True, False)] for d in (0.3, margin / 2, 0.9 * margin)
    }
    assert values[margin / 2][0] == pytest.approx(values[margin / 2][1])
    assert values[0.3][0] < values[0.3][1]
    assert values[0.9 * margin][0] > values[0.9 * margin][1]


@pytest.mark.parametrize(("distance", "pull", "push"), [(0.5, 0.5, 1.5), (1.5, 1.5, 0.5), (2.5, 2.5, 0.0)])
def test_contrastive_springs_pull_with_the_distance_and_push_with_what_is_missing_to_the_margin(distance, pull, push):
    criterion = make("contrastive", dim=2, margin=2.0)
    assert gradient(criterion, *pair(distance, True))[1][1, 0].item() == pytest.approx(pull)
    assert gradient(criterion, *pair(distance, False))[1][1, 0].item() == pytest.approx(-push)


def test_the_contrastive_hinge_has_a_constant_force_and_no_square():
    hinge = make("contrastive", dim=2, margin=2.0, form="hinge")
    for distance in (0.5, 1.5):
        value, slope = gradient(hinge, *pair(distance, False))
        assert (value, slope[1, 0].item()) == pytest.approx((2.0 - distance, -1.0))


def test_raw_distances_see_the_length_of_embeddings_and_normalised_ones_do_not():
    x, y = batch()
    for name in ("contrastive", "lifted", "triplet"):
        values = {
            (on, factor): make(name, normalise=on)(factor * x, y).item()
            for on, factor in product((True, False), (1, 3))
        }
        assert values[True, 1] == pytest.approx(values[True, 3], rel=1e-4)
        assert values[False, 1] != pytest.approx(values[False, 3], rel=1e-2)


@pytest.mark.parametrize("name", ["contrastive", "lifted", "triplet"])
def test_a_zero_embedding_is_a_place_among_raw_ones_and_has_no_direction_among_unit_ones(name):
    x, y = batch()
    x[0] = 0
    for normalise in (True, False):
        _, slope = gradient(make(name, normalise=normalise), x, y)
        assert (slope[0].abs().max() > 0) == (not normalise)


def test_close_embeddings_far_from_the_origin_keep_their_distances():
    """In a batch of more than 25, cdist by matrix product would see a distance of 0 or 0.03 for each of these 0.01."""
    x, y = torch.full((30, 2), 100.0), torch.zeros(30, dtype=torch.long)
    x[::2, 0] += 0.01
    expected = torch.pdist(x.double()).square().mean().item() / 2
    assert make("contrastive", dim=2)(x, y).item() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("name", "default"), [("contrastive", False), ("lifted", False), ("triplet", True)])
def test_normalises_and_metric_follow_the_knob(name, default):
    loss = losses.get(name)
    assert loss.normalises is default
    for on in (True, False):
        assert loss(normalise=on).normalises is on
        assert loss(normalise=on).metric == ("cosine" if on else "euclidean")


def test_three_classes_cannot_all_be_opposite():
    criterion = make("siamese_cosine", dim=2, negative_target=-1.0)
    assert criterion(on_circle(0, 0, 180, 180), torch.tensor([0, 0, 1, 1])).item() == pytest.approx(0, abs=1e-6)
    best = criterion(on_circle(0, 0, 120, 120, 240, 240), torch.tensor([0, 0, 1, 1, 2, 2])).item()
    assert best == pytest.approx(0.25, abs=1e-5)


# --- triplet


def brute_force(x, y, margin):
    """Triplets by category, by the definitions of FaceNet on squared distances of unit vectors."""
    u = functional.normalize(x.double(), dim=1)
    found = {"easy": set(), "semihard": set(), "hard": set()}
    for a, p, n in product(range(len(y)), repeat=3):
        if a != p and y[a] == y[p] and y[a] != y[n]:
            d_ap, d_an = ((u[a] - u[p]) ** 2).sum(), ((u[a] - u[n]) ** 2).sum()
            kind = "hard" if d_an <= d_ap else "semihard" if d_an <= d_ap + margin else "easy"
            found[kind].add((a, p, n))
    return found


def test_mined_triplets_are_those_of_the_definitions_and_together_all():
    x, y = batch()
    expected = brute_force(x, y, 0.3)
    assert all(len(triplets) > 20 for triplets in expected.values())
    for mining, triplets in expected.items():
        miner = make("triplet", mining=mining, margin=0.3).miner
        assert set(zip(*(index.tolist() for index in miner(x, y)), strict=True)) == triplets
    assert sum(len(triplets) for triplets in expected.values()) == 24 * 3 * 20


def test_each_way_of_mining_has_its_own_value_on_one_anchor_with_three_kinds_of_negative():
    x, y = on_circle(0, 40, 25, 45, 180), torch.tensor([0, 0, 1, 2, 3])
    values = {mining: make("triplet", dim=2, mining=mining)(x, y).item() for mining in ("all", "semihard", "hard")}
    near, far = [lambda a: 2 - 2 * math.cos(math.radians(a)) for _ in range(2)]
    gaps = [near(40) - far(angle) + 0.2 for angle in (25, 45, 180, 15, 5, 140)]  # seen from 0 and from 40 degrees
    assert values["hard"] == pytest.approx(sum(gaps[i] for i in (0, 3, 4)) / 3, rel=1e-4)
    assert values["semihard"] == pytest.approx(gaps[1], rel=1e-4)
    assert values["all"] == pytest.approx(sum(max(0, gap) for gap in gaps) / 6, rel=1e-4)
    active = make("triplet", dim=2, mining="all", average="active")(x, y).item()
    assert active == pytest.approx(sum(max(0, gap) for gap in gaps) / 4, rel=1e-4)


def test_easy_triplets_teach_something_only_under_the_soft_margin():
    x, y = batch()
    hinge, slope = gradient(make("triplet", mining="easy"), x, y)
    assert hinge == 0 and slope.abs().max() == 0
    soft, slope = gradient(make("triplet", mining="easy", soft_margin=True), x, y)
    assert soft > 0 and slope.abs().max() > 0


@pytest.mark.parametrize("normalise", [True, False])
def test_collapsed_embeddings_hold_the_triplet_loss_exactly_at_its_margin(normalise):
    y = torch.arange(3).repeat(4)
    value, slope = gradient(make("triplet", mining="all", normalise=normalise, margin=0.3), torch.ones(12, 4), y)
    assert value == pytest.approx(0.3) and slope.abs().max() == 0
    assert gradient(make("triplet", mining="all", margin=0.3), batch()[0][:12], y)[1].abs().max() > 0


# --- hierarchical triplet


def tree_batch(*degrees, spread=2.0):
    """Two samples a class, ``spread`` degrees to both sides of the class's direction."""
    y = torch.arange(len(degrees)).repeat_interleave(2)
    return on_circle(*(d + side * spread for d in degrees for side in (-1, 1))), y


def margins(degrees, **knobs):
    criterion = make("hierarchical_triplet", classes=len(degrees), dim=2, **knobs)
    x, y = tree_batch(*degrees)
    return criterion.eval().margins(x, y)


def test_the_margin_grows_with_the_distance_in_the_class_tree():
    near_and_far = margins([0, 20, 100, 180])
    assert near_and_far[0, 1] < near_and_far[0, 2] <= near_and_far[0, 3]
    equidistant = margins([0, 120, 240])
    assert equidistant[0, 1] == equidistant[0, 2] == equidistant[1, 2]


def test_the_margin_is_beta_plus_the_joining_threshold_minus_the_spread_of_the_class():
    spread = 2 - 2 * math.cos(math.radians(4))
    between = 2 - 2 * (1 - spread / 2 + 1) / 2 * math.cos(math.radians(20))  # the means have length cos(2 degrees)
    limits = [spread + level * (4 - spread) / 8 for level in range(9)]
    joined = next(limit for limit in limits if between < limit)
    assert margins([0, 20, 170], levels=8, beta=0.3)[0, 1].item() == pytest.approx(0.3 + joined - spread, abs=1e-4)


def test_nearest_classes_are_merged_first_so_that_a_chain_of_classes_is_one_node():
    chain, alone = margins([0, 20, 40, 60]), margins([0, 60])
    assert chain[0, 3] == chain[0, 1]
    assert alone[0, 1] > chain[0, 3]


def test_the_tree_is_learnt_in_training_and_left_alone_in_evaluation():
    criterion = make("hierarchical_triplet", classes=3, dim=2, rebuild=2)
    fresh = {key: value.clone() for key, value in criterion.state_dict().items()}
    criterion.eval()(*tree_batch(0, 20, 120))
    assert all(torch.equal(fresh[key], value) for key, value in criterion.state_dict().items())
    criterion.train()(*tree_batch(0, 20, 120))
    first = criterion.tree.clone()
    criterion(*tree_batch(0, 100, 200))
    assert torch.equal(criterion.tree, first), "built at steps 0 and 2"
    criterion(*tree_batch(0, 100, 200))
    assert criterion.tree[0, 1] > first[0, 1]


def test_the_running_averages_are_the_papers_averages_over_all_samples_when_nothing_fades():
    criterion = make("hierarchical_triplet", classes=2, dim=4, rebuild=1).train()
    criterion.loss = losses.get("hierarchical_triplet")(memory=0.99, rebuild=1)
    samples = [batch(classes=2, per_class=3, seed=seed) for seed in range(2)]
    for x, y in samples:
        criterion(x, y)
    weight = torch.tensor([0.99] * 6 + [1.0] * 6, dtype=torch.float64)
    u = functional.normalize(torch.cat([x for x, _ in samples]).double(), dim=1)
    y = torch.cat([y for _, y in samples])
    own = [i for i in range(12) if y[i] == 0]
    pairs = [(weight[i] * weight[j], ((u[i] - u[j]) ** 2).sum()) for i in own for j in own if i != j]
    expected = sum(w * d for w, d in pairs) / sum(w for w, _ in pairs)
    within = criterion.loss.beta + criterion.tree[0, 1] - criterion.eval().margins(torch.zeros(1, 4), y[:1])[0, 1]
    assert within.item() == pytest.approx(expected.item(), rel=1e-4)


# --- tuples


def test_n_pair_uses_every_pair_of_a_batch_and_is_the_mean_of_its_tuples():
    x, y = batch(per_class=4)
    criterion = make("n_pair")
    assert [rows.tolist() for rows in n_pair_tuples(y)] == [list(range(12)), list(range(12, 24))]
    whole, slope = gradient(criterion, x, y)
    assert whole == pytest.approx((criterion(x[:12], y[:12]) + criterion(x[12:], y[12:])).item() / 2, rel=1e-5)
    assert (slope.abs().sum(1) > 0).all()
    _, library_slope = gradient(criterion.library_loss.cpu(), x, y)
    regularised_only = (library_slope - 2 * 0.02 * x / len(x)).abs().sum(1) < 1e-6
    assert regularised_only.sum() == 12, "the library by itself drops half of the batch"


def test_n_pair_leaves_out_who_has_no_partner():
    x, y = batch(per_class=2)
    alone = torch.cat([x, 5 * torch.ones(2, 4)]), torch.cat([y, torch.tensor([0, 5])])
    criterion = make("n_pair")
    single = torch.cat([x[:-1], x[-1:]]), torch.cat([y[:-1], torch.tensor([0])])
    assert criterion(*alone).item() == pytest.approx(criterion(x, y).item())
    kept = [i for i in range(12) if i not in (5, 11)]
    assert criterion(*single).item() == pytest.approx(criterion(x[kept], y[kept]).item())
    assert criterion(x[:6], y[:6]).item() == 0


def test_supcon_comes_to_rest_at_the_log_of_the_number_of_positives_and_nt_xent_at_zero():
    x, y = torch.eye(6).repeat(4, 1), torch.arange(6).repeat(4)
    assert make("supcon", dim=6, temperature=0.05)(x, y).item() == pytest.approx(math.log(3), abs=1e-3)
    assert make("nt_xent", dim=6, temperature=0.05)(x, y).item() == pytest.approx(0, abs=1e-3)


def test_multi_similarity_mines_fewer_pairs_with_a_smaller_epsilon_and_all_with_two():
    x, y = batch()
    counts = [sum(map(len, make("multi_similarity", epsilon=e).miner(x, y))) // 2 for e in (0.0, 0.1, 2.0)]
    assert counts[0] < counts[1] < counts[2] == 24 * 23
    assert make("multi_similarity", epsilon=2.0)(x, y).item() == pytest.approx(
        library.MultiSimilarityLoss()(x, y).item()
    )


@pytest.mark.parametrize(
    ("name", "knobs", "theirs"),
    [
        ("nt_xent", {"temperature": 0.2}, library.NTXentLoss(temperature=0.2)),
        ("lifted", {}, library.LiftedStructureLoss(distance=distances.LpDistance(normalize_embeddings=False))),
        ("lifted", {"normalise": True, "margin": 0.7}, library.LiftedStructureLoss(neg_margin=0.7)),
        ("contrastive", {"form": "hinge", "normalise": True, "margin": 1.0}, library.ContrastiveLoss()),
        ("triplet", {"mining": "all", "squared": False, "average": "active"}, library.TripletMarginLoss(margin=0.2)),
    ],
)
def test_where_the_library_has_the_form_it_agrees(name, knobs, theirs):
    for seed in range(3):
        x, y = batch(seed=seed)
        (ours, slope), (value, expected) = gradient(make(name, **knobs), x, y), gradient(theirs, x, y)
        assert ours == pytest.approx(value, rel=1e-4)
        assert (slope - expected).abs().max() < 1e-4 * max(1, expected.abs().max())


# --- circle


def circle_point(s_p, s_n):
    """An anchor, a positive and a negative in 3-D: cosine s_p between the former two, s_n from both to the last."""
    side = math.sqrt(1 - s_p**2)
    across = s_n * (1 - s_p) / side
    return torch.tensor(
        [[1, 0, 0], [s_p, side, 0], [s_n, across, math.sqrt(1 - s_n**2 - across**2)]], dtype=torch.float32
    )


def on_boundary(m, angle):
    return 1 + math.sqrt(2) * m * math.cos(angle), math.sqrt(2) * m * math.sin(angle)


@pytest.mark.parametrize("angle", [1.7, 2.36, 3.0, 3.5])
def test_the_decision_boundary_of_circle_loss_is_a_circle_about_zero_and_one(angle):
    """On s_n^2 + (s_p - 1)^2 = 2 m^2 either answer is as likely: log 2; inside less, outside more."""
    m, y = 0.25, torch.tensor([0, 0, 1])
    for radius in (0.9, 1.0, 1.1):
        points = circle_point(*on_boundary(radius * m, angle))
        of_pairs = make("circle", classes=2, dim=3, margin=m, gamma=64.0)(points, y).item()
        of_classes = make("circle_class", classes=2, dim=3, margin=m, gamma=64.0)
        of_classes.prototypes.copy_(points[1:])
        value = of_classes(points[:1], y[:1]).item()
        assert value == pytest.approx(of_pairs, rel=1e-4)
        assert value == pytest.approx(math.log(2), rel=1e-4) or (value < math.log(2)) == (radius < 1)
        assert (value == pytest.approx(math.log(2), rel=1e-4)) == (radius == 1.0)


def test_the_weights_of_circle_loss_are_constant_to_its_gradient():
    """Eq. 9-10: gamma (s_n + m) and gamma (s_p - 1 - m), half of it on the boundary; not 2 gamma s_n."""
    m, gamma = 0.25, 64.0
    s_p, s_n = on_boundary(m, 2.0)
    points = circle_point(s_p, s_n)
    criterion = make("circle_class", classes=2, dim=3, margin=m, gamma=gamma)
    criterion.prototypes.copy_(points[1:])
    criterion(points[:1], torch.tensor([0])).backward()
    positive, negative = criterion.weight.grad.norm(dim=1).tolist()
    assert positive / math.sqrt(1 - s_p**2) == pytest.approx(gamma * (1 + m - s_p) / 2, rel=1e-3)
    assert negative / math.sqrt(1 - s_n**2) == pytest.approx(gamma * (s_n + m) / 2, rel=1e-3)
    assert gamma * (s_n + m) / 2 != pytest.approx(gamma * s_n, rel=0.1)
    _, slope = gradient(make("circle", classes=2, dim=3, margin=m, gamma=gamma), points, torch.tensor([0, 0, 1]))
    along = (points[0] + points[1] - 2 * s_n * points[2]).norm().item()
    assert slope[2].norm().item() == pytest.approx(gamma * (s_n + m) / 4 * along, rel=1e-3)


# --- proxies


def test_proxy_nca_can_be_negative_with_the_papers_denominator_only():
    y = torch.arange(6)
    for denominator, negative in (("others", True), ("all", False)):
        criterion = make("proxy_nca", denominator=denominator)
        value = criterion(criterion.prototypes.clone(), y).item()
        assert (value < 0) == negative


def test_proxy_nca_with_all_proxies_is_the_librarys_and_a_normalised_softmax():
    x, y = batch()
    ours = make("proxy_nca", denominator="all", scale=3.0)
    nca = library.ProxyNCALoss(6, 4, softmax_scale=3.0)
    softmax = library.NormalizedSoftmaxLoss(6, 4, temperature=1 / 6)
    nca.proxies.data.copy_(ours.prototypes)
    softmax.W.data.copy_(ours.prototypes.t())
    assert ours(x, y).item() == pytest.approx(nca(x, y).item(), rel=1e-5)
    assert ours(x, y).item() == pytest.approx(softmax(x, y).item(), rel=1e-5)
    assert make("proxy_nca", denominator="others", scale=3.0)(x, y).item() != pytest.approx(nca(x, y).item(), rel=1e-2)


@pytest.mark.parametrize("name", ["circle_class", "proxy_nca", "proxy_anchor", "soft_triple"])
def test_prototypes_are_in_the_order_of_their_labels_and_decide_the_logits(name):
    criterion = make(name, dim=6)
    criterion.prototypes.copy_(torch.eye(6)[criterion.prototype_labels])
    logits = criterion.logits(2 * torch.eye(6))
    assert torch.equal(logits.argmax(1), torch.arange(6))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(criterion.logits(2 * torch.eye(6)), logits)


@pytest.mark.parametrize("centers", [2, 3])
def test_soft_triple_is_the_librarys_with_its_merging_penalty(centers):
    x, y = batch()
    ours = make("soft_triple", centers=centers, merging=0.2, margin=0.1, scale=10.0)
    theirs = library.SoftTripleLoss(
        6,
        4,
        centers_per_class=centers,
        la=10.0,
        margin=0.1,
        weight_regularizer=regularizers.SparseCentersRegularizer(6, centers),
        weight_reg_weight=0.2,
    )
    theirs.fc.data.copy_(ours.library_loss.fc)
    (value, slope), (expected, their_slope) = gradient(ours, x, y), gradient(theirs, x, y)
    assert value == pytest.approx(expected, rel=1e-5)
    assert torch.allclose(slope, their_slope, atol=1e-5)
    assert torch.allclose(ours.library_loss.fc.grad, theirs.fc.grad, atol=1e-5)
    assert make("soft_triple", centers=centers, merging=0.0, margin=0.1, scale=10.0)(x, y).item() < value


def test_equal_centers_of_a_class_have_a_finite_gradient():
    criterion = make("soft_triple", centers=3)
    criterion.prototypes.copy_(torch.ones(18, 4))
    criterion(*batch()).backward()
    assert torch.isfinite(criterion.library_loss.fc.grad).all()
    assert criterion.library_loss.fc.grad.abs().max() < 10


def test_a_warm_start_turns_soft_triple_to_the_directions_and_keeps_its_centers_apart():
    criterion = make("soft_triple", centers=3)
    before = criterion.prototypes.norm(dim=1)
    directions = batch(per_class=1)[0]
    criterion.start_from(directions)
    unit = functional.normalize(criterion.prototypes, dim=1)
    wanted = functional.normalize(directions, dim=1)[criterion.prototype_labels]
    assert (unit * wanted).sum(1).min() > 0.98
    assert torch.allclose(criterion.prototypes.norm(dim=1), before, rtol=1e-4)
    assert criterion.mean_center_distance() > 1e-3


@pytest.mark.parametrize("name", [name for name in losses.available() if losses.get(name).batch is not Batch.ANY])
def test_a_loss_that_asks_for_pairs_has_no_head_and_nothing_to_train(name):
    criterion = make(name)
    assert criterion.prototypes is None and criterion.logits(batch()[0]) is None
    assert not list(criterion.parameters())
    assert losses.get(name).family is Family.PAIRS
