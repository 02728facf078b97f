"""What is settled before a training starts, on a small made-up data set."""

from dataclasses import replace

import numpy as np
import pytest

from lossviz.data import Images, Pairs
from lossviz.records import Choice, Config, Settings
from lossviz.training import make_plan, train
from lossviz.training.plan import VALIDATED

QUICK = Settings(epochs=2, batch_size=24, probe=40, gallery=40)


@pytest.fixture(scope="module")
def images():
    """12 classes of 20 noisy pictures, a fifth of them test; pairs of the first and last classes to verify."""
    chance = np.random.default_rng(0)
    labels = np.repeat(np.arange(12), 20)
    pixels = (40 * chance.normal(size=(240, 1, 8, 8)) + 10 * labels[:, None, None, None]).clip(0, 255).astype(np.uint8)
    index = np.array([[0, 1], [0, 230], [225, 226], [225, 239]])
    protocol = Pairs(index, labels[index[:, 0]] == labels[index[:, 1]], np.array([0, 0, 1, 1]))
    return Images(
        "made", "Made", pixels, labels, np.arange(240) % 5 == 0, tuple("abcdefghijkl"), (0.3,), (0.2,), "digest",
        flip=True, pad=1, pairs={"view2": protocol},
    )  # fmt: skip


def plan_of(images, loss="arcface", **settings):
    return make_plan(Config(Choice(loss), Choice("made"), Choice("mlp"), replace(QUICK, **settings)), images)


OPEN = ("limit", "class_seed")  # where None says all there is to say: all images, the run's own seed


def last(plan):
    (*_, snapshot) = train(plan)
    return snapshot


def test_what_is_left_open_is_settled_and_what_is_asked_for_is_kept(images):
    settled = plan_of(images).settings
    assert all(value is not None for name, value in settled.values().items() if name not in OPEN)
    assert (settled.lr, settled.sampler, settled.precision, settled.device) == (3e-3, "pk", "float32", "cpu")
    assert plan_of(images, optimizer="sgd").settings.lr == 0.1
    asked = {"lr": 0.01, "prototype_lr": 0.5, "weight_decay": 0.0, "sampler": "shuffle", "warm_start": 1, "threads": 1}
    assert {name: getattr(plan_of(images, **asked).settings, name) for name in asked} == asked
    assert plan_of(images).facts.config.loss.knobs == {"margin": 0.5, "scale": 30.0, "past_pi": "fallback"}


def test_the_run_keeps_the_curve_of_a_loss_on_angles(images):
    curve = plan_of(images).facts.loss["psi"]
    assert len(curve) == 181 and curve[0] == round(np.cos(0.5), 6)
    assert plan_of(images, "softmax").facts.loss["psi"] is None


def test_faults_of_loss_and_settings_are_facts_of_the_run_and_off_by_default(images):
    assert plan_of(images).facts.faults == ()
    one = plan_of(images, train_mode_once=True).facts.faults
    assert len(one) == 1 and "trained in evaluation mode" in one[0]
    degrees = Config(Choice("cosface", {"margin_in_degrees": True}), Choice("made"), Choice("mlp"), QUICK)
    both = make_plan(replace(degrees, settings=replace(QUICK, sampler="ordered")), images).facts.faults
    assert len(both) == 2 and "This is not CosFace" in both[0] and "never shuffled" in both[1]


def test_batch_size_follows_images_and_classes(images):
    assert plan_of(images, batch_size=None).settings.batch_size == 128
    few = replace(images, labels=np.where(images.labels < 5, images.labels, -1))
    assert plan_of(few, batch_size=None).settings.batch_size == 32


def test_a_loss_on_pairs_in_large_shuffled_batches_is_warned_of(images):
    assert "--sampler pk" in " ".join(plan_of(images, "triplet", sampler="shuffle", batch_size=16).warnings)
    assert not plan_of(images, "triplet", sampler="pk").warnings
    assert not plan_of(images, "arcface", sampler="shuffle", batch_size=16).warnings


