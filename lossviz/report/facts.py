"""What a report says of runs besides their pictures: scores, settings, where they come from, what was not run."""

from collections.abc import Iterator, Mapping, Sequence

from lossviz import analysis, metrics, runs
from lossviz.analysis import Contender, Fairness, Story
from lossviz.metrics import Output
from lossviz.records import Choice, Settings
from lossviz.report.document import Table, Words
from lossviz.report.figured import History
from lossviz.report.pictured import Pictured, epoch_of
from lossviz.words import duration, score_in_words, value_in_words

HEADLINES = ("centroid_accuracy", "knn_accuracy", "map_at_r", "open_set_auroc", "lfw_accuracy", "devtest_accuracy")
MOST_CLASSES = 30  # in a table of classes
ONE_SEED = (
    "More seeds. Every loss was trained once, so that differences between these runs hold the noise of their one seed; "
    "how large that is cannot be told from them. A study with three or more seeds tells."
)


def fairness_of(shown: Sequence[Pictured]) -> Fairness:
    """Whether the runs may be compared."""
    return analysis.fairness(
        [
            Contender(each.run.id, each.run.header, {record.epoch: record.batch_order for record in each.run.history()})
            for each in shown
        ]
    )


def glance(shown: Sequence[Pictured], histories: Sequence[History], epoch: int | None) -> Table:
    """A line a run: what it is, and the scores that say most."""
    last = [history[ended(each, epoch)] for each, history in zip(shown, histories, strict=True)]
    there = [output for output in metrics.outputs() if output.key in HEADLINES and any(output.key in s for s in last)]
    head = ("Run", "Loss", "Data set", "Epoch", "Seed", "Trained in", *(output.title for output in there))
    rows = []
    for each, scores in zip(shown, last, strict=True):
        config = each.run.config
        unknown = each.run.foreign
        took = "-" if unknown else duration(sum(record.seconds for record in each.run.history()))
        told = (score_in_words(scores.get(output.key), output.unit) for output in there)
        rows.append(
            (
                each.run.id,
                each.panel.title,
                config.data.name,
                str(ended(each, epoch)),
                "-" if unknown else str(config.settings.seed),
                took,
                *told,
            )
        )
    best = frozenset(
        (row, column + 6)
        for column, output in enumerate(there)
        for row in _best([scores.get(output.key) for scores in last], output)
    )
    return Table("overview", "The runs", head, tuple(rows), best=best)


def ended(each: Pictured, epoch: int | None) -> int:
    """The epoch that is told of a run: the one asked for, or its last one before it."""
    return epoch_of(each, each.panel.epochs[-1] if epoch is None else epoch)


def score_table(shown: Sequence[Pictured], histories: Sequence[History], epoch: int | None) -> Table:
    """Every score of every run."""
    last = [history[ended(each, epoch)] for each, history in zip(shown, histories, strict=True)]
    there = [output for output in metrics.outputs() if any(output.key in scores for scores in last)]
    rows = tuple(
        (output.title, *(score_in_words(scores.get(output.key), output.unit) for scores in last)) for output in there
    )
    best = frozenset(
        (row, column + 1)
        for row, output in enumerate(there)
        for column in _best([scores.get(output.key) for scores in last], output)
    )
    heads = tuple(f"{each.run.id}, epoch {ended(each, epoch)}" for each in shown)
    return Table("scores", "Every score", ("Score", *heads), rows, "The best of a row is bold.", best=best)


def _best(values: Sequence[float | None], output: Output) -> list[int]:
    """Where the best are, as they are written; nowhere where neither way is better, or there is nothing to compare."""
    there = [value for value in values if value is not None]
    if output.better == 0 or len(there) < 2:
        return []
    winner = score_in_words((max if output.better > 0 else min)(there), output.unit)
    places = [index for index, value in enumerate(values) if score_in_words(value, output.unit) == winner]
    return places if len(places) < len(there) else []


