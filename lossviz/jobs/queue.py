"""The queue of jobs. All of it is on the disk: any number of servers, tabs and shells may hold one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lossviz.errors import RunError, UnknownName
from lossviz.jobs.checks import check
from lossviz.jobs.job import ENDED, JOBS, STOP, UNDER_WAY, Job, Looked, Wanted, job_of
from lossviz.jobs.runner import Runner
from lossviz.jobs.shelf import Shelf
from lossviz.paths import checkpoints_dir
from lossviz.records import Config
from lossviz.runs import layout
from lossviz.runs.writer import check_name, new_name
from lossviz.studies.study import fingerprint

SETTINGS = "settings.json"
AT_ONCE = 2


class Queue:
    """The jobs of one folder of runs, and the runner that has them worked on."""

    def __init__(self, runs: Path, runner: Runner) -> None:
        self.runs = runs
        self._runner = runner
        self._shelf = Shelf(runs / JOBS, runner)
        self._kept: dict[str, tuple[object, Job]] = {}

    def submit(
        self,
        configs: Sequence[Config],
        group: str = "",
        detach: bool = False,
        names: Sequence[str] | None = None,
        token: str = "",
        log: str = "",
    ) -> list[str]:
        """Put jobs at the end of the queue, all or none of them; returns their ids, which are their runs' names.

        ``log`` names the tracker that is told of them, if any (:mod:`lossviz.jobs.tracking`). What was submitted under
        the same ``token`` before is not submitted again: its ids are returned. Raises
        :class:`~lossviz.errors.LossvizError` on a config that cannot be trained or a name that is taken.
        """
        for config in configs:
            check(config)
        if names is not None and len(names) != len(configs):
            raise RunError(f"{len(configs)} jobs cannot have {len(names)} names")
        with self._shelf.changing():
            known = self._in_order()
            before = [wanted.id for wanted in known if token and wanted.token == token]
            if before:
                return before
            ids = self._names(configs, names, {wanted.id for wanted in known})
            self._add(known, dict(zip(ids, configs, strict=True)), group=group, detach=detach, token=token, log=log)
        return ids

    def submit_new(self, configs: Sequence[Config], group: str, seen: Collection[str]) -> list[str]:
        """As :meth:`submit`, without what somebody else has submitted since the jobs ``seen`` were all there were.

        So of several processes that see the same training missing one submits it, whenever they do. Trainings are the
        same where their :func:`~lossviz.studies.study.fingerprint` is.
        """
        for config in configs:
            check(config)
        with self._shelf.changing():
            known = self._in_order()
            others = {fingerprint(wanted.config) for wanted in known if wanted.id not in seen}
            fresh = [config for config in configs if fingerprint(config) not in others]
            ids = self._names(fresh, None, {wanted.id for wanted in known})
            self._add(known, dict(zip(ids, fresh, strict=True)), group=group, detach=False)
        return ids

    def jobs(self) -> list[Job]:
        """Every job: those under way first, then those queued in their order, then those ended, the newest first."""
        looked = sorted(self._shelf.look(), key=lambda found: found[0].rank)
        waiting = [wanted.id for wanted, _, state in looked if state == "queued"]
        jobs = [self._told(found, waiting) for found in looked]
        ended = sorted((job for job in jobs if job.state in ENDED), key=lambda job: job.ended, reverse=True)
        return [
            *(job for job in jobs if job.state in UNDER_WAY),
            *(job for job in jobs if job.state == "queued"),
            *ended,
        ]

    @property
    def problems(self) -> Sequence[str]:
        """What was wrong with the files of some jobs at the last look; :meth:`jobs` passes them over."""
        return tuple(self._shelf.problems)

    def job(self, id: str) -> Job:
        """The job called ``id``; raises :class:`~lossviz.errors.UnknownName`."""
        jobs = {job.id: job for job in self.jobs()}
        if id not in jobs:
            raise UnknownName("job", id, jobs)
        return jobs[id]

    def stop(self, id: str) -> None:
        """Have it end after the batch under way, or not begin."""
        with self._shelf.changing():
            self._stop(self._shelf.one(id))

    def stop_all(self) -> None:
        """Stop what is under way and what is queued."""
        with self._shelf.changing():
            for wanted in self._in_order():
                self._stop(wanted)

    def remove(self, id: str) -> None:
        """Take a job that is queued or has ended off the list; its run stays."""
        with self._shelf.changing():
            wanted = self._shelf.one(id)
            if self._runner.alive(self._shelf.of(wanted)):
                raise RunError(f"job '{id}' is running; stop it first")
            self._shelf.remove(wanted)

    def clear_ended(self) -> None:
        """Take all jobs that have ended off the list; their runs stay."""
        with self._shelf.changing():
            for wanted, _, state in self._shelf.look():
                if state in ENDED:
                    self._shelf.remove(wanted)

    def retry(self, id: str, detach: bool | None = None) -> None:
        """Put a job that did not finish at the end of the queue again.

        It goes on from the last epoch recorded to the same result, and begins anew where there is none. ``detach``
        changes whether it goes on when the server ends.
        """
        with self._shelf.changing():
            job = self.job(id)
            if job.state not in ENDED:
                raise RunError(f"job '{id}' is {job.state}: wait for its end, or stop it first")
            if not job.resumable:
                raise RunError(f"job '{id}' cannot go on: {job.sentence}")
            with layout.writing(job.folder):
                (job.folder / STOP).unlink(missing_ok=True)
            wanted, last = self._shelf.one(id), self._in_order()[-1].rank
            again = replace(wanted, turn=wanted.turn + 1, tries=0, rank=last + 1)
            replace(again, detach=wanted.detach if detach is None else detach).write(job.folder)

    def adopt(self, id: str, config: Config, group: str = "", detach: bool = False) -> None:
        """Have a run go on that did not finish and has no job any more; ``config`` is what it was asked to be."""
        with self._shelf.changing():
            known = self._in_order()
            if any(wanted.id == id for wanted in known):
                raise RunError(f"there already is a job called '{id}'")
            if not (self.runs / id / layout.HEADER).exists():
                raise RunError(f"there is no run called '{id}' in {self.runs} that could go on")
            self._add(known, {id: config}, group=group, detach=detach)

    def move(self, id: str, places: int) -> None:
        """Move a queued job by so many places: towards the front where ``places`` is below 0."""
        with self._shelf.changing():
            queued = self._queued()
            place = next((index for index, wanted in enumerate(queued) if wanted.id == id), None)
            if place is None:
                raise RunError(f"job '{id}' is not in the queue; only what waits can be moved")
            wanted = queued.pop(place)
            place = min(max(place + places, 0), len(queued))
            ranks = [other.rank for other in queued] or [wanted.rank]
            low = ranks[place - 1] if place else ranks[0] - 2
            high = ranks[place] if place < len(ranks) else low + 2
            replace(wanted, rank=(low + high) / 2).write(self._shelf.of(wanted))

    @property
    def at_once(self) -> int:
        """How many jobs may run at once."""
        path = self._shelf.folder / SETTINGS
        kept = layout.read_json(path).get("at_once", AT_ONCE) if path.exists() else AT_ONCE
        return min(int(kept), self.most_at_once)

    @at_once.setter
    def at_once(self, number: int) -> None:
        if not 1 <= number <= self.most_at_once:
            raise RunError(f"between 1 and {self.most_at_once} jobs can run at once here, got {number}")
        with self._shelf.changing():
            layout.write_json(self._shelf.folder / SETTINGS, {"at_once": number})

    @property
    def most_at_once(self) -> int:
        """The highest :attr:`at_once`."""
        return self._runner.most_at_once()

    def tend(self, only_detached: bool = False) -> None:
        """Start the jobs that have their turn; with ``only_detached`` those that need nobody to stay.

        Cheap where nothing waits. However many processes call it, each job is started once.
        """
        if not self._queued():
            return
        with self._shelf.changing():
            room = self.at_once - sum(state in UNDER_WAY for _, _, state in self._shelf.look())
            turns = [wanted for wanted in self._queued() if wanted.detach or not only_detached]
            for wanted in turns[: max(room, 0)]:
                replace(wanted, tries=wanted.tries + 1).write(self._shelf.of(wanted))
                threads = max(1, self.most_at_once // self.at_once)
                self._runner.start(self._shelf.of(wanted), threads, wanted.detach)

    def _add(self, known: Sequence[Wanted], configs: Mapping[str, Config], **of: Any) -> None:
        """Put jobs called so at the end of those ``known``; call it while changing the shelf."""
        last = max((wanted.rank for wanted in known), default=0.0)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        numbered = enumerate(configs.items(), 1)
        self._shelf.add(
            [Wanted(name, config, created=now, rank=last + place, **of) for place, (name, config) in numbered]
        )

    def _told(self, looked: Looked, waiting: Sequence[str]) -> Job:
        """What is told of a job; of one that has ended, again what was told while its run is as it was."""
        wanted, said, state = looked
        try:
            facts = (self.runs / wanted.id / layout.STATUS).stat()
            written = (facts.st_ino, facts.st_mtime_ns)
        except OSError:
            written = (0, 0)
        seen = (wanted, said, state, written)
        if state in ENDED and wanted.id in self._kept and self._kept[wanted.id][0] == seen:
            return self._kept[wanted.id][1]
        job = job_of(looked, self._shelf.of(wanted), waiting)
        self._kept[wanted.id] = (seen, job)
        return job

    def _in_order(self) -> list[Wanted]:
        return sorted(self._shelf.read(), key=lambda wanted: wanted.rank)

    def _queued(self) -> list[Wanted]:
        return sorted(
            (wanted for wanted, _, state in self._shelf.look() if state == "queued"), key=lambda wanted: wanted.rank
        )

    def _stop(self, wanted: Wanted) -> None:
        found = self._shelf.look_at(wanted)
        if found is not None and found[2] not in ENDED:
            stop = self._shelf.of(wanted) / STOP
            with layout.writing(stop):
                stop.touch()
            self._runner.wake(stop.parent)

    def _names(self, configs: Sequence[Config], names: Sequence[str] | None, taken: set[str]) -> list[str]:
        """A name for each config that neither a run nor a job has; raises :class:`RunError` on one that is asked."""
        chosen: list[str] = []
        for index, config in enumerate(configs):
            name = new_name(config) if names is None else names[index]
            while names is None and self._is_taken(name, taken):
                name = new_name(config)
            check_name(name)
            if self._is_taken(name, taken):
                raise RunError(f"there already is a run or a job called '{name}'; choose another name")
            taken.add(name)
            chosen.append(name)
        return chosen

    def _is_taken(self, name: str, taken: set[str]) -> bool:
        return name in taken or any((folder / name).exists() for folder in (self.runs, checkpoints_dir()))
