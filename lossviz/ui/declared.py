"""What losses and nets declare of themselves, without torch: read from their classes once and kept beside the runs.

Importing the classes takes seconds, and a page of menus and sliders needs only their words and knobs.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, make_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lossviz import losses, models
from lossviz.knobs import Knob, Knobbed
from lossviz.paths import replacing, runs_dir
from lossviz.registry import Registry

ROOMS: dict[str, "Registry[Any]"] = {"loss": losses.registry, "model": models.registry}
FORMAT = 2
_KINDS: dict[str, type] = {each.__name__: each for each in (bool, int, float, str)}


@dataclass(frozen=True)
class Declared:
    """A loss or a net: what menus say of it, and ``knobs``, a class with its knobs, their ranges and error texts.

    ``group`` is a loss's family, and empty for a net. ``normalises``: a loss that looks at directions alone.
    """

    name: str
    title: str
    idea: str
    group: str
    normalises: bool
    knobs: type[Knobbed]


def declared(kind: str) -> Mapping[str, Declared]:
    """Every ``"loss"`` or ``"model"`` by name; the first time after a change of the program this imports them."""
    return _declared(kind, _signature(kind), str(runs_dir()))


def is_known(kind: str) -> bool:
    """Whether :func:`declared` answers at once."""
    return _kept(kind, _signature(kind)) is not None


@lru_cache(maxsize=8)
def _declared(kind: str, signature: str, _home: str) -> dict[str, Declared]:
    listed = _kept(kind, signature)
    if listed is None:
        listed = [_read(kind, cls) for cls in ROOMS[kind]]
        _keep(kind, signature, listed)
    return {each["name"]: _restored(each) for each in listed}


def _read(kind: str, cls: Any) -> dict[str, Any]:
    return {
        "name": cls.key(),
        "title": cls.title,
        "idea": cls.idea,
        "group": str(cls.family) if kind == "loss" else "",
        "normalises": bool(cls.normalises) if kind == "loss" else False,
        "owner": cls.__name__,
        "knobs": [{**asdict(knob), "kind": knob.kind.__name__} for knob in cls.knobs()],
    }


def _restored(values: Mapping[str, Any]) -> Declared:
    knobs = [_knob(each) for each in values["knobs"]]
    fields = [(knob.name, Any, field(default=knob.default, metadata={"knob": knob})) for knob in knobs]
    cls = make_dataclass(values["owner"], fields, bases=(Knobbed,), frozen=True)
    words = {name: values[name] for name in ("name", "title", "idea", "group", "normalises")}
    return Declared(**words, knobs=cls)


def _knob(values: Mapping[str, Any]) -> Knob:
    faults = tuple((value, said) for value, said in values["faults"])
    return Knob(**{**values, "kind": _KINDS[values["kind"]], "choices": tuple(values["choices"]), "faults": faults})


def _signature(kind: str) -> str:
    """Changes with every file that could change what is declared."""
    folders = sorted({path.parent for path in ROOMS[kind].files().values()})
    files = [(str(path), path.stat()) for folder in folders for path in sorted(folder.glob("*.py"))]
    facts = [FORMAT, *((name, fact.st_mtime_ns, fact.st_size) for name, fact in files)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _file(kind: str) -> Path:
    return runs_dir() / ".declared" / f"{kind}.json"


def _kept(kind: str, signature: str) -> list[dict[str, Any]] | None:
    try:
        kept = json.loads(_file(kind).read_text())
    except (OSError, ValueError):  # never written, or cut off: it is written anew
        return None
    return kept["entries"] if kept.get("signature") == signature else None


def _keep(kind: str, signature: str, listed: list[dict[str, Any]]) -> None:
    with suppress(OSError):  # a folder that cannot be written makes the next start slower, and no more
        _file(kind).parent.mkdir(parents=True, exist_ok=True)
        with replacing(_file(kind)) as temporary:
            temporary.write_text(json.dumps({"signature": signature, "entries": listed}))
