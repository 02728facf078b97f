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

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lossviz.analysis._aspects import ASPECTS, Aspect, Contender, faults_of, settings_of
from lossviz.analysis._common_knobs import on_common_knobs

SCALES = {"Data set", "Test images"}  # what scores are measured on: no comparison of scores outlives their differing

KNOWN_OF_STRANGERS = ("Data set", "Embedding size", "Epochs done")


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


def fairness(runs: Sequence[Contender]) -> Fairness:
    """Compare 1 to 6 runs."""
    if any(_foreign(run) for run in runs):
        return _among_strangers(runs)
    headers = on_common_knobs([run.header for run in runs])
    runs = [replace(run, header=header) for run, header in zip(runs, headers, strict=True)]
    facts = [_fact(aspect, runs) for aspect in ASPECTS]
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
    facts = tuple(_fact(aspect, runs) for aspect in ASPECTS if aspect.name in KNOWN_OF_STRANGERS)
    if len(runs) < 2:
        return Fairness(facts, *_verdict(facts, len(runs)))
    strangers = [run.name for run in runs if _foreign(run)]
    who = " and ".join(strangers) + (" was" if len(strangers) == 1 else " were")
    unsure = any(run.header["config"]["data"]["name"] == "unknown" for run in runs)
    images = "Whether they embed the same images is not known." if unsure else "They do not embed the same images."
    notes = () if facts[0].equal else (images,)
    return Fairness(facts, False, f"Not a fair comparison: how {who} trained is not known.", notes)


def _place(name: str) -> int:
    return next(index for index, aspect in enumerate(ASPECTS) if aspect.name == name)


def _fact(aspect: Aspect, runs: Sequence[Contender]) -> Fact:
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
    lengths = [settings_of(run)["warm_start"] for run in runs]
    texts = tuple(f"{length} epochs" if length else "none" for length in lengths)
    by_design = all(_warm_by_design(run) for run in runs)
    why = "2-D losses on directions get it by themselves" if by_design else "some runs had help that others had not"
    return Fact("Warm start", texts, len(set(lengths)) <= 1, not by_design, why)


def _warm_by_design(run: Contender) -> bool:
    """Whether the run's warm start is the one that the program gives where a person leaves it to it."""
    settings = settings_of(run)
    given = min(3, settings["epochs"] // 3) if settings["dim"] == 2 and run.header["loss"]["normalises"] else 0
    return settings["warm_start"] in (0, given)


def _verdict(facts: Sequence[Fact], runs: int) -> tuple[bool, str]:
    if runs < 2:
        return True, "One run: there is nothing to compare it with."
    same_loss = next(fact for fact in facts if fact.name == "Loss").equal
    differing = {fact.name for fact in facts if fact.matters and not fact.equal}
    follows = {aspect.name: aspect.follows for aspect in ASPECTS} | {"Batch order": _ORDER_FOLLOWS}
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
        warmed = [f"{run.name} ({settings_of(run)['warm_start']})" for run in runs if settings_of(run)["warm_start"]]
        found.append(f"Softmax epochs came first in {', '.join(warmed)}: {differing['Warm start'].why}.")
    if "Epochs done" in differing and not any(fact.name == "Epochs" and not fact.equal for fact in facts):
        found.append("The runs have not all come equally far: compare at an epoch that all have.")
    return found


def _faulty(runs: Sequence[Contender]) -> list[str]:
    """Each fault with the runs that have it, in the order in which they come."""
    having: dict[str, list[str]] = {}
    for run in runs:
        for sentence in faults_of(run):
            having.setdefault(sentence, []).append(run.name)
    if len(runs) == 1:
        return list(having)
    return [f"{'All' if len(names) == len(runs) else ', '.join(names)}: {said}" for said, names in having.items()]
