"""The lab's sections, in the order of their tabs."""

from collections.abc import Callable
from dataclasses import dataclass

from lossviz.ui.lab.forces import edges_section, forces_section
from lossviz.ui.lab.many_classes import many_classes, softmax_plane
from lossviz.ui.lab.pairs import pairs_section
from lossviz.ui.lab.plane import plane_section, unified_section
from lossviz.ui.lab.sphere import sphere
from lossviz.ui.lab.sweep import sweep_section
from lossviz.ui.lab.target_logit import target_logit
from lossviz.ui.lab.toy import toy_section
from lossviz.ui.lab.two_classes import two_classes
from lossviz.ui.lab.whatif import whatif_section


@dataclass(frozen=True)
class Section:
    """``name`` begins its state in the address, ``title`` is on its tab, ``draw`` draws it."""

    name: str
    title: str
    draw: Callable[[], None]


SECTIONS: tuple[Section, ...] = (
    Section("two", "Two classes", two_classes),
    Section("target", "Target logit", target_logit),
    Section("many", "Many classes", many_classes),
    Section("sphere", "Sphere", sphere),
    Section("spokes", "Softmax plane", softmax_plane),
    Section("pairs", "Pairs", pairs_section),
    Section("plane", "Similarity plane", plane_section),
    Section("unified", "Unified view", unified_section),
    Section("edges", "Pair weights", edges_section),
    Section("forces", "Forces", forces_section),
    Section("toy", "Trained toy", toy_section),
    Section("sweep", "Sweep", sweep_section),
    Section("whatif", "What if", whatif_section),
)
