"""What a person says of a run: tags, a note, and the group that it belongs to; kept beside the run."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from lossviz.errors import RunError
from lossviz.paths import runs_dir
from lossviz.runs import layout
from lossviz.runs.reader import Run
from lossviz.runs.scoring import kept_apart

MARKS = "marks.json"
LONGEST_TAG, LONGEST_GROUP, LONGEST_NOTE = 40, 80, 10_000
LINE = re.compile(r"[^\n\r\t,]+")


@dataclass(frozen=True)
class Marks:
    """``tags`` sorted, each once; ``note`` of any number of lines; ``group`` empty where there is none."""

    tags: tuple[str, ...] = ()
    note: str = ""
    group: str = ""


def marks(run: Run) -> Marks:
    """What is said of ``run``; raises :class:`RunError` that names the file where it is damaged."""
    path = marks_file(run)
    if not path.exists():
        return Marks()
    raw = layout.read_json(path)
    tags = raw.get("tags", [])
    if not isinstance(tags, list):
        raise RunError(f"{path} is damaged: its tags are no list")
    return Marks(tuple(str(tag) for tag in tags), str(raw.get("note", "")), str(raw.get("group", "")))


def mark(run: Run, said: Marks) -> None:
    """Say ``said`` of ``run``, instead of what was said before; raises :class:`RunError` on what cannot be kept."""
    change([run], lambda before: said)


def tag(some: Iterable[Run], add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
    """Put tags on several runs, and take others off; all other marks stay."""
    added, removed = set(add), set(remove)
    change(some, lambda before: replace(before, tags=tuple((set(before.tags) | added) - removed)))


def group(some: Iterable[Run], name: str) -> None:
    """Put several runs into the group called ``name``; out of theirs if it is empty."""
    change(some, lambda before: replace(before, group=name))


def change(some: Iterable[Run], how: Callable[[Marks], Marks]) -> None:
    """Replace the marks of each run by what ``how`` makes of them; by one process at a time, so that none are lost."""
    home = runs_dir()
    with layout.writing(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / ".marks.lock")
        with lock:
            for run in some:
                _write(run, _checked(how(marks(run))))


def marks_file(run: Run) -> Path:
    """Where the marks of ``run`` are; with the user's own runs if it was shipped."""
    return kept_apart(run) / MARKS


def _write(run: Run, said: Marks) -> None:
    path = marks_file(run)
    if not run.folder.is_dir():
        raise RunError(f"run '{run.id}' is not there any more")
    if said == Marks():
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    layout.write_json(path, {"tags": list(said.tags), "note": said.note, "group": said.group})


def _checked(said: Marks) -> Marks:
    tags = sorted({each.strip() for each in said.tags} - {""}, key=lambda each: (each.casefold(), each))
    for each in tags:
        _check_line("a tag", each, LONGEST_TAG)
    name = said.group.strip()
    if name:
        _check_line("a group's name", name, LONGEST_GROUP)
    if len(said.note) > LONGEST_NOTE:
        raise RunError(f"a note has at most {LONGEST_NOTE:,} characters, got {len(said.note):,}")
    return Marks(tuple(tags), said.note.strip(), name)


def _check_line(what: str, text: str, longest: int) -> None:
    if len(text) > longest or not LINE.fullmatch(text) or not text.isprintable():
        raise RunError(f"{what} has 1 to {longest} printable characters on one line and no comma, got {text!r}")
