"""The lab's sections, in the order of their tabs."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """``name`` begins its state in the address, ``title`` is on its tab, ``draw`` draws it."""

    name: str
    title: str
    draw: Callable[[], None]


SECTIONS: tuple[Section, ...] = ()
