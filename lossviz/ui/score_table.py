"""Every score of every run at one epoch, the best marked, with its history."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from lossviz import metrics, runs
from lossviz.figures import sparkline_svg
from lossviz.metrics import Output
from lossviz.ui.pictured import Pictured, epoch_of

History = Mapping[int, Mapping[str, float]]

STYLE = """
.lv-scores { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
.lv-scores th, .lv-scores td { padding: .3rem .75rem; text-align: left; }
.lv-scores th, .lv-scores td { border-bottom: 1px solid var(--st-border-color, #8884); white-space: nowrap; }
.lv-scores tbody th { font-weight: 400; cursor: help; }
.lv-scores .best { font-weight: 700; }
.lv-scores .best::after { content: " ★"; color: var(--st-primary-color, #2f5fd0); font-size: .75em; }
.lv-scores .line { display: inline-block; vertical-align: middle; margin-left: .6rem; opacity: .65;
  width: 72px; height: 18px; background: currentColor; mask-repeat: no-repeat; }
.lv-scores .none { opacity: .45; }
"""
NOTHING = '<td class="none">-</td>'


def score_table(shown: Sequence[Pictured], epoch: int) -> None:
    """Draw the table at ``epoch``, or at each run's last one before it; the lines of histories follow as they come."""
    epochs = [epoch_of(each, epoch) for each in shown]
    table = st.empty()
    if not all(runs.is_scored(each.run, at) for each in shown for at in each.panel.epochs):
        now = [{at: runs.scores(each.run, at)} for each, at in zip(shown, epochs, strict=True)]
        table.html(_table(shown, now, epochs))
    table.html(_table(shown, [score_history(each.run) for each in shown], epochs))
    st.caption("★ marks the best of a row. Lines are the score's way over the epochs, the dot is where you are.")


def score_history(run: runs.Run) -> History:
    """The scores of every epoch by epoch; computes what is not stored yet, and says how far it is."""
    kept: dict[str, tuple[str, History]] = st.session_state.setdefault("score_histories", {})
    files = run.signature()
    if kept.get(run.id, ("", {}))[0] != files:
        epochs = run.epochs()
        place = st.empty()
        found = {}
        for done, epoch in enumerate(epochs):
            if not runs.is_scored(run, epoch):
                place.progress(done / len(epochs), f"Scoring {run.id}: epoch {epoch} of {epochs[-1]}")
            found[epoch] = runs.scores(run, epoch)
        place.empty()
        kept[run.id] = (files, found)
    return kept[run.id][1]


def _table(shown: Sequence[Pictured], histories: Sequence[History], epochs: Sequence[int]) -> str:
    now = [history[epoch] for history, epoch in zip(histories, epochs, strict=True)]
    head = "".join(
        f'<th scope="col">{escape(each.run.id)}<br><small>epoch {epoch}</small></th>'
        for each, epoch in zip(shown, epochs, strict=True)
    )
    outputs = [output for output in metrics.outputs() if any(output.key in scores for scores in now)]
    body = "".join(_row(output, histories, epochs) for output in outputs)
    return (
        f'<style>{STYLE}</style><table class="lv-scores"><caption hidden>Scores by run</caption>'
        f'<thead><tr><th scope="col">Score</th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _row(output: Output, histories: Sequence[History], epochs: Sequence[int]) -> str:
    values = [history[epoch].get(output.key) for history, epoch in zip(histories, epochs, strict=True)]
    there = [value for value in values if value is not None]
    best = None if output.better == 0 or len(there) < 2 else (max if output.better > 0 else min)(there)
    winner = None if best is None else _shown(best, output)
    cells = [
        NOTHING if value is None else _cell(_shown(value, output), winner, _line(output, history, epoch))
        for value, history, epoch in zip(values, histories, epochs, strict=True)
    ]
    name = f'<th scope="row" title="{escape(output.help)}">{escape(output.title)}</th>'
    return f"<tr>{name}{''.join(cells)}</tr>"


def _cell(text: str, winner: str | None, line: str) -> str:
    mark = ' class="best"' if text == winner else ""
    return f"<td><span{mark}>{text}</span>{line}</td>"


def _line(output: Output, history: History, epoch: int) -> str:
    """The sparkline as a mask over the text's colour: a page takes no SVG of its own."""
    if len(history) < 2:
        return ""
    values = [scores.get(output.key) for scores in history.values()]
    svg = sparkline_svg(values, list(history).index(epoch), output.better)
    if not svg:
        return ""
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    mask = f"url(data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"
    return f'<span class="line" aria-hidden="true" style="-webkit-mask-image:{mask};mask-image:{mask}"></span>'


def _shown(value: float, output: Output) -> str:
    if output.unit == "%":
        return f"{100 * value:.1f} %"
    return f"{value:.1f}°" if output.unit == "deg" else f"{value:.3g}"
