"""A study that is like another but for a few things: ``like = "NAME"`` at the top of its file."""

from collections.abc import Callable, Mapping
from typing import Any

from lossviz.errors import StudyError

LISTS = {"contender": "loss", "data": "name", "model": "name"}
"""Arrays of tables, and what a table of them is called where it has no key."""


def resolved(raw: dict[str, Any], read: Callable[[str], dict[str, Any]], where: str) -> dict[str, Any]:
    """``raw`` laid over the study that it is like, and that one over its own; ``read`` gives a study's raw table.

    Tables are laid over one another key by key. A contender, data set or model of the same key changes the one that
    there is, another one is added; cases come after those that there are. Raises :class:`StudyError` for a circle.
    """
    chain, seen = [raw], set[str]()
    while "like" in chain[-1]:
        name = chain[-1]["like"]
        if not isinstance(name, str) or name in seen:
            raise StudyError(f"{where}: like must be the name of another study, got {name!r}")
        seen.add(name)
        chain.append(read(name))
    whole = chain.pop()
    while chain:
        whole = _over(whole, {key: value for key, value in chain.pop().items() if key != "like"})
    return whole


def _over(base: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in raw.items():
        there = merged.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            merged[key] = _over(there, value)
        elif isinstance(value, list) and isinstance(there, list) and key == "case":
            merged[key] = [*there, *value]
        elif isinstance(value, list) and isinstance(there, list) and key in LISTS:
            merged[key] = _listed(there, value, LISTS[key])
        else:
            merged[key] = value
    return merged


def _listed(there: list[Any], more: list[Any], named_by: str) -> list[Any]:
    merged = list(there)
    keys = [_key(each, named_by) for each in there]
    for each in more:
        key = _key(each, named_by)
        if key is not None and key in keys:
            merged[keys.index(key)] = _over(merged[keys.index(key)], each)
        else:
            merged.append(each)
    return merged


def _key(table: Any, named_by: str) -> Any:
    return (table.get("key") or table.get(named_by)) if isinstance(table, dict) else None
