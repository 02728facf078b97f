"""Commands by name, and how they end: a sentence and a non-zero exit instead of a traceback."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from lossviz import __version__
from lossviz.errors import LossvizError, Stopped, UnknownName

DESCRIPTION = "Train small nets under metric-learning losses and see what each does to the embedding space."
FIRST_STEPS = """\
first steps:
  python -m lossviz train                            ArcFace on digits, in seconds, with no download
  python -m lossviz train --loss triplet --help      every flag, the loss's own knobs included
  python -m lossviz losses                           which losses there are
  python -m lossviz data list                        which data sets there are
  python -m lossviz show latest                      what came of the newest run
"""

COMMANDS = {
    "train": ("training", "train a net under a loss and keep the run"),
    "resume": ("training", "go on with a run that was stopped or interrupted"),
    "jobs": ("queued", "list what trains in the background and what waits; show, stop, retry, remove"),
    "study": ("studies", "train a grid of losses, data sets and seeds, and tell what may be said of them"),
    "runs": ("stored", "list the runs, newest first"),
    "show": ("stored", "show a run: what made it, how it went, what it scores"),
    "delete": ("stored", "delete a run (asks first)"),
    "restore": ("stored", "bring a deleted run back"),
    "report": ("reporting", "write a report of runs: HTML, PDF, figures, tables, or a film of the epochs"),
    "embed": ("embedding", "show where images of your own land under each of several runs"),
    "export": ("exchange", "write runs for other programs: TensorBoard Projector, Parquet, .npz, FiftyOne"),
    "import": ("exchange", "make a run of embeddings from elsewhere, or of what was exported"),
    "losses": ("catalogue", "list the losses, or show one with its knobs, formula and references"),
    "models": ("catalogue", "list the models, or show one with its knobs"),
    "data": ("datasets", "list, fetch, add and remove data sets"),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status: 0 well, 1 a problem told in a sentence, 2 usage, 130 stopped."""
    try:
        chosen, unknown = _parser(arguments).parse_known_args(arguments)
        if unknown:
            known = ["--" + name.replace("_", "-") for name in getattr(chosen, "flags", ())]
            raise UnknownName(f"flag of '{arguments[0]}'", unknown[0], known)
        return int(chosen.do(chosen))
    except LossvizError as error:
        print(f"lossviz: {error}", file=sys.stderr)
        return 130 if isinstance(error, Stopped) else 1
    except KeyboardInterrupt:
        print("lossviz: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe (head, less) has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the command that was typed is imported, so that those that need no torch start at once."""
    parser = argparse.ArgumentParser(
        prog="python -m lossviz",
        description=DESCRIPTION,
        epilog=FIRST_STEPS,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lossviz {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    typed = next((word for word in arguments if not word.startswith("-")), "")
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name == typed:
            getattr(importlib.import_module(f"lossviz.cli.{module}"), f"add_{name}")(command, arguments[1:])
    return parser
