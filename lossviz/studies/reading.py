"""Studies as TOML files: those that came with the program, those that were run, and any file. See docs/studies.md."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lossviz import metrics
from lossviz.errors import StudyError, UnknownName
from lossviz.paths import replacing, runs_dir
from lossviz.records import Choice, Settings
from lossviz.studies.likeness import resolved
from lossviz.studies.study import SETTING, Case, Contender, Ground, Net, Study, Trials, check_keys
from lossviz.studies.table import Table
from lossviz.studies.tuning import Range

PRESETS = Path(__file__).parent / "presets"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
MOST_SEEDS = 100
CONVNET = Net("convnet", "ConvNet", Choice("convnet"))


def presets() -> dict[str, Path]:
    """The studies that came with the program, by name."""
    return {path.stem: path for path in sorted(PRESETS.glob("*.toml"))}


def kept() -> dict[str, Path]:
    """The studies that were run from files of their own here, by name."""
    return {path.stem: path for path in sorted((runs_dir() / ".studies").glob("*.toml"))}


def available() -> list[str]:
    """Every name that :func:`load` takes, besides files."""
    return sorted({*presets(), *kept()})


def load(name: str | Path) -> Study:
    """The study in a file, or the one of that name; raises :class:`StudyError` that says what is wrong with it."""
    path = _path(str(name))
    return parse(_text(path), path.stem, str(path))


def _path(name: str) -> Path:
    """Where the study is that is called ``name``, or the file that this is."""
    if name.endswith(".toml"):
        return Path(name)
    there = kept() | presets()
    if name not in there:
        raise UnknownName("study", name, there)
    return there[name]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise StudyError(f"{path} cannot be read: {reason}") from None


def _raw(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{where} is no TOML: {error}") from None


def _raw_of(name: str) -> dict[str, Any]:
    path = _path(name)
    return _raw(_text(path), str(path))


def keep(path: Path) -> None:
    """Keep a copy of a study's file beside the runs, so that it is found by its name later."""
    home = runs_dir() / ".studies"
    home.mkdir(parents=True, exist_ok=True)
    with replacing(home / path.name) as fresh:
        fresh.write_bytes(path.read_bytes())


def parse(text: str, name: str, where: str = "the study") -> Study:
    """A study from TOML; ``where`` is how error messages call it. Raises :class:`StudyError`."""
    if not NAME.fullmatch(name):
        raise StudyError(f"a study cannot be called '{name}': use letters, digits, '.', '_' and '-', 60 at most")
    try:
        return _study(Table(where, resolved(_raw(text, where), _raw_of, where)), name)
    except StudyError:
        raise
    except (ValueError, LookupError) as error:  # of the knobs and names that it asks for
        raise StudyError(f"{where}: {error}") from None


def _study(table: Table, name: str) -> Study:
    trials = table.plain("trials")
    contenders = tuple(_contender(each) for each in table.tables("contender", "contender"))
    grounds = tuple(_ground(each) for each in table.tables("data", "data set"))
    nets = tuple(_net(each) for each in table.tables("model", "model")) or (
        Net("convnet", "ConvNet", Choice("convnet")),
    )
    for noun, there in (("contender", contenders), ("data", grounds)):
        if not there:
            raise StudyError(f"{table.where} has no [[{noun}]]")
    for noun, keys in (("contenders", contenders), ("data sets", grounds), ("models", nets)):
        check_keys(noun, [each.key for each in keys])
    study = Study(
        name=name,
        title=table.take("title", str, name),
        note=table.take("note", str, "").strip(),
        seeds=seeds_of(table.plain("seeds"), f"{table.where}: seeds") or (0, 1, 2),
        settings=table.settings(),
        score=table.take("score", str, ""),
        trials=None if trials is None else _trials(Table(f"{table.where}: [trials]", trials)),
        contenders=contenders,
        grounds=grounds,
        nets=nets,
        cases=tuple(_case(each, (contenders, grounds, nets)) for each in table.tables("case", "case")),
    )
    for score in (study.score, *(ground.score for ground in grounds)):
        check_score(score)
    _check_trials(study, table.where)
    return table.finish(study)


def _contender(table: Table) -> Contender:
    loss = table.need("loss")
    key = table.take("key", str, loss)
    tune: dict[str, Any] = table.take("tune", dict, {})
    ranges = {name: _range(Table(f"{table.where}: tune.{name}", each)) for name, each in tune.items()}
    for name in ranges:
        if name.startswith(SETTING):
            Settings.knob(name.removeprefix(SETTING))
    made = Contender(
        key=key,
        title=table.take("title", str, key),
        loss=Choice(loss, table.knobs("knobs")),
        tune=ranges,
        settings=table.settings(),
        protocol=table.take("protocol", str, ""),
    )
    return table.finish(made)


