"""What came of a study: of every training that it wants, whether there is a run, what it scores, how long it took."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Self

from lossviz import __version__, metrics
from lossviz.errors import LossvizError, StudyError
from lossviz.knobs import Value
from lossviz.records import Config
from lossviz.runs import Run, found_runs, scores
from lossviz.studies import shipped
from lossviz.studies.statistics import Comparison, compare
from lossviz.studies.study import Cell, Study, Training, fingerprint

ARGMAX_OF_EMBEDDING = "argmax_of_embedding"
STATES = ("finished", "running", "queued", "stopped", "failed", "missing")
"""Of a training. ``stopped`` can go on, ``missing`` was never begun."""
_OF_RUNS = {"finished": "finished", "running": "running", "failed": "failed"}


@dataclass(frozen=True)
class Attempt:
    """Something that was or is being done about a config: a run, or a job that waits for its turn."""

    config: Config
    state: str
    id: str
    message: str = ""
    run: Run | None = None


@dataclass(frozen=True)
class Outcome:
    """A training that is wanted, and what came of it.

    ``state`` is one of :data:`STATES`, ``id`` the name of the run or job and ``message`` why it stopped or failed.
    ``scores`` are those after the last epoch, ``seconds`` what the training took; ``start`` the hashes that two
    trainings share where they began alike on the same images, and ``probes`` how many images were judged. ``measures``
    are numbers that are no scores: ``probe_loss`` and :data:`ARGMAX_OF_EMBEDDING`, as far as they are known. Where the
    run is not ``here``, but only what came of it was shipped with the program, ``id`` is its name where it was made.
    """

    training: Training
    state: str = "missing"
    id: str = ""
    message: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    start: tuple[str, ...] = ()
    probes: int = 0
    notes: tuple[str, ...] = ()
    environment: Mapping[str, object] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    here: bool = True


@dataclass(frozen=True)
class CellResult:
    """One field of the grid. ``finals`` are empty until its trials have decided on ``chosen``, a candidate's place.

    ``score`` is the key of the score that decides.
    """

    cell: Cell
    score: str
    trials: tuple[Outcome, ...]
    finals: tuple[Outcome, ...]
    chosen: int | None
    wanted: int

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Trials and finals."""
        return (*self.trials, *self.finals)

    @property
    def state(self) -> str:
        """``finished`` where every final is; otherwise the state, of what is left, that says most of what goes on."""
        if len(self.finals) == self.wanted and all(each.state == "finished" for each in self.finals):
            return "finished"
        states = {each.state for each in self.outcomes}
        return next((state for state in ("running", "queued", "failed", "stopped") if state in states), "missing")

    @property
    def knobs(self) -> Mapping[str, Value]:
        """What was chosen, besides the fixed knobs; nothing where that is the default or not decided."""
        return self.finals[0].training.knobs if self.finals else {}

    def by_seed(self, score: str = "") -> dict[int, float]:
        """A score of the finals, by seed; the one that decides where none is named."""
        key = score or self.score
        return {each.training.seed: each.scores[key] for each in self.finals if key in each.scores}

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of the finals whose runs are on this machine, to be looked at."""
        return tuple(each.id for each in self.finals if each.state == "finished" and each.here)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Finals that failed."""
        return tuple(each for each in self.finals if each.state == "failed")

    @property
    def seconds(self) -> float | None:
        """What a final training took, in the mean."""
        known = [each.seconds for each in self.finals if each.seconds is not None]
        return fmean(known) if known else None


