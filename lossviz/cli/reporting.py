"""``lossviz report``: runs or a study as a document, figures, tables, or a film of their epochs."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lossviz.cli.flags import add_flags, read_flags
from lossviz.cli.output import console
from lossviz.errors import ReportError, Stopped
from lossviz.jobs.local import LocalRunner
from lossviz.jobs.processes import asked_to_stop
from lossviz.jobs.queue import Queue
from lossviz.jobs.studying import Studying
from lossviz.paths import runs_dir
from lossviz.projection import Projection
from lossviz.report.encode import FORMATS, Told
from lossviz.report.film import Film
from lossviz.report.make import DOCUMENTS, Chosen, Wanted, kind_of, write
from lossviz.report.of_runs import MOST_RUNS, Asked
from lossviz.report.typed import projection_of
from lossviz.runs import Run, drawing_of, find, subject_of
from lossviz.studies import Results, available, load
from lossviz.words import size_in_words


def add_report(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``report RUN...|STUDY -o FILE|FOLDER [--projection NAME] [--epoch N] [--title WORDS] [--film ...]``."""
    parser.add_argument(
        "runs", nargs="+", metavar="RUN|STUDY", help=f"1 to {MOST_RUNS} runs (names, or their beginnings), or one study"
    )
    endings = ", ".join(f".{kind}" for kind in (*DOCUMENTS, *FORMATS))
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="PATH",
        help=f"a file that ends with {endings}, or a folder for everything (default: RUN.html)",
    )
    parser.add_argument("--title", default="", metavar="WORDS", help="heading (default: losses and data set)")
    drawn = "how embeddings are drawn (default: native, else pca); with knobs: tsne:perplexity=15,seed=3"
    parser.add_argument("--projection", metavar="NAME", help=drawn)
    parser.add_argument("--epoch", type=int, metavar="N", help="scores of this epoch (default: the last)")
    parser.add_argument(
        "--films", default="", metavar="FORMATS", help=f"films that a folder or .zip holds: {', '.join(FORMATS)}"
    )
    pictures = "thumbnails of the images in the HTML (default: where the run brings its own)"
    parser.add_argument("--pictures", action=argparse.BooleanOptionalAction, help=pictures)
    steps = "tell every step on a line of its own, and end when the input does: for programs that wait for it"
    parser.add_argument("--steps", action="store_true", help=steps)
    parser.set_defaults(do=report, flags=add_flags(parser, {"film": ("film", Film)}))


def report(arguments: argparse.Namespace) -> int:
    """Make the report."""
    chosen = _chosen(arguments.runs)
    name = chosen.study.name if isinstance(chosen, Results) else chosen[0].id
    path = arguments.output or Path(f"{name}.html")
    kind_of(path)
    films = tuple(name for name in arguments.films.replace(",", " ").split() if name)
    if unknown := [name for name in films if name not in FORMATS]:
        raise ReportError(f"--films takes {', '.join(FORMATS)}, got '{unknown[0]}'")
    film = Film.from_values(read_flags(arguments, arguments.flags)["film"])
    with _telling(arguments.steps) as (told, should_stop):
        runs = [] if isinstance(chosen, Results) else chosen
        method = _drawn(runs, arguments.projection, told, should_stop)
        asked = Asked(arguments.title, method, arguments.epoch)
        write(chosen, path, Wanted(asked, film, films, arguments.pictures), told)
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    size = size_in_words(sum(file.stat().st_size for file in files))
    console.print(f"{path} ({f'{len(files)} files, ' if path.is_dir() else ''}{size})", markup=False, soft_wrap=True)
    return 0


@contextmanager
def _telling(steps: bool) -> Iterator[tuple[Told, Callable[[], bool]]]:
    """What hears how far it is, a line that is written over or ``steps``, and whether those are asked to end."""
    if not steps:
        with console.status("reading the runs") as status:
            yield lambda done, doing: status.update(f"{done:.0%} {doing}"), lambda: False
        return
    with asked_to_stop() as should_stop:

        def told(done: float, doing: str) -> None:
            if should_stop():
                raise Stopped(f"stopped, {should_stop.reason}")
            print(f"{done:.3f} {doing}", flush=True)

        yield told, should_stop


def _chosen(names: Sequence[str]) -> Chosen:
    """The runs called so, or the one study."""
    if len(names) == 1 and (names[0] in available() or Path(names[0]).suffix == ".toml"):
        return Studying(load(names[0]), Queue(runs_dir(), LocalRunner())).look()
    return list({run.id: run for run in map(find, names)}.values())


def _drawn(chosen: Sequence[Run], word: str | None, told: Told, should_stop: Callable[[], bool]) -> Projection | None:
    """The method that ``word`` names; pictures that take a while are drawn first, and kept beside the runs."""
    if word is None:
        return None
    method = projection_of(word)
    if not method.linear:
        from lossviz.jobs.drawing import draw  # noqa: PLC0415  slow ones alone need it

        for run in chosen:
            settled = method.settled(subject_of(run))
            drawing = drawing_of(run, settled)
            if drawing.status.state != "finished":
                told(0.0, f"drawing {run.id} by {method.title}, which takes a while")
                draw(run, method.key(), settled.values(), should_stop)
            if drawing.status.state != "finished":
                raise ReportError(f"{method.title} of {run.id} could not be drawn: {drawing.status.doing}")
    return method
