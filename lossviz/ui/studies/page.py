"""The Studies page as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import streamlit as st

from lossviz import metrics
from lossviz.studies import Results, Study
from lossviz.studies.published_table import original_of
from lossviz.ui.frame import guarded
from lossviz.ui.reporting import report_button
from lossviz.ui.studies import address
from lossviz.ui.studies.choose import choose
from lossviz.ui.studies.desk import desk
from lossviz.ui.studies.field import has_knobs
from lossviz.ui.studies.running import running

OFTEN = 6.0  # seconds between two looks at the results while they come
PICKED_PART, PICKED_SCORE = "studies part", "studies score"


@dataclass(frozen=True)
class Part:
    """A section: its name in the address, its title, when it is offered, and ``function`` in ``module`` beside this."""

    key: str
    title: str
    module: str
    function: str
    offered: Callable[[Results], bool]

    def draw(self, results: Results, score: str) -> None:
        """Draw it; what it draws with is imported only now."""
        getattr(import_module(f"lossviz.ui.studies.{self.module}"), self.function)(results, score)


def has_pictures(results: Results) -> bool:
    """Whether there is something to draw that no other section draws."""
    return original_of(results.study) is None and any(cell.by_seed() for cell in results.cells)


PARTS = (
    Part("results", "Results", "results", "results_part", lambda results: True),
    Part("knobs", "Knobs", "knobs", "knobs_part", has_knobs),
    Part("seeds", "Seeds", "seeds", "seeds_part", lambda results: True),
    Part("time", "Time", "time", "time_part", lambda results: True),
    Part("pictures", "Pictures", "pictures", "pictures_part", has_pictures),
    Part("earlier", "Beside the original", "earlier", "earlier_part", lambda results: bool(original_of(results.study))),
)
"""The sections in their order; the first is the one that opens."""


def studies_page() -> None:
    """Draw it; while the study is trained, what came of it is kept fresh."""
    study = choose()
    if study is not None:
        running(study)
        st.fragment(guarded(_parts), run_every=OFTEN if _goes_on(study) else None)(study)


def _goes_on(study: Study) -> bool:
    driven = desk().driven(study.name)
    return driven is not None and driven.active


def _parts(study: Study) -> None:
    results = desk().look(study)
    offered = {part.key: part for part in PARTS if part.offered(results)}
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        part = offered[_pick_part(offered)]
        score = _pick_score(results)
        report_button(results, "study_report")
    part.draw(results, score)


def _pick_part(offered: dict[str, Part]) -> str:
    first = next(iter(offered))
    address.follow(address.PART, PICKED_PART, list(offered))
    st.session_state.setdefault(PICKED_PART, first)
    key = st.segmented_control(
        "Section",
        list(offered),
        required=True,
        format_func=lambda key: offered[key].title,
        key=PICKED_PART,
        label_visibility="collapsed",
    )
    address.keep(address.PART, "" if key in (None, first) else str(key))
    return str(key or first)


def _pick_score(results: Results) -> str:
    """A score to tell of instead of the one that decides; empty for that one."""
    there = {name for outcome in results.outcomes for name in outcome.scores}
    outputs = {output.key: output for output in metrics.outputs() if output.key in there}
    legal = ["", *outputs]
    address.follow(address.SCORE, PICKED_SCORE, legal)
    key = st.selectbox(
        "Score",
        legal,
        format_func=lambda key: outputs[key].title if key else "What decides",
        key=PICKED_SCORE,
        width=300,
        filter_mode="contains",
    )
    address.keep(address.SCORE, str(key or ""))
    return str(key or "")
