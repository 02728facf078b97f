"""What is read of runs to tell whether they may be compared, and how it is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lossviz.words import value_in_words


@dataclass(frozen=True)
class Contender:
    """A run as far as fairness needs it.

    ``header`` is its ``run.json``; ``batch_orders`` the digest of all batches up to each epoch that is recorded, as
    ``{record.epoch: record.batch_order for record in run.history()}`` gives it.
    """

    name: str
    header: Mapping[str, Any]
    batch_orders: Mapping[int, str]


@dataclass(frozen=True)
class Aspect:
    """How a fact is read: what is compared, how it is written, and what makes it differ by itself."""

    name: str
    key: Callable[[Contender], Any]
    text: Callable[[Contender], str]
    why: str
    matters: bool = True
    follows: tuple[str, ...] = ()


def settings_of(run: Contender) -> Mapping[str, Any]:
    """Its settings, as they were settled."""
    return run.header["config"]["settings"]


def _setting(name: str) -> Callable[[Contender], Any]:
    return lambda run: settings_of(run)[name]


def _said(*names: str) -> Callable[[Contender], str]:
    return lambda run: ", ".join(value_in_words(settings_of(run)[name]) for name in names)


def _choice(part: str) -> Callable[[Contender], str]:
    """``"arcface (margin 0.5, scale 30)"``: a registered name with its knobs."""

    def text(run: Contender) -> str:
        chosen = run.header["config"][part]
        knobs = ", ".join(f"{name} {value_in_words(value)}" for name, value in chosen["knobs"].items())
        return f"{chosen['name']} ({knobs})" if knobs else str(chosen["name"])

    return text


def _hash(name: str) -> Callable[[Contender], str]:
    return lambda run: str(run.header["hashes"][name])


def _short_hash(name: str) -> Callable[[Contender], str]:
    return lambda run: str(run.header["hashes"][name])[:8]


def _optimiser(run: Contender) -> tuple[Any, ...]:
    settings = settings_of(run)
    momentum = settings["momentum"] if settings["optimizer"] == "sgd" else None
    return settings["optimizer"], momentum, settings["weight_decay"], settings["clip_norm"]


def _optimiser_text(run: Contender) -> str:
    name, momentum, decay, clip = _optimiser(run)
    parts = [f"momentum {momentum:g}"] if momentum is not None else []
    parts += [f"weight decay {decay:g}"] + ([f"clipped at {clip:g}"] if clip else [])
    return f"{name}, {', '.join(parts)}"


def faults_of(run: Contender) -> tuple[str, ...]:
    """A sentence on each thing that it does wrong on purpose."""
    return tuple(run.header.get("faults", ()))  # older runs have none


def _sampler(run: Contender) -> tuple[Any, ...]:
    settings = settings_of(run)
    return settings["sampler"], settings["per_class"] if settings["sampler"] == "pk" else None


def _tested(run: Contender) -> tuple[Any, ...]:
    settings = settings_of(run)
    unseen, chosen = settings["unseen_classes"], settings.get("class_seed")  # older runs have none
    classes = (unseen, settings["seed"] if chosen is None else chosen) if unseen else None
    held_out = settings.get("validation", 0.0)
    return run.header["hashes"]["data"], settings["seed"], classes, held_out, _samples(run)


def _samples(run: Contender) -> str:
    counts = run.header["samples"]
    held_out = ", held out of the training images" if settings_of(run).get("validation", 0.0) else ""
    return f"{counts['probe']:,} probe, {counts['gallery']:,} gallery{held_out}"


def _machine(run: Contender) -> tuple[Any, ...]:
    return settings_of(run)["device"], settings_of(run)["threads"], str(run.header["environment"])


def _machine_text(run: Contender) -> str:
    environment = run.header["environment"]
    where = environment.get("gpu") or f"{settings_of(run)['device']}, {settings_of(run)['threads']} threads"
    return f"{where}, torch {environment.get('libraries', {}).get('torch', 'unknown')}"


ASPECTS = (
    Aspect("Loss", _choice("loss"), _choice("loss"), "it is what is compared", matters=False),
    Aspect(
        "Faults", faults_of, lambda run: " ".join(faults_of(run)) or "none",
        "what some runs do wrong on purpose says nothing of losses", follows=("Data set", "Sampler"),
    ),
    Aspect("Seed", _setting("seed"), _said("seed"), "it decides the start, the split and the order of images"),
    Aspect(
        "Initial weights", _hash("initial_weights"), _short_hash("initial_weights"),
        "another start is another path", follows=("Seed", "Net", "Embedding size", "Data set"),
    ),
    Aspect(
        "Data set", lambda run: (_choice("data")(run), run.header["hashes"]["data"]),
        lambda run: f"{_choice('data')(run)} {_short_hash('data')(run)}", "scores on other images say nothing here",
    ),
    Aspect(
        "Training images", _hash("train_images"), lambda run: f"{run.header['train_images']:,}",
        "more or other images teach more or other things", follows=("Seed", "Data set"),
    ),
    Aspect(
        "Test images", _tested, _samples, "scores on other images say nothing here", follows=("Seed", "Data set"),
    ),
    Aspect("Epochs", _setting("epochs"), _said("epochs"), "longer training, and another course of the learning rate"),
    Aspect(
        "Epochs done", lambda run: max(run.batch_orders, default=-1),
        lambda run: str(max(run.batch_orders, default="none")), "compare at an epoch that all have", matters=False,
        follows=("Epochs",),
    ),
    Aspect("Batch size", _setting("batch_size"), _said("batch_size"), "it sets the number of steps and their noise"),
    Aspect("Sampler", _sampler, _said("sampler"), "it decides which images meet in a batch"),
    Aspect("Net", _choice("model"), _choice("model"), "another net can do more or less, whatever the loss"),
    Aspect("Embedding size", _setting("dim"), _said("dim"), "more dimensions give classes more room"),
    Aspect("Optimiser", _optimiser, _optimiser_text, "it decides how far a step goes"),
    Aspect("Learning rate", lambda run: (settings_of(run)["lr"], settings_of(run)["schedule"]),
            _said("lr", "schedule"), "it decides how far a step goes"),
    Aspect("Augmentation", _setting("augment"), _said("augment"), "it makes more images out of few"),
    Aspect("Learning rate of class weights", _setting("prototype_lr"), _said("prototype_lr"),
            "class weights and centers belong to the loss", matters=False),
    Aspect("Precision", _setting("precision"), _said("precision"), "it changes rounding alone", matters=False),
    Aspect("Machine", _machine, _machine_text, "it changes rounding and speed alone", matters=False),
)  # fmt: skip
