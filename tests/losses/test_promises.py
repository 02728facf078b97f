"""What every loss promises, whoever adds it."""

import importlib
import json

import pytest
import torch
from torch.nn import functional

from lossviz import losses
from lossviz.losses._angular import AngularCriterion, AngularLoss

CLASSES, DIM = 6, 4


def reference(name):
    module = importlib.import_module(f"tests.losses.reference.{name}")
    return module, [(knobs, losses.get(name)(**knobs)) for knobs in module.CASES]


def balanced_batch(seed, per_class=2, dim=DIM):
    generator = torch.Generator().manual_seed(1000 + seed)
    labels = torch.arange(CLASSES).repeat(per_class)
    return torch.randn(len(labels), dim, generator=generator), labels


def build(loss, seed=0, dim=DIM):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return loss.criterion(CLASSES, dim)


def trained_logits(criterion, x, y):
    """``(N, C)`` logits that the criterion hands to the cross-entropy, margin included."""
    seen, cross_entropy = [], functional.cross_entropy

    def listening(logits, *rest, **options):
        seen.append(logits.detach())
        return cross_entropy(logits, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(functional, "cross_entropy", listening)
        criterion(x, y)
    (logits,) = seen
    return logits


@pytest.mark.parametrize("name", losses.available())
def test_value_and_gradient_equal_an_independent_float64_derivation(name):
    module, cases = reference(name)
    for knobs, loss in cases:
        for seed in range(3):
            criterion = build(loss, seed).eval()
            criterion.set_progress(getattr(module, "PROGRESS", 1.0))
            x, y = balanced_batch(seed)
            ours, theirs = x.clone().requires_grad_(), x.double().requires_grad_()
            value = criterion(ours, y)
            weights = {key: tensor.double() for key, tensor in criterion.state_dict().items()}
            expected = module.value(loss, weights, theirs, y.tolist())
            assert value.dtype == torch.float32
            assert value.item() == pytest.approx(expected.item(), rel=1e-4, abs=1e-5), knobs
            value.backward()
            expected.backward()
            scale = theirs.grad.abs().max().item()
            assert scale > 0, "the case must have something to learn"
            assert (ours.grad - theirs.grad).abs().max().item() < 1e-3 * scale, knobs


@pytest.mark.parametrize("name", [name for name in losses.available() if issubclass(losses.get(name), AngularLoss)])
def test_the_trained_target_logit_is_scale_times_psi(name):
    _, cases = reference(name)
    for _, loss in cases:
        criterion = build(loss).eval()
        criterion.set_progress(1.0)
        theta = torch.linspace(0.02, 3.12, 200, dtype=torch.float64)
        own = torch.nn.functional.normalize(criterion.prototypes[0].double(), dim=0)
        side = torch.linalg.qr(torch.stack([own, torch.ones(DIM, dtype=torch.float64)], 1))[0][:, 1]
        x = (torch.cos(theta)[:, None] * own + torch.sin(theta)[:, None] * side).float()
        criterion.prototypes[criterion.prototype_labels > 0] = -own.float() + 0.01
        criterion.prototypes[criterion.prototype_labels == 0] = own.float()
        y = torch.zeros(len(x), dtype=torch.long)
        target = trained_logits(criterion, x, y)[:, 0].double()
        scales, psi = drawn(loss, criterion, theta, x)
        assert (target - scales * psi).abs().max() < 2e-4 * scales.max()


def drawn(loss, criterion, theta, x):
    """Scales and ``psi``, from the loss, or from the criterion where they follow its state or the embeddings."""
    if isinstance(criterion, AngularCriterion):
        return criterion.scales(x).double(), criterion.curve(theta, x)
    return torch.full_like(theta, loss.scale), loss.psi(theta)


@pytest.mark.parametrize("name", losses.available())
def test_degenerate_batches_give_finite_values_and_gradients(name):
    for dim in (2, DIM):
        for situation, (batch, y) in degenerate(dim).items():
            criterion = build(losses.get(name)(), dim=dim)
            on_weights = situation == "on its class weight" and criterion.prototypes is not None
            first = torch.arange(len(y)) * (len(criterion.prototypes) // CLASSES) if on_weights else None
            x = (criterion.prototypes[first] if on_weights else batch).clone().requires_grad_()
            value = criterion(x, y)
            assert torch.isfinite(value), situation
            value.backward()
            for tensor in [x, *criterion.parameters()]:
                assert tensor.grad is None or torch.isfinite(tensor.grad).all(), situation
                assert tensor.grad is None or tensor.grad.abs().max() < 1e6, situation


def degenerate(dim):
    x = torch.randn(CLASSES, dim, generator=torch.Generator().manual_seed(1))
    y = torch.arange(CLASSES)
    zero = x.clone()
    zero[0] = 0
    return {
        "no positive pair": (x, y),
        "one class": (x.clone(), torch.zeros_like(y)),
        "a single sample": (x[:1].clone(), y[:1]),
        "a zero embedding": (zero, y // 2),
        "all embeddings zero": (torch.zeros_like(x), y // 2),
        "all embeddings equal": (torch.ones_like(x), y // 2),
        "on its class weight": (x.clone(), y),
        "huge embeddings": (x * 1e4, y // 2),
    }


@pytest.mark.parametrize("name", losses.available())
def test_autocast_and_half_precision_change_no_dtype(name):
    criterion = build(losses.get(name)())
    x, y = balanced_batch(0)
    plain = criterion.eval()(x, y)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = criterion(x, y)
    assert inside.dtype == torch.float32
    assert inside.item() == plain.item()
    assert criterion(x.bfloat16(), y).dtype == torch.float32
    assert {tensor.dtype for tensor in criterion.parameters()} <= {torch.float32}


@pytest.mark.parametrize("name", losses.available())
def test_ten_steps_on_separable_data_lower_the_loss_and_raise_knn_accuracy(name):
    """Noise dimensions hide the classes at first (kNN about 50 %); ten steps of a linear map must find them."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(CLASSES).repeat(20)
    signal = torch.eye(CLASSES)[labels] * 3 + 0.3 * torch.randn(len(labels), CLASSES, generator=generator)
    x = torch.cat([signal, 2.5 * torch.randn(len(labels), 12, generator=generator)], 1)
    loss = losses.get(name)()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        criterion = loss.criterion(CLASSES, 8)
        net = torch.nn.Linear(x.shape[1], 8)
    before = knn_accuracy(x, labels, loss.metric)
    optimiser = torch.optim.Adam([*net.parameters(), *criterion.parameters()], lr=0.1)
    criterion.set_progress(1.0)
    criterion.train()
    values = []
    for _ in range(11):
        value = criterion(net(x), labels)
        values.append(value.item())
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    after = knn_accuracy(net(x).detach(), labels, loss.metric)
    assert before < 0.6
    assert min(values[-3:]) < values[0]
    assert after > 0.78, f"{before:.2f} -> {after:.2f}"


def knn_accuracy(x, labels, metric):
    x = torch.nn.functional.normalize(x, dim=1) if metric == "cosine" else x
    distances = torch.cdist(x, x).fill_diagonal_(float("inf"))
    return (labels[distances.argmin(1)] == labels).float().mean().item()


@pytest.mark.parametrize("name", losses.available())
def test_knobs_survive_json_and_prototypes_are_a_view(name):
    _, cases = reference(name)
    for _, loss in cases:
        assert type(loss).from_values(json.loads(json.dumps(loss.values()))) == loss
    criterion = build(losses.get(name)())
    if criterion.prototypes is not None:
        assert criterion.prototypes.shape[1] == DIM
        assert len(criterion.prototype_labels) == len(criterion.prototypes)
        criterion.prototypes.copy_(torch.ones_like(criterion.prototypes))
        assert (criterion.prototypes == 1).all()
    x, _ = balanced_batch(0)
    logits = criterion.logits(x)
    assert logits is None or logits.shape == (len(x), CLASSES)


@pytest.mark.parametrize("name", losses.available())
def test_everything_a_menu_needs_is_declared(name):
    loss = losses.get(name)
    assert loss.title and loss.idea.endswith(".") and loss.formula and "$" not in loss.formula
    assert loss.references and all(ref.url.startswith("https://") for ref in loss.references)
    for declared in loss.knobs():
        assert declared.help.endswith("."), declared.name
        assert declared.choices or declared.kind is bool or None not in (declared.low, declared.high), declared.name