def test_pairs_are_embedded_once_after_the_last_epoch_and_only_of_strangers(images):
    opened = plan_of(images, unseen_classes=0.5)
    strangers = set(range(12)) - set(opened.facts.train_classes)
    rows = opened.facts.samples["pairs"].index
    assert set(images.labels[rows]) <= strangers
    protocol = opened.facts.protocols["view2"]
    assert (images.labels[rows[protocol.index]] != -1).all()
    assert np.array_equal(np.equal(*images.labels[rows[protocol.index]].T), protocol.same)
    first, *_, final = train(opened)
    assert "pairs" not in first.embeddings
    assert final.embeddings["pairs"].shape == (len(rows), 3)
    assert "pairs" not in plan_of(images).facts.samples, "everybody was trained on"


@pytest.mark.parametrize("unseen", [0.0, 0.5])
def test_a_trial_on_validation_images_has_no_test_image_anywhere(images, unseen):
    """Whatever a run embeds, judges, or hands to the optimiser is of the training split; without it, not so."""
    trial, final = (plan_of(images, unseen_classes=unseen, validation=share) for share in (0.25, 0.0))
    used = np.concatenate([samples.index for samples in trial.facts.samples.values()])
    assert not images.is_test[used].any()
    assert images.is_test[final.facts.samples["probe"].index].all(), "the final run is judged on test images"
    assert trial.facts.protocols == {} and "pairs" not in trial.facts.samples
    assert trial.facts.note.endswith(VALIDATED) and VALIDATED not in final.facts.note
    trained = {image.numpy().tobytes() for image in trial.train_images}
    tested = {image.tobytes() for image in images.images[images.is_test]}
    assert not trained & tested
    rows = {name: samples.index for name, samples in trial.facts.samples.items()}
    for snapshot in train(trial):
        assert {name: len(array) for name, array in snapshot.embeddings.items()} == {n: len(r) for n, r in rows.items()}


def test_trials_of_all_losses_begin_alike_and_are_judged_on_the_same_images(images):
    facts = [plan_of(images, loss, validation=0.25).facts for loss in ("arcface", "triplet")]
    assert facts[0].hashes == facts[1].hashes
    assert np.array_equal(facts[0].samples["probe"].index, facts[1].samples["probe"].index)
    assert facts[0].hashes["train_images"] != plan_of(images).facts.hashes["train_images"]


def test_bfloat16_trains_the_net_and_leaves_the_loss_in_float32(images):
    whole, half = last(plan_of(images)), last(plan_of(images, precision="bfloat16"))
    assert half.embeddings["probe"].dtype == np.float32
    difference = np.abs(half.embeddings["probe"] - whole.embeddings["probe"]).max()
    assert 0 < difference < 0.5 * np.abs(whole.embeddings["probe"]).max()
    assert half.record.train_loss == pytest.approx(whole.record.train_loss, rel=0.1)
    assert {array.dtype.kind for array in half.state.values()} <= {"f", "i"}


def test_clipping_bounds_the_step(images):
    def moved(**settings):
        snapshots = list(train(plan_of(images, optimizer="sgd", weight_decay=0.0, schedule="constant", **settings)))
        keys = [key for key in snapshots[0].state if key.endswith("weight") and key.startswith("net.")]
        return max(np.abs(snapshots[-1].state[key] - snapshots[0].state[key]).max() for key in keys)

    assert moved(clip_norm=1e-4) < 1e-3 < moved(clip_norm=0.0)


def test_augmentation_can_be_left_out(images):
    with_it, without, again = (last(plan_of(images, augment=on)).embeddings["probe"] for on in (True, False, False))
    assert np.array_equal(without, again)
    assert not np.array_equal(with_it, without)


def test_the_record_holds_every_knob_of_a_known_data_set(images):
    config = Config(Choice("arcface"), Choice("lfw", {}), Choice("mlp"), QUICK)
    recorded = make_plan(config, images).facts.config
    assert recorded.data == Choice("lfw", {"min_faces": 10, "split": "images", "fold": 1})
    assert Config.from_json(recorded.to_json()) == recorded
    assert plan_of(images).facts.config.data == Choice("made"), "a folder that was added has no knobs"
