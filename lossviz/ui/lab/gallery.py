"""All presets as a gallery; choosing one opens its section with its state."""

from collections.abc import Mapping

import streamlit as st

from lossviz import runs
from lossviz.ui.frame import link
from lossviz.ui.lab.mount import ask
from lossviz.ui.lab.presets import PRESETS, Preset
from lossviz.ui.lab.thumbnails import thumbnail

IN_A_ROW = 4


def gallery(titles: Mapping[str, str]) -> None:
    """A card for each figure: its picture, what it says, its paper. ``titles`` are the tabs of sections by name."""
    known = {run.id for run in runs.list_runs()}
    shown = [preset for preset in PRESETS if {name for _, name in preset.query} <= known]
    for start in range(0, len(shown), IN_A_ROW):
        for column, preset in zip(st.columns(IN_A_ROW), shown[start : start + IN_A_ROW], strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(preset, titles.get(preset.section, ""))


def _card(preset: Preset, title: str) -> None:
    st.image(_picture(preset.name), width="stretch")
    if preset.section:
        st.button(
            preset.name,
            key=f"preset {preset.name}",
            on_click=_open,
            args=(preset, title),
            type="tertiary",
        )
    else:
        link(preset.page, preset.name, preset.query)
    st.caption(f"{preset.says} [Paper]({preset.url})")


def _open(preset: Preset, title: str) -> None:
    """Open the preset's section on its state, its widgets as the preset has them."""
    for key, value in preset.widgets.items():
        st.session_state[key] = value
    ask(preset.section, title, preset.state)


@st.cache_data(show_spinner="Drawing the gallery…")
def _picture(name: str) -> str:
    return thumbnail(next(preset for preset in PRESETS if preset.name == name))
