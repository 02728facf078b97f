"""``lossviz runs``, ``show``, ``delete`` and ``restore``: looking at what is on disk, without torch."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from lossviz.cli.output import as_json, console, knobs_in_words, table
from lossviz.cli.reports import print_scores
from lossviz.errors import RunError, UnknownName
from lossviz.runs import (
    Marks,
    Run,
    delete,
    deleted,
    empty_deleted,
    find,
    list_runs,
    marks,
    origin_in_words,
    restore,
    scores,
    sizes,
)
from lossviz.words import size_in_words


def add_runs(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``runs`` with a flag for each thing that runs are filtered by, ``--last N`` and ``--json``."""
    for flag in ("loss", "dataset", "model"):
        parser.add_argument(f"--{flag}", metavar="NAME", help=f"only runs of this {flag}")
    states = ("running", "finished", "stopped", "failed", "interrupted", "damaged")
    parser.add_argument("--state", choices=states, help="only runs in this state")
    parser.add_argument("--group", metavar="NAME", help="only runs of this group")
    parser.add_argument("--tag", metavar="TAG", help="only runs with this tag")
    parser.add_argument("--last", type=int, metavar="N", help="only the N newest")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=show_runs)


def add_show(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``show RUN [--epoch N] [--json]``."""
    parser.add_argument("run", help="name of the run, the beginning of it, or 'latest'")
    parser.add_argument("--epoch", type=int, metavar="N", help="scores of this epoch (default: the last)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=show_run)


def add_delete(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``delete RUN [--yes]``, ``delete --for-good [--yes]``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("run", nargs="?", help="name of the run, or the beginning of it; 'restore' brings it back")
    which.add_argument("--for-good", action="store_true", help="let go of all runs that were deleted before")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(do=delete_run)


def add_restore(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``restore [RUN] [--as NAME]``."""
    parser.add_argument("run", nargs="?", help="name of the deleted run; without it, those that there are are listed")
    parser.add_argument("--as", dest="name", metavar="NAME", help="another name, where its own is taken by now")
    parser.set_defaults(do=restore_run)


def show_runs(arguments: argparse.Namespace) -> int:
    """List the runs."""
    lines = [_line(run) for run in list_runs()]
    wanted = {key: getattr(arguments, key) for key in ("loss", "dataset", "model", "state")}
    lines = [line for line in lines if all(value in (None, line[key]) for key, value in wanted.items())]
    wanted |= {"group": arguments.group, "tag": arguments.tag}
    lines = [line for line in lines if arguments.group in (None, line["group"])]
    lines = [line for line in lines if arguments.tag is None or arguments.tag in line["tags"]]
    if arguments.last is not None and arguments.last < 1:
        raise RunError(f"--last must be at least 1, got {arguments.last}")
    lines = lines[: arguments.last]
    if arguments.json:
        as_json(lines)
    elif lines:
        headings = ["!run", "state", "model", ">dim", ">seed", ">epochs"] + ["made"] * (console.width >= 100)
        headings += ["group"] * any(line["group"] for line in lines)
        table(headings, [[line[heading.lstrip(">!")] for heading in headings] for line in lines])
        for line in lines:
            if line["problem"]:
                console.print(f"{line['run']}: {line['problem']}", soft_wrap=True)
    elif any(wanted.values()):
        console.print("No run is like that; see all with: python -m lossviz runs")
    else:
        console.print("No run yet; make one with: python -m lossviz train")
    return 0


def _line(run: Run) -> dict[str, Any]:
    problem = run.problem()
    trouble = ""
    try:
        said = marks(run)
    except RunError as error:
        said, trouble = Marks(), str(error)
    told = {"group": said.group, "tags": list(said.tags), "note": said.note, "problem": problem or trouble}
    if problem is not None:
        blank = dict.fromkeys(("loss", "knobs", "dataset", "model", "dim", "seed", "epochs", "made"), "")
        return {"run": run.id, "state": "damaged", **blank, **told}
    config, status = run.config, run.status
    made = datetime.fromisoformat(run.header["created"]).astimezone()
    return {
        "run": run.id,
        "state": status.state,
        "loss": config.loss.name,
        "knobs": knobs_in_words(config.loss.knobs),
        "dataset": config.data.name,
        "model": config.model.name,
        "dim": str(config.settings.dim),
        "seed": str(config.settings.seed),
        "epochs": f"{max(status.epoch, 0)}/{config.settings.epochs}",
        "made": f"{made:%Y-%m-%d %H:%M}",
        **told,
    }


def show_run(arguments: argparse.Namespace) -> int:
    """Show one run."""
    run = find(arguments.run)
    epochs, status = run.epochs(), run.status
    if arguments.epoch is not None and arguments.epoch not in epochs:
        has = f"epochs {epochs[0]} to {epochs[-1]}" if epochs else "no epoch yet"
        raise RunError(f"run '{run.id}' has no epoch {arguments.epoch}; it has {has}")
    if arguments.json:
        _show_json(run, epochs[-1:] if arguments.epoch is None else [arguments.epoch])
        return 0
    _print_header(run)
    rows = [
        (
            record.epoch,
            record.phase,
            "-" if record.train_loss is None else f"{record.train_loss:.4f}",
            "-" if record.probe_loss is None else f"{record.probe_loss:.4f}",
            f"{record.images_per_second:,.0f}" if record.images else "-",
            " ".join(record.notes),
        )
        for record in run.history()
    ]
    table((">epoch", "phase", ">train loss", ">test loss", ">images/s", "notes"), rows, title="History")
    if epochs:
        print_scores(run, epochs[-1] if arguments.epoch is None else arguments.epoch)
    console.print(f"State: {status.state}. {status.message}", soft_wrap=True)
    if status.state in ("stopped", "interrupted") or (status.state == "failed" and status.resumable):
        console.print(f"Go on with: python -m lossviz resume {run.id}", soft_wrap=True)
    return 0


def _show_json(run: Run, scored: list[int]) -> None:
    as_json(
        {
            "id": run.id,
            "header": run.header,
            "status": asdict(run.status),
            "history": [asdict(record) for record in run.history()],
            "scores": {str(epoch): scores(run, epoch) for epoch in scored},
        }
    )


def _print_header(run: Run) -> None:
    config, header = run.config, run.header
    console.print(f"[bold]{run.id}[/]  {run.folder}", soft_wrap=True)
    if run.origin is not None:
        console.print(f"imported {origin_in_words(run.origin)}", markup=False, soft_wrap=True)
    if run.foreign:
        console.print(f"data     {config.data.name}", markup=False, soft_wrap=True)
        console.print(f"size     {size_in_words(run.size())}")
        return
    for kind, choice in (("loss", config.loss), ("data", config.data), ("model", config.model)):
        console.print(f"{kind:9}{choice.name}  {knobs_in_words(choice.knobs)}", markup=False, soft_wrap=True)
    values = {name.replace("_", " "): value for name, value in config.settings.values().items()}
    console.print(f"training {knobs_in_words(values)}", markup=False, soft_wrap=True)
    libraries = ", ".join(f"{name} {version}" for name, version in header["environment"]["libraries"].items())
    console.print(f"made     {header['created']} with {libraries}", markup=False, soft_wrap=True)
    console.print(f"hashes   initial weights {header['hashes']['initial_weights'][:12]}", end="")
    records = [run.record(epoch) for epoch in run.epochs()[-1:]]
    console.print(f", batch order {records[0].batch_order[:12]}" if records else "")
    console.print(f"size     {size_in_words(run.size())}")


def delete_run(arguments: argparse.Namespace) -> int:
    """Delete one run so that it can be restored, or those deleted before for good, after asking."""
    if arguments.for_good:
        return _empty(arguments.yes)
    run = find(arguments.run)
    if not _sure(f"Delete run {run.id} ({size_in_words(run.size())})?", f"'{run.id}'", arguments.yes):
        return 0
    delete(run)
    console.print(f"Deleted {run.id}; bring it back with: python -m lossviz restore {run.id}", soft_wrap=True)
    return 0


def _empty(yes: bool) -> int:
    doomed = deleted()
    if not doomed:
        console.print("Nothing was deleted.")
        return 0
    total = size_in_words(sum(sizes(gone.run).total for gone in doomed))
    if _sure(f"Let go of {len(doomed)} deleted runs ({total}) for good?", "what was deleted for good", yes):
        console.print(f"{size_in_words(empty_deleted(doomed))} are free.")
    return 0


def _sure(question: str, what: str, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise RunError(f"not deleting {what} without being sure; add --yes")
    if console.input(f"{question} [y/N] ").lower() == "y":
        return True
    console.print("Kept.")
    return False


def restore_run(arguments: argparse.Namespace) -> int:
    """Bring a deleted run back, or list what was deleted."""
    there = deleted()
    if arguments.run is None:
        rows = [(gone.run.id, f"{gone.when.astimezone():%Y-%m-%d %H:%M}", _size(gone.run)) for gone in there]
        table(("!run", "deleted", ">size"), rows) if rows else console.print("Nothing was deleted.")
        return 0
    gone = next((each for each in there if each.run.id == arguments.run), None)
    if gone is None:
        raise UnknownName("deleted run", arguments.run, {each.run.id for each in there})
    console.print(f"{restore(gone, arguments.name).id} is back.")
    return 0


def _size(run: Run) -> str:
    return size_in_words(sizes(run).total)
