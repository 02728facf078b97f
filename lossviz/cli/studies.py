"""``lossviz study``: a grid of trainings from a file, resumed by calling it again, with what may be said of it."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lossviz.cli.output import as_json, console, knobs_in_words, table
from lossviz.errors import StudyError
from lossviz.jobs import rates
from lossviz.jobs.forecast import forecast, to_measure
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.paths import runs_dir
from lossviz.studies import Results, Study, available, load
from lossviz.studies.published_table import document, original_of
from lossviz.studies.reading import check_score, keep, seeds_of
from lossviz.studies.telling import Field, fields, knobs_told, output_of, tried_told, with_interval
from lossviz.words import duration, score_in_words

EXAMPLES = """\
examples:
  python -m lossviz study                        which studies there are
  python -m lossviz study default --plan         what it would train, what is done, how long the rest takes
  python -m lossviz study default                train what is left; Ctrl-C stops, the same command goes on
  python -m lossviz study default --table        what came of it, as Markdown
  python -m lossviz study mine.toml --seeds 0-4  a study of one's own, over other seeds; see docs/studies.md
"""


def add_study(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``study [NAME | FILE.toml] [--plan | --table] [--seeds ...] [--at-once N] [--json]``."""
    parser.epilog = EXAMPLES
    parser.add_argument("study", nargs="?", help="name of a study, or a TOML file; without it, the studies are listed")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--plan", action="store_true", help="train nothing; tell what there is to do, and for how long")
    how.add_argument("--table", action="store_true", help="train nothing; print the results as Markdown")
    parser.add_argument("--seeds", metavar="LIST", help="seeds instead of the study's own, as 0-4 or 0,1,5")
    parser.add_argument(
        "--at-once", type=int, metavar="N", help="trainings at once, from now on in this folder of runs"
    )
    parser.add_argument("--score", metavar="KEY", default="", help="tell of another score than the one that decides")
    parser.add_argument("--own", action="store_true", help="count runs on this machine alone, and no shipped results")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=study)


def study(arguments: argparse.Namespace) -> int:
    """Plan, run or tell of a study."""
    if arguments.study is None:
        return _list(arguments.json)
    chosen = load(arguments.study)
    seeds = seeds_of(arguments.seeds, "--seeds")
    check_score(arguments.score)
    chosen = chosen.with_seeds(seeds) if seeds else chosen
    queue = Queue(runs_dir(), LocalRunner())
    if arguments.at_once is not None:
        queue.at_once = arguments.at_once
    studying = Studying(chosen, queue, with_shipped=not arguments.own)
    if arguments.plan:
        return _plan(studying.look(), queue, arguments.json)
    if not arguments.table:
        if Path(arguments.study).suffix == ".toml":
            keep(Path(arguments.study))
        _train(studying, quiet=arguments.json)
    results = studying.look()
    told = fields(results, arguments.score)
    if arguments.json:
        as_json(_as_json(results, told))
    elif arguments.table:
        print(document(results) if original_of(chosen) else "\n\n".join(map(markdown, told)) + "\n", end="")
    else:
        for field in told:
            _print_field(field)
        _conclude(studying, results)
    return 0 if results.done == results.total or arguments.table else 130


def _conclude(studying: Studying, results: Results) -> None:
    """What is not there, and what to do about it."""
    for sentence in studying.absent():
        console.print(sentence, markup=False, soft_wrap=True)
    if results.done < results.total:
        left = f"{results.total - results.done} of {results.total} trainings are not finished."
        console.print(f"{left} The same command goes on.", markup=False, soft_wrap=True)


def markdown(field: Field) -> str:
    """One set of contenders as a table, with what may be said of it."""
    lines = [f"**{field.title}**, {field.score.title}", "", "| rank | loss | score | knobs | seeds | training |"]
    lines.append("|---|---|---|---|---|---|")
    lines += [f"| {' | '.join(row)} |" for row in _rows(field)]
    return "\n".join([*lines, "", field.sentence, *(f"\n{doubt}" for doubt in field.doubts)])


def _rows(field: Field) -> list[tuple[str, ...]]:
    return [
        (
            "-" if each.rank is None else str(each.rank),
            each.title,
            with_interval(each.mean, field.score) if each.mean else "not run",
            each.knobs,
            str(each.mean.n if each.mean else 0),
            "-" if each.seconds is None else f"{each.seconds:.1f} s" if each.seconds < 10 else duration(each.seconds),
        )
        for each in field.standings
    ]


def _print_field(field: Field) -> None:
    heading = (">rank", "!loss", f"!{field.score.title}", "knobs", ">seeds", ">training")
    table(heading, _rows(field), title=field.title)
    for sentences in ([field.sentence], field.sentences, field.doubts):
        if sentences:
            console.print("\n".join(sentences), "\n", markup=False, soft_wrap=True)


def _list(json: bool) -> int:
    found = []
    for name in available():
        try:
            each = load(name)
            found.append((name, each.title, len(each.cells), each.note))
        except StudyError as error:
            found.append((name, "cannot be read", 0, str(error)))
    if json:
        as_json([dict(zip(("name", "title", "cells", "note"), each, strict=True)) for each in found])
    else:
        table(("!study", "title", ">cells", "what it is"), found)
    return 0