def meanings(histories: Sequence[History]) -> Table:
    """What each score that is there means."""
    there = {key for history in histories for scores in history.values() for key in scores}
    way = {1: "larger", -1: "smaller", 0: "neither"}
    rows = tuple((output.title, output.help, way[output.better]) for output in metrics.outputs() if output.key in there)
    return Table("meanings", "What the scores are", ("Score", "What it is", "Better"), rows)


def class_tables(shown: Sequence[Pictured], epoch: int | None) -> list[Table]:
    """A table of classes for each run that has not too many of them."""
    return [_classes(each, ended(each, epoch)) for each in shown if len(each.panel.class_names) <= MOST_CLASSES]


def _classes(each: Pictured, epoch: int) -> Table:
    run, samples = each.run, each.run.samples["probe"]
    embeddings = run.snapshot(epoch).embeddings["probe"]
    metric = str(run.header["loss"]["metric"])
    found = analysis.class_table(embeddings, samples.labels, runs.points(run, epoch), run.class_names, metric)
    unit = found[0].spread_unit if found else ""
    rows = tuple(
        (
            row.name,
            f"{row.count:,}",
            f"{100 * row.accuracy:.1f} %",
            "-" if row.own != row.own else f"{row.own:.1f}°",
            f"{row.spread:.3g}{'°' if unit == 'deg' else ''}",
            f"{row.confused_with} ({row.confused_count})" if row.confused_with else "-",
        )
        for row in found
    )
    head = ("Class", "Images", "Right", "Angle to own", "Spread", "Most often taken for")
    return Table(f"classes-{run.id}", f"Classes of {run.id}, epoch {epoch}", head, rows)


def events_of(each: Pictured) -> list[Words]:
    """What happened in a run, in sentences."""
    run, epochs = each.run, each.run.epochs()
    story = Story(
        run.history(),
        [run.snapshot(epoch).embeddings["probe"] for epoch in epochs],
        [runs.points(run, epoch)["prediction"] for epoch in epochs],
        run.samples["probe"].labels,
        run.class_names,
    )
    told = [Words(f"Epoch {event.epoch}: {event.text}.", "item") for event in analysis.events(story)]
    return told or [Words("Nothing but noise.", "item")]


def fairness_table(judged: Fairness, shown: Sequence[Pictured]) -> Table:
    """What is equal and what differs."""
    rows = tuple(
        (
            fact.name,
            "equal" if fact.equal else ("differs, and matters" if fact.matters else "differs"),
            *((fact.values[0], *("〃" for _ in fact.values[1:])) if fact.equal else fact.values),
        )
        for fact in judged.facts
    )
    head = ("What", "", *(each.run.id for each in shown))
    return Table("fairness", "What is equal, what differs", head, _dittoed(rows))


def _dittoed(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple('"' if cell == "〃" else cell for cell in row) for row in rows)


def config_table(shown: Sequence[Pictured]) -> Table:
    """Every knob and setting of every run, with the value that was used."""
    told = [_config(each) for each in shown]
    names = dict.fromkeys(name for part in range(len(told[0])) for parts in told for name in parts[part])
    merged = [{name: value for part in parts for name, value in part.items()} for parts in told]
    rows = tuple((name, *(values.get(name, "-") for values in merged)) for name in names)
    return Table("config", "Settings", ("Setting", *(each.run.id for each in shown)), rows)


def _config(each: Pictured) -> list[dict[str, str]]:
    """Loss, data set, net and training, one after another."""
    config = each.run.config
    parts = [
        {kind: choice.name}
        | {f"{kind}: {name.replace('_', ' ')}": value_in_words(value) for name, value in choice.knobs.items()}
        for kind, choice in (("loss", config.loss), ("data set", config.data), ("net", config.model))
    ]
    there = each.run.header["config"]["settings"]
    settings = [knob.name for knob in Settings.knobs() if knob.name in there or not each.run.foreign]
    return [*parts, {name.replace("_", " "): value_in_words(getattr(config.settings, name)) for name in settings}]


