"""A person's own images: held with the session, in memory only, one of them chosen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

import streamlit as st

from lossviz.data import UNTOUCHED, Touch
from lossviz.data._uploads import MOST_BYTES, MOST_FILES, shown_name
from lossviz.errors import DataError

Source = Literal["file", "drawn", "camera", "test"]

KEY = "own_images"
STEPS = 20  # that can be undone


@dataclass(frozen=True)
class Held:
    """One image of a person's own.

    ``key`` is the digest of its ``content``, the encoded file; ``name`` is fit to be shown and never a path; ``touch``
    is what was changed by hand; ``truth`` names the class, where it is known because the image is a data set's own.
    """

    key: str
    name: str
    content: bytes = field(repr=False, compare=False)
    touch: Touch = UNTOUCHED
    source: Source = "file"
    truth: str | None = None


@dataclass(frozen=True)
class _Shelf:
    """What stands in the session; ``live`` is the key of the drawing that still follows the pad."""

    images: tuple[Held, ...] = ()
    chosen: str = ""
    live: str = ""


@dataclass
class _Kept:
    shelf: _Shelf = field(default_factory=_Shelf)
    before: list[_Shelf] = field(default_factory=list)
    emptied: int = 0  # times that the live drawing was taken away other than by the pad
    visit: str = field(default_factory=lambda: uuid4().hex)


def made(content: bytes, name: str, source: Source = "file", truth: str | None = None) -> Held:
    """An image from the bytes of a file."""
    return Held(hashlib.sha256(content).hexdigest()[:32], shown_name(name), content, source=source, truth=truth)


def images() -> list[Held]:
    """All that are held, in the order in which they came."""
    return list(_kept().shelf.images)


def chosen() -> Held | None:
    """The one that is looked at; ``None`` where none is held."""
    shelf = _kept().shelf
    return next((held for held in shelf.images if held.key == shelf.chosen), None)


def add(held: Held) -> None:
    """Hold ``held`` and choose it; one of the same content is there only once.

    Raises :class:`DataError` where more are held than fit.
    """
    shelf = _kept().shelf
    check_room(held)
    if all(each.key != held.key for each in shelf.images):
        shelf = replace(shelf, images=(*shelf.images, held))
    _kept().shelf = replace(shelf, chosen=held.key)


def check_room(held: Held) -> None:
    """Raise :class:`DataError` where ``held`` is too much besides all that are held already."""
    others = [each for each in _kept().shelf.images if each.key != held.key]
    _check_room([*others, held])


def choose(key: str) -> None:
    """Look at the image called ``key``; nothing changes where it is not held."""
    kept = _kept()
    if any(held.key == key for held in kept.shelf.images):
        kept.shelf = replace(kept.shelf, chosen=key)


def retouch(key: str, touch: Touch) -> None:
    """Replace what was changed by hand on the image called ``key``."""
    kept = _kept()
    changed = (replace(held, touch=touch) if held.key == key else held for held in kept.shelf.images)
    kept.shelf = replace(kept.shelf, images=tuple(changed))


def remove(key: str) -> None:
    """Let go of the image called ``key``; :func:`undo` brings it back."""
    kept = _kept()
    left = tuple(held for held in kept.shelf.images if held.key != key)
    if len(left) < len(kept.shelf.images):
        _leave(kept, left)


def clear() -> None:
    """Let go of all images; :func:`undo` brings them back."""
    kept = _kept()
    if kept.shelf.images:
        _leave(kept, ())


def undo() -> None:
    """Bring back what was removed last, among what has come since."""
    kept = _kept()
    if not kept.before:
        return
    before = kept.before.pop()
    new = [held for held in kept.shelf.images if held.key not in {each.key for each in before.images}]
    back = replace(before, images=(*before.images, *new), live=kept.shelf.live)
    if len(back.images) <= MOST_FILES and _bytes(back.images) <= MOST_BYTES:
        kept.shelf = back


def undoable() -> bool:
    """Whether there is something to bring back."""
    return bool(_kept().before)


def draw(content: bytes | None) -> None:
    """Let the live drawing be ``content``, in the place of what it was before; ``None`` where nothing is drawn."""
    kept, shelf = _kept(), _kept().shelf
    place = next((at for at, held in enumerate(shelf.images) if held.key == shelf.live), None)
    rest = [held for held in shelf.images if held.key != shelf.live]
    if content is None:
        chosen_one = shelf.chosen if shelf.chosen != shelf.live else _last(rest)
        kept.shelf = _Shelf(tuple(rest), chosen_one)
        return
    number = sum(held.source == "drawn" for held in rest) + 1
    new = made(content, f"drawing {number}", "drawn")
    if place is not None:
        new = replace(new, touch=shelf.images[place].touch, name=shelf.images[place].name)
    if any(held.key == new.key for held in rest):
        kept.shelf = _Shelf(tuple(rest), new.key)
        return
    _check_room([*rest, new])
    rest.insert(len(rest) if place is None else place, new)
    kept.shelf = _Shelf(tuple(rest), new.key, new.key)


def keep_drawing() -> None:
    """Keep the live drawing as it is: what is drawn next is another image."""
    kept = _kept()
    kept.shelf = replace(kept.shelf, live="")


def live() -> str:
    """The key of the drawing that still follows the pad; empty where none does."""
    return _kept().shelf.live


def visit() -> str:
    """A name of this session."""
    return _kept().visit


def emptied() -> int:
    """How often the live drawing was taken away by other means than the pad, which then has to be empty as well."""
    return _kept().emptied


def _kept() -> _Kept:
    if KEY not in st.session_state:
        st.session_state[KEY] = _Kept()
    kept: _Kept = st.session_state[KEY]
    return kept


def _leave(kept: _Kept, left: tuple[Held, ...]) -> None:
    """Go on with ``left``, so that it can be undone as long as all of it fits into the memory that images may take."""
    shelf, keys = kept.shelf, {held.key for held in left}
    kept.before = [*kept.before, replace(shelf, live="")][-STEPS:]
    while kept.before and _bytes([held for each in kept.before for held in each.images]) > MOST_BYTES:
        del kept.before[0]
    if shelf.live and shelf.live not in keys:
        kept.emptied += 1
    live = shelf.live if shelf.live in keys else ""
    kept.shelf = _Shelf(left, shelf.chosen if shelf.chosen in keys else _last(left), live)


def _last(some: Sequence[Held]) -> str:
    return some[-1].key if some else ""


def _bytes(some: Sequence[Held]) -> int:
    return sum({held.key: len(held.content) for held in some}.values())


def _check_room(wanted: Sequence[Held]) -> None:
    if len(wanted) > MOST_FILES or _bytes(wanted) > MOST_BYTES:
        raise DataError(
            f"{wanted[-1].name}: at most {MOST_FILES} images of {MOST_BYTES >> 20} MB together are held; remove some "
            "first"
        )
