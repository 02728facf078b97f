"""One line over the pictures: what every run takes the image for, and whether all of them find it strange."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from lossviz.inference import Landing
from lossviz.runs import Run
from lossviz.ui.images.landing import Landed
from lossviz.ui.images.results import ruler_of
from lossviz.ui.images.words import share, short

STYLE = """
.im-strip { display: flex; flex-wrap: wrap; gap: .35rem .5rem; font-size: .875rem; font-variant-numeric: tabular-nums; }
.im-strip > div { display: flex; gap: .45rem; align-items: baseline; padding: .15rem .6rem; border-radius: 6px;
  border: 1px solid var(--st-border-color, #8884); }
.im-strip b { font-size: 1.05rem; }
.im-strip small { opacity: .75; }
.im-strip .yes { color: #2a9d6f; }
.im-strip .no { color: #d1495b; }
"""


def verdicts(landed: Sequence[Landed], level: float) -> None:
    """Draw the line for those runs in which the image landed, accepted or rejected at the ``level`` of FAR."""
    there = [(each, each.landing) for each in landed if each.landing is not None]
    if not there:
        return
    chips = "".join(_chip(each, found, level) for each, found in there)
    st.html(f'<style>{STYLE}</style><div class="im-strip" role="status">{chips}</div>')
    odd = [each.run for each, found in there if found.strange]
    if odd:
        st.warning(_strange(odd, len(there)), icon=":material/help:")


def _chip(each: Landed, found: Landing, level: float) -> str:
    good = found.to_class(found.prediction) <= ruler_of(each.here).at(level)
    title, name = escape(str(each.run.header["loss"]["title"])), escape(short(each.run.class_names[found.prediction]))
    verdict = '<span class="yes">accepted</span>' if good else '<span class="no">rejected</span>'
    words = f"<small>{title}</small> <b>{name}</b> <small>{share(found.confidence)} sure</small> {verdict}"
    return f'<div title="{escape(each.run.id, quote=True)}">{words}</div>'


def _strange(odd: Sequence[Run], asked: int) -> str:
    rest = "hardly any of its test images is as far from all that it knows. What the image is taken for means little."
    if len(odd) == 1:
        return f"It is unlike the images of {odd[0].id}: {rest}"
    everybody = "both runs" if asked == 2 else f"all {asked} runs"
    who = everybody if len(odd) == asked else ", ".join(run.id for run in odd)
    return (
        f"It is unlike the images of {who}: {rest.replace('its test', 'their test').replace('it knows', 'they know')}"
    )
