"""Runs that may be compared, and every single thing that makes them differ."""

import copy

import pytest

from lossviz.analysis import Contender, fairness

SETTINGS = {
    "epochs": 9, "dim": 3, "seed": 0, "limit": None, "unseen_classes": 0.0, "batch_size": 128, "optimizer": "adamw",
    "lr": 3e-3, "prototype_lr": 6e-3, "momentum": 0.9, "weight_decay": 1e-2, "schedule": "onecycle", "clip_norm": 0.0,
    "augment": True, "sampler": "shuffle", "per_class": 4, "warm_start": 0, "probe": 2000, "gallery": 2000,
    "keep_weights": "last", "precision": "float32", "device": "cpu", "threads": 1,
}  # fmt: skip


def contender(loss="arcface", header=(), settings=(), orders=None):
    """A run that differs from the others only in what is named; dotted names reach into the header."""
    run = {
        "config": {
            "loss": {"name": loss, "knobs": {"margin": 0.5}},
            "data": {"name": "mnist", "knobs": {}},
            "model": {"name": "convnet", "knobs": {"width": 16}},
            "settings": SETTINGS | dict(settings),
        },
        "loss": {"title": loss.title(), "normalises": loss != "softmax", "metric": "cosine"},
        "train_images": 20000,
        "samples": {"probe": 2000, "gallery": 2000},
        "hashes": {"initial_weights": "a" * 64, "data": "b" * 64, "train_images": "c" * 64},
        "environment": {"lossviz": "0.1.0", "gpu": None, "libraries": {"torch": "2.15.0"}},
    }
    run = copy.deepcopy(run)
    for path, value in dict(header).items():
        *way, last = path.split(".")
        inner = run
        for name in way:
            inner = inner[name]
        inner[last] = value
    return Contender(loss.title(), run, orders or {epoch: f"order{epoch}" * bool(epoch) for epoch in range(10)})


def judged(**difference):
    return fairness([contender("softmax"), contender("arcface", **difference)])


def test_only_the_loss_differs():
    found = judged()
    assert found.fair and found.verdict == "Fair: same start, data, order and epochs; only the loss differs."
    assert [fact.name for fact in found.different] == ["Loss"]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("name", "difference"),
    {
        "Seed": {"settings": {"seed": 1}},
        "Initial weights": {"header": {"hashes.initial_weights": "d" * 64}},
        "Data set": {"header": {"hashes.data": "d" * 64}},
        "Training images": {"header": {"hashes.train_images": "d" * 64}},
        "Test images": {"header": {"samples": {"probe": 100, "gallery": 2000}}},
        "Epochs": {"settings": {"epochs": 12}},
        "Batch order": {"orders": {epoch: f"other{epoch}" * bool(epoch) for epoch in range(10)}},
        "Batch size": {"settings": {"batch_size": 32}},
        "Sampler": {"settings": {"sampler": "pk"}},
        "Net": {"header": {"config.model": {"name": "convnet", "knobs": {"width": 32}}}},
        "Embedding size": {"settings": {"dim": 64}},
        "Optimiser": {"settings": {"weight_decay": 0.0}},
        "Learning rate": {"settings": {"schedule": "cosine"}},
        "Augmentation": {"settings": {"augment": False}},
        "Warm start": {"settings": {"warm_start": 2}},
    }.items(),
)  # fmt: skip
def test_each_thing_that_matters_makes_it_unfair_and_is_named(name, difference):
    found = judged(**difference)
    (fact,) = [fact for fact in found.facts if fact.name == name]
    assert not fact.equal and fact.matters and len(fact.values) == 2
    assert not found.fair and found.verdict.startswith("Not a fair comparison: ")
    assert f"the {name[0].lower()}{name[1:]} differ" in found.verdict
    assert {fact.name for fact in found.different} - {"Loss", name} <= {"Test images"}


def test_other_unseen_classes_or_validation_images_are_other_test_images():
    opened = {"unseen_classes": 0.3}
    for other in ({"class_seed": 5}, {"validation": 0.2}):
        found = fairness([contender(settings=opened), contender("softmax", settings=opened | other)])
        assert "Test images" in [fact.name for fact in found.different] and not found.fair
    same = fairness([contender(settings=opened), contender("softmax", settings=opened | {"class_seed": 0})])
    assert same.fair, "the seed that chooses classes is the run's own where none is given"
    closed = fairness([contender(), contender("softmax", settings={"class_seed": 5})])
    assert closed.fair, "it chooses nothing in a closed set"


