"""Few images of classes that a run never saw: enrolled by lot, others found among them, and how often that is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from lossviz import data, inference, runs
from lossviz.errors import LossvizError
from lossviz.inference import Draw, Identified, Rates, Search, Unseen
from lossviz.ui.images import enrolling
from lossviz.ui.images.finding import Asked, ask
from lossviz.ui.images.words import PAGE_STYLE, named, share, short
from lossviz.ui.pictures import STYLE, Shown, thumbs_html

SEED = "try_seed"
ALL = "all of them"
EACH = 5  # other images of a class that are looked for
MOST_WAYS, MOST_SHOTS = 50, 10
DRAWN = 40  # strangers that are shown
SIZE = 40


@dataclass(frozen=True)
class _Tried:
    run: runs.Run
    told: Identified
    rates: Rates


def trying(chosen: Sequence[runs.Run]) -> None:
    """Draw the try under ``chosen``, which are on one data set."""
    first = chosen[0]
    st.markdown(
        f"**Try it on classes of {first.config.data.name} that no run here was trained on**",
        help="Classes are drawn by lot. Some of their images are enrolled, others looked for; as many other classes "
        "are strangers, whom nobody should be taken for.",
    )
    if inference.whole_set(first) is None:
        _not_at_hand(first.config.data.name)
        return
    there = inference.unseen(first)
    never = set.intersection(*(set(inference.unseen(run).rows) for run in chosen))
    if len(never) < 2:
        st.info(
            f"{'This run was' if len(chosen) == 1 else 'These runs were'} trained on every class of "
            f"{first.config.data.name}. Train one with “unseen classes” above 0, and it is tried on those here:",
            icon=":material/psychology_alt:",
        )
        st.code(f"python -m lossviz train --dataset {first.config.data.name} --unseen-classes 0.3", language="sh")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = _draw(there, never)
        if found is None:
            return
        asked = ask("try")
    tried = []
    for run in chosen:
        try:
            tried.append(_try(run, found, asked))
        except LossvizError as error:
            st.error(str(error), icon=":material/error:")
    if tried:
        _table(tried, found, asked)
        _pictures(tried, found)


def _not_at_hand(name: str) -> None:
    st.info(f"It takes the images of {name}, which are not on this machine.", icon=":material/download:")
    if name in data.registry.files():
        st.code(f"python -m lossviz data fetch {name}", language="sh")


def _draw(there: Unseen, never: set[str]) -> Draw | None:
    """The controls of the lot, and what was drawn."""
    groups = sorted({group for name, group in there.groups.items() if name in never})
    group = None
    if groups:
        picked = st.selectbox(
            "From",
            [ALL, *groups],
            format_func=lambda group: group.rpartition("/")[2],
            key="try_from",
            bind="query-params",
            width=180,
        )
        group = None if picked == ALL else str(picked)
    shots = int(st.number_input("Images of each", 1, MOST_SHOTS, 1, key="try_shots", bind="query-params", width=130))
    names = [name for name in there.classes(group, more_than=shots) if name in never]
    if not names:
        st.info(f"None of these classes has more than {shots} images. Enrol fewer of each.")
        return None
    most = min(MOST_WAYS, len(names))
    ways = int(st.number_input("Classes", 1, most, min(5, most), key=f"try_ways_{most}", width=130))
    seed = st.session_state.setdefault(SEED, 0)
    st.button("Draw others", on_click=_another, icon=":material/casino:", key="try_another")
    found = inference.draw(there, names, ways, shots, seed, EACH)
    st.button(
        "Enrol these",
        on_click=enrolling.become,
        args=(found.gallery,),
        icon=":material/group_add:",
        key="try_enrol",
        help="They take the place of the gallery above; Undo brings that back.",
    )
    return found


def _another() -> None:
    st.session_state[SEED] += 1


def _try(run: runs.Run, found: Draw, asked: Asked) -> _Tried:
    here = inference.space(run, inference.last_epoch(run))
    search = Search(here, found.gallery)
    embeddings = inference.embed(run, here.epoch, found.queries)
    threshold = None if asked.far is None else search.threshold(asked.far)
    rates = inference.rates(search, embeddings, found.truth, threshold)
    return _Tried(run, search.identify(embeddings, threshold), rates)


def _table(tried: Sequence[_Tried], found: Draw, asked: Asked) -> None:
    members, strangers = int((found.truth >= 0).sum()), int((found.truth < 0).sum())
    table: dict[str, list[str]] = {
        "Run": [named(each.run) for each in tried],
        f"Found of {members}, closed set": [share(each.rates.closed) for each in tried],
    }
    if asked.far is not None:
        table[f"Found of {members}, open set"] = [share(each.rates.found) for each in tried]
        table[f"Taken for somebody, of {strangers} strangers"] = [share(each.rates.taken) for each in tried]
    st.table(table)
    chance = 1 / len(found.gallery.names)
    st.caption(f"By chance a member would be found in {share(chance)} of the cases.")


def _pictures(tried: Sequence[_Tried], found: Draw) -> None:
    """A row a class: what is enrolled, and whom one run takes its other images for; the strangers below."""
    by_run = {each.run.id: each for each in tried}
    picked = st.segmented_control("Shown for", list(by_run), default=tried[0].run.id, required=True, key="try_shown")
    told = by_run.get(str(picked), tried[0]).told
    rows = []
    for place, name in enumerate((*found.gallery.names, "strangers")):
        member = place < len(found.gallery.names)
        enrolled = [Shown(pixels, hint=name) for pixels in found.gallery.images[found.gallery.labels == place]]
        wanted = np.flatnonzero(found.truth == (place if member else -1))
        others = [_shown(told, found, int(at)) for at in wanted[: EACH if member else DRAWN]]
        cells = (escape(short(name)), thumbs_html(enrolled, SIZE), thumbs_html(others, SIZE))
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    st.html(
        f'<style>{STYLE}{PAGE_STYLE}</style><table class="lv-told" data-of="trial"><thead><tr><th>Class</th>'
        f"<th>Enrolled</th><th>Looked for, and taken for</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    st.caption("Below an image stands whom it is taken for, where that is wrong.")


def _shown(told: Identified, found: Draw, at: int) -> Shown:
    name, mark = told.name(at), _mark(told, found, at)
    caption = "" if mark == "right" else short(name)
    return Shown(found.queries[at], caption, mark, f"{found.names[at]}, taken for {name}")


def _mark(told: Identified, found: Draw, at: int) -> str:
    if found.truth[at] < 0 and told.threshold is None:
        return ""  # nobody can say of a stranger that he is one
    return "right" if told.found[at] == found.truth[at] else "wrong"
