"""A study's results as a table of links: losses down, data sets across, a cell opens its runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from lossviz.studies import CellResult, Results
from lossviz.studies.telling import Field, Standing, with_interval
from lossviz.ui import frame
from lossviz.ui.listing import MOST
from lossviz.ui.studies import address
from lossviz.view.sources import source, style

KEY = "studies table"
HERE = Path(__file__).parent
COMPARE, STUDIES = "compare", "studies"
WITHOUT = {
    "missing": "not run",
    "queued": "queued",
    "running": "running",
    "stopped": "stopped",
    "failed": "failed",
    "finished": "no such score",
}
"""What stands in a cell without a score."""

Told = Mapping[str, Any]
Address = Callable[[str], str]


def heat_table(results: Results, told: Sequence[Field]) -> None:
    """Draw it; ``told`` is what is told of each of the fields of ``results``, in their order."""
    tables = tables_of(results, told, frame.address, address.held(address.CELL))
    _component()(key=KEY, data={"tables": tables}, height="content", on_opened_change=_keep)
    opened = st.session_state.pop(_OPENED, None)
    if opened is not None:
        frame.go(opened["page"], [(name, value) for name, value in opened["query"]])


_OPENED = "studies opened a cell"


def _keep() -> None:
    """A cell whose runs are not here opens below the table; other ones in Compare, once the script runs."""
    opened = st.session_state[KEY].get("opened")
    if opened and opened["page"] == STUDIES:
        key = dict(opened["query"])[address.CELL]
        address.keep(address.CELL, "" if key == address.held(address.CELL) else key)
    elif opened:
        st.session_state[_OPENED] = opened


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lossviz_heat_table",
        html='<div class="lh-root"></div>',
        css=style(HERE / "heat_table.css"),
        js="\n".join([source("icons"), (HERE / "js" / "heat_table.js").read_text()]),
    )


def cell_key(cell: CellResult) -> str:
    """What the address calls a cell."""
    return "~".join((cell.cell.contender, cell.cell.ground, cell.cell.net))


def tables_of(results: Results, told: Sequence[Field], where: Address, opened: str = "") -> list[Told]:
    """A table for each protocol and net, as plain values for the browser.

    ``where`` finds pages, and ``opened`` is the key of the cell that is looked at below.
    """
    together: dict[tuple[str, str], list[tuple[tuple[str, str, str], Field]]] = {}
    for place, field in zip(results.fields(), told, strict=True):
        together.setdefault((place[2], place[1]), []).append((place, field))
    return [
        {
            "title": _title(results, protocol, net),
            "columns": [
                {"title": results.study.ground(ground).title, "score": field.score.title}
                for (ground, _, _), field in some
            ],
            "rows": list(_rows(results, some, where, opened)),
        }
        for (protocol, net), some in together.items()
    ]


def _title(results: Results, protocol: str, net: str) -> str:
    nets = results.study.nets
    return ", ".join(filter(None, [protocol.capitalize(), results.study.net(net).title if len(nets) > 1 else ""]))


def _rows(
    results: Results, some: Sequence[tuple[tuple[str, str, str], Field]], where: Address, opened: str
) -> Iterator[Told]:
    columns = []
    for place, field in some:
        cells = {each.cell.contender: each for each in results.rivals(*place)}
        shares = _shares(field)
        standings = {each.contender: each for each in field.standings}
        columns.append((cells, standings, shares, field))
    for contender in results.study.contenders:
        row = [
            _cell(results, cells[contender.key], field, standings[contender.key], shares.get(contender.key))
            if contender.key in cells
            else None
            for cells, standings, shares, field in columns
        ]
        if any(row):
            linked = [cell and {**cell, "href": _href(cell, where), "open": cell["key"] == opened} for cell in row]
            yield {"title": contender.title, "cells": linked}


def _href(cell: Told, where: Address) -> str:
    return f"{where(cell['page'])}?{urlencode([tuple(pair) for pair in cell['query']])}"


def _shares(field: Field) -> dict[str, float]:
    """How strongly each contender is coloured: 1 the best mean of the column, 0 the worst.

    Where the widest interval is wider than that, colours go over it, so that what may be chance looks alike. There is
    none where no way is better, or nothing to compare with.
    """
    means = {each.contender: each.mean for each in field.standings if each.mean}
    if not field.score.better or len(means) < 2:
        return {}
    levels = {name: field.score.better * mean.mean for name, mean in means.items()}
    best = max(levels.values())
    widths = [mean.high - mean.low for mean in means.values() if mean.n > 1]
    span = max(best - min(levels.values()), *widths, 1e-12)
    return {name: round(1 - (best - level) / span, 3) for name, level in levels.items()}


def _cell(results: Results, cell: CellResult, field: Field, standing: Standing, share: float | None) -> Told:
    here = cell.runs
    words = with_interval(standing.mean, field.score) if standing.mean else WITHOUT[cell.state]
    page, query = STUDIES, [(address.STUDY, results.study.name), (address.CELL, cell_key(cell))]
    query += [(address.SEEDS, seeds) for seeds in [address.held(address.SEEDS)] if seeds]
    does = "Shows its numbers below"
    if here:
        page, query = COMPARE, [("runs", name) for name in here[:MOST]]
        does = f"Opens {'its run' if len(here) == 1 else f'{len(query)} of its {len(here)} runs'} in Compare"
    note = _note(cell, standing)
    best = standing.rank == 1
    said = [f"{standing.title} on {field.title}: {words}", *filter(None, [note]), *(["beaten by none"] if best else [])]
    return {
        "key": cell_key(cell),
        "words": words,
        "note": note,
        "best": best,
        "share": share,
        "state": cell.state,
        "said": f"{', '.join(said)}. {does}",
        "page": page,
        "query": [list(pair) for pair in query],
    }


def _note(cell: CellResult, standing: Standing) -> str:
    """What must be known of a mean that is not over all seeds."""
    if cell.failed:
        return f"{len(cell.failed)} of {cell.wanted} failed"
    if standing.mean and standing.mean.n < cell.wanted:
        return f"{standing.mean.n} of {cell.wanted} seeds"
    return ""
