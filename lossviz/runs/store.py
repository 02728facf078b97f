"""Finding runs: the user's own, and those shipped with the program."""

import shutil
from pathlib import Path

from lossviz.errors import RunError, UnknownName
from lossviz.paths import checkpoints_dir, runs_dir
from lossviz.runs import layout
from lossviz.runs.reader import Run


def list_runs() -> list[Run]:
    """Every run, newest first; damaged ones too (see :meth:`Run.problem`), which come last."""
    found = [
        Run(path)
        for folder in (runs_dir(), checkpoints_dir())
        if folder.is_dir()
        for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    ]
    return sorted(found, key=_created, reverse=True)


def find(name: str) -> Run:
    """The run called ``name``, the only one whose name starts so, or the newest for ``latest``."""
    there = list_runs()
    if name == "latest":
        if not there:
            raise RunError(f"there is no run in {runs_dir()} yet; make one with: python -m lossviz train")
        return there[0]
    exact = [run for run in there if run.id == name]
    begun = exact or [run for run in there if run.id.startswith(name)]
    if len(begun) > 1:
        raise RunError(f"'{name}' stands for several runs: {', '.join(run.id for run in begun[:5])}; write more of it")
    if not begun:
        raise UnknownName("run", name, [run.id for run in there])
    return begun[0]


def delete(run: Run) -> None:
    """Remove a run of the user's; refuses shipped ones and those being written."""
    if run.folder.parent != runs_dir():
        raise RunError(f"run '{run.id}' is shipped with lossviz and is not deleted")
    if layout.is_locked(run.folder):
        raise RunError(f"run '{run.id}' is running; stop it first")
    doomed = run.folder.with_name(f".{run.id}.deleted")
    with layout.writing(run.folder):
        Path.replace(run.folder, doomed)
        shutil.rmtree(doomed)


def _created(run: Run) -> str:
    try:
        return str(run.header["created"])
    except (RunError, KeyError):
        return ""
