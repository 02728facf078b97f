"""An earlier study's numbers: what was published against what is right, each difference explained in its row."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from statistics import fmean

import streamlit as st

from lossviz.studies import Results
from lossviz.studies.published import ACCURACY, ARGMAX, LOSS, Explanation, Original
from lossviz.studies.published_table import (
    NEAREST,
    NONE,
    NOT_RUN,
    VERIFICATION_SAID,
    Row,
    argmax,
    rows,
    touched,
    verification,
    verification_heads,
)
from lossviz.studies.results import CellResult
from lossviz.studies.statistics import mean_of
from lossviz.studies.telling import output_of, with_interval

STYLE = (Path(__file__).parent / "earlier.css").read_text()
KEYS = {
    "published": "published",
    "again": "run again as published",
    "nearest": "that run by its 5 nearest",
    "corrected": "corrected",
}
_PARTS = re.compile(r"(.*?)(?:, (\d+ of \d+ seeds))?(?: \((.*)\))?")


def in_page(html: str) -> None:
    """Draw ``html`` with this section's style, in the page's colours."""
    dark = " dark" if st.context.theme.type == "dark" else ""
    st.html(f'<style>{STYLE}</style><div class="le{dark}">{html}</div>')


def numbers(results: Results, original: Original, score: str) -> None:
    """The table: a line for each loss on each data set, which opens on what makes its numbers differ.

    ``score`` replaces the score that decides under the corrected protocol, where it was measured.
    """
    found = rows(results)
    table = _Table(results, original, score, printed=any(row.published != NONE for row in found))
    by_data: dict[str, list[Row]] = {}
    for row in found:  # a loss without a published number has its data set by another name where it is a copy
        by_data.setdefault(next(filter(row.data.startswith, by_data), row.data), []).append(row)
    html = [table.head()]
    for data, some in by_data.items():
        html += [table.heading(data, some), *map(table.line, some)]
    in_page("".join(html))


def explanations(original: Original) -> None:
    """All differences, each with whose numbers it touches."""
    in_page(_cards(original, original.explanations))


def faces(results: Results) -> None:
    """What else is known where pairs of faces decide."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in verification_heads())
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{_quiet(words)}</td>" for words in told)}</tr>'
        for name, *told in verification(results)
    )
    st.caption(VERIFICATION_SAID)
    in_page(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


class _Table:
    """The lines of the table, each an HTML ``details`` on the same columns."""

    def __init__(self, results: Results, original: Original, score: str, printed: bool) -> None:
        self._results, self._original, self._score = results, original, score
        self._printed = printed
        widths = ["6.5rem", "8.5rem", "7.5rem", "7.5rem", "9.5rem", "7rem", "10.5rem", "6.5rem"]
        shown = [width for place, width in enumerate(widths) if printed or place != 1]
        self._columns = " ".join(f"minmax({width}, {width.removesuffix('rem')}fr)" for width in shown)

    def head(self) -> str:
        """What the columns and the marks are."""
        named = ["", "published", "run again", "its 5 nearest", "corrected", "0 to 100 %", "test loss", ""]
        cells = [f"<div>{name}</div>" for name in named if self._printed or name != "published"]
        cells[-2] = f"<div>test loss: {'published, ' if self._printed else ''}run again</div>"
        marks = [
            f'<span><i><b class="le-mark {kind}"></b></i>{words}</span>'
            for kind, words in KEYS.items()
            if self._printed or kind != "published"
        ]
        if self._printed:
            marks.append('<span><s class="le-struck">12.34</s>is not what it was published as</span>')
        keys = f'<div class="le-keys">{"".join(marks)}</div>'
        return f'{keys}<div class="le-line le-head" style="--le-columns:{self._columns}">{"".join(cells)}</div>'

    def heading(self, data: str, some: Sequence[Row]) -> str:
        """The data set, and of what either protocol was trained where that is called otherwise."""
        study = self._results.study
        again = next((study.ground(row.rerun.cell.ground).title for row in some if row.rerun), data)
        right = study.ground(some[0].right.cell.ground).title
        both = (("as published", again), ("corrected", right))
        told = [f"{what}: {title}" for what, title in both if title != data]
        if again == right != data:
            told = [right]
        notes = "".join(f"<small>{escape(words)}</small>" for words in told)
        return f'<div class="le-data"><b>{escape(data)}</b>{notes}</div>'

    def line(self, row: Row) -> str:
        """A loss, with the differences that touch it folded below."""
        reasons = self._reasons(row)
        why = f"{len(reasons)} difference{'s' * (len(reasons) != 1)}" if reasons else "not published"
        hint = "; ".join(each.title for each in reasons) or "The earlier study printed no number for it."
        cells = "".join(self._cells(row))
        summary = (
            f'<summary class="le-line" style="--le-columns:{self._columns}" title="{escape(hint, quote=True)}">'
            f'{cells}<div class="le-why">{why}</div></summary>'
        )
        told = _cards(self._original, reasons) if reasons else f'<div class="le-cards"><p>{escape(hint)}</p></div>'
        return f"<details>{summary}{told}</details>"

    def _reasons(self, row: Row) -> list[Explanation]:
        """The differences that touch the row's published numbers."""
        key = None if row.number is None else (row.number.contender, row.number.ground)
        return [each for each in self._original.explanations if key in each.touches]

    def _cells(self, row: Row) -> Iterator[str]:
        right = self._right(row)
        void = {kind for each in self._reasons(row) for kind in each.voids}
        yield f'<div class="le-cell le-name">{escape(row.title)}</div>'
        if self._printed:
            yield _cell("published", row.published, struck=ACCURACY in void)
        yield _cell("run again", row.again)
        yield _cell("its 5 nearest", row.nearest)
        yield _cell("corrected", right)
        marks = "".join(
            f'<b class="le-mark {kind}" style="left:{100 * value:.2f}%" title="{KEYS[kind]}: {100 * value:.2f} %"></b>'
            for kind, value in self._marks(row)
        )
        yield f'<div class="le-cell"><div class="le-scale" aria-hidden="true">{marks}</div></div>'
        losses = [_quiet(row.loss_again)] if row.loss_again else []
        if self._printed and row.loss_published:
            printed = _quiet(row.loss_published)
            losses.insert(0, f"<s>{printed}</s>" if LOSS in void else printed)
        yield f'<div class="le-cell" data-head="test loss">{" → ".join(losses)}</div>'

    def _right(self, row: Row) -> str:
        """The corrected result by the score that is asked for, else by the one that decides."""
        values = list(row.right.by_seed(self._score).values()) if self._score else []
        output = output_of(self._score)
        return f"{with_interval(mean_of(values), output)} ({output.title})" if values else row.corrected

    def _marks(self, row: Row) -> Iterator[tuple[str, float]]:
        """Where the row's shares of 1 lie, by kind."""
        if row.number is not None and row.rerun is not None:
            if row.number.accuracy is not None:
                yield "published", row.number.accuracy
            yield from _mean("again", _again(row.rerun, row.number.measure))
            yield from _mean("nearest", list(row.rerun.by_seed(NEAREST).values()))
        score = self._score if self._score and row.right.by_seed(self._score) else row.right.score
        if output_of(score).unit == "%":
            yield from _mean("corrected", list(row.right.by_seed(score).values()))


def _again(cell: CellResult, measure: str) -> list[float]:
    """What the published accuracy is in the runs as published, seed by seed."""
    if measure != ARGMAX:
        return list(cell.by_seed(measure).values())
    return [argmax(each) for each in cell.finals if each.state == "finished"]


def _mean(kind: str, values: Sequence[float]) -> Iterator[tuple[str, float]]:
    if values:
        yield kind, fmean(values)


def _cell(head: str, words: str, struck: bool = False) -> str:
    """A number with what is said of it in small below."""
    kind = {"published": " le-published", "corrected": " le-corrected"}.get(head, "")
    if words in ("", NONE, NOT_RUN):
        return f'<div class="le-cell" data-head="{head if words else ""}">{_quiet(words)}</div>'
    found = _PARTS.fullmatch(words)
    number, *more = found.groups() if found else (words,)
    number = escape(number)
    notes = "".join(f'<span class="le-note">{escape(note)}</span>' for note in more if note)
    return f'<div class="le-cell{kind}" data-head="{head}">{f"<s>{number}</s>" if struck else number}{notes}</div>'


def _quiet(words: str) -> str:
    """Paler where it says that there is no number."""
    return f'<span class="le-nothing">{words}</span>' if words in (NONE, NOT_RUN, "-") else escape(words)


def _cards(original: Original, some: Sequence[Explanation]) -> str:
    """Differences, each as a card that says what was done, what follows and what is done instead."""
    cards = [
        f'<div class="le-card"><h4>{escape(each.title)}</h4>'
        f'<div class="le-note">touches {escape(touched(original, each))}</div>'
        f"<p>{escape(each.done)}</p><p>{escape(each.follows)}</p>"
        f'<p class="le-instead"><b>Instead:</b> {escape(each.instead)}</p></div>'
        for each in some
    ]
    return f'<div class="le-cards">{"".join(cards)}</div>'
