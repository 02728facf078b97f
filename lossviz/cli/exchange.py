"""``lossviz export`` and ``lossviz import``: runs for other programs, and embeddings from them."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from lossviz.cli.output import as_json, told
from lossviz.errors import RunError
from lossviz.exchange import FORMATS, SOURCES, Named, Source, export, import_from
from lossviz.exchange.foreign import MOST, Wanted
from lossviz.jobs.tracking import TRACKERS, log, tracker
from lossviz.metrics.base import METRICS
from lossviz.runs import Run, find

EXPORTS = """\
examples:
  python -m lossviz export mnist-arcface mnist-softmax --to projector -o exports/projector
  python -m lossviz export latest --to parquet -o exports --epochs last
  python -m lossviz export latest --to npz -o exports
"""
IMPORTS = """\
examples:
  python -m lossviz import exports/latest.parquet
  python -m lossviz import runs/Nov22_10-00-00       a folder with a projector_config.pbtxt, as PyTorch writes it
  python -m lossviz import vectors.tsv --metadata labels.tsv --gallery 0.5
  python -m lossviz import features.npz --data mnist --metric euclidean --title "My net"
"""


def add_export(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``export RUN... --to FORMAT -o FOLDER``."""
    parser.epilog = EXPORTS
    parser.add_argument("run", nargs="+", help="names of runs, or their beginnings, or 'latest'")
    parser.add_argument("--to", required=True, choices=(*FORMATS, *TRACKERS), help="format, or a tracker to tell")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="where it is written (not for a tracker)")
    parser.add_argument(
        "--epochs", metavar="WHICH", help="all, last, or numbers such as 0,5,10 (default: all; of fiftyone: last)"
    )
    parser.add_argument("--sets", metavar="SETS", help="sample sets such as probe,gallery (default: by format)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=export_runs)


def add_import(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``import PATH [--name NAME] ...``."""
    parser.epilog = IMPORTS
    parser.add_argument("path", type=Path, help="a folder or .pbtxt of TensorBoard's Projector, .tsv, .parquet or .npz")
    parser.add_argument("--from", dest="kind", choices=tuple(SOURCES), help="format (default: by the file's ending)")
    parser.add_argument("--name", help="name of the run (default: that of the file)")
    parser.add_argument("--title", default=Named.title, help="what it is called in headings (default: %(default)s)")
    parser.add_argument("--metadata", type=Path, metavar="TSV", help="what is told of each line of a TSV of vectors")
    parser.add_argument("--vector", metavar="COLUMN", help="column with the vectors (default: the only one with lists)")
    parser.add_argument("--label", metavar="COLUMN", help="column with the classes (default: a usual name)")
    parser.add_argument("--data", metavar="NAME", help="prepared data set whose rows the images are, by their numbers")
    parser.add_argument("--metric", choices=METRICS, default=Named.metric, help="how embeddings are compared")
    parser.add_argument(
        "--gallery", type=float, default=0.0, metavar="SHARE",
        help="share of the images that the others are compared with, where the file has no gallery (default 0: none)",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, default=MOST, metavar="N", help=f"most images of a set (default {MOST})")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=import_runs)


def export_runs(arguments: argparse.Namespace) -> int:
    """Write the runs, and say how to open them."""
    some = list({run.id: run for run in map(find, arguments.run)}.values())
    if arguments.to in TRACKERS:
        return _tell(some, arguments)
    if arguments.output is None:
        raise RunError("where should it be written? Name a folder with -o FOLDER")
    sets = None if arguments.sets is None else [name.strip() for name in arguments.sets.split(",")]
    written = export(some, arguments.to, arguments.output, arguments.epochs, sets)
    if arguments.json:
        as_json([str(path) for path in written])
        return 0
    for path in written:
        told(str(path))
    opens = FORMATS[arguments.to].opens.format(path=written[0])
    told(f"Open it: {opens}")
    return 0


def _tell(some: Sequence[Run], arguments: argparse.Namespace) -> int:
    """Have a tracker told of whole runs."""
    if arguments.output or arguments.epochs or arguments.sets:
        raise RunError(
            f"{arguments.to} is told of whole runs, and keeps them itself: leave out -o, --epochs and --sets"
        )
    to = tracker(arguments.to)
    where = [log(run, to) for run in some]
    if arguments.json:
        as_json(where)
        return 0
    for run, place in zip(some, where, strict=True):
        told(f"{run.id}: {place}")
    return 0


def import_runs(arguments: argparse.Namespace) -> int:
    """Make runs of a file, and say how to look at them."""
    if not 0 <= arguments.gallery < 1:
        raise RunError(f"--gallery is a share from 0 to below 1, got {arguments.gallery:g}")
    if arguments.limit < 2:
        raise RunError(f"--limit must be at least 2, got {arguments.limit}")
    wanted = Wanted(arguments.label, arguments.limit, arguments.gallery)
    named = Named(arguments.name, arguments.title, arguments.data, arguments.metric)
    made = import_from(arguments.path, arguments.kind, Source(arguments.metadata, arguments.vector, wanted), named)
    if arguments.json:
        as_json([run.id for run in made])
        return 0
    for run in made:
        counts = ", ".join(f"{count:,} {name}" for name, count in run.header["samples"].items() if count)
        epochs = run.epochs()
        told(
            f"{run.id}: {counts}; {len(run.class_names)} classes, {run.config.settings.dim}-D, "
            f"{len(epochs)} {'epoch' if len(epochs) == 1 else 'epochs'}"
        )
        if run.header["note"]:
            told(run.header["note"])
    told(f"Look at it in the dashboard, or: python -m lossviz show {made[0].id}")
    return 0
