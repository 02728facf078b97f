"""The VGG8 animation again: its runs side by side over the epochs, as embeddings and as directions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import streamlit as st

from lossviz import runs
from lossviz.projection.native import Native
from lossviz.studies import Results
from lossviz.ui.frame import link
from lossviz.ui.pictured import Pictured, epoch_of, picture, settled
from lossviz.ui.studies import address
from lossviz.view import embedding_view

DRAWN = "drawn"
WAYS = {"directions": "Directions, as the animation drew them", "embedding": "Embeddings, as they are"}
PICKED = "studies earlier drawn"
HEIGHT = 760


@dataclass(frozen=True)
class Player:
    """A cell of the study: its title, its protocol, and a run of it that is here, if there is one."""

    title: str
    protocol: str
    run: runs.Run | None


def players(results: Results) -> tuple[Player, ...]:
    """Every loss under either protocol, the published one first."""
    there = {run.id: run for run in runs.found_runs()}
    study = results.study
    found = []
    for cell in sorted(results.cells, key=lambda each: study.contender(each.cell.contender).protocol == "corrected"):
        contender = study.contender(cell.cell.contender)
        here = next((there[name] for name in cell.runs if name in there), None)
        found.append(Player(contender.title, contender.protocol, here))
    return tuple(found)


def play(results: Results) -> None:
    """The animation of the runs that are here, with the epochs to play, and a link to Compare."""
    found = players(results)
    here = [each for each in found if each.run is not None]
    missing = [f"{each.title} ({each.protocol})" for each in found if each.run is None]
    if missing:
        st.info(f"Not on this machine: {', '.join(missing)}.", icon=":material/hourglass_empty:")
    if not here:
        return
    way = _pick()
    shown = [_pictured(each, each.run, way) for each in here if each.run is not None]
    with st.container(horizontal=True, vertical_alignment="center"):
        link("compare", "Play them side by side in Compare", _query(shown))
    _view(shown)


def _pick() -> str:
    legal = list(WAYS)
    address.follow(DRAWN, PICKED, legal)
    st.session_state.setdefault(PICKED, legal[0])
    picked = st.segmented_control(
        "Drawn as", legal, required=True, format_func=WAYS.__getitem__, key=PICKED, label_visibility="collapsed"
    )
    way = str(picked or legal[0])
    address.keep(DRAWN, "" if way == legal[0] else way)
    return way


def _pictured(player: Player, run: runs.Run, way: str) -> Pictured:
    seen = picture(run, settled(run, Native(normalise=way == "directions")))
    return replace(seen, panel=replace(seen.panel, title=player.title, subtitle=f"{player.protocol} · {run.id}"))


def _query(shown: list[Pictured]) -> Iterator[tuple[str, str]]:
    for each in shown:
        yield "runs", each.run.id


@st.fragment
def _view(shown: list[Pictured]) -> None:
    state = embedding_view([each.panel for each in shown], key="earlier animation", height=HEIGHT)
    epochs = {each.run.id: epoch_of(each, state.epoch) for each in shown}
    said = " · ".join(f"**{each.panel.title}**: {_score(each, epochs[each.run.id])}" for each in shown)
    st.caption(f"Epoch {state.epoch}, test images by their 5 nearest: {said}")


def _score(each: Pictured, epoch: int) -> str:
    value = runs.scores(each.run, epoch).get("knn_accuracy")
    return "-" if value is None else f"{100 * value:.2f} %"
