"""The jobs of one folder on the disk: read by anybody at any time, changed by one process at a time."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lossviz.errors import RunError, UnknownName
from lossviz.jobs.job import ENDED, MOST_TRIES, STOP, WANTED, Looked, Said, Wanted
from lossviz.jobs.processes import ASKED
from lossviz.jobs.runner import Runner
from lossviz.runs import layout

PATIENCE = 30.0  # seconds to wait for whoever changes the jobs
SUBMITTED = ".submitted-"
REMOVED = ".removed-"
PARTIAL = ".partial"
UNBORN = "its process ended before it could begin, three times; the log may say why"


class Shelf:
    """The folder ``.jobs`` of a folder of runs."""

    def __init__(self, folder: Path, runner: Runner) -> None:
        self.folder = folder
        self._runner = runner
        self._ended: dict[tuple[str, str, int], tuple[Said, str]] = {}
        self._kept: dict[Path, tuple[tuple[int, int], Wanted]] = {}
        self.problems: list[str] = []
        """What was wrong with the files of some jobs at the last look; such jobs are passed over."""

    def of(self, wanted: Wanted) -> Path:
        """The folder of a job."""
        return self.folder / wanted.id

    def read(self) -> list[Wanted]:
        """What is wanted of every job, in no order."""
        if any(not left.name.endswith(PARTIAL) for left in self.folder.glob(f"{SUBMITTED}*")):
            with self.changing():  # somebody was killed while submitting
                pass
        return self._read()

    def one(self, id: str) -> Wanted:
        """What is wanted of the job called ``id``; raises :class:`~lossviz.errors.UnknownName`."""
        known = {wanted.id: wanted for wanted in self._read()}
        if id not in known:
            raise UnknownName("job", id, known)
        return known[id]

    def look(self) -> list[Looked]:
        """Every job with its state, in no order; those with damaged files are left to :attr:`problems`."""
        looked = []
        for wanted in self.read():
            try:
                found = self.look_at(wanted)
            except RunError as error:
                self.problems.append(str(error))
            else:
                looked += [] if found is None else [found]
        return looked

    def look_at(self, wanted: Wanted) -> Looked | None:
        """One job with its state; ``None`` where it has been removed meanwhile.

        Whether it is alive is asked before what it said is read, because it speaks and then ends.
        """
        folder, key = self.of(wanted), (wanted.id, wanted.created, wanted.turn)
        if key in self._ended:
            return wanted, *self._ended[key]
        while True:
            alive = self._runner.alive(folder)
            try:
                said = Said.read(folder)
            except RunError:
                if folder.is_dir():
                    raise
                return None
            state = _state(wanted, said, alive, (folder / STOP).exists())
            if state != "interrupted" or not self._runner.alive(folder):
                break  # otherwise it began between the two questions
        if said.turn == wanted.turn:
            if state in ENDED:
                self._ended[key] = said, state
        elif state in ENDED:
            said = Said(said.turn, state, UNBORN if state == "failed" else ASKED, said.at)
        return wanted, said, state

    @contextmanager
    def changing(self) -> Iterator[None]:
        """The right to change jobs, after what somebody was killed in the middle of has been brought to an end."""
        with layout.writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".lock")
            try:
                lock.acquire(timeout=PATIENCE)
            except Timeout:
                raise RunError(f"the queue in {self.folder} has been busy for {PATIENCE:.0f} s; try again") from None
        try:
            self._settle()
            yield
        finally:
            lock.release()

    def add(self, jobs: list[Wanted]) -> None:
        """Put new jobs on the disk, all or none; call it while :meth:`changing`."""
        with layout.writing(self.folder):
            fresh = Path(tempfile.mkdtemp(prefix=SUBMITTED, suffix=PARTIAL, dir=self.folder))
            try:
                for wanted in jobs:
                    (fresh / wanted.id).mkdir()
                    wanted.write(fresh / wanted.id)
                fresh.rename(fresh.with_suffix(""))  # from here on all of them count
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            self._settle()

    def remove(self, wanted: Wanted) -> None:
        """Forget a job; call it while :meth:`changing`."""
        gone = self.folder / f"{REMOVED}{wanted.id}"
        with layout.writing(gone):
            self.of(wanted).rename(gone)
            shutil.rmtree(gone)

    def _read(self) -> list[Wanted]:
        kept, problems = {}, []
        for file in self.folder.glob(f"[!.]*/{WANTED}"):
            try:
                facts = file.stat()
                written = (facts.st_ino, facts.st_mtime_ns)
                before = self._kept.get(file)
                kept[file] = before if before and before[0] == written else (written, Wanted.read(file.parent))
            except (RunError, FileNotFoundError) as error:
                if file.exists():
                    problems.append(str(error))
        self._kept, self.problems = kept, problems
        return [wanted for _, wanted in kept.values()]

    def _settle(self) -> None:
        """What was submitted comes in, what was half submitted or half removed goes."""
        for left in self.folder.glob(f"{SUBMITTED}*"):
            if not left.name.endswith(PARTIAL):
                for job in left.iterdir():
                    job.rename(self.folder / job.name)
            shutil.rmtree(left, ignore_errors=True)
        for left in self.folder.glob(f"{REMOVED}*"):
            shutil.rmtree(left, ignore_errors=True)


def _state(wanted: Wanted, said: Said, alive: bool, asked: bool) -> str:
    if alive:
        stopping = asked or (said.turn == wanted.turn and said.state == "stopping")
        return "stopping" if stopping else "running"
    if said.turn < wanted.turn:
        return "stopped" if asked else "queued" if wanted.tries < MOST_TRIES else "failed"
    return said.state if said.state in ENDED else "interrupted"
