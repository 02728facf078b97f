"""Files that take a while and are made at a button: by the command line, in a process that the page watches."""

import io
import re
import tempfile
import weakref
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

import streamlit as st

from lossviz.jobs.processes import Processes

STEP = re.compile(r"([01]\.\d{3}) (.+)")
SAID = "lossviz: "
NUMBERS = count()


@dataclass(frozen=True)
class Stage:
    """How far it is. ``state`` is ``waiting``, ``running``, ``finished``, ``stopped`` or ``failed``."""

    state: str
    done: float = 0.0
    doing: str = ""

    @property
    def under_way(self) -> bool:
        """Whether looking again will show more."""
        return self.state in ("waiting", "running")


class Making:
    """``python -m lossviz WORDS`` in a process of its own, which writes the file or folder ``name`` into ours.

    ``words`` name it by the path that :attr:`path` is. What it made is removed, and a process that still runs stopped,
    when it is discarded for another one, or with the last reference to it: when the page is left.
    """

    def __init__(self, name: str, title: str) -> None:
        self.title = title
        self._folder = tempfile.TemporaryDirectory(prefix="lossviz-")
        self.path = Path(self._folder.name) / "made" / name
        self.path.parent.mkdir()
        self._log = Path(self._folder.name) / "log.txt"
        self._name = f"making {next(NUMBERS)}"
        self._stopped = False

    def start(self, words: Sequence[str]) -> None:
        """Have it made when its turn comes."""
        processes = makers()
        processes.start(self._name, ("-m", "lossviz", *words), self._log)
        weakref.finalize(self, processes.stop, self._name)

    def stop(self) -> None:
        """End it."""
        self._stopped = True
        makers().stop(self._name)

    def discard(self) -> None:
        """End it, and remove what it made."""
        self.stop()
        self._folder.cleanup()

    @property
    def stage(self) -> Stage:
        """Where it stands now, by what its process said last."""
        state = makers().state(self._name)
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        if state != "gone":
            steps = [found for line in lines if (found := STEP.fullmatch(line))]
            words = "waiting for another report" if state == "waiting" else "starting"
            return Stage(state, float(steps[-1][1]), steps[-1][2]) if steps else Stage(state, 0.0, words)
        if self._stopped:
            return Stage("stopped")
        said = next((line.removeprefix(SAID) for line in reversed(lines) if line.startswith(SAID)), "")
        if self.path.exists() and not said:
            return Stage("finished", 1.0)
        return Stage("failed", 0.0, said or f"its process ended: {lines[-1] if lines else 'it said nothing'}")

    @property
    def file_name(self) -> str:
        """What its download is called."""
        return f"{self.path.name}.zip" if self.path.is_dir() else self.path.name

    @cached_property
    def content(self) -> bytes:
        """What was made, read once; a folder as a zip."""
        if self.path.is_file():
            return self.path.read_bytes()
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(self.path.rglob("*")):
                if each.is_file():
                    archive.write(each, each.relative_to(self.path.parent))
        return file.getvalue()


@st.cache_resource(show_spinner=False)
def makers() -> Processes:
    """What this server makes for downloading: one at a time, on one processor, so that pages stay quick."""
    return Processes(at_once=1, threads=1)