def choice_in_words(choice: Choice) -> str:
    """``arcface (margin 0.5, scale 30)``."""
    knobs = ", ".join(f"{name.replace('_', ' ')} {value_in_words(value)}" for name, value in choice.knobs.items())
    return f"{choice.name} ({knobs})" if knobs else choice.name


def origin_table(shown: Sequence[Pictured]) -> Table:
    """Where each run comes from: when, on what, with which versions, from which copy of the data."""
    told = [dict(_origin(each)) for each in shown]
    names = dict.fromkeys(name for values in told for name in values)
    rows = tuple((name, *(values.get(name, "-") for values in told)) for name in names)
    return Table("origin", "Where it comes from", ("", *(each.run.id for each in shown)), rows)


def _origin(each: Pictured) -> Iterator[tuple[str, str]]:
    header, status = each.run.header, each.run.status
    environment: Mapping[str, object] = header["environment"]
    yield "Made", str(header["created"])
    yield "State", f"{status.state} at epoch {status.epoch}. {status.message}".strip()
    yield "Judged on", ", ".join(f"{count:,} {name}" for name, count in header["samples"].items())
    if not each.run.foreign:
        classes = f"{header['train_classes']} of {header['classes']} classes"
        yield "Trained on", f"{header['train_images']:,} images of {classes}"
        yield "Weights of the net", f"{header['parameters']:,}"
    for name in ("lossviz", "python", "system", "processors", "gpu"):
        if environment.get(name) is not None:
            yield name.capitalize() if name != "lossviz" else name, str(environment[name])
    libraries = environment.get("libraries")
    if isinstance(libraries, Mapping):
        yield "Libraries", ", ".join(f"{name} {version}" for name, version in libraries.items())
    for name, value in header["hashes"].items():
        yield f"sha256 of {name.replace('_', ' ')}", str(value)[:16]
    if header.get("note"):
        yield "Must be known", str(header["note"])
    if each.run.origin is not None:
        yield "Imported", runs.origin_in_words(each.run.origin)


def one_seed(shown: Sequence[Pictured]) -> bool:
    """Whether none of the runs is another one's repetition."""
    made = [str((each.run.config.loss, each.run.config.data, each.run.config.model)) for each in shown]
    return len(set(made)) == len(made)


def not_run(shown: Sequence[Pictured], histories: Sequence[History]) -> list[Words]:
    """What these runs do not tell, because it was not done."""
    return [Words(text, "item") for text in dict.fromkeys(_missing(shown, histories))]


def _missing(shown: Sequence[Pictured], histories: Sequence[History]) -> Iterator[str]:
    if one_seed(shown):
        yield ONE_SEED
    for each in shown:
        run, wanted, last = each.run, each.run.config.settings.epochs, each.panel.epochs[-1]
        if run.foreign:
            yield f"Anything that would tell how {run.id} was trained: it was imported, and its file did not say."
        if last < wanted:
            yield f"The rest of {run.id}: {wanted} epochs were wanted, and it is {run.status.state} at {last}."
    parts: dict[tuple[str, int], list[str]] = {}
    for each in shown:
        if each.run.config.settings.limit is not None:
            parts.setdefault((each.run.config.data.name, each.run.header["train_images"]), []).append(each.run.id)
    for (name, seen), some in parts.items():
        yield f"The whole of {name}: {', '.join(some)} saw {seen:,} training images of it."
    there = {key for history in histories for scores in history.values() for key in scores}
    left = [output.title for output in metrics.outputs() if output.key not in there]
    if left:
        yield f"Scores that do not apply to these runs, or whose images were not embedded: {', '.join(left)}."
    yield "Any search for better knobs or settings: each run is what it was set to, and no more than that is compared."
