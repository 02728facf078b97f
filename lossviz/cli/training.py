"""``lossviz train`` and ``lossviz resume``: flags made from the declared knobs, a live line, a final table."""

import argparse
from collections.abc import Sequence

from lossviz import data, losses, models
from lossviz.cli.flags import Owner, add_flags, read_flags
from lossviz.cli.live import Live, stopping_on_signals
from lossviz.cli.output import console, told
from lossviz.cli.queued import detach
from lossviz.cli.reports import print_scores
from lossviz.jobs.recording import make_run, resume_run
from lossviz.jobs.tracking import TRACKERS, followed, tracker
from lossviz.knobs import Knobbed
from lossviz.records import Choice, Config, Settings
from lossviz.runs import Run, find

EXAMPLES = """\
examples:
  python -m lossviz train --loss cosface --margin 0.2 --dataset mnist --epochs 5
  python -m lossviz train --loss arcface --dataset mnist --model resnet18 --dim 64 --epochs 3 --limit 20000
  python -m lossviz train --loss contrastive --dataset digits --dim 2 --epochs 30 --seed 1
  python -m lossviz train --dataset mnist --detach
"""
DEFAULTS = (("loss", "arcface", losses), ("dataset", "digits", data), ("model", "convnet", models))


def add_train(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``train [--loss NAME] [--dataset NAME] [--model NAME] [--KNOB VALUE ...]``.

    ``typed`` tells which loss, data set and model, because their knobs become flags too.
    """
    parser.description = "Train a net under a loss; the run is kept under $LOSSVIZ_RUNS (default: runs/)."
    parser.epilog = EXAMPLES
    _add_names(parser)
    parser.add_argument("--name", help="name of the run (default: made of loss, data set and time)")
    parser.add_argument("--detach", action="store_true", help="train in a process that stays, and return at once")
    _add_log(parser)
    parser.set_defaults(do=train, flags=add_flags(parser, _owners(typed)))


def add_resume(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``resume RUN``."""
    parser.add_argument("run", help="name of the run, the beginning of it, or 'latest'")
    _add_log(parser)
    parser.set_defaults(do=resume)


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log", choices=TRACKERS, help="tell this tracker of config, losses and scores as they come")


def _add_names(parser: argparse.ArgumentParser) -> None:
    for flag, default, room in DEFAULTS:
        parser.add_argument(
            f"--{flag}", default=default, metavar="NAME", help=f"{', '.join(room.available())}; default {default}"
        )


def train(arguments: argparse.Namespace) -> int:
    """Train what the flags say."""
    chosen = read_flags(arguments, arguments.flags)
    config = Config(
        loss=Choice(arguments.loss, chosen.get("loss", {})),
        data=Choice(arguments.dataset, chosen.get("data", {})),
        model=Choice(arguments.model, chosen.get("model", {})),
        settings=Settings.from_values(chosen.get("settings", {})),
    )
    to = arguments.log and tracker(arguments.log)
    if arguments.detach:
        return detach(config, arguments.name, arguments.log or "")
    with stopping_on_signals() as should_stop, Live(should_stop) as live, followed(live.audience, to, told) as audience:
        run = make_run(config, audience, arguments.name)
    return _conclude(run)


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a run."""
    run = find(arguments.run)
    to = arguments.log and tracker(arguments.log)
    with stopping_on_signals() as should_stop, Live(should_stop) as live, followed(live.audience, to, told) as audience:
        resume_run(run, audience)
    return _conclude(run)


def _conclude(run: Run) -> int:
    status = run.status
    if status.epoch >= 0:
        print_scores(run, status.epoch)
    console.print(f"{run.folder}", soft_wrap=True)
    if status.state != "finished":
        console.print(f"Stopped after epoch {status.epoch}. Go on with: python -m lossviz resume {run.id}")
        return 130
    console.print(f"More of it: python -m lossviz show {run.id}")
    return 0


def _owners(typed: Sequence[str]) -> dict[str, Owner]:
    """Whose knobs become flags, by kind."""
    scout = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_names(scout)
    names, _ = scout.parse_known_args([word for word in typed if word not in ("-h", "--help")])
    folder = names.dataset not in data.registry.files()
    return {
        "settings": ("training", Settings),
        "loss": (f"knobs of {names.loss}", losses.get(names.loss)),
        "data": (f"knobs of {names.dataset}", Knobbed if folder else data.registry.get(names.dataset)),
        "model": (f"knobs of {names.model}", models.get(names.model)),
    }
