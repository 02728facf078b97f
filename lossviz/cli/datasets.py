"""``lossviz data``: list, fetch, add and remove data sets."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn

from lossviz import data
from lossviz.cli.flags import add_flags, read_flags
from lossviz.cli.output import console, table


def add_data(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``data list | fetch NAME | add NAME FOLDER ... | remove NAME``."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="list the data sets: those known, and the folders added")
    listing.set_defaults(do=show_list)
    fetching = commands.add_parser("fetch", help="download and prepare a data set now")
    fetching.add_argument("name", help="a data set")
    fetching.set_defaults(do=fetch)
    removing = commands.add_parser("remove", help="forget a folder that was added; its pictures stay where they are")
    removing.add_argument("name", help="a data set")
    removing.set_defaults(do=remove)
    _add_folder(commands.add_parser("add", help="add a folder of class folders of images under a name"))


def _add_folder(adding: argparse.ArgumentParser) -> None:
    adding.description = "Add a folder of class folders of images (nested folders allowed) as a data set."
    adding.add_argument("name", help="what to call it: small letters, digits, - and _")
    adding.add_argument("folder", type=Path, help="the folder that holds a folder for each class")
    adding.add_argument("--test", type=Path, metavar="FOLDER", help="a folder of the same classes to test on")
    flags = add_flags(adding, {"options": ("how the pictures are taken", data.FolderOptions)})
    adding.set_defaults(do=add_folder, flags=flags)


def show_list(arguments: argparse.Namespace) -> int:
    """List every data set."""
    rows = []
    for line in data.describe():
        state = f"{line.state} ({line.download_mb:.0f} MB)" if line.state == "to download" else line.state
        picture = f"{line.size}x{line.size}x{line.channels}" if line.size else "-"
        rows.append((line.name, line.title, line.classes or "-", line.images or "-", picture, state))
    table(("!data set", "title", ">classes", ">images", "picture", "state"), rows)
    for line in data.describe():
        if line.note:
            console.print(f"{line.name}: {line.note}", markup=False, soft_wrap=True)
    console.print("Your own: python -m lossviz data add NAME FOLDER [--test FOLDER]")
    return 0


def fetch(arguments: argparse.Namespace) -> int:
    """Download and prepare one data set."""
    with _reporting() as report:
        line = data.fetch(arguments.name, report)
    console.print(f"{line.title}: {line.images} images of {line.classes} classes, ready.")
    return 0


def add_folder(arguments: argparse.Namespace) -> int:
    """Add a folder and say what became of it."""
    options = data.FolderOptions.from_values(read_flags(arguments, arguments.flags)["options"])
    with _reporting() as report:
        added = data.register_folder(arguments.name, arguments.folder, arguments.test, options, report)
    for path, reason in added.skipped[:20]:
        console.print(f"skipped {path}: {reason}", markup=False, soft_wrap=True)
    if len(added.skipped) > 20:
        console.print(f"skipped {len(added.skipped) - 20} more")
    console.print(
        f"{added.name}: {added.train} training and {added.test} test images of {added.classes} classes, "
        f"{added.channels}x{added.size}x{added.size}"
        + (f"; {len(added.skipped)} files skipped" if added.skipped else "")
    )
    console.print(f"Train on it: python -m lossviz train --dataset {added.name}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Forget one data set."""
    data.remove(arguments.name)
    console.print(f"Forgot {arguments.name}; its original pictures stay where they are.")
    return 0


@contextmanager
def _reporting() -> Iterator[data.Report]:
    """A report that draws a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def report(what: str, share: float | None) -> None:
            progress.update(task, description=what, completed=share or 0, total=None if share is None else 1.0)

        yield report