@dataclass(frozen=True)
class Results:
    """A study and what came of it; ``cells`` in the study's order."""

    study: Study
    cells: tuple[CellResult, ...]

    @classmethod
    def of(
        cls, study: Study, jobs: Iterable[Attempt] = (), before: Self | None = None, with_shipped: bool = True
    ) -> Self:
        """Look at the runs that there are, and at ``jobs`` besides.

        A run belongs to a study by its config alone, whatever it is called and whoever made it, if this version of
        the program made it. Scores that were not computed before are computed, and kept beside the run. What was
        finished at the look ``before`` is not read again. Where no run is finished, what came of such a run elsewhere
        counts, if it is shipped with the program; not ``with_shipped`` results, only runs on this machine count.
        """
        known = {each.id: each for each in before.outcomes if each.state == "finished"} if before else {}
        found = _Found(study, (*_runs(), *jobs), known, with_shipped)
        return cls(study, tuple(found.result(cell) for cell in study.cells))

    def cell(self, cell: Cell) -> CellResult:
        """What came of one field of the grid."""
        return next(each for each in self.cells if each.cell == cell)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All trainings that are known to be wanted so far."""
        return tuple(outcome for cell in self.cells for outcome in cell.outcomes)

    @property
    def total(self) -> int:
        """How many trainings there are in all, with the finals that trials have not decided on."""
        return sum(len(cell.trials) + cell.wanted for cell in self.cells)

    @property
    def done(self) -> int:
        """How many of them are finished."""
        return sum(outcome.state == "finished" for outcome in self.outcomes)

    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """Ground, net and protocol of each set of contenders that are compared with one another."""
        found = ((each.cell.ground, each.cell.net, self._protocol(each.cell)) for each in self.cells)
        return tuple(dict.fromkeys(found))

    def rivals(self, ground: str, net: str, protocol: str = "") -> tuple[CellResult, ...]:
        """The cells that are compared with one another."""
        return tuple(
            each
            for each in self.cells
            if (each.cell.ground, each.cell.net, self._protocol(each.cell)) == (ground, net, protocol)
        )

    def comparison(self, ground: str, net: str, protocol: str = "", score: str = "") -> Comparison:
        """The contenders of one field held against one another, by key, on the score that decides or another one.

        A contender with a failed training is left out: its mean would be over the seeds that suit it.
        """
        cells = [each for each in self.rivals(ground, net, protocol) if not each.failed]
        key = score or (cells[0].score if cells else "")
        outputs = {output.key: output for output in metrics.outputs()}
        better = outputs[key].better if key in outputs else 1
        probes = [each.probes for cell in cells for each in cell.finals if each.probes]
        step = 1 / min(probes) if probes and key in outputs and outputs[key].unit == "%" else 0.0
        return compare({each.cell.contender: each.by_seed(key) for each in cells}, better or 1, step)

    def unlike(self, ground: str, net: str, protocol: str = "") -> tuple[int, ...]:
        """Seeds whose finals did not all begin alike on the same images, and so are no fair pairs."""
        starts: dict[int, set[tuple[str, ...]]] = {}
        for cell in self.rivals(ground, net, protocol):
            for each in cell.finals:
                if each.start:
                    starts.setdefault(each.training.seed, set()).add(each.start)
        return tuple(sorted(seed for seed, found in starts.items() if len(found) > 1))

    def _protocol(self, cell: Cell) -> str:
        return self.study.contender(cell.contender).protocol


def _all(study: Study, cell: Cell) -> Iterable[Training]:
    yield from study.trials_of(cell)
    for candidate in range(len(study.candidates(cell))):
        for seed in study.seeds:
            yield study.final(cell, seed, candidate)


def _runs() -> Iterable[Attempt]:
    """Every run that says what it was asked to be, the oldest first."""
    found = []
    for run in found_runs():
        try:
            asked, version = run.asked, run.header["environment"].get("lossviz")
            if asked is None or version != __version__:
                continue
            status = run.status
            state = _OF_RUNS.get(status.state, "stopped")
            message = "" if state in ("finished", "running") else status.message
            found.append((str(run.header["created"]), Attempt(asked, state, run.id, message, run)))
        except (LossvizError, KeyError, AttributeError):  # damaged, or being deleted: another run is as good
            continue
    return [attempt for _, attempt in sorted(found, key=lambda each: each[0])]


def _better(one: Attempt, other: Attempt) -> bool:
    """Whether ``one``, which is the newer, tells more of where a training stands."""
    return STATES.index(one.state) <= STATES.index(other.state)


def _chosen(trials: tuple[Outcome, ...], key: str) -> int | None:
    """The candidate with the best mean; of equals the first, and failed ones last. ``None`` until all have ended."""
    if not all(each.state in ("finished", "failed") for each in trials):
        return None
    ended = [each for each in trials if each.state == "finished"]
    if ended and not any(key in each.scores for each in ended):
        raise StudyError(f"the score '{key}' does not apply to validation images, so no knobs can be chosen by it")
    better = next((output.better for output in metrics.outputs() if output.key == key), 1) or 1
    scored: dict[int, list[float]] = {}
    for each in trials:
        scored.setdefault(each.training.candidate, []).append(better * each.scores.get(key, -better * math.inf))
    return max(scored, key=lambda place: (fmean(scored[place]), -place))


class _Found:
    """What was found of the trainings that a study wants."""

    def __init__(
        self, study: Study, attempts: Iterable[Attempt], known: Mapping[str, Outcome], with_shipped: bool
    ) -> None:
        self._study = study
        self._known = known
        self._with_shipped = with_shipped
        self._best: dict[str, Attempt] = {}
        wanted = {fingerprint(each.config) for cell in study.cells for each in _all(study, cell)}
        for attempt in attempts:
            key = fingerprint(attempt.config)
            if key in wanted and (key not in self._best or _better(attempt, self._best[key])):
                self._best[key] = attempt

    def result(self, cell: Cell) -> CellResult:
        """What came of one field of the grid."""
        study, key = self._study, self._study.score_of(cell)
        trials = tuple(self._outcome(each) for each in study.trials_of(cell))
        chosen = _chosen(trials, key) if trials else 0
        finals: tuple[Outcome, ...] = ()
        if chosen is not None:
            finals = tuple(self._outcome(study.final(cell, seed, chosen)) for seed in study.seeds)
        return CellResult(cell, key, trials, finals, chosen, len(study.seeds))

    def _outcome(self, training: Training) -> Outcome:
        attempt = self._best.get(fingerprint(training.config))
        if self._with_shipped and (attempt is None or attempt.state != "finished"):
            kept = shipped.of(training.config)
            if kept is not None:
                return Outcome(training, "finished", here=False, **vars(kept))
        if attempt is None:
            return Outcome(training)
        if attempt.run is None or attempt.state != "finished":
            return Outcome(training, attempt.state, attempt.id, attempt.message)
        if attempt.id in self._known:
            return replace(self._known[attempt.id], training=training)
        try:
            return _finished(training, attempt.run)
        except LossvizError as error:  # damaged since it was finished; deleting it has it trained again
            return Outcome(training, "failed", attempt.id, str(error))


def _finished(training: Training, run: Run) -> Outcome:
    header, last = run.header, training.config.settings.epochs
    record, hashes = run.record(last), header["hashes"]
    return Outcome(
        training=training,
        state="finished",
        id=run.id,
        scores=scores(run, last),
        seconds=run.status.seconds,
        start=(hashes["initial_weights"], hashes["data"], hashes["train_images"], record.batch_order),
        probes=int(header["samples"]["probe"]),
        notes=record.notes,
        environment=header["environment"],
        measures={} if record.probe_loss is None else {"probe_loss": record.probe_loss},
    )