def _plan(results: Results, queue: Queue, json: bool) -> int:
    _measure(to_measure(results, queue), quiet=json)
    found = forecast(results, queue)
    if json:
        as_json(
            {
                **_counts(results),
                "left": found.trainings,
                "seconds": found.seconds,
                "unknown": list(found.unknown),
                "known": {"trainings": found.known, "seconds": found.known_seconds},
            }
        )
        return 0
    chosen = results.study
    console.print(f"{chosen.title}\n{chosen.note}\n", markup=False, soft_wrap=True)
    rows = [
        (
            chosen.ground(each.cell.ground).title,
            chosen.net(each.cell.net).title,
            chosen.contender(each.cell.contender).title,
            each.state,
            f"{sum(trial.state in ('finished', 'failed') for trial in each.trials)}/{len(each.trials)}",
            f"{sum(final.state == 'finished' for final in each.finals)}/{each.wanted}",
            knobs_told(each),
        )
        for each in results.cells
    ]
    table(("data", "model", "!loss", "state", ">trials", ">finals", "knobs"), rows)
    console.print(_left(found.trainings, results, queue), soft_wrap=True)
    if found.seconds is not None and found.trainings:
        console.print(f"About {duration(found.seconds)} on this machine.", soft_wrap=True)
    elif found.known:
        those = f"{found.known} of the {found.trainings} that are left"
        console.print(f"About {duration(found.known_seconds)} on this machine for {those}.", soft_wrap=True)
    for why in found.unknown:
        console.print(f"How long it takes is not known: {why}.", markup=False, soft_wrap=True)
    return 0


def _left(left: int, results: Results, queue: Queue) -> str:
    how = "one at a time" if queue.at_once == 1 else f"{queue.at_once} at a time"
    return f"{results.done} of {results.total} trainings are done, {left} are left, {how}."


def _measure(lacking: Sequence[rates.Wanted], quiet: bool) -> None:
    """Measure rates here and now, and keep them, saying which; Ctrl-C leaves out what is not measured by then."""
    try:
        for place, wanted in enumerate(lacking, 1):
            if not quiet:
                console.print(f"measuring {place} of {len(lacking)}: {_in_words(wanted)}", markup=False, soft_wrap=True)
            began = time.time() - (rates.IMPORTING if place > 1 else 0)  # the first one imports what it trains with
            rates.keep(wanted.file, rates.measure(wanted.config, wanted.shape, wanted.classes, began))
    except KeyboardInterrupt:
        if not quiet:
            console.print("Measured no further; the same command goes on.", soft_wrap=True)


def _in_words(wanted: rates.Wanted) -> str:
    """``resnet18 (stem imagenet) on images of 3x64x64, 128 at a time``."""
    model, shape = wanted.config.model, "x".join(map(str, wanted.shape))
    knobs = f" ({knobs_in_words(model.knobs)})" if model.knobs else ""
    return f"{model.name}{knobs} on images of {shape}, {wanted.config.settings.batch_size} at a time"


def _train(studying: Studying, quiet: bool) -> None:
    from lossviz.cli.live import stopping_on_signals  # noqa: PLC0415  imports torch, which telling does not need

    told: set[str] = set()
    with stopping_on_signals() as should_stop:
        for results in studying.run(should_stop):
            if not quiet:
                _tell(results, told)


def _tell(results: Results, told: set[str]) -> None:
    """A line for every training that has ended since the last look."""
    chosen = results.study
    for cell in results.cells:
        for each in cell.outcomes:
            if each.state not in ("finished", "failed", "stopped") or each.id in told:
                continue
            told.add(each.id)
            what = f"{'trial' if each.training.trial else 'final'} of {tried_told(each.training.knobs)}"
            output, value = output_of(cell.score), each.scores.get(cell.score)
            came = each.message if value is None else f"{output.title} {score_in_words(value, output.unit)}"
            console.print(
                f"[{results.done}/{results.total}] {chosen.ground(cell.cell.ground).title}, "
                f"{chosen.contender(cell.cell.contender).title}, {what}, seed {each.training.seed}: "
                f"{each.state}, {came} ({each.id})",
                markup=False,
                soft_wrap=True,
            )


def _counts(results: Results) -> dict[str, Any]:
    chosen: Study = results.study
    return {"study": chosen.name, "title": chosen.title, "done": results.done, "total": results.total}


def _as_json(results: Results, told: Sequence[Field]) -> dict[str, Any]:
    cells = [
        {
            **vars(each.cell),
            "state": each.state,
            "score": each.score,
            "knobs": dict(each.knobs),
            "trainings": [
                {
                    "trial": one.training.trial,
                    "seed": one.training.seed,
                    "knobs": dict(one.training.knobs),
                    "state": one.state,
                    "run": one.id,
                    "seconds": one.seconds,
                    "scores": dict(one.scores),
                }
                for one in each.outcomes
            ],
        }
        for each in results.cells
    ]
    words = [
        {
            "title": field.title,
            "score": field.score.key,
            "ranks": {each.contender: each.rank for each in field.standings},
            "sentence": field.sentence,
            "sentences": list(field.sentences),
            "doubts": list(field.doubts),
        }
        for field in told
    ]
    return {**_counts(results), "cells": cells, "fields": words}
