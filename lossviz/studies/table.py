"""A table of a TOML file that notices what nobody asked for, and says what is wrong where."""

from typing import Any, TypeVar

from lossviz.errors import StudyError, UnknownName
from lossviz.knobs import Value
from lossviz.records import Settings

T = TypeVar("T")

RESERVED = {
    "seed": "the seeds of a study stand in 'seeds'",
    "validation": "the share that trials are judged on stands in [trials]",
}


class Table:
    """A table of the file that notices keys that nobody asked for, and values of the wrong kind."""

    def __init__(self, where: str, raw: Any) -> None:
        if not isinstance(raw, dict):
            raise StudyError(f"{where} must be a table, got {raw!r}")
        self.where = where
        self._raw = raw
        self._asked: set[str] = set()

    def take(self, key: str, kind: type[T], otherwise: T) -> T:
        """The value of ``key``, which must be of ``kind``."""
        self._asked.add(key)
        value = self._raw.get(key, otherwise)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)  # type: ignore[return-value]  # T is float here
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", dict: "a table"}
            raise StudyError(f"{self.where}: {key} must be {words[kind]}, got {value!r}")
        return value

    def need(self, key: str) -> str:
        """The text of ``key``, which must be there."""
        if key not in self._raw:
            raise StudyError(f"{self.where} has no {key}")
        return self.take(key, str, "")

    def plain(self, key: str) -> Any:
        """The value of ``key``, of whatever kind, or ``None``."""
        self._asked.add(key)
        return self._raw.get(key)

    def knobs(self, key: str) -> dict[str, Value]:
        """A table of plain values."""
        values: dict[str, Any] = self.take(key, dict, {})
        for name, value in values.items():
            if not isinstance(value, (bool, int, float, str)):
                raise StudyError(f"{self.where}: {key}.{name} must be a single value, got {value!r}")
        return values

    def settings(self) -> dict[str, Value]:
        """A table of training settings, checked."""
        values = self.knobs("settings")
        for name, why in RESERVED.items():
            if name in values:
                raise StudyError(f"{self.where}: settings.{name} is not for here: {why}")
        Settings.from_values(values)
        return values

    def keys(self, key: str) -> tuple[str, ...]:
        """One key or a list of them."""
        value = self.plain(key)
        listed = [] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise StudyError(f"{self.where}: {key} must be a name or a list of names, got {value!r}")
        return tuple(listed)

    def tables(self, key: str, noun: str) -> list["Table"]:
        """The tables of an array of tables."""
        value = self.plain(key)
        if value is not None and not isinstance(value, list):
            raise StudyError(f"{self.where}: write [[{key}]], once for each {noun}")
        return [Table(f"{self.where}: {noun} {number}", each) for number, each in enumerate(value or [], 1)]

    def finish(self, made: T) -> T:
        """``made``, if nothing is left that nobody asked for."""
        for key in self._raw:
            if key not in self._asked:
                raise StudyError(f"{self.where}: {UnknownName('key', key, self._asked)}")
        return made
