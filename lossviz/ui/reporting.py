"""The button that makes a report of what a page shows: its options, how far it is, and the download."""

import re
import shlex
from collections.abc import Sequence
from importlib.util import find_spec

import streamlit as st

from lossviz.knobs import Value
from lossviz.projection import Projection
from lossviz.report.encode import FORMATS
from lossviz.report.film import Film
from lossviz.report.make import Wanted
from lossviz.report.of_runs import MOST_RUNS, Asked
from lossviz.report.typed import report_words
from lossviz.runs import Run
from lossviz.studies import Results
from lossviz.ui.frame import guarded
from lossviz.ui.knob_widgets import knob_widget
from lossviz.ui.making import Making
from lossviz.words import size_in_words

REFRESH = 1.0  # seconds between two looks at what is being made
WIDE = 460  # CSS pixels of the panel
KINDS = {"html": "HTML", "pdf": "PDF", "zip": "Everything", "film": "Film"}
SAID = {
    "html": "One file that works offline: views that turn, charts that tell values, tables to save.",
    "pdf": "A4, with contents, figures and tables.",
    "zip": "HTML and PDF, every figure as PNG and SVG, every table as CSV, LaTeX and Markdown.",
    "film": "The epochs as a film, runs side by side.",
}
THUMBNAILS = {"": "those that may be passed on", "yes": "all there are", "no": "none"}
PICTURES = {"": None, "yes": True, "no": False}
UNSAFE = re.compile(r"[^\w.-]+")


def report_button(chosen: Sequence[Run] | Results, key: str, method: Projection | None = None) -> None:
    """A button "Report" that opens what can be made of ``chosen``; widgets and what is made are kept under ``key``.

    ``method`` draws the embeddings of runs as the page does; without it they are drawn as the command line would.
    """
    names = _names(chosen)
    many = len(names) > MOST_RUNS
    help_ = f"A report is of up to {MOST_RUNS} runs." if many else "HTML, PDF, figures, tables, or a film to keep."
    with st.popover("Report", icon=":material/description:", disabled=not names or many, help=help_, key=key):
        if names and not many:
            st.fragment(guarded(_panel), run_every=None)(chosen, key, method)


def _names(chosen: Sequence[Run] | Results) -> list[str]:
    return [chosen.study.name] if isinstance(chosen, Results) else [run.id for run in chosen]


def _panel(chosen: Sequence[Run] | Results, key: str, method: Projection | None) -> None:
    study = isinstance(chosen, Results)
    with st.container(width=WIDE):
        kind, wanted = _wanted(key, study, method)
        names = _names(chosen)
        file = f"{stem(names)}.{kind}"
        if st.button("Make it", type="primary", icon=":material/play_arrow:", key=f"{key}_make"):
            making = begin(key, file, names)
            making.start([*report_words(names, str(making.path), wanted), "--steps"])
        made_panel(key)
        st.caption("The same from a shell:")
        st.code("python -m lossviz " + shlex.join(report_words(names, file, wanted)), language="sh", wrap_lines=True)


def stem(names: Sequence[str]) -> str:
    """What the file is called, without its ending."""
    words = list(names) if len(names) < 3 else [names[0], f"{len(names) - 1}-more"]
    return UNSAFE.sub("-", "-and-".join(words))


def _wanted(key: str, study: bool, method: Projection | None) -> tuple[str, Wanted]:
    """What is asked for: the ending of the file, and the report."""
    offered = [kind for kind in KINDS if not (study and kind == "film")]
    kind = str(
        st.segmented_control(
            "As", offered, default="html", required=True, format_func=KINDS.__getitem__, key=f"{key}_kind"
        )
    )
    st.caption(SAID[kind])
    title = st.text_input("Title", placeholder="the study's" if study else "losses and data set", key=f"{key}_title")
    asked = Asked(title.strip(), None if study else method)
    films: tuple[str, ...] = ()
    if kind == "zip" and not study:
        picked = st.pills("With a film as", FORMATS, selection_mode="multi", format_func=str.upper, key=f"{key}_films")
        films = tuple(picked)
    pictures = _pictures(key) if kind in ("html", "zip") else None
    if kind == "film":
        ending = str(
            st.segmented_control(
                "Format", FORMATS, default=_first_format(), required=True, format_func=str.upper, key=f"{key}_format"
            )
        )
        return ending, Wanted(asked, _film(key))
    return kind, Wanted(asked, _film(key) if films else Film(), films, pictures)


def _first_format() -> str:
    """MP4, which plays everywhere and is small, where it can be written."""
    return "mp4" if find_spec("imageio_ffmpeg") else FORMATS[0]


def _pictures(key: str) -> bool | None:
    picked = st.segmented_control(
        "Thumbnails",
        list(THUMBNAILS),
        default="",
        required=True,
        format_func=THUMBNAILS.__getitem__,
        key=f"{key}_pictures",
        help="Small pictures of the images under the pointer, in the HTML. Those of shipped runs may be passed on; "
        "of other data sets it is their licence that tells.",
    )
    return PICTURES[str(picked)]


ROWS = (("path",), ("turns", "swing"), ("width", "height", "dark"), ("pace", "rate", "hold"))
IDLE = {"still": {"turns", "swing"}, "turn": {"swing"}}
"""Knobs that say nothing for a way of the camera."""


def _film(key: str) -> Film:
    """The film's knobs, but those that say nothing for the way that the camera takes."""
    knobs = {knob.name: knob for knob in Film.knobs()}
    values: dict[str, Value] = {}
    for row in ROWS:
        shown = [name for name in row if name not in IDLE.get(str(values.get("path")), ())]
        columns = st.columns(len(shown), vertical_alignment="bottom") if shown else []
        for place, name in zip(columns, shown, strict=True):
            with place:
                values[name] = knob_widget(knobs[name], f"{key}.{name}", knobs[name].default, slider=False)
    return Film.from_values(values)


def _place(key: str) -> str:
    return f"{key} made"


def begin(key: str, file: str, names: Sequence[str]) -> Making:
    """What ``file`` of ``names`` will be made by, in place of what was made under ``key`` before."""
    if before := st.session_state.pop(_place(key), None):
        before.discard()
    making = st.session_state[_place(key)] = Making(file, f"{file}, of {', '.join(names)}")
    return making


def made_panel(key: str) -> None:
    """How far what was asked for under ``key`` is, a way to stop it, and at the end the download."""
    making: Making | None = st.session_state.get(_place(key))
    if making is None:
        return
    looking = making.stage.under_way

    def part() -> None:
        stage = making.stage
        if stage.under_way != looking:
            st.rerun()
        if stage.under_way:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.progress(min(max(stage.done, 0.0), 1.0), f"{stage.done:.0%} {stage.doing}")
                st.button("Stop", key=f"{key}_stop", on_click=making.stop)
        elif stage.state == "failed":
            st.error(stage.doing, icon=":material/error:")
        elif stage.state == "stopped":
            st.info(f"{making.title}: stopped.", icon=":material/stop_circle:")
        else:
            st.download_button(
                f"Download {making.file_name} ({size_in_words(len(making.content))})",
                making.content,
                making.file_name,
                on_click="ignore",
                icon=":material/download:",
                key=f"{key}_download",
            )
            st.caption(making.title)

    st.fragment(part, run_every=REFRESH if looking else None)()
