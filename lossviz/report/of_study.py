"""A report of a study: its table, what may be said of each field of it, pictures of one seed, and what was not run."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from lossviz import __version__
from lossviz.projection import Projection
from lossviz.report import facts
from lossviz.report.document import Block, Document, Section, Table, Words
from lossviz.report.earlier import earlier_sections
from lossviz.report.encode import Told
from lossviz.report.of_runs import Asked
from lossviz.report.study_charts import knob_charts, overview_chart, score_charts, time_charts
from lossviz.report.study_pictures import pictures
from lossviz.studies import Results, Study
from lossviz.studies.statistics import mean_of
from lossviz.studies.study import SETTING
from lossviz.studies.telling import Field, fields, output_of, with_interval
from lossviz.words import duration, score_in_words, value_in_words

NOT_RUN = "not run"
MOST_PAIRS = 28  # of contenders, told one by one
ENVIRONMENT = ("lossviz", "python", "system", "gpu")


def of_study(results: Results, asked: Asked, told: Told) -> Document:
    """The report; ``asked.epoch`` means nothing here, since a study is judged after the last epoch."""
    study, found = results.study, fields(results)
    sections = [_summary(results, found)]
    for index, (field, place) in enumerate(zip(found, results.fields(), strict=True)):
        told(index / len(found), f"telling of {field.title}")
        sections.append(_field(results, field, place, asked.method))
    sections += earlier_sections(results)
    sections += [_made(results), Section("not-run", "What was not run", tuple(_not_run(results)))]
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, lossviz {__version__}"
    subtitle = f"Study {study.name}: {results.done} of {results.total} trainings are finished"
    told(1.0, "told")
    return Document(asked.title or study.title, subtitle, made, tuple(sections))


def _summary(results: Results, found: Sequence[Field]) -> Section:
    study = results.study
    blocks: list[Block] = [Words(study.note.strip())] if study.note.strip() else []
    if results.done < results.total:
        counts = Counter(each.state for each in results.outcomes)
        listed = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        blocks.append(Words(f"The study is not finished: {listed}. What follows is of what is there.", "warning"))
    blocks += [_overview(results, found), overview_chart(results)]
    blocks += [Words(f"**{field.title}**: {field.sentence}", "item") for field in found]
    blocks.append(
        Words(
            "Means over seeds with their 95 % t-interval. Bold are those that no other beats by more than seed noise, "
            "seed by seed and after Holm's correction for all pairs. The intervals tell what chance in training does "
            "on these data sets; they do not speak for other data.",
            "small",
        )
    )
    return Section("summary", "In short", tuple(blocks))


def _overview(results: Results, found: Sequence[Field]) -> Table:
    """Contenders by field; bold where nothing that is compared with it is better."""
    names = [(each.key, each.title) for each in results.study.contenders]
    rows, best = [], set()
    for y, (key, title) in enumerate(names):
        cells = [title]
        for x, field in enumerate(found, 1):
            standing = next((each for each in field.standings if each.contender == key), None)
            cells.append(with_interval(standing.mean, field.score) if standing and standing.mean else NOT_RUN)
            if standing and standing.rank == 1:
                best.add((y, x))
        rows.append(tuple(cells))
    head = ("Loss", *(f"{field.title}, {field.score.title}" for field in found))
    return Table("overview", "Which loss for what", head, tuple(rows), best=frozenset(best))


def _field(results: Results, field: Field, place: tuple[str, str, str], method: Projection | None) -> Section:
    key = "-".join(part for part in place if part)
    blocks: list[Block] = [Words(field.sentence), _standings(field, key)]
    blocks += [Words(doubt, "warning") for doubt in field.doubts]
    blocks += score_charts(results, place, field, key)
    blocks += [Words(sentence, "item") for sentence in field.sentences[:MOST_PAIRS]]
    if len(field.sentences) > MOST_PAIRS:
        blocks.append(
            Words(f"{len(field.sentences) - MOST_PAIRS} more pairs are in the table of differences.", "small")
        )
    blocks += [table for table in (_differences(results, place, key),) if table.rows]
    blocks += time_charts(results, place, field, key)
    blocks += [table for table in (_scores(results, place, key),) if table.rows]
    blocks += knob_charts(results, place, field, key)
    blocks += [table for table in (_trials(results, place, key),) if table.rows]
    blocks += pictures(results, place, key, method)
    return Section(f"field-{key}", field.title, tuple(blocks))


def _standings(field: Field, key: str) -> Table:
    rows = tuple(
        (
            each.title,
            "-" if each.rank is None else str(each.rank),
            with_interval(each.mean, field.score) if each.mean else NOT_RUN,
            str(each.mean.n if each.mean else 0),
            "-" if each.seconds is None else duration(each.seconds),
            each.knobs,
        )
        for each in field.standings
    )
    best = frozenset((y, 2) for y, each in enumerate(field.standings) if each.rank == 1)
    head = ("Loss", "Rank", field.score.title, "Seeds", "Training", "Knobs")
    note = "Contenders that cannot be told from the best share the first rank."
    return Table(f"standings-{key}", f"Standings on {field.title}", head, rows, note, best)


def _differences(results: Results, place: tuple[str, str, str], key: str) -> Table:
    comparison, study = results.comparison(*place), results.study
    output = output_of(results.rivals(*place)[0].score)
    factor, unit = (100.0, " points") if output.unit == "%" else (1.0, "")
    rows = tuple(
        (
            f"{study.contender(each.first).title} over {study.contender(each.second).title}",
            f"{factor * each.mean:.2f}{unit}",
            "-" if each.n < 2 else f"{factor * each.low:.2f} to {factor * each.high:.2f}",
            str(each.n),
            f"{each.p:.3g}",
            f"{each.adjusted:.3g}",
            "yes" if each.holds else "no",
        )
        for each in comparison.differences
    )
    head = ("Pair", "Difference", "95 % interval", "Seeds", "p", "p (Holm)", "More than seed noise")
    note = "Differences are paired by seed; p is that of the two-sided paired t-test."
    return Table(f"differences-{key}", "Differences", head, rows, note)


def _scores(results: Results, place: tuple[str, str, str], key: str) -> Table:
    """All scores of the finals, as means over seeds."""
    cells = [each for each in results.rivals(*place) if any(final.scores for final in each.finals)]
    there = dict.fromkeys(name for cell in cells for final in cell.finals for name in final.scores)
    rows = []
    for name in there:
        output = output_of(name)
        means = [list(cell.by_seed(name).values()) for cell in cells]
        rows.append((output.title, *(with_interval(mean_of(found), output) if found else "-" for found in means)))
    head = ("Score", *(results.study.contender(cell.cell.contender).title for cell in cells))
    return Table(f"scores-{key}", "Every score, mean over seeds", head, tuple(rows) if cells else ())


def _trials(results: Results, place: tuple[str, str, str], key: str) -> Table:
    """What was tried on validation images, and what was chosen."""
    rows = []
    for cell in results.rivals(*place):
        output = output_of(cell.score)
        for each in cell.trials:
            knobs = ", ".join(f"{n.removeprefix(SETTING)} {value_in_words(v)}" for n, v in each.training.knobs.items())
            score = score_in_words(each.scores.get(cell.score), output.unit) if each.scores else each.state
            chosen = "chosen" if cell.chosen == each.training.candidate else ""
            title = results.study.contender(cell.cell.contender).title
            rows.append((title, knobs or "default", str(each.training.seed), score, chosen))
    note = "Judged on images that were held out of training; the test images were not looked at."
    return Table(f"trials-{key}", "Knobs that were tried", ("Loss", "Knobs", "Seed", "Score", ""), tuple(rows), note)


def _made(results: Results) -> Section:
    """Settings common to all, contenders with what is fixed and what was tried, and where the runs were made."""
    study = results.study
    blocks: list[Block] = [_common(study), _contenders(study)]
    blocks += [Words(case.note, "item") for case in study.cases if case.note]
    where = [_environment(each.environment) for each in results.outcomes if each.environment]
    blocks += [Words(f"{count} runs were made with {words}.", "item") for words, count in Counter(where).items()]
    away = sum(each.state == "finished" and not each.here for each in results.outcomes)
    if away:
        blocks.append(Words(f"The numbers of {away} trainings came with the program; their runs are not here.", "item"))
    blocks.append(Words("Made again, or gone on with, by"))
    blocks.append(Words(f"python -m lossviz study {study.name}", "code"))
    return Section("made", "How it was made", tuple(blocks))


def _environment(found: Mapping[str, object]) -> str:
    words = [f"{name} {found[name]}" for name in ENVIRONMENT if found.get(name)]
    libraries = found.get("libraries")
    if isinstance(libraries, Mapping):
        words += [f"{name} {version}" for name, version in libraries.items()]
    return ", ".join(words)


def _common(study: Study) -> Table:
    rows = [("seeds", ", ".join(map(str, study.seeds)))]
    rows += [(name.replace("_", " "), value_in_words(value)) for name, value in study.settings.items()]
    for ground in study.grounds:
        told = ", ".join(f"{name.replace('_', ' ')} {value_in_words(value)}" for name, value in ground.settings.items())
        rows.append((f"on {ground.title}", told or "nothing of its own"))
    rows += [(f"net {net.title}", facts.choice_in_words(net.model)) for net in study.nets]
    if study.trials:
        trials = study.trials
        told = f"{trials.count} settings of the knobs, judged on {trials.validation:.0%} of the training images"
        rows.append(("trials of every loss", told))
    return Table("settings", "Settings of all", ("Setting", "Value"), tuple(rows), "Everything else is the default.")


def _contenders(study: Study) -> Table:
    rows = tuple(
        (
            each.title,
            facts.choice_in_words(each.loss),
            ", ".join(name.removeprefix(SETTING) for name in each.tune) or "nothing",
            ", ".join(f"{name} {value_in_words(value)}" for name, value in each.settings.items()) or "none",
        )
        for each in study.contenders
    )
    return Table("contenders", "Contenders", ("Loss", "Fixed", "Tried", "Settings of its own"), rows)


def _not_run(results: Results) -> Iterator[Words]:
    study = results.study
    for cell in results.cells:
        left = Counter(each.state for each in cell.outcomes if each.state != "finished")
        left["missing"] += cell.wanted - len(cell.finals)
        where = f"{study.contender(cell.cell.contender).title} on {study.ground(cell.cell.ground).title}"
        if +left:
            yield Words(f"{where}: {', '.join(f'{count} {state}' for state, count in (+left).items())}.", "item")
        for each in cell.failed:
            yield Words(f"{where} with seed {each.training.seed} failed: {each.message}", "warning")
    if study.trials is None:
        yield Words("Any search for knobs: every loss has its defaults, or what the study fixes.", "item")
    yield Words(f"Other seeds than {', '.join(map(str, study.seeds))}, other data sets, and longer trainings.", "item")
