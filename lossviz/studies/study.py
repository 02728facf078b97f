"""What a study is: contenders on grounds with nets, over seeds, and the trainings that follow from that."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

from lossviz.errors import StudyError
from lossviz.knobs import Value
from lossviz.records import Choice, Config, Settings
from lossviz.studies.tuning import Range, candidates

NO_MATTER = ("threads", "device", "keep_weights")
"""Settings that make no other run of it."""
CLASS_SEED = 0  # unseen classes are the same for all seeds, so that none that is tested on is ever tried on
SETTING = "settings."
CLOSED_SCORE, OPEN_SCORE = "knn_accuracy", "recall_at_1"


@dataclass(frozen=True)
class Contender:
    """A loss as it enters: its fixed knobs, what of it is tried, and settings of its own.

    ``tune`` has loss knobs by name, and settings as ``settings.lr``. Only contenders of one ``protocol`` (empty for
    most studies) are compared with one another.
    """

    key: str
    title: str
    loss: Choice
    tune: Mapping[str, Range] = field(default_factory=dict)
    settings: Mapping[str, Value] = field(default_factory=dict)
    protocol: str = ""


@dataclass(frozen=True)
class Ground:
    """What is learnt from and tested on: a data set, settings that go with it, and the score that decides."""

    key: str
    title: str
    data: Choice
    settings: Mapping[str, Value] = field(default_factory=dict)
    score: str = ""


@dataclass(frozen=True)
class Net:
    """A model, and settings that go with it."""

    key: str
    title: str
    model: Choice
    settings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Trials:
    """How knobs are chosen: ``count`` settings of them each, trained with each of ``seeds``.

    They are judged on a ``validation`` share of the training images, by the mean over the seeds. ``seed`` shifts the
    list of settings.
    """

    count: int
    seeds: tuple[int, ...] = (100,)
    validation: float = 0.2
    seed: int = 0


@dataclass(frozen=True)
class Case:
    """What is different where these contenders meet these grounds and nets; an empty tuple means all of them.

    The last case that says something counts. ``skip`` leaves the combination out; ``note`` says why it is different.
    """

    contenders: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    nets: tuple[str, ...] = ()
    knobs: Mapping[str, Value] = field(default_factory=dict)
    data_knobs: Mapping[str, Value] = field(default_factory=dict)
    model_knobs: Mapping[str, Value] = field(default_factory=dict)
    settings: Mapping[str, Value] = field(default_factory=dict)
    skip: bool = False
    note: str = ""

    def meets(self, cell: "Cell") -> bool:
        """Whether it is about this cell."""
        sides = ((self.contenders, cell.contender), (self.grounds, cell.ground), (self.nets, cell.net))
        return all(not asked or key in asked for asked, key in sides)


@dataclass(frozen=True)
class Cell:
    """One field of the grid, by keys."""

    contender: str
    ground: str
    net: str


@dataclass(frozen=True)
class Training:
    """One training of a cell. ``knobs`` are what was tried, ``candidate`` their place in the list, 0 the default."""

    cell: Cell
    config: Config
    candidate: int
    knobs: Mapping[str, Value]
    trial: bool

    @property
    def seed(self) -> int:
        """The run's seed."""
        return self.config.settings.seed