@pytest.mark.parametrize(
    ("name", "difference"),
    {
        "Learning rate of class weights": {"settings": {"prototype_lr": 0.1}},
        "Precision": {"settings": {"precision": "bfloat16"}},
        "Machine": {"settings": {"threads": 8}},
        "Epochs done": {"orders": {epoch: f"order{epoch}" * bool(epoch) for epoch in range(5)}},
    }.items(),
)
def test_what_does_not_matter_is_shown_and_forgiven(name, difference):
    found = judged(**difference)
    (fact,) = [fact for fact in found.facts if fact.name == name]
    assert not fact.equal and not fact.matters and found.fair


FAULT = "The loop forgets something."


def test_a_fault_in_some_runs_alone_is_unfair_and_told():
    found = judged(header={"faults": [FAULT]})
    assert found.verdict.startswith("Not a fair comparison: the faults differ, and what some runs do wrong on purpose")
    assert found.notes == (f"Arcface: {FAULT}",)
    right_and_wrong = fairness([contender(), contender(header={"faults": [FAULT]})])
    assert right_and_wrong.verdict == "Fair: one loss, and only the faults differ."


def test_a_fault_that_all_share_is_fair_and_told_all_the_same():
    found = fairness([contender("softmax", header={"faults": [FAULT]}), contender(header={"faults": [FAULT]})])
    assert found.fair and found.notes == (f"All: {FAULT}",)
    assert fairness([contender(header={"faults": [FAULT]})]).notes == (FAULT,)
    assert judged().notes == () and "Faults" in [fact.name for fact in judged().facts]


def test_a_knob_that_came_after_a_run_says_nothing_of_it():
    later = {"config.model": {"name": "convnet", "knobs": {"width": 16, "hidden": 0}}}
    assert judged(header=later).fair
    assert not judged(header={"config.model": {"name": "mlp", "knobs": {"width": 16, "hidden": 0}}}).fair
    both = [contender(header=later), contender("softmax", header=copy.deepcopy(later))]
    both[1].header["config"]["model"]["knobs"]["hidden"] = 512
    assert not fairness(both).fair, "runs that both know it are held to it"


def test_unused_knobs_of_the_optimiser_and_the_sampler_do_not_count():
    assert judged(settings={"momentum": 0.5, "per_class": 8}).different[1:] == ()
    slow = {"optimizer": "sgd", "momentum": 0.5}
    two = [contender("softmax", settings=slow | {"momentum": 0.9}), contender("arcface", settings=slow)]
    assert not fairness(two).fair


def test_consequences_are_not_reasons():
    found = judged(
        settings={"seed": 1},
        header={"hashes.initial_weights": "d" * 64, "hashes.train_images": "e" * 64},
        orders={1: "other"},
    )
    assert found.verdict.startswith("Not a fair comparison: the seed differs, and it decides")
    assert {"Initial weights", "Batch order"} < {fact.name for fact in found.different}


def test_several_reasons_are_listed():
    found = judged(settings={"lr": 0.1, "batch_size": 32})
    assert found.verdict == "Not a fair comparison: the batch size and the learning rate differ."


def test_a_run_under_way_is_compared_up_to_where_it_is():
    found = judged(orders={0: "", 1: "order1", 2: "order2"})
    assert found.fair and "not all come equally far" in found.notes[0]
    (order,) = [fact for fact in found.facts if fact.name == "Batch order"]
    assert order.equal and order.values == ("order2", "order2")


def test_the_programs_own_warm_start_is_noted_and_a_persons_is_unfair():
    flat = {"dim": 2}
    plain = contender("softmax", settings=flat)
    own = fairness([plain, contender("arcface", settings=flat | {"warm_start": 3})])
    assert own.fair and own.notes == (
        "Softmax epochs came first in Arcface (3): 2-D losses on directions get it by themselves.",
    )
    assert not fairness([plain, contender("arcface", settings=flat | {"warm_start": 5})]).fair


def test_one_loss_with_one_difference_compares_that():
    two = [contender("arcface"), contender("arcface", settings={"batch_size": 32}, orders={1: "other"})]
    found = fairness(two)
    assert found.fair and found.verdict == "Fair: one loss, and only the batch size differs."
    assert not fairness([two[0], contender("arcface", settings={"batch_size": 32, "lr": 0.1})]).fair
    assert not fairness([two[0], contender("arcface", header={"hashes.data": "d" * 64})]).fair


def test_knobs_make_another_loss():
    knobs = {"config.loss": {"name": "arcface", "knobs": {"margin": 0.1}}}
    found = fairness([contender("arcface"), contender("arcface", header=knobs)])
    assert found.verdict.endswith("only the loss differs.")
    assert "margin 0.1" in found.facts[0].values[1]


def test_one_run_and_twins():
    assert fairness([contender()]).verdict.startswith("One run")
    assert fairness([contender(), contender()]).verdict.startswith("Fair: the same training")


def test_a_third_run_counts_too():
    assert not fairness([contender("softmax"), contender("arcface"), contender("cosface", settings={"seed": 4})]).fair
