"""What was selected in the view: the images, counts by class, and selections kept under a name."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import streamlit as st

from lossviz import runs
from lossviz.errors import LossvizError
from lossviz.records import Ints
from lossviz.ui.orders import order
from lossviz.ui.pictured import Pictured
from lossviz.ui.pictures import Thumb, thumbs

MOST = 240


def selection_panel(shown: Sequence[Pictured], selected: Sequence[int], view_key: str) -> None:
    """The images of the selection, how many there are of each class, and saving and loading it."""
    panel = shown[0].panel
    places = np.flatnonzero(np.isin(panel.ids, selected))
    if len(places):
        _counts(panel.class_names, panel.labels[places].tolist())
        _grid(shown, places)
        _save(panel.data, selected)
    else:
        st.info(
            "Nothing is selected. Draw around points with the lasso or the box in the view's toolbar, and the images "
            "appear here.",
            icon=":material/gesture_select:",
        )
    _saved(panel.data, view_key)


def _counts(names: Sequence[str], labels: Sequence[int]) -> None:
    counts = Counter(names[label] for label in labels)
    words = ", ".join(f"**{name}** {count}" for name, count in counts.most_common())
    st.markdown(f"{len(labels):,} selected: {words}")


def _grid(shown: Sequence[Pictured], places: Ints) -> None:
    panel = shown[0].panel
    names = panel.class_names
    predicted = next(channel.values for channel in panel.channels if channel.key == "prediction")[-1]
    row = [
        Thumb(
            int(place),
            names[panel.labels[place]],
            "" if predicted[place] == panel.labels[place] else "wrong",
            f"image {panel.ids[place]}: {names[panel.labels[place]]}, taken for {names[predicted[place]]}",
        )
        for place in places[:MOST]
    ]
    thumbs(panel.sprite, row, size=44)
    more = f" The first {MOST} of {len(places):,} are drawn." if len(places) > MOST else ""
    st.caption(f"Red: {panel.title} ({panel.key}) takes it for another class at its last epoch.{more}")


def _save(data: str, selected: Sequence[int]) -> None:
    with (
        st.form("save_selection", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input("Keep this selection as", max_chars=60, placeholder="sevens that look like ones")
        if st.form_submit_button("Save", icon=":material/bookmark_add:"):
            try:
                runs.selections.save(name, data, selected)
                st.toast(f"Kept {len(selected):,} images as “{name.strip()}”.")
            except LossvizError as error:
                st.error(str(error))


def _saved(data: str, view_key: str) -> None:
    kept = runs.selections.names(data)
    if not kept:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Kept selections", kept, key="kept_selection")
        st.button("Show", on_click=_show, args=(view_key, name, data), icon=":material/select_all:")
        st.button("Forget", on_click=runs.selections.delete, args=(name, data), icon=":material/bookmark_remove:")


def _show(view_key: str, name: str, data: str) -> None:
    order(view_key, selected=runs.selections.load(name, data))
