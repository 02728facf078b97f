"""Pictures that take a while: asked for, watched while they come, and kept beside the run."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from lossviz import runs
from lossviz.jobs import drawing as jobs
from lossviz.jobs.processes import Processes
from lossviz.projection import Fitted, Projection
from lossviz.records import Floats
from lossviz.runs import Drawing, DrawingStatus
from lossviz.ui.frame import guarded
from lossviz.ui.pictured import Pictured, finished, make_panel, picture, settled

REFRESH = 1.0  # seconds between two looks at what is under way


@dataclass(frozen=True)
class Coming:
    """A picture that is not finished.

    ``sketch`` shows the epochs that have come, or what was drawn of the run when it had fewer, if there is either.
    """

    run: runs.Run
    method: Projection
    drawing: Drawing
    status: DrawingStatus
    sketch: Pictured | None

    @property
    def under_way(self) -> bool:
        """Whether looking again will show more."""
        return self.status.state in ("running", "waiting")


@st.cache_resource(show_spinner=False)
def processes() -> Processes:
    """Everything that this server draws; one picture at a time, and a processor left to the pages."""
    return Processes(at_once=1, threads=max(1, (os.cpu_count() or 2) - 1))


def draw(run: runs.Run, method: Projection) -> Pictured | Coming:
    """``run`` by ``method``: finished, or on its way."""
    found = look(run, method)
    if isinstance(found, Coming) and found.status.state == "missing":
        jobs.start(processes(), found.drawing)
        return look(run, method)
    return found


def look(run: runs.Run, method: Projection) -> Pictured | Coming:
    """``run`` by ``method`` as far as it is drawn; nobody is asked to draw it."""
    method = settled(run, method)
    if method.linear:
        return picture(run, method)
    drawing = _drawing(str(run.folder), run.signature(), f"{method.key()} {method.values()}", run, method)
    status = drawing.status
    kept: dict[str, Pictured] = st.session_state.setdefault("last_drawn", {})
    name = f"{run.folder} {method.key()} {method.values()}"
    if status.state == "finished":
        kept[name] = finished(run, drawing)
        return kept[name]
    if status.state == "waiting" and processes().state(str(drawing.folder)) == "gone":
        status = DrawingStatus("stopped", 0.0, "its process ended before it began")
    sketches = drawing.sketches()
    sketch = _sketch(run, sketches) if sketches else None
    return Coming(run, method, drawing, status, kept.get(name, sketch))


def _sketch(run: runs.Run, sketches: Mapping[int, Floats]) -> Pictured:
    panel = replace(make_panel(run, sketches, None), ruled=False)
    return Pictured(run, panel, runs.drawn_rows(run), "a sketch, still moving")


@guarded
def watched(wanted: Sequence[tuple[runs.Run, Projection]], draw_all: Callable[[list[Pictured]], None]) -> None:
    """Call ``draw_all`` with the pictures ``wanted``, again and again while some of them are on their way.

    Pictures of which no epoch has come yet are left out. Nothing but this part of the page runs again.
    """

    def part() -> None:
        found = [draw(run, method) for run, method in wanted]
        coming = [each for each in found if isinstance(each, Coming)]
        if (any(each.under_way for each in coming) or _training([each.run for each in found])) != looking:
            st.rerun()
        coming_strip(coming)
        drawn = [each.sketch if isinstance(each, Coming) else each for each in found]
        draw_all([each for each in drawn if each is not None])

    with st.spinner("Projecting…", show_time=True):
        looking = any(_is_coming(run, method) for run, method in wanted) or _training([run for run, _ in wanted])
    st.fragment(guarded(part), run_every=REFRESH if looking else None)()


def _training(some: Sequence[runs.Run]) -> bool:
    """Whether one of the runs is under way, so that new epochs are to be expected."""
    return any(run.status.state == "running" for run in some)


def _is_coming(run: runs.Run, method: Projection) -> bool:
    found = draw(run, method)
    return isinstance(found, Coming) and found.under_way


def coming_strip(coming: Sequence[Coming]) -> None:
    """A line for each picture on its way, with what it is doing and a way to stop it or to go on."""
    for each in coming:
        with st.container(horizontal=True, vertical_alignment="center"):
            words = f"{each.method.title} of {each.run.id}: {each.status.doing or 'starting'}"
            key = each.drawing.folder.name
            if each.status.state == "failed":
                st.error(words, icon=":material/error:")
            else:
                st.progress(min(max(each.status.done, 0.0), 1.0), words)
            if each.under_way:
                st.button("Stop", key=f"stop_{key}", on_click=_stop, args=(each.drawing,))
            else:
                st.button("Draw it", key=f"draw_{key}", on_click=_start, args=(each.drawing,))


def _stop(drawing: Drawing) -> None:
    processes().stop(str(drawing.folder))


def _start(drawing: Drawing) -> None:
    jobs.start(processes(), drawing)


def fitted(run: runs.Run, method: Projection) -> Fitted | None:
    """What :func:`draw` draws, to place new points in; ``None`` while that is not finished."""
    method = settled(run, method)
    about = str(run.folder), run.signature(), f"{method.key()} {method.values()}"
    if method.linear:
        return _fitted(*about, run, method, None)
    drawing = _drawing(*about, run, method)
    return _fitted(*about, run, method, drawing) if drawing.status.state == "finished" else None


@st.cache_resource(max_entries=24, show_spinner=False)
def _fitted(
    folder: str, files: str, named: str, _run: runs.Run, _method: Projection, _drawing: Drawing | None
) -> Fitted:
    from lossviz.inference import fitted_to  # noqa: PLC0415  (scipy, for whoever places points)

    return fitted_to(_run, _method, _drawing)


@st.cache_resource(max_entries=128, show_spinner=False)
def _drawing(folder: str, files: str, named: str, _run: runs.Run, _method: Projection) -> Drawing:
    return runs.drawing_of(_run, _method)
