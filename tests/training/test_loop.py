"""The loop: repeatable, comparable across losses, resumable, and honest about what goes wrong."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lossviz import data, losses
from lossviz.errors import Diverged, TrainingError
from lossviz.records import Choice, Config, Settings
from lossviz.training import Resume, Watcher, make_plan, train
from lossviz.training.embed import collapse_note, cone_note

QUICK = Settings(epochs=3, batch_size=64, limit=200, probe=100, gallery=100, dim=2, warm_start=0)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSVIZ_DATA", str(tmp_path_factory.mktemp("data")))
        yield data.open_set("digits")


def plan_of(images, loss="arcface", model="mlp", **settings):
    config = Config(Choice(loss), Choice("digits"), Choice(model), replace(QUICK, **settings))
    return make_plan(config, images)


def same(one, other):
    return all(np.array_equal(one.embeddings[name], other.embeddings[name]) for name in one.embeddings)


def test_a_seed_gives_the_same_run_twice_and_another_seed_another(digits):
    runs = [list(train(plan_of(digits, seed=seed))) for seed in (0, 0, 1)]
    assert all(same(a, b) for a, b in zip(runs[0], runs[1], strict=True))
    assert not same(runs[0][-1], runs[2][-1])
    assert not same(runs[0][0], runs[0][-1])


def test_every_loss_starts_from_the_same_weights_and_sees_the_same_batches(digits):
    seen = set()
    for name in losses.available():
        plan = plan_of(digits, name, epochs=1)
        (*_, last) = train(plan)
        assert np.isfinite(last.record.train_loss)
        seen.add((plan.facts.hashes["initial_weights"], last.record.batch_order, plan.facts.hashes["train_images"]))
    assert len(seen) == 1
    other = plan_of(digits, seed=1, epochs=1)
    (*_, last) = train(other)
    assert (other.facts.hashes["initial_weights"], last.record.batch_order) not in {pair[:2] for pair in seen}


@pytest.mark.parametrize(("loss", "optimizer"), [("arcface", "adamw"), ("center", "sgd"), ("a_softmax", "adamw")])
def test_going_on_from_any_epoch_ends_as_if_never_stopped(digits, loss, optimizer):
    whole = list(train(plan_of(digits, loss, "convnet", optimizer=optimizer, warm_start=1)))
    for kept in whole[:-1]:
        resume = Resume(kept.record.epoch, kept.record.batch_order, kept.state)
        again = list(train(plan_of(digits, loss, "convnet", optimizer=optimizer, warm_start=1), resume))
        assert [snapshot.record.epoch for snapshot in again] == list(range(kept.record.epoch + 1, 4))
        assert same(again[-1], whole[-1])
        assert again[-1].record.batch_order == whole[-1].record.batch_order
    forgetful = Resume(1, whole[1].record.batch_order, {k: v for k, v in whole[1].state.items() if "exp_avg" not in k})
    if optimizer == "adamw":
        with pytest.raises(KeyError):
            list(train(plan_of(digits, loss, "convnet", optimizer=optimizer, warm_start=1), forgetful))


def test_batch_norm_learns_in_every_epoch(digits):
    """An evaluation that leaves the net in evaluation mode would freeze its statistics after the first epoch."""
    plan = plan_of(digits, model="convnet")
    steps = 0
    for snapshot in train(plan):
        steps += snapshot.record.images // plan.settings.batch_size
        tracked = {int(v) for k, v in snapshot.state.items() if k.endswith("num_batches_tracked")}
        assert tracked == {steps}
    assert steps == 9


def statistics_of(snapshot):
    return {name: array for name, array in snapshot.state.items() if name.endswith(("running_mean", "running_var"))}


def test_left_in_evaluation_mode_batch_norm_keeps_the_statistics_of_the_first_epoch(digits):
    for once in (True, False):
        start, first, *later = train(plan_of(digits, model="convnet", train_mode_once=once))
        steps = first.record.images // 64
        fresh, kept_from = statistics_of(start), statistics_of(first)
        assert not any(np.array_equal(array, kept_from[name]) for name, array in fresh.items())
        for epoch, snapshot in enumerate(later, 2):
            tracked = {int(v) for k, v in snapshot.state.items() if k.endswith("num_batches_tracked")}
            assert tracked == {steps if once else steps * epoch}
            kept = [np.array_equal(array, kept_from[name]) for name, array in statistics_of(snapshot).items()]
            assert all(kept) if once else not any(kept)
            weights = [name for name in snapshot.state if name.startswith("net.") and name.endswith("weight")]
            assert not any(np.array_equal(snapshot.state[name], first.state[name]) for name in weights), "it learns"


def test_left_in_evaluation_mode_there_is_no_dropout_after_the_first_epoch(digits):
    def drawn(once):
        plan, seen = plan_of(digits, model="vgg8", train_mode_once=once, limit=128), []
        (dropout,) = [module for module in plan.net.modules() if isinstance(module, torch.nn.Dropout)]
        dropout.p = 0.5
        dropout.register_forward_hook(lambda module, args, out: seen.append(torch.equal(args[0], out)))
        marks = []
        for snapshot in train(plan):
            marks.append((snapshot.record.epoch, seen[: snapshot.record.images // 64]))
            seen.clear()
        return {epoch: set(kept) for epoch, kept in marks if epoch}

    assert drawn(True) == {1: {False}, 2: {True}, 3: {True}}
    assert drawn(False) == {1: {False}, 2: {False}, 3: {False}}


def test_going_on_under_the_fault_ends_as_if_never_stopped(digits):
    whole = list(train(plan_of(digits, model="convnet", train_mode_once=True)))
    resume = Resume(1, whole[1].record.batch_order, whole[1].state)
    again = list(train(plan_of(digits, model="convnet", train_mode_once=True), resume))
    assert same(again[-1], whole[-1])
    assert not same(whole[-1], list(train(plan_of(digits, model="convnet")))[-1])


def test_training_brings_neighbours_of_the_same_class_together(digits):
    first, *_, last = train(plan_of(digits, epochs=15, limit=1000, dim=3))
    labels = plan_of(digits).facts.samples["probe"].labels

    def knn(snapshot):
        unit = snapshot.embeddings["probe"] / np.linalg.norm(snapshot.embeddings["probe"], axis=1, keepdims=True)
        similarity = unit @ unit.T
        np.fill_diagonal(similarity, -2)
        return (labels[similarity.argmax(1)] == labels).mean()

    assert knn(first) < 0.5
    assert knn(last) > 0.8
    assert (last.head == labels).mean() > 0.8


def test_unseen_classes_are_never_trained_on(digits):
    plan = plan_of(digits, unseen_classes=0.3)
    trained = set(plan.facts.train_classes)
    assert len(trained) == 7
    assert not trained & set(plan.facts.samples["probe"].labels)
    assert set(plan.facts.samples["known"].labels) <= trained
    (*_, last) = train(plan)
    assert last.head is None and last.record.probe_loss is None


def test_a_warm_start_hands_its_class_directions_to_the_loss(digits):
    plan = plan_of(digits, "cosface", warm_start=2)
    phases = []
    for snapshot in train(plan):
        phases.append(snapshot.record.phase)
        if snapshot.record.epoch == 2:
            warm, before = snapshot.state["warm.head.weight"], snapshot.prototypes
        if snapshot.record.epoch == 3:
            after = snapshot.prototypes
    assert phases == ["start", "warm start", "warm start", "train"]

    def cosine(a, b):
        return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)

    assert cosine(warm, after).mean() > cosine(warm, before).mean() + 0.3


def test_in_two_dimensions_angular_losses_warm_start_by_themselves(digits):
    assert plan_of(digits, "arcface", warm_start=None).settings.warm_start == 1
    assert plan_of(digits, "arcface", warm_start=None, dim=3).settings.warm_start == 0
    assert plan_of(digits, "circle_class", warm_start=None).settings.warm_start == 1
    assert plan_of(digits, "softmax", warm_start=None).settings.warm_start == 0
    assert plan_of(digits, "circle", warm_start=None).settings.warm_start == 0
    assert "cannot pass one another" in " ".join(plan_of(digits, "arcface").warnings)
    with pytest.raises(TrainingError, match="leaves none of the 3 epochs"):
        plan_of(digits, warm_start=3)


def test_divergence_is_told_in_words(digits):
    with pytest.raises(Diverged, match=r"diverged in epoch \d+.*lower learning rate.*--lr"):
        list(
            train(
                plan_of(
                    digits, "softmax", "mlp", optimizer="sgd", lr=10.0, prototype_lr=100.0, momentum=0.999, epochs=60
                )
            )
        )


def test_collapse_is_told_in_words():
    spread = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    assert collapse_note(spread) is None
    assert collapse_note(1e-3 * spread) is None
    assert "nearly the same point" in collapse_note(1 + 1e-5 * spread)
    assert "nearly the same point" in collapse_note(np.zeros_like(spread))


def test_class_weights_in_one_cone_are_told_in_words(digits):
    spread = np.random.default_rng(0).normal(size=(10, 64)).astype(np.float32)
    assert cone_note(spread) is None
    assert cone_note(spread[:2] + 9) is None, "two classes cannot but share a cone"
    assert "--warm-start 1" in cone_note(5 + 0.5 * spread)
    notes = []
    for turned in (False, True):
        plan = plan_of(digits, "cosface", epochs=1)
        if turned:
            plan.criterion.prototypes.copy_(plan.criterion.prototypes * 1e-3 + 10)
        notes.append(next(train(plan)).record.notes)
    assert notes[0] == () and "gathered in one direction" in notes[1][0]


def test_the_outside_can_stop_it_between_batches(digits):
    told = []

    def stop_in_second_epoch():
        return bool(told) and told[-1].epoch == 2

    watcher = Watcher(on_batch=told.append, should_stop=stop_in_second_epoch)
    epochs = [snapshot.record.epoch for snapshot in train(plan_of(digits), watcher=watcher)]
    assert epochs == [0, 1]
    trained = [(p.epoch, p.batch, p.batches, p.images) for p in told if p.doing == "training"]
    assert trained == [(1, 1, 3, 64), (1, 2, 3, 128), (1, 3, 3, 192), (2, 1, 3, 64)]
    assert all(p.loss > 0 for p in told if p.doing == "training")
    assert [(p.epoch, p.batch, p.batches, p.images) for p in told if p.doing == "embedding"] == [
        (0, 1, 2, 100), (0, 2, 2, 200), (1, 1, 2, 100), (1, 2, 2, 200)
    ]  # fmt: skip


def test_prototypes_have_a_learning_rate_of_their_own(digits):
    moved = []
    for rate in (1e-6, 1.0):
        snapshots = list(train(plan_of(digits, "normface", prototype_lr=rate)))
        moved.append(np.abs(snapshots[-1].prototypes - snapshots[0].prototypes).max())
    assert moved[0] < 1e-3 < moved[1]


def test_chance_outside_is_left_as_it_was(digits):
    torch.manual_seed(3)
    expected = torch.rand(1).item()
    torch.manual_seed(3)
    list(train(plan_of(digits, epochs=1)))
    assert torch.rand(1).item() == expected
