"""What happened in a run, epoch by epoch, each a click away."""

import streamlit as st

from lossviz import analysis, runs
from lossviz.analysis import Event, Story
from lossviz.ui.orders import order
from lossviz.ui.pictured import Pictured

COLUMNS = 3


def events_panel(each: Pictured, view: str) -> None:
    """A button an event; it takes the view to that epoch, and shows the classes that it is about."""
    with st.spinner("Reading the run…"):
        found = _events(str(each.run.folder), each.run.signature(), each.run)
    if not found:
        st.info("Nothing stands out in this run.")
        return
    back = {"isolate": ()}
    st.button("Show all classes", on_click=order, args=(view,), kwargs=back, icon=":material/undo:", type="tertiary")
    columns = st.columns(COLUMNS)
    height = -(-len(found) // COLUMNS)
    for number, event in enumerate(found):
        with columns[number // height]:
            st.button(
                f"**{event.epoch}**  {event.text}",
                key=f"event_{number}",
                type="tertiary",
                help=f"Go to epoch {event.epoch}" + (" and show these classes alone" if event.classes else ""),
                on_click=order,
                args=(view,),
                kwargs={"epoch": event.epoch, "isolate": event.classes},
            )


@st.cache_data(max_entries=64, show_spinner=False)
def _events(folder: str, files: str, _run: runs.Run) -> list[Event]:
    epochs = _run.epochs()
    return analysis.events(
        Story(
            [_run.record(epoch) for epoch in epochs],
            [_run.snapshot(epoch).embeddings["probe"] for epoch in epochs],
            [runs.points(_run, epoch)["prediction"] for epoch in epochs],
            _run.samples["probe"].labels,
            _run.class_names,
        )
    )
