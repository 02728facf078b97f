"""What a report is made of, whatever it is written as: sections of words, tables, charts and pictures of embeddings.

Words may hold ``**bold**``. Keys name files and places in a document: letters, digits and dashes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import plotly.graph_objects as go

from lossviz.report.looks import LIGHT, Look
from lossviz.report.pictured import Pictured
from lossviz.report.sheets import Sheet
from lossviz.view import Panel

NUMBER = re.compile(r"-$|not run$|[-+]?\d[\d.,]*(\s?(%|°|s|min|h)|e[-+]\d+)?([\s±].*)?$")
STRIP_EPOCHS = 5  # in a picture of the way through the epochs


@dataclass(frozen=True)
class Words:
    """A paragraph; ``kind`` is ``plain``, ``small``, ``warning``, ``item`` of a list, or ``code``."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True)
class Table:
    """Rows of words under ``head``; the first column is a name. ``best`` are places (row, column) that are marked."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    best: frozenset[tuple[int, int]] = frozenset()

    def of_numbers(self, column: int) -> bool:
        """Whether a column holds numbers (or dashes) alone, and is to be aligned to the right."""
        return column > 0 and all(NUMBER.match(row[column]) for row in self.rows)


@dataclass(frozen=True)
class Chart:
    """A figure of plotly's."""

    key: str
    title: str
    figure: go.Figure
    note: str = ""


@dataclass(frozen=True)
class Embedding:
    """Runs side by side, to be turned where that is possible; elsewhere a picture of the last epoch.

    ``panels`` are drawn instead of those of the runs ``shown``, where there are none.
    """

    key: str
    title: str
    shown: Sequence[Pictured] = ()
    note: str = ""
    panels: Sequence[Panel] = ()

    @property
    def drawn(self) -> list[Panel]:
        """What is side by side."""
        return [*self.panels] or [each.panel for each in self.shown]

    def sheet(self, look: Look = LIGHT, wide: int = 1280) -> Sheet:
        """The picture, ``wide`` pixels across."""
        panels = self.drawn
        high = {1: 0.62, 2: 0.5, 3: 0.42}.get(len(panels), 0.66)
        return Sheet.of(panels, (wide, round(wide * high)), look=look, counted=False)


@dataclass(frozen=True)
class Strip:
    """One run at a few of its epochs, from before training to the last."""

    key: str
    title: str
    each: Pictured
    note: str = ""

    @property
    def epochs(self) -> list[int]:
        """Those that are shown: more of the beginning, where most happens."""
        known = self.each.panel.epochs
        if len(known) <= STRIP_EPOCHS:
            return list(known)
        last = len(known) - 1
        places = {round(last * (step / (STRIP_EPOCHS - 1)) ** 2) for step in range(STRIP_EPOCHS)}
        return [known[place] for place in sorted(places)]

    def sheet(self, look: Look = LIGHT, wide: int = 1280) -> Sheet:
        """The picture, ``wide`` pixels across."""
        panel, epochs = self.each.panel, self.epochs
        panels = [replace(panel, title=f"Epoch {epoch}", subtitle="") for epoch in epochs]
        whole = Sheet.of(panels, (wide, round(wide / len(epochs) * 1.14)), look=look, counted=False)
        return replace(whole, fixed=tuple(epochs))


Figure = Chart | Embedding | Strip
Block = Words | Table | Figure


@dataclass(frozen=True)
class Section:
    """A part with a heading; ``key`` is where a link leads."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A report. ``made`` says when and by what."""

    title: str
    subtitle: str
    made: str
    sections: tuple[Section, ...] = field(default=())

    def blocks(self) -> Iterator[Block]:
        """All blocks, in order."""
        for section in self.sections:
            yield from section.blocks

    @property
    def tables(self) -> list[Table]:
        """All tables."""
        return [block for block in self.blocks() if isinstance(block, Table)]

    @property
    def figures(self) -> list[Figure]:
        """All that is drawn."""
        return [block for block in self.blocks() if isinstance(block, Chart | Embedding | Strip)]
