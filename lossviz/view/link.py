"""The part of the ``view`` query parameter that Python understands; ``js/link.js`` writes and reads all of it.

The parameter is a version and fields, joined by dots; a field is a letter and its value:

``e12`` epoch · ``k5_1a`` pinned ids, base 36 · ``s2_1_1`` selected ids as steps between ascending ids, base 36, or
``S<base64url>`` as bits over the ascending ids of all panels, lowest bit first.

The rest (camera, colour, classes hidden, sizes, switches) concerns the picture alone; see ``docs/view.md``.
"""

import base64
import binascii
import re
from collections.abc import Iterable

import numpy as np

from lossviz.records import Ints

VERSION = "1"
_BASE36 = re.compile(r"[0-9a-z]{1,7}\Z")


def fields(text: str) -> dict[str, str]:
    """The last value of each letter; empty for what this version did not write."""
    version, *rest = text.split(".")
    return {field[0]: field[1:] for field in rest if field} if version == VERSION else {}


def epoch(found: dict[str, str], known: Iterable[int]) -> int:
    """The known epoch nearest to the one in the link (the earlier of two); the last where it names none."""
    numbers = sorted(known)
    text = found.get("e", "")
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return numbers[-1]
    return nearest(int(text), numbers)


def nearest(wanted: int, known: Iterable[int]) -> int:
    """The known epoch nearest to ``wanted``, the earlier of two."""
    return min(sorted(known), key=lambda number: abs(number - wanted))


def pinned(found: dict[str, str], ids: Ints) -> tuple[int, ...]:
    """Pinned ids among ``ids``, in the order of pinning."""
    known = set(ids.tolist())
    return tuple(dict.fromkeys(number for number in _numbers(found.get("k", "")) if number in known))


def selected(found: dict[str, str], ids: Ints) -> tuple[int, ...]:
    """Selected ids, ascending, among ``ids`` (ascending)."""
    if "S" in found:
        return tuple(ids[_bits(found["S"], len(ids))].tolist())
    steps = np.cumsum(_numbers(found.get("s", "")), dtype=np.int64)
    return tuple(ids[np.isin(ids, steps)].tolist())


def _numbers(text: str) -> list[int]:
    parts = text.split("_")
    return [int(part, 36) for part in parts] if all(_BASE36.match(part) for part in parts) else []


def _bits(text: str, count: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return np.zeros(count, bool)
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[:count].astype(bool)
    return np.pad(bits, (0, count - len(bits)))