@dataclass(frozen=True)
class Study:
    """A grid of runs. ``cases`` are applied in their order; ``score`` decides where a ground has none of its own."""

    name: str
    title: str
    contenders: tuple[Contender, ...]
    grounds: tuple[Ground, ...]
    nets: tuple[Net, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    settings: Mapping[str, Value] = field(default_factory=dict)
    trials: Trials | None = None
    cases: tuple[Case, ...] = ()
    score: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        for cell in self.cells:
            self.final(cell, self.seeds[0])

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every field of the grid that is not left out, grounds first."""
        keys = product(self.grounds, self.nets, self.contenders)
        cells = [Cell(contender.key, ground.key, net.key) for ground, net, contender in keys]
        return tuple(cell for cell in cells if not any(case.skip for case in self.cases if case.meets(cell)))

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols of the contenders, each once."""
        return tuple(dict.fromkeys(contender.protocol for contender in self.contenders))

    def contender(self, key: str) -> Contender:
        """The contender called ``key``."""
        return next(each for each in self.contenders if each.key == key)

    def ground(self, key: str) -> Ground:
        """The ground called ``key``."""
        return next(each for each in self.grounds if each.key == key)

    def net(self, key: str) -> Net:
        """The net called ``key``."""
        return next(each for each in self.nets if each.key == key)

    def score_of(self, cell: Cell) -> str:
        """The key of the score that decides in this cell."""
        unseen = self.final(cell, self.seeds[0]).config.settings.unseen_classes
        return self.ground(cell.ground).score or self.score or (OPEN_SCORE if unseen else CLOSED_SCORE)

    def candidates(self, cell: Cell) -> tuple[dict[str, Value], ...]:
        """The knobs to choose from, the default first; nothing else where there are no trials."""
        if self.trials is None:
            return ({},)
        return candidates(self.contender(cell.contender).tune, self.trials.count, self.trials.seed)

    def trials_of(self, cell: Cell) -> tuple[Training, ...]:
        """The trials by which the cell's knobs are chosen; none where there is nothing to choose."""
        listed = self.candidates(cell)
        if self.trials is None or len(listed) == 1:
            return ()
        return tuple(
            Training(cell, self._config(cell, knobs, seed, self.trials.validation), place, knobs, trial=True)
            for place, knobs in enumerate(listed)
            for seed in self.trials.seeds
        )

    def final(self, cell: Cell, seed: int, candidate: int = 0) -> Training:
        """The training that is judged on the test images, with the knobs that were chosen."""
        knobs = self.candidates(cell)[candidate]
        return Training(cell, self._config(cell, knobs, seed, 0.0), candidate, knobs, trial=False)

    def with_seeds(self, seeds: Sequence[int]) -> "Study":
        """The same study over other seeds."""
        return replace(self, seeds=tuple(seeds))

    def _config(self, cell: Cell, knobs: Mapping[str, Value], seed: int, validation: float) -> Config:
        contender, ground, net = self.contender(cell.contender), self.ground(cell.ground), self.net(cell.net)
        cases = [case for case in self.cases if case.meets(cell)]
        settings: dict[str, Any] = dict(self.settings)
        for more in (ground.settings, net.settings, contender.settings, *(case.settings for case in cases)):
            settings |= more
        settings |= {name.removeprefix(SETTING): value for name, value in knobs.items() if name.startswith(SETTING)}
        if settings.get("unseen_classes"):
            settings.setdefault("class_seed", CLASS_SEED)
        loss = {name: value for name, value in knobs.items() if not name.startswith(SETTING)}
        return Config(
            loss=_changed(contender.loss, *(case.knobs for case in cases), loss),
            data=_changed(ground.data, *(case.data_knobs for case in cases)),
            model=_changed(net.model, *(case.model_knobs for case in cases)),
            settings=Settings.from_values({**settings, "seed": seed, "validation": validation}),
        )


def _changed(choice: Choice, *changes: Mapping[str, Value]) -> Choice:
    knobs = dict(choice.knobs)
    for change in changes:
        knobs |= change
    return Choice(choice.name, knobs)


def fingerprint(config: Config) -> str:
    """The same for configs that ask for the same run, whatever machine and weights kept."""
    values = config.to_json()
    values["settings"] = {name: value for name, value in values["settings"].items() if name not in NO_MATTER}
    return json.dumps(_plain(values), sort_keys=True)


def _plain(value: Any) -> Any:
    """Whole numbers as the floats that they equal, so that 30 and 30.0 read alike."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def check_keys(noun: str, keys: Sequence[str]) -> None:
    """Raise :class:`StudyError` where two are called alike."""
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise StudyError(f"two of the study's {noun} are called '{twice[0]}'; give one a key of its own: key = \"...\"")
