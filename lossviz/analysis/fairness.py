"""What is equal and what differs between runs, and whether they may be compared.

Runs compare losses fairly if they started from the same weights, saw the same images in the same order and the same
number of times, and are judged on the same images. What belongs to the loss (its knobs, the speed of its class
weights) is what is compared, and the machine changes rounding alone: neither makes a comparison unfair.

Two judgements are softer than equal or not:

* A **warm start** that the program gave by itself (2-D, and a loss that looks at directions only) is part of such a
  loss's training, as a margin is. It is noted. One that a person set for some runs only is unfair.
* Runs of **one and the same loss** that differ in one thing compare that thing, and do so fairly: five seeds, say.

A run that does something wrong on purpose, as somebody published it, has the sentence on it in its header. Such
**faults** are told whether the runs share them or not, and a comparison of losses in which they differ is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lossviz.analysis._common_knobs import on_common_knobs
from lossviz.words import value_in_words

SCALES = {"Data set", "Test images"}  # what scores are measured on: no comparison of scores outlives their differing

KNOWN_OF_STRANGERS = ("Data set", "Embedding size", "Epochs done")


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
class Fact:
    """One thing that runs share or not: its value in each run, in words.

    ``matters`` says whether differing here makes a comparison of losses unfair, ``why`` why or why not.
    """

    name: str
    values: tuple[str, ...]
    equal: bool
    matters: bool
    why: str


@dataclass(frozen=True)
class Fairness:
    """All facts, whether comparing is fair, that in one sentence, and what should be known all the same."""

    facts: tuple[Fact, ...]
    fair: bool
    verdict: str
    notes: tuple[str, ...] = ()

    @property
    def different(self) -> tuple[Fact, ...]:
        """The facts in which the runs differ."""
        return tuple(fact for fact in self.facts if not fact.equal)


@dataclass(frozen=True)
class _Aspect:
    """How a fact is read: what is compared, how it is written, and what makes it differ by itself."""

    name: str
    key: Callable[[Contender], Any]
    text: Callable[[Contender], str]
    why: str
    matters: bool = True
    follows: tuple[str, ...] = ()


def fairness(runs: Sequence[Contender]) -> Fairness:
    """Compare 1 to 6 runs."""
    if any(_foreign(run) for run in runs):
        return _among_strangers(runs)
    headers = on_common_knobs([run.header for run in runs])
    runs = [replace(run, header=header) for run, header in zip(runs, headers, strict=True)]
    facts = [_fact(aspect, runs) for aspect in _ASPECTS]
    facts.insert(_place("Batch size"), _batch_order(runs))
    facts.insert(_place("Data set"), _warm_start(runs))
    fair, verdict = _verdict(facts, len(runs))
    return Fairness(tuple(facts), fair, verdict, tuple(_notes(runs, facts)))


def _foreign(run: Contender) -> bool:
    """Whether it was imported, and nobody knows how it was trained."""
    origin = run.header.get("origin")
    return origin is not None and origin["run"] is None


def _among_strangers(runs: Sequence[Contender]) -> Fairness:
    """What is known of all, where some were trained elsewhere: what they embed, in how many dimensions, how long."""
    facts = tuple(_fact(aspect, runs) for aspect in _ASPECTS if aspect.name in KNOWN_OF_STRANGERS)
    if len(runs) < 2:
        return Fairness(facts, *_verdict(facts, len(runs)))
    strangers = [run.name for run in runs if _foreign(run)]
    who = " and ".join(strangers) + (" was" if len(strangers) == 1 else " were")
    unsure = any(run.header["config"]["data"]["name"] == "unknown" for run in runs)
    images = "Whether they embed the same images is not known." if unsure else "They do not embed the same images."
    notes = () if facts[0].equal else (images,)
    return Fairness(facts, False, f"Not a fair comparison: how {who} trained is not known.", notes)


def _settings(run: Contender) -> Mapping[str, Any]:
    return run.header["config"]["settings"]


def _setting(name: str) -> Callable[[Contender], Any]:
    return lambda run: _settings(run)[name]


def _said(*names: str) -> Callable[[Contender], str]:
    return lambda run: ", ".join(value_in_words(_settings(run)[name]) for name in names)


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
    settings = _settings(run)
    momentum = settings["momentum"] if settings["optimizer"] == "sgd" else None
    return settings["optimizer"], momentum, settings["weight_decay"], settings["clip_norm"]


def _optimiser_text(run: Contender) -> str:
    name, momentum, decay, clip = _optimiser(run)
    parts = [f"momentum {momentum:g}"] if momentum is not None else []
    parts += [f"weight decay {decay:g}"] + ([f"clipped at {clip:g}"] if clip else [])
    return f"{name}, {', '.join(parts)}"


def _faults(run: Contender) -> tuple[str, ...]:
    return tuple(run.header.get("faults", ()))  # older runs have none


def _sampler(run: Contender) -> tuple[Any, ...]:
    settings = _settings(run)
    return settings["sampler"], settings["per_class"] if settings["sampler"] == "pk" else None


def _tested(run: Contender) -> tuple[Any, ...]:
    settings = _settings(run)
    unseen, chosen = settings["unseen_classes"], settings.get("class_seed")  # older runs have none
    classes = (unseen, settings["seed"] if chosen is None else chosen) if unseen else None
    held_out = settings.get("validation", 0.0)
    return run.header["hashes"]["data"], settings["seed"], classes, held_out, _samples(run)


def _samples(run: Contender) -> str:
    counts = run.header["samples"]
    held_out = ", held out of the training images" if _settings(run).get("validation", 0.0) else ""
    return f"{counts['probe']:,} probe, {counts['gallery']:,} gallery{held_out}"


def _machine(run: Contender) -> tuple[Any, ...]:
    return _settings(run)["device"], _settings(run)["threads"], str(run.header["environment"])


def _machine_text(run: Contender) -> str:
    environment = run.header["environment"]
    where = environment.get("gpu") or f"{_settings(run)['device']}, {_settings(run)['threads']} threads"
    return f"{where}, torch {environment.get('libraries', {}).get('torch', 'unknown')}"


_ASPECTS = (
    _Aspect("Loss", _choice("loss"), _choice("loss"), "it is what is compared", matters=False),
    _Aspect(
        "Faults", _faults, lambda run: " ".join(_faults(run)) or "none",
        "what some runs do wrong on purpose says nothing of losses", follows=("Data set", "Sampler"),
    ),
    _Aspect("Seed", _setting("seed"), _said("seed"), "it decides the start, the split and the order of images"),
    _Aspect(
        "Initial weights", _hash("initial_weights"), _short_hash("initial_weights"),
        "another start is another path", follows=("Seed", "Net", "Embedding size", "Data set"),
    ),
    _Aspect(
        "Data set", lambda run: (_choice("data")(run), run.header["hashes"]["data"]),
        lambda run: f"{_choice('data')(run)} {_short_hash('data')(run)}", "scores on other images say nothing here",
    ),
    _Aspect(
        "Training images", _hash("train_images"), lambda run: f"{run.header['train_images']:,}",
        "more or other images teach more or other things", follows=("Seed", "Data set"),
    ),
    _Aspect(
        "Test images", _tested, _samples, "scores on other images say nothing here", follows=("Seed", "Data set"),
    ),
    _Aspect("Epochs", _setting("epochs"), _said("epochs"), "longer training, and another course of the learning rate"),
    _Aspect(
        "Epochs done", lambda run: max(run.batch_orders, default=-1),
        lambda run: str(max(run.batch_orders, default="none")), "compare at an epoch that all have", matters=False,
        follows=("Epochs",),
    ),
    _Aspect("Batch size", _setting("batch_size"), _said("batch_size"), "it sets the number of steps and their noise"),
    _Aspect("Sampler", _sampler, _said("sampler"), "it decides which images meet in a batch"),
    _Aspect("Net", _choice("model"), _choice("model"), "another net can do more or less, whatever the loss"),
    _Aspect("Embedding size", _setting("dim"), _said("dim"), "more dimensions give classes more room"),
    _Aspect("Optimiser", _optimiser, _optimiser_text, "it decides how far a step goes"),
    _Aspect("Learning rate", lambda run: (_settings(run)["lr"], _settings(run)["schedule"]),
            _said("lr", "schedule"), "it decides how far a step goes"),
    _Aspect("Augmentation", _setting("augment"), _said("augment"), "it makes more images out of few"),
    _Aspect("Learning rate of class weights", _setting("prototype_lr"), _said("prototype_lr"),
            "class weights and centers belong to the loss", matters=False),
    _Aspect("Precision", _setting("precision"), _said("precision"), "it changes rounding alone", matters=False),
    _Aspect("Machine", _machine, _machine_text, "it changes rounding and speed alone", matters=False),
)  # fmt: skip


def _place(name: str) -> int:
    return next(index for index, aspect in enumerate(_ASPECTS) if aspect.name == name)


def _fact(aspect: _Aspect, runs: Sequence[Contender]) -> Fact:
    keys = [aspect.key(run) for run in runs]
    equal = all(key == keys[0] for key in keys)
    return Fact(aspect.name, tuple(aspect.text(run) for run in runs), equal, aspect.matters, aspect.why)


def _batch_order(runs: Sequence[Contender]) -> Fact:
    """Compared up to the last epoch that all runs have; before the first there is no order yet."""
    common = set.intersection(*(set(run.batch_orders) for run in runs)) if runs else set()
    orders = tuple(run.batch_orders[max(common)] if common else "" for run in runs)
    why = "the same images in another order are another training"
    return Fact("Batch order", tuple(order[:8] or "none yet" for order in orders), len(set(orders)) <= 1, True, why)


_ORDER_FOLLOWS = ("Seed", "Data set", "Training images", "Batch size", "Sampler")


def _warm_start(runs: Sequence[Contender]) -> Fact:
    lengths = [_settings(run)["warm_start"] for run in runs]
    texts = tuple(f"{length} epochs" if length else "none" for length in lengths)
    by_design = all(_warm_by_design(run) for run in runs)
    why = "2-D losses on directions get it by themselves" if by_design else "some runs had help that others had not"
    return Fact("Warm start", texts, len(set(lengths)) <= 1, not by_design, why)


def _warm_by_design(run: Contender) -> bool:
    """Whether the run's warm start is the one that the program gives where a person leaves it to it."""
    settings = _settings(run)
    given = min(3, settings["epochs"] // 3) if settings["dim"] == 2 and run.header["loss"]["normalises"] else 0
    return settings["warm_start"] in (0, given)


def _verdict(facts: Sequence[Fact], runs: int) -> tuple[bool, str]:
    if runs < 2:
        return True, "One run: there is nothing to compare it with."
    same_loss = next(fact for fact in facts if fact.name == "Loss").equal
    differing = {fact.name for fact in facts if fact.matters and not fact.equal}
    follows = {aspect.name: aspect.follows for aspect in _ASPECTS} | {"Batch order": _ORDER_FOLLOWS}
    causes = [fact for fact in facts if fact.name in differing and not differing & set(follows.get(fact.name, ()))]
    if not causes:
        if same_loss:
            return True, "Fair: the same training; everything that matters is equal, the loss too."
        return True, "Fair: same start, data, order and epochs; only the loss differs."
    words = [_lower(fact.name) for fact in causes]
    if same_loss and len(causes) == 1 and causes[0].name not in SCALES:
        return True, f"Fair: one loss, and only {_differ(words)}."
    reason = f", and {causes[0].why}" if len(causes) == 1 else ""
    return False, f"Not a fair comparison: {_differ(words)}{reason}."


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _differ(words: Sequence[str]) -> str:
    """``"the seed differs"`` or ``"the seed and the batch size differ"``."""
    *most, last = (f"the {word}" for word in words)
    verb = "differs" if not most and not last.endswith(("images", "weights", "epochs", "faults")) else "differ"
    return f"{', '.join(most)} and {last} {verb}" if most else f"{last} {verb}"


def _notes(runs: Sequence[Contender], facts: Sequence[Fact]) -> list[str]:
    differing = {fact.name: fact for fact in facts if not fact.equal and not fact.matters}
    found = _faulty(runs)
    if "Warm start" in differing:
        warmed = [f"{run.name} ({_settings(run)['warm_start']})" for run in runs if _settings(run)["warm_start"]]
        found.append(f"Softmax epochs came first in {', '.join(warmed)}: {differing['Warm start'].why}.")
    if "Epochs done" in differing and not any(fact.name == "Epochs" and not fact.equal for fact in facts):
        found.append("The runs have not all come equally far: compare at an epoch that all have.")
    return found


def _faulty(runs: Sequence[Contender]) -> list[str]:
    """Each fault with the runs that have it, in the order in which they come."""
    having: dict[str, list[str]] = {}
    for run in runs:
        for sentence in _faults(run):
            having.setdefault(sentence, []).append(run.name)
    if len(runs) == 1:
        return list(having)
    return [f"{'All' if len(names) == len(runs) else ', '.join(names)}: {said}" for said, names in having.items()]
