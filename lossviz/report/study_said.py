"""What can be read from a study's figures, in words, and their numbers as columns; for pages and reports alike."""

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean, median

from lossviz import figures
from lossviz.figures import Rival, Tried
from lossviz.metrics import Output
from lossviz.studies import Results
from lossviz.studies.telling import Field

Columns = Mapping[str, Sequence[object]]
"""A table by columns, every one as long as the others."""
Place = tuple[str, str, str]

BUSY = 1.25  # times as long as another seed, beyond which it is no matter of the training
MACHINE = ("system", "processors", "gpu")

HEAT_SAID = (
    "Colours compare the losses of one column and nothing else: they go from its worst mean to its best, or over its "
    "widest interval where that is wider. A star: no other beats it by more than seed noise."
)
STRIPS_SAID = (
    "A dot is a seed; the diamond and its bar are their mean with its 95 % interval. "
    "A box, drawn of five seeds or more, has the median and the quartiles, and reaches to the lowest and the highest. "
    "What is compared are differences seed by seed, so intervals of two losses may overlap and one still beat the "
    "other."
)
JOINED_SAID = "Lines join the dots of one seed, which began alike on the same images: lines that do not cross agree."
TRIALS_SAID = (
    "Scores of the trials, on validation images that were held out of training; no test image was looked at. With a "
    "ring what was chosen and then trained for the comparison, hollow the default."
)
ALONG_SAID = (
    "Where several knobs of a loss are tried they move together, as points of a quasi-random sequence: a point's place "
    "in one panel is not all that is different, so no line is drawn."
)
ONE_SEED_SAID = "One seed each: differences of a few images may be chance."
SWEEP_SAID = "Finals, on test images: means over seeds with their 95 % intervals; small dots are single seeds."


def ties_said(groups: Sequence[Sequence[str]], field: Field) -> str:
    """What the bars beside a ranking say."""
    if not any(each.rank is not None for each in field.standings):
        return f"{field.sentence} So nobody is ranked, and no bar is drawn."
    if not groups:
        return "Every one can be told from every other by more than seed noise."
    more = " A row that a bar passes without a dot is not meant." if len(groups) > 1 else ""
    return (
        "Means with their 95 % intervals. Of those that a bar joins with dots no two can be told apart, by differences "
        f"seed by seed and after Holm's correction for all pairs.{more} A rank is 1 and how many are better by more "
        "than seed noise."
    )


def front_said(rivals: Sequence[Rival], output: Output, beaten: Collection[tuple[str, str]] | None) -> list[str]:
    """Who is on the front of time and score, and who is behind whom.

    ``beaten`` are names of pairs of which the first beats the second by more than seed noise; ``None`` where that
    cannot be said.
    """
    points = [(fmean(each.seconds.values()), each.mean) for each in rivals]
    ahead = figures.dominators(points, output.better or 1)
    first = [rivals[index].name for index in figures.front(points, output.better or 1)]
    told = [f"On the front: {_listed(first)}. Whoever is quicker than one of these has a worse mean."]
    for index, others in enumerate(ahead):
        if others:
            told.append(_behind(rivals[index].name, [rivals[other].name for other in others], beaten))
    return told


def _behind(name: str, others: Sequence[str], beaten: Collection[tuple[str, str]] | None) -> str:
    if beaten is None:
        return f"{name} is behind {_listed(others)}; whether in score by more than seed noise cannot be said."
    worse = [other for other in others if (other, name) in beaten]
    if worse:
        return f"{name} is behind {_listed(others)}, and in score beaten by {_listed(worse)} by more than seed noise."
    return f"{name} is behind {_listed(others)}, but in score it cannot be told from {_either(others)}."


def times_said(results: Results, place: Place, rivals: Sequence[Rival]) -> list[str]:
    """How far times can be trusted."""
    told = [
        "Times are those of the clock for one training with the chosen knobs, without starting the program and without "
        "the trials; bars reach from the quickest seed to the slowest. What else ran on the machine, other trainings "
        "among it, made them longer."
    ]
    spread = {each.name: max(each.seconds.values()) / min(each.seconds.values()) for each in rivals}
    worst = max(spread, key=spread.__getitem__)
    if spread[worst] > BUSY:
        told.append(
            f"Here it did: seeds do the same work, and the slowest of {worst} took {spread[worst]:.1f} times as long "
            "as its quickest. Times closer than that say nothing."
        )
    finals = [each for cell in results.rivals(*place) for each in cell.finals if each.environment]
    if len({tuple(str(each.environment.get(name)) for name in MACHINE) for each in finals}) > 1:
        told.append("Not all were made on a machine of one kind: their times cannot be compared.")
    return told


def trials_said(panels: Sequence[Tried]) -> str:
    """What the trials' points are, and what no line says."""
    told = [TRIALS_SAID]
    if any(not panel.alone for panel in panels):
        told.append(ALONG_SAID)
    if any(each.at is None for panel in panels for each in panel.tries):
        told.append("A dotted line across is a default that the program chose, whose value is kept with its run alone.")
    single = [len(each.seeds) < 2 for panel in panels for each in panel.tries]
    told.append(
        ONE_SEED_SAID if all(single) else "Means over seeds with their 95 % intervals, where there are several."
    )
    return " ".join(told)


def seed_columns(rivals: Sequence[Rival], output: Output) -> Columns:
    """A row for each contender and seed."""
    factor = figures.factor_of(output)
    rows = [(each, seed, value) for each in rivals for seed, value in sorted(each.seeds.items())]
    return {
        "Loss": [each.name for each, *_ in rows],
        "Seed": [seed for _, seed, _ in rows],
        figures.named(output): [factor * value for *_, value in rows],
    }


def time_columns(rivals: Sequence[Rival], output: Output) -> Columns:
    """A row for each contender: mean time and its range, mean score and its interval, and who is ahead of it."""
    factor, unit = figures.factor_of(output), figures.named(output)
    points = [(fmean(each.seconds.values()), each.mean) for each in rivals]
    ahead = figures.dominators(points, output.better or 1)
    return {
        "Loss": [each.name for each in rivals],
        "Mean time (s)": [seconds for seconds, _ in points],
        "Quickest (s)": [min(each.seconds.values()) for each in rivals],
        "Median (s)": [median(each.seconds.values()) for each in rivals],
        "Slowest (s)": [max(each.seconds.values()) for each in rivals],
        unit: [factor * each.mean for each in rivals],
        "95 % from": [_or_none(factor * each.low) for each in rivals],
        "95 % to": [_or_none(factor * each.high) for each in rivals],
        "Behind": [", ".join(rivals[other].name for other in others) for others in ahead],
    }


def trial_columns(panels: Sequence[Tried], output: Output) -> Columns:
    """A row for each contender, knob and setting."""
    factor = figures.factor_of(output)
    rows = [(panel, each) for panel in panels for each in panel.tries]
    return {
        "Loss": [panel.name for panel, _ in rows],
        "Knob": [panel.knob for panel, _ in rows],
        "Value": [
            "" if each.at is None else f"{each.at:g}" if isinstance(each.at, float) else each.at for _, each in rows
        ],
        "Setting": [each.told for _, each in rows],
        f"{figures.named(output)} on validation images": [factor * each.score for _, each in rows],
        "95 % from": [_or_none(factor * each.low) for _, each in rows],
        "95 % to": [_or_none(factor * each.high) for _, each in rows],
        "Seeds": [len(each.seeds) for _, each in rows],
        "Chosen": ["chosen" if each.chosen else "" for _, each in rows],
    }


def _or_none(number: float) -> float | None:
    return None if number != number else number  # noqa: PLR0124  only NaN is not itself


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