def _range(table: Table) -> Range:
    values = table.plain("values")
    if values is not None:
        if not isinstance(values, list) or not values:
            raise StudyError(f"{table.where}: values must be a list, got {values!r}")
        return table.finish(Range(values=tuple(values)))
    low, high = table.plain("low"), table.plain("high")
    for end in (low, high):
        if isinstance(end, bool) or not isinstance(end, (int, float)):
            raise StudyError(f"{table.where} must have a low and a high number, or values")
    try:
        return table.finish(Range(low, high, table.take("log", bool, False)))
    except StudyError as error:
        raise StudyError(f"{table.where}: {error}") from None


def _ground(table: Table) -> Ground:
    name = table.need("name")
    key = table.take("key", str, name)
    choice = Choice(name, table.knobs("knobs"))
    made = Ground(key, table.take("title", str, key), choice, table.settings(), table.take("score", str, ""))
    return table.finish(made)


def _net(table: Table) -> Net:
    name = table.need("name")
    key = table.take("key", str, name)
    return table.finish(
        Net(key, table.take("title", str, key), Choice(name, table.knobs("knobs")), table.settings()),
    )


def _trials(table: Table) -> Trials:
    made = Trials(
        count=table.take("count", int, 4),
        seeds=seeds_of(table.plain("seeds"), f"{table.where} seeds") or (100,),
        validation=table.take("validation", float, 0.2),
        seed=table.take("seed", int, 0),
    )
    if made.count < 2:
        raise StudyError(f"{table.where}: count must be at least 2, the default and another, got {made.count}")
    if not 0 < made.validation <= 0.5:
        raise StudyError(f"{table.where}: validation must be above 0 and at most 0.5, got {made.validation}")
    return table.finish(made)


def _case(table: Table, sides: tuple[Iterable[Any], Iterable[Any], Iterable[Any]]) -> Case:
    names = ("contender", "data", "model")
    contenders, grounds, nets = chosen = [table.keys(name) for name in names]
    for name, keys, side in zip(names, chosen, sides, strict=True):
        known = [each.key for each in side]
        for key in keys:
            if key not in known:
                raise StudyError(f"{table.where}: {UnknownName(name, key, known)}")
    made = Case(
        contenders=contenders,
        grounds=grounds,
        nets=nets,
        knobs=table.knobs("knobs"),
        data_knobs=table.knobs("data_knobs"),
        model_knobs=table.knobs("model_knobs"),
        settings=table.settings(),
        skip=table.take("skip", bool, False),
        note=table.take("note", str, "").strip(),
    )
    return table.finish(made)


def _check_trials(study: Study, where: str) -> None:
    """Trials for some contenders alone would favour these."""
    if not study.cells:
        raise StudyError(f"{where}: every combination is skipped")
    tuned = [contender for contender in study.contenders if contender.tune]
    if study.trials is None and tuned:
        raise StudyError(f"{where}: {tuned[0].title} has knobs to try (tune), and there is no [trials]")
    if study.trials is not None and len(tuned) < len(study.contenders):
        without = next(contender for contender in study.contenders if not contender.tune)
        raise StudyError(
            f"{where}: {without.title} has no knobs to try (tune). In a study with trials every contender gets the "
            'same number of them; what has no knob of its own can try a setting, as "settings.prototype_lr"'
        )


def check_score(key: str) -> None:
    """Raise :class:`~lossviz.errors.UnknownName` where there is no such score; an empty key is none in particular."""
    known = [output.key for output in metrics.outputs()]
    if key and key not in known:
        raise UnknownName("score", key, known)


def seeds_of(value: Any, where: str) -> tuple[int, ...]:
    """Seeds from a list of whole numbers, or from ``"0-4"`` or ``"0, 1, 5"``; empty for ``None``."""
    if isinstance(value, str):
        value = [seed for part in value.split(",") for seed in _span(part.strip(), where)]
    if value is None:
        return ()
    whole = isinstance(value, list) and all(isinstance(each, int) and not isinstance(each, bool) for each in value)
    if not whole or not value or min(value) < 0 or len(set(value)) < len(value) or len(value) > MOST_SEEDS:
        raise StudyError(
            f'{where} must be different whole numbers of at least 0, {MOST_SEEDS} at most, as [0, 1, 2] or "0-2", '
            f"got {value!r}"
        )
    return tuple(value)


def _span(part: str, where: str) -> Iterable[int]:
    first, dash, last = part.partition("-")
    try:
        return range(int(first), int(last) + 1) if dash else [int(first)]
    except ValueError:
        raise StudyError(f'{where} must be whole numbers, as "0-2" or "0, 1, 5", got {part!r}') from None
