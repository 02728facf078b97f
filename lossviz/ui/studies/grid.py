"""The grid of a study while it is trained: a square for each training, by what became of it."""

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from lossviz.studies import CellResult, Outcome, Results
from lossviz.studies.telling import tried_told

STYLE = """
.lv-grid { border-collapse: collapse; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.lv-grid th, .lv-grid td { padding: .18rem 1.1rem .18rem 0; text-align: left; font-weight: 400; white-space: nowrap; }
.lv-grid thead th { opacity: .7; }
.lv-grid .box { display: inline-flex; gap: 3px; align-items: center; }
.lv-grid .gap { width: 5px; }
.lv-grid .count { margin-left: 6px; opacity: .6; }
.lv-square { display: inline-block; box-sizing: border-box; width: 11px; height: 11px; border-radius: 2px; }
.lv-square.finished { background: color-mix(in srgb, #1f9d61 85%, currentColor); }
.lv-square.running { background: var(--st-primary-color, #2f5fd0); animation: lv-beat 1.2s ease-in-out infinite; }
.lv-square.queued { border: 2px solid var(--st-primary-color, #2f5fd0); opacity: .75; }
.lv-square.stopped { background: linear-gradient(135deg, #c98a1b 50%, transparent 50%); border: 1px solid #c98a1b; }
.lv-square.failed { background: #d1432b; }
.lv-square.missing { border: 1px solid currentColor; opacity: .28; }
.lv-key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin-top: .5rem; font-size: .8125rem; opacity: .85; }
.lv-key span { display: inline-flex; gap: 6px; align-items: center; }
@keyframes lv-beat { 50% { opacity: .4; } }
@media (prefers-reduced-motion: reduce) { .lv-square { animation: none !important; } }
"""
WORDS = {
    "finished": "finished",
    "running": "running",
    "queued": "queued",
    "stopped": "stopped, goes on",
    "failed": "failed",
    "missing": "not begun",
}


def grid(results: Results) -> None:
    """Draw it: losses down, data sets and nets across, in each field its trials and then its finals."""
    study = results.study
    places = list(dict.fromkeys((cell.cell.ground, cell.cell.net) for cell in results.cells))
    titles = [
        study.ground(ground).title + (f", {study.net(net).title}" if len(study.nets) > 1 else "")
        for ground, net in places
    ]
    by_place = {(cell.cell.contender, cell.cell.ground, cell.cell.net): cell for cell in results.cells}
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    rows = []
    for contender in study.contenders:
        fields = [by_place.get((contender.key, *place)) for place in places]
        cells = "".join(_cell(field, title) for field, title in zip(fields, titles, strict=True))
        name = contender.title + (f" ({contender.protocol})" if contender.protocol else "")
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    st.html(
        f'<style>{STYLE}</style><div style="overflow-x: auto"><table class="lv-grid"><thead><tr><th></th>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>{_key(results)}"
    )


def _cell(cell: CellResult | None, title: str) -> str:
    if cell is None:
        return "<td></td>"
    trials = "".join(map(_square, cell.trials)) + ('<span class="gap"></span>' if cell.trials else "")
    finals = "".join(map(_square, cell.finals)) or _undecided(cell.wanted)
    done = sum(each.state == "finished" for each in cell.outcomes)
    count = f"{done} of {len(cell.trials) + cell.wanted}"
    return (
        f'<td><span class="box" role="img" aria-label="{escape(title, quote=True)}: {count} done">{trials}{finals}'
        f'<span class="count">{count}</span></span></td>'
    )


def _square(outcome: Outcome) -> str:
    training = outcome.training
    what = f"trial of {tried_told(training.knobs)}" if training.trial else f"final with {tried_told(training.knobs)}"
    said = f"{what}, seed {training.seed}: {WORDS[outcome.state]}" + (f". {outcome.message}" if outcome.message else "")
    return f'<span class="lv-square {outcome.state}" title="{escape(said, quote=True)}"></span>'


def _undecided(wanted: int) -> str:
    return '<span class="lv-square missing" title="final: follows when its trials have ended"></span>' * wanted


def _key(results: Results) -> str:
    """What the squares mean, and how many there are of each."""
    counts = Counter(each.state for each in results.outcomes)
    counts["missing"] += sum(cell.wanted for cell in results.cells if not cell.finals)
    return f'<div class="lv-key">{"".join(_meant(state, counts[state]) for state in _there(counts))}</div>'


def _there(counts: "Counter[str]") -> Sequence[str]:
    return [state for state in WORDS if counts[state]]


def _meant(state: str, count: int) -> str:
    return f'<span><i class="lv-square {state}"></i>{count} {WORDS[state]}</span>'
