"""The lab's sections, in the order of their tabs."""

from collections.abc import Callable
from dataclasses import dataclass

from lossviz.ui.lab.forces import edges_section, forces_section
from lossviz.ui.lab.pairs import pairs_section
from lossviz.ui.lab.plane import plane_section, unified_section


@dataclass(frozen=True)
class Section:
    """``name`` begins its state in the address, ``title`` is on its tab, ``draw`` draws it."""

    name: str
    title: str
    draw: Callable[[], None]


SECTIONS: tuple[Section, ...] = (
    Section("pairs", "Pairs", pairs_section),
    Section("plane", "Similarity plane", plane_section),
    Section("unified", "Unified view", unified_section),
    Section("edges", "Pair weights", edges_section),
    Section("forces", "Forces", forces_section),
)
